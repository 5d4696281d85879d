"""What a text is compared with, from the best kind of match to the weakest, as conditions on the index."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from jantar.engine.records.record_type import RecordType
from jantar.engine.search.text import ANYWHERE, IN_TITLE, KEY, keys_of, words_of

MAX_ASKED = 200
MAX_WORDS = 8
#: A single letter would match half of everything: it has to begin a word of the title of what else was found.
SHORT = 2
#: Of more words than this only the last may be unfinished.
MANY_WORDS = 3
#: Identifiers are found by their beginning from this length.
KEY_BEGINS = 4
#: One word of several is the beginning of an identifier from this length: "420" begins too many phone numbers.
LONG_KEY = 6
#: Sorts behind everything that a text can be continued with.
LAST = "\U0010ffff"


class Rank(IntEnum):
    KEY = 0
    TITLE_BEGINS = 1
    WORDS_OF_TITLE = 2
    IN_TITLE = 3
    ANYWHERE = 4
    SIMILAR = 5


class Asked:
    """A text as it is searched."""

    def __init__(self, text: str) -> None:
        text = text[:MAX_ASKED].replace("\0", " ")
        self.words = words_of(text)[:MAX_WORDS]
        self.keys = keys_of(text)
        self.long = [word for word in self.words if len(word) >= SHORT]
        self.short = [word for word in self.words if len(word) < SHORT]

    def __bool__(self) -> bool:
        return bool(self.words)


@dataclass(frozen=True)
class Where:
    """A condition on the index in SQL; its parameters are texts."""

    sql: str
    parameters: tuple[str, ...] = ()

    def __or__(self, other: "Where") -> "Where":
        return Where(f"({self.sql} OR {other.sql})", self.parameters + other.parameters)

    def __and__(self, other: "Where") -> "Where":
        return Where(f"({self.sql} AND {other.sql})", self.parameters + other.parameters)


@dataclass(frozen=True)
class Ranked:
    """The entries of one rank. In the order of their titles they are read from an index of their own."""

    rank: Rank
    where: Where
    by_title: bool = False


Fixes = Mapping[str, Sequence[str]]
#: Gives the entries of one type, None when the text has nothing for it.
Asking = Callable[[RecordType, Asked], Ranked | None]


def by_key(record_type: RecordType, asked: Asked) -> Ranked | None:
    return Ranked(Rank.KEY, any_key(record_type, asked)) if asked.keys else None


def by_title(record_type: RecordType, asked: Asked) -> Ranked | None:
    return Ranked(Rank.TITLE_BEGINS, _begins(record_type, asked), by_title=True)


def by_words_of_title(record_type: RecordType, asked: Asked) -> Ranked | None:
    return _ranked(Rank.WORDS_OF_TITLE, asked, all_words(record_type, asked, IN_TITLE, whole=True))


def in_title(record_type: RecordType, asked: Asked) -> Ranked | None:
    return _ranked(Rank.IN_TITLE, asked, all_words(record_type, asked, IN_TITLE))


def anywhere(record_type: RecordType, asked: Asked) -> Ranked | None:
    return _ranked(Rank.ANYWHERE, asked, stands_anywhere(record_type, asked))


def similar_to(fixes: Fixes) -> Asking:
    def similar(record_type: RecordType, asked: Asked) -> Ranked | None:
        return _ranked(Rank.SIMILAR, asked, all_words(record_type, asked, ANYWHERE, fixes))

    return similar


def _ranked(rank: Rank, asked: Asked, where: Where) -> Ranked | None:
    return Ranked(rank, where) if asked.long else None


def any_key(record_type: RecordType, asked: Asked) -> Where:
    return _matches(" | ".join(_lexeme(record_type, KEY, key) for key in asked.keys))


def stands_anywhere(record_type: RecordType, asked: Asked) -> Where:
    where = all_words(record_type, asked, ANYWHERE)
    if asked.keys and len(asked.keys[0]) >= KEY_BEGINS:
        where |= _matches(_lexeme(record_type, KEY, asked.keys[0]) + ":*")
    return where


def all_words(
    record_type: RecordType, asked: Asked, mark: str, fixes: Fixes | None = None, whole: bool = False
) -> Where:
    """Every word stands there; in full, or as the beginning of a word, as a key, or in one of its corrections."""
    if not asked.long:
        return _begins(record_type, asked)
    alternatives = []
    for number, word in enumerate(asked.long, 1):
        unfinished = len(asked.long) <= MANY_WORDS or number == len(asked.long)
        begins = ":*" if unfinished and not whole else ""
        ways = [_lexeme(record_type, mark, word) + begins]
        if mark == ANYWHERE:
            ways.append(_lexeme(record_type, KEY, word) + (begins if len(word) >= LONG_KEY else ""))
        ways += [_lexeme(record_type, mark, fix) for fix in (fixes or {}).get(word, ())]
        alternatives.append(f"({' | '.join(ways)})")
    where = _matches(" & ".join(alternatives))
    for word in asked.short:
        where &= Where("(start LIKE %s OR start LIKE %s)", (f"{word}%", f"% {word}%"))
    return where


def _begins(record_type: RecordType, asked: Asked) -> Where:
    """Between two texts and not LIKE: that is read from the index where the text is known only as it runs, too."""
    text = " ".join(asked.words)
    return Where("(type = %s AND start >= %s AND start < %s)", (record_type.name, text, text + LAST))


def _lexeme(record_type: RecordType, mark: str, word: str) -> str:
    text = f"{record_type.name}{mark}{word}".replace("\\", "\\\\").replace("'", "''")
    return f"'{text}'"


def _matches(query: str) -> Where:
    return Where("words @@ %s::tsquery", (query,)) if query else Where("false")
