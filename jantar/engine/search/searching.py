"""Asking the index, within rights. Hits come best first:

key > title begins with the text > all words in the title > words that begin so in the title > words that begin so
anywhere > similar words. Only as much is asked as is needed: each rank is read up to the limit from an index.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, IntegerField, OuterRef, Q, Value

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.search.models import Entry
from jantar.engine.search.text import ANYWHERE, IN_TITLE, KEY, keys_of, words_of
from jantar.engine.search.typos import corrections

MAX_ASKED = 200
MAX_WORDS = 8
#: A single letter would match half of everything: it has to begin a word of the title of what else was found.
SHORT = 2
#: With fewer hits than this, words may be misspelt.
FEW = 3
#: Identifiers are found by their beginning from this length.
KEY_BEGINS = 4
COUNT_UP_TO = 1000


class Rank(IntEnum):
    KEY = 0
    TITLE_BEGINS = 1
    WORDS_OF_TITLE = 2
    IN_TITLE = 3
    ANYWHERE = 4
    SIMILAR = 5


@dataclass(frozen=True)
class Hit:
    type: str
    record_id: int
    title: str
    subtitle: str
    start: str
    rank: Rank


@dataclass(frozen=True)
class Group:
    """The hits of one type, best first; `more` says that there are further ones."""

    record_type: RecordType
    hits: list[Hit]
    more: bool


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


def search(text: str, actor: Actor, types: Iterable[str] | None = None, limit: int = 5) -> list[Group]:
    """The best `limit` hits of each type that the actor may see; the type with the best hit comes first.

    Two statements, four when so little is found that words may be misspelt.
    """
    asked = Asked(text)
    chosen = [one for one in registry.all() if (types is None or one.name in types) and actor.may("see", one.name)]
    if not asked or not chosen:
        return []
    found = _Found(limit)
    found.add(_ask(chosen, [_by_key, _by_title], asked, actor, limit + 1))
    if missing := found.unfilled(chosen):
        found.add(_ask(missing, [_by_words_of_title, _in_title, _anywhere], asked, actor, limit + 1))
    if found.total < min(limit, FEW) and (fixes := corrections(asked.long)):
        found.add(_ask(chosen, [_similar_to(fixes)], asked, actor, limit + 1))
    return found.groups(chosen)


def count(text: str, actor: Actor, record_type: RecordType) -> tuple[int, bool]:
    """How many records of a type the text finds, and whether that is exact: at most 1,000 are counted."""
    rows = record_type.visible_to(actor).filter(search_condition(record_type, text, actor))
    number = rows.order_by().values("pk")[: COUNT_UP_TO + 1].count()
    return min(number, COUNT_UP_TO), number <= COUNT_UP_TO


def search_condition(record_type: RecordType, text: str, actor: Actor) -> Q:
    """What the text finds in a list: keys and beginnings of words; similar words when the actor sees nothing else."""
    asked = Asked(text)
    if not asked:
        return Q(pk__in=[])
    entries = Entry.objects.filter(type=record_type.name)
    exact = entries.filter(_any_key(record_type, asked) | _stands_anywhere(record_type, asked))
    condition = Q(pk__in=exact.values("record_id"))
    if record_type.visible_to(actor).filter(condition).exists():
        return condition
    fixes = corrections(asked.long)
    if not fixes:
        return condition
    return Q(pk__in=entries.filter(_all_words(record_type, asked, ANYWHERE, fixes)).values("record_id"))


class _Found:
    """Hits of several statements, each record once with its best rank."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.hits: dict[tuple[str, int], Hit] = {}

    def add(self, hits: Iterable[Hit]) -> None:
        for hit in hits:
            known = self.hits.get((hit.type, hit.record_id))
            if known is None or hit.rank < known.rank:
                self.hits[hit.type, hit.record_id] = hit

    @property
    def total(self) -> int:
        return len(self.hits)

    def of(self, record_type: RecordType) -> list[Hit]:
        hits = [hit for hit in self.hits.values() if hit.type == record_type.name]
        return sorted(hits, key=lambda hit: (hit.rank, hit.start, hit.record_id))

    def unfilled(self, types: Sequence[RecordType]) -> list[RecordType]:
        return [record_type for record_type in types if len(self.of(record_type)) <= self.limit]

    def groups(self, types: Sequence[RecordType]) -> list[Group]:
        groups = [
            Group(record_type, hits[: self.limit], len(hits) > self.limit)
            for record_type in types
            if (hits := self.of(record_type))
        ]
        return sorted(groups, key=lambda group: group.hits[0].rank)


# The ranks: each gives the entries of one type, or None when the text has nothing for it.

Fixes = Mapping[str, Sequence[str]]
Ranked = tuple[Rank, Any] | None
Asking = Callable[[RecordType, Asked], Ranked]


def _by_key(record_type: RecordType, asked: Asked) -> Ranked:
    return (Rank.KEY, Entry.objects.filter(_any_key(record_type, asked))) if asked.keys else None


def _by_title(record_type: RecordType, asked: Asked) -> Ranked:
    begins = Entry.objects.filter(type=record_type.name, start__startswith=" ".join(asked.words))
    return Rank.TITLE_BEGINS, begins.order_by("start", "record_id")


def _by_words_of_title(record_type: RecordType, asked: Asked) -> Ranked:
    return _ranked(Rank.WORDS_OF_TITLE, record_type, asked, _all_words(record_type, asked, IN_TITLE, whole=True))


def _in_title(record_type: RecordType, asked: Asked) -> Ranked:
    return _ranked(Rank.IN_TITLE, record_type, asked, _all_words(record_type, asked, IN_TITLE))


def _anywhere(record_type: RecordType, asked: Asked) -> Ranked:
    return _ranked(Rank.ANYWHERE, record_type, asked, _stands_anywhere(record_type, asked))


def _similar_to(fixes: Fixes) -> Asking:
    def similar(record_type: RecordType, asked: Asked) -> Ranked:
        return _ranked(Rank.SIMILAR, record_type, asked, _all_words(record_type, asked, ANYWHERE, fixes))

    return similar


def _ranked(rank: Rank, record_type: RecordType, asked: Asked, condition: Q) -> Ranked:
    return (rank, Entry.objects.filter(condition)) if asked.long else None


def _ask(
    types: Sequence[RecordType], askings: Sequence[Asking], asked: Asked, actor: Actor, limit: int
) -> Iterable[Hit]:
    """All askings of all types in one statement."""
    rows = []
    for record_type in types:
        visible = record_type.visible_to(actor).filter(pk=OuterRef("record_id"))
        for ranked in filter(None, (asking(record_type, asked) for asking in askings)):
            rank, entries = ranked
            entries = entries.filter(Exists(visible)).annotate(rank=Value(int(rank), output_field=IntegerField()))
            rows.append(entries.values_list("type", "record_id", "title", "subtitle", "start", "rank")[:limit])
    if not rows:
        return []
    first, *rest = rows
    return [
        Hit(kind, pk, title, subtitle, start, Rank(rank))
        for kind, pk, title, subtitle, start, rank in (first.union(*rest, all=True) if rest else first)
    ]


# Conditions on the index


def _any_key(record_type: RecordType, asked: Asked) -> Q:
    return _matches(" | ".join(_lexeme(record_type, KEY, key) for key in asked.keys))


def _stands_anywhere(record_type: RecordType, asked: Asked) -> Q:
    condition = _all_words(record_type, asked, ANYWHERE)
    if asked.keys and len(asked.keys[0]) >= KEY_BEGINS:
        condition |= _matches(_lexeme(record_type, KEY, asked.keys[0]) + ":*")
    return condition


def _all_words(record_type: RecordType, asked: Asked, mark: str, fixes: Fixes | None = None, whole: bool = False) -> Q:
    """Every word stands there; in full, or as the beginning of a word, as a key, or in one of its corrections."""
    begins = "" if whole else ":*"
    alternatives = []
    for word in asked.long:
        ways = [_lexeme(record_type, mark, word) + begins]
        if mark == ANYWHERE:
            ways.append(_lexeme(record_type, KEY, word) + begins)
        ways += [_lexeme(record_type, mark, fix) for fix in (fixes or {}).get(word, ())]
        alternatives.append(f"({' | '.join(ways)})")
    condition = _matches(" & ".join(alternatives)) if alternatives else Q(start__startswith=" ".join(asked.words))
    for word in asked.short if alternatives else ():
        condition &= Q(start__startswith=word) | Q(start__contains=f" {word}")
    return condition


def _lexeme(record_type: RecordType, mark: str, word: str) -> str:
    text = f"{record_type.name}{mark}{word}".replace("\\", "\\\\").replace("'", "''")
    return f"'{text}'"


def _matches(query: str) -> Q:
    return Q(
        Func(
            F("words"), Value(query), template="(%(expressions)s::tsquery)", arg_joiner=" @@ ",
            output_field=BooleanField(),
        )
    ) if query else Q(pk__in=[])  # fmt: skip
