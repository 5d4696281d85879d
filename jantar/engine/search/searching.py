"""Asking the index, within rights. Hits come best first:

key > title begins with the text > all words in the title > words that begin so in the title > words that begin so
anywhere > similar words. Only as much is asked as is needed: each rank is read up to the limit from an index.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.engine.search.asking import Hit, Place, ask, places_of
from jantar.engine.search.ranks import (
    Asked,
    Rank,
    Where,
    all_words,
    any_key,
    anywhere,
    by_key,
    by_title,
    by_words_of_title,
    in_title,
    similar_to,
    stands_anywhere,
)
from jantar.engine.search.text import ANYWHERE
from jantar.engine.search.typos import corrections

#: With fewer hits than this, words may be misspelt.
FEW = 3
COUNT_UP_TO = 1000
#: Up to so many hits are named by their ids in the condition of a list.
FEW_IDS = 2000


@dataclass(frozen=True)
class Group:
    """The hits of one type, best first; `more` says that there are further ones."""

    record_type: RecordType
    hits: list[Hit]
    more: bool


def search(text: str, actor: Actor, types: Iterable[str] | None = None, limit: int = 5) -> list[Group]:
    """The best `limit` hits of each type that the actor may see; the type with the best hit comes first.

    Four statements; two when a key is found, seven when so little is found that words may be misspelt.
    """
    asked = Asked(text)
    chosen = [one for one in registry.all() if (types is None or one.name in types) and actor.may("see", one.name)]
    if not asked or not chosen:
        return []
    found = _Found(limit)
    places = places_of(chosen, actor)
    found.add(ask(places, [by_key, by_title], asked, limit + 1))
    if found.best != Rank.KEY and (missing := found.unfilled(places)):
        found.add(ask(missing, [by_words_of_title, in_title, anywhere], asked, limit + 1))
    if found.total < min(limit, FEW) and found.best > Rank.WORDS_OF_TITLE and (fixes := corrections(asked.long)):
        found.add(ask(places, [similar_to(fixes)], asked, limit + 1))
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
    condition = _hits(record_type, any_key(record_type, asked) | stands_anywhere(record_type, asked))
    if record_type.visible_to(actor).filter(condition).exists():
        return condition
    fixes = corrections(asked.long)
    return _hits(record_type, all_words(record_type, asked, ANYWHERE, fixes)) if fixes else condition


def _hits(record_type: RecordType, where: Where) -> Q:
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

    def unfilled(self, places: Sequence[Place]) -> list[Place]:
        return [place for place in places if len(self.of(place.record_type)) <= self.limit]

    def groups(self, types: Sequence[RecordType]) -> list[Group]:
        groups = [
            Group(record_type, hits[: self.limit], len(hits) > self.limit)
            for record_type in types
            if (hits := self.of(record_type))
        ]
        return sorted(groups, key=lambda group: group.hits[0].rank)
