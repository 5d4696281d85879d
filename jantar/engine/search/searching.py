"""Asking the index, within rights. Hits come best first:

key > title begins with the text > all words in the title > words that begin so in the title > words that begin so
anywhere > similar words. Only as much is asked as is needed: each rank is read up to the limit from an index.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.engine.search.text import ANYWHERE, IN_TITLE, KEY, keys_of, words_of
from jantar.engine.search.typos import corrections

MAX_ASKED = 200
MAX_WORDS = 8
#: A single letter would match half of everything: it has to begin a word of the title of what else was found.
SHORT = 2
#: Of more words than this only the last may be unfinished.
MANY_WORDS = 3
#: With fewer hits than this, words may be misspelt.
FEW = 3
#: Identifiers are found by their beginning from this length.
KEY_BEGINS = 4
#: One word of several is the beginning of an identifier from this length: "420" begins too many phone numbers.
LONG_KEY = 6
COUNT_UP_TO = 1000
#: Up to so many hits are named by their ids in the condition of a list.
FEW_IDS = 2000
#: For so many actors the conditions of their rights are kept in a process.
PLACES_KEPT = 200


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

    Two statements; one when a key is found, four when so little is found that words may be misspelt.
    """
    asked = Asked(text)
    chosen = [one for one in registry.all() if (types is None or one.name in types) and actor.may("see", one.name)]
    if not asked or not chosen:
        return []
    found = _Found(limit)
    places = _places(chosen, actor)
    found.add(_ask(places, [_by_key, _by_title], asked, limit + 1))
    if found.best != Rank.KEY and (missing := found.unfilled(places)):
        found.add(_ask(missing, [_by_words_of_title, _in_title, _anywhere], asked, limit + 1))
    if found.total < min(limit, FEW) and found.best > Rank.WORDS_OF_TITLE and (fixes := corrections(asked.long)):
        found.add(_ask(places, [_similar_to(fixes)], asked, limit + 1))
    return [with_records(group, actor) if group.record_type.hangs_on else group for group in found.groups(chosen)]


def with_records(group: Group, actor: Actor) -> Group:
    """The hits of a type that hangs on records, each told with its record; one statement and one per type of these."""
    name = group.record_type.hangs_on
    ids = [hit.record_id for hit in group.hits]
    rows = group.record_type.visible_to(actor).filter(pk__in=ids).only("pk", f"{name}_type", f"{name}_id")
    keys = {row.pk: key for row in rows if (key := getattr(row, name)) is not None}
    titles = record_titles(keys.values(), actor)
    told = {pk: titles[key] for pk, key in keys.items() if key in titles}
    hits = [replace(hit, subtitle=told.get(hit.record_id, hit.subtitle)) for hit in group.hits]
    return replace(group, hits=hits)


def count(text: str, actor: Actor, record_type: RecordType) -> tuple[int, bool]:
    """How many records of a type the text finds, and whether that is exact: at most 1,000 are counted."""
    rows = record_type.visible_to(actor).filter(search_condition(record_type, text, actor))
    number = rows.order_by().values("pk")[: COUNT_UP_TO + 1].count()
    return min(number, COUNT_UP_TO), number <= COUNT_UP_TO


def search_condition(record_type: RecordType, text: str, actor: Actor) -> Q:
    """What the text finds in a list: keys and beginnings of words; similar words when the actor sees nothing else.

    Few hits are named by their ids, so that the list is read from them and not the other way round.
    """
    asked = Asked(text)
    if not asked:
        return Q(pk__in=[])
    condition = _hits(record_type, _any_key(record_type, asked) | _stands_anywhere(record_type, asked))
    if record_type.visible_to(actor).filter(condition).exists():
        return condition
    fixes = corrections(asked.long)
    return _hits(record_type, _all_words(record_type, asked, ANYWHERE, fixes)) if fixes else condition


def _hits(record_type: RecordType, where: "Where") -> Q:
    sql = f"SELECT record_id FROM search_entry WHERE type = %s AND ({where.sql}) OFFSET 0"  # noqa: S608 - made below
    parameters = [record_type.name, *where.parameters]
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {FEW_IDS + 1}", parameters)
        ids = [pk for (pk,) in cursor.fetchall()]
    return Q(pk__in=ids) if len(ids) <= FEW_IDS else Q(pk__in=RawSQL(sql, parameters))  # noqa: S611 - made here


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

    @property
    def best(self) -> Rank:
        return min((hit.rank for hit in self.hits.values()), default=Rank.SIMILAR)

    def of(self, record_type: RecordType) -> list[Hit]:
        hits = [hit for hit in self.hits.values() if hit.type == record_type.name]
        return sorted(hits, key=lambda hit: (hit.rank, hit.start, hit.record_id))

    def unfilled(self, places: Sequence["Place"]) -> list["Place"]:
        return [place for place in places if len(self.of(place.record_type)) <= self.limit]

    def groups(self, types: Sequence[RecordType]) -> list[Group]:
        groups = [
            Group(record_type, hits[: self.limit], len(hits) > self.limit)
            for record_type in types
            if (hits := self.of(record_type))
        ]
        return sorted(groups, key=lambda group: group.hits[0].rank)


# The ranks: each gives the entries of one type, or None when the text has nothing for it.


@dataclass(frozen=True)
class Where:
    """A condition on the index in SQL."""

    sql: str
    parameters: tuple[str, ...] = ()

    def __or__(self, other: "Where") -> "Where":
        return Where(f"({self.sql} OR {other.sql})", self.parameters + other.parameters)

    def __and__(self, other: "Where") -> "Where":
        return Where(f"({self.sql} AND {other.sql})", self.parameters + other.parameters)


Fixes = Mapping[str, Sequence[str]]
Ranked = tuple[Rank, Where, str] | None
Asking = Callable[[RecordType, Asked], Ranked]
BY_TITLE = "ORDER BY start, record_id"


def _by_key(record_type: RecordType, asked: Asked) -> Ranked:
    return (Rank.KEY, _any_key(record_type, asked), "") if asked.keys else None


def _by_title(record_type: RecordType, asked: Asked) -> Ranked:
    return Rank.TITLE_BEGINS, _begins(record_type, asked), BY_TITLE


def _by_words_of_title(record_type: RecordType, asked: Asked) -> Ranked:
    return _ranked(Rank.WORDS_OF_TITLE, asked, _all_words(record_type, asked, IN_TITLE, whole=True))


def _in_title(record_type: RecordType, asked: Asked) -> Ranked:
    return _ranked(Rank.IN_TITLE, asked, _all_words(record_type, asked, IN_TITLE))


def _anywhere(record_type: RecordType, asked: Asked) -> Ranked:
    return _ranked(Rank.ANYWHERE, asked, _stands_anywhere(record_type, asked))


def _similar_to(fixes: Fixes) -> Asking:
    def similar(record_type: RecordType, asked: Asked) -> Ranked:
        return _ranked(Rank.SIMILAR, asked, _all_words(record_type, asked, ANYWHERE, fixes))

    return similar


def _ranked(rank: Rank, asked: Asked, where: Where) -> Ranked:
    return (rank, where, "") if asked.long else None


@dataclass(frozen=True)
class Place:
    """A type that is searched, with the SQL of the ids of what the actor may see; `few` when that is only their own."""

    record_type: RecordType
    visible: str
    parameters: tuple[Any, ...]
    few: bool


def _places(types: Sequence[RecordType], actor: Actor) -> list[Place]:
    """The conditions follow from the actor's rights alone; writing them anew would be half of the work of a search."""
    key = (actor.rights, *(record_type.name for record_type in types))
    if (known := _known_places.get(key)) is not None:
        return known
    found = []
    for record_type in types:
        with suppress(EmptyResultSet):
            visible, values = record_type.visible_to(actor).order_by().values("pk").query.sql_with_params()
            few = actor.scope(record_type.name, "see") == Scope.OWN
            found.append(Place(record_type, visible, tuple(values), few))
    if len(_known_places) >= PLACES_KEPT:
        _known_places.clear()
    _known_places[key] = found
    return found


_known_places: dict[tuple[Hashable, ...], list[Place]] = {}


def _ask(places: Sequence[Place], askings: Sequence[Asking], asked: Asked, limit: int) -> Iterable[Hit]:
    """All askings of all types in one statement."""
    branches: list[str] = []
    parameters: list[Any] = []
    for place in places:
        for ranked in filter(None, (asking(place.record_type, asked) for asking in askings)):
            rank, where, order = ranked
            branches.append(f"({_branch(where, place.visible, order, int(rank), limit, place.few)})")
            parameters += [*where.parameters, *place.parameters]
    if not branches:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches), parameters)
        return [
            Hit(name, pk, title, subtitle, start, Rank(rank))
            for name, pk, title, subtitle, start, rank in cursor.fetchall()
        ]


def _branch(where: Where, visible: str, order: str, rank: int, limit: int, few: bool) -> str:
    """One rank of one type.

    OFFSET 0 makes PostgreSQL plan what is inside by itself. Left to hope for the LIMIT it would read the whole table
    from its start until it came across enough matches. When few records are visible, they and the matches are
    brought together inside, so that it can begin with either; else the matches are read until enough are visible.
    What begins with the text is read in order from its own index.
    """
    matching = f"SELECT {COLUMNS} FROM search_entry WHERE {where.sql}"  # noqa: S608 - made below
    is_visible = f"record_id IN ({visible})"
    if few:
        return f"SELECT *, {rank} FROM ({matching} AND {is_visible} OFFSET 0) e {order} LIMIT {limit}"  # noqa: S608
    if not order:
        matching += " OFFSET 0"
    return f"SELECT {COLUMNS}, {rank} FROM ({matching}) e WHERE {is_visible} {order} LIMIT {limit}"  # noqa: S608


COLUMNS = "type, record_id, title, subtitle, start"

# Conditions on the index


def _begins(record_type: RecordType, asked: Asked) -> Where:
    return Where("type = %s AND start LIKE %s", (record_type.name, " ".join(asked.words) + "%"))


def _any_key(record_type: RecordType, asked: Asked) -> Where:
    return _matches(" | ".join(_lexeme(record_type, KEY, key) for key in asked.keys))


def _stands_anywhere(record_type: RecordType, asked: Asked) -> Where:
    where = _all_words(record_type, asked, ANYWHERE)
    if asked.keys and len(asked.keys[0]) >= KEY_BEGINS:
        where |= _matches(_lexeme(record_type, KEY, asked.keys[0]) + ":*")
    return where


def _all_words(
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


def _lexeme(record_type: RecordType, mark: str, word: str) -> str:
    text = f"{record_type.name}{mark}{word}".replace("\\", "\\\\").replace("'", "''")
    return f"'{text}'"


def _matches(query: str) -> Where:
    return Where("words @@ %s::tsquery", (query,)) if query else Where("false")
