"""Reading the index within rights.

First the matches are read from the index alone, all ranks of all types in one statement that names no other table.
Then the types that matched are asked which of these the actor may see. A rank whose matches were cut, some of them
unseen, is read until enough are visible. Joining each rank of each type with its records at once takes PostgreSQL
ten times as long to plan as all of this takes to run.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records.record_type import RecordType
from jantar.engine.search.ranks import Asked, Asking, Rank, Ranked

COLUMNS = "type, record_id, title, subtitle, start"
BY_TITLE = "ORDER BY start, record_id"
IN_ORDER = "SELECT * FROM ({entries} ORDER BY start, record_id) found"
AT_ONCE = "WITH found AS MATERIALIZED ({entries}) SELECT * FROM found"
#: For so many actors the conditions of their rights are kept in a process.
PLACES_KEPT = 200


@dataclass(frozen=True)
class Hit:
    type: str
    record_id: int
    title: str
    subtitle: str
    start: str
    rank: Rank


@dataclass(frozen=True)
class Place:
    """A type that is searched, with the SQL of the ids of what the actor may see; `few` when that is only their own."""

    record_type: RecordType
    visible: str
    parameters: tuple[Any, ...]
    few: bool


@dataclass(frozen=True)
class Branch:
    """One rank of one type."""

    place: Place
    ranked: Ranked

    @property
    def key(self) -> tuple[str, Rank]:
        return self.place.record_type.name, self.ranked.rank


def places_of(types: Sequence[RecordType], actor: Actor) -> list[Place]:
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


def ask(places: Sequence[Place], askings: Sequence[Asking], asked: Asked, limit: int) -> list[Hit]:
    """The visible hits of each asking in each place, at most `limit` of each. Two statements, at most three."""
    branches = [
        Branch(place, ranked)
        for place in places
        for asking in askings
        if (ranked := asking(place.record_type, asked)) is not None
    ]
    matches = list(_matches(branches, limit))
    seen = _visible([place for place in places if any(hit.type == place.record_type.name for hit in matches)], matches)
    hits = [hit for hit in matches if (hit.type, hit.record_id) in seen]
    full, left = _counted(matches), _counted(hits)
    again = [branch for branch in branches if full.get(branch.key, 0) >= limit > left.get(branch.key, 0)]
    if again:
        keys = {branch.key for branch in again}
        hits = [hit for hit in hits if (hit.type, hit.rank) not in keys]
        hits += _read_on(again, limit)
    return hits


def _counted(hits: Iterable[Hit]) -> dict[tuple[str, Rank], int]:
    found: dict[tuple[str, Rank], int] = {}
    for hit in hits:
        found[hit.type, hit.rank] = found.get((hit.type, hit.rank), 0) + 1
    return found


def _matches(branches: Sequence[Branch], limit: int) -> Iterator[Hit]:
    """The matches of every branch, seen or not. Branches that differ in nothing but texts are read together.

    MATERIALIZED keeps the LIMIT from the planning of what is inside: PostgreSQL, which knows the texts only as it
    runs, would else read the whole table and hope for enough matches at its start.
    """
    shapes: dict[tuple[str, bool], list[Branch]] = {}
    for branch in branches:
        shapes.setdefault((branch.ranked.where.sql, branch.ranked.by_title), []).append(branch)
    statements, parameters = [], []
    for (where, by_title), alike in shapes.items():
        texts = list(zip(*(branch.ranked.where.parameters for branch in alike), strict=True))
        names = [f"text{number}" for number in range(len(texts))]
        entries = f"SELECT {COLUMNS} FROM search_entry WHERE {where % tuple(f'asked.{name}' for name in names)}"  # noqa: S608 - made in ranks
        inner = (IN_ORDER if by_title else AT_ONCE).format(entries=entries)
        arrays = ", ".join(["%s::int[]", *["%s::text[]"] * len(texts)])
        statements.append(
            f"SELECT e.*, asked.rank FROM unnest({arrays}) asked({', '.join(['rank', *names])}), "  # noqa: S608
            f"LATERAL ({inner} LIMIT {limit}) e"
        )
        parameters += [[int(branch.ranked.rank) for branch in alike], *map(list, texts)]
    return _hits(statements, parameters)


def _visible(places: Sequence[Place], matches: Sequence[Hit]) -> set[tuple[str, int]]:
    """Types and ids of the matches that the actor may see; one statement."""
    statements, parameters = [], []
    for place in places:
        name = place.record_type.name
        statements.append(f"SELECT %s::text, id FROM ({place.visible}) seen(id) WHERE id = ANY(%s)")  # noqa: S608
        ids = sorted({hit.record_id for hit in matches if hit.type == name})
        parameters += [name, *place.parameters, ids]
    if not statements:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        return set(cursor.fetchall())


def _read_on(branches: Sequence[Branch], limit: int) -> Iterator[Hit]:
    """The first `limit` visible hits of each branch, past what can't be seen; one statement."""
    statements, parameters = [], []
    for branch in branches:
        statements.append(f"({_visible_only(branch, limit)})")
        parameters += [*branch.ranked.where.parameters, *branch.place.parameters]
    return _hits(statements, parameters)


def _visible_only(branch: Branch, limit: int) -> str:
    """OFFSET 0 makes PostgreSQL plan what is inside by itself. Left to hope for the LIMIT it would read the whole table
    from its start until it came across enough matches. When few records are visible, they and the matches are
    brought together inside, so that it can begin with either; else the matches are read until enough are visible.
    What begins with the text is read in order from its own index.
    """
    rank, order = int(branch.ranked.rank), BY_TITLE if branch.ranked.by_title else ""
    matching = f"SELECT {COLUMNS} FROM search_entry WHERE {branch.ranked.where.sql}"  # noqa: S608 - made in ranks
    is_visible = f"record_id IN ({branch.place.visible})"
    if branch.place.few:
        return f"SELECT *, {rank} FROM ({matching} AND {is_visible} OFFSET 0) e {order} LIMIT {limit}"  # noqa: S608
    if not order:
        matching += " OFFSET 0"
    return f"SELECT {COLUMNS}, {rank} FROM ({matching}) e WHERE {is_visible} {order} LIMIT {limit}"  # noqa: S608


def _hits(statements: Sequence[str], parameters: Sequence[Any]) -> Iterator[Hit]:
    if not statements:
        return
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        for name, pk, title, subtitle, start, rank in cursor.fetchall():
            yield Hit(name, pk, title, subtitle, start, Rank(rank))
