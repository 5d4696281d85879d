"""Which records may be the same as one that is typed, or that is there: candidates from the search index, weighed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from jantar.engine.duplicates.likeness import SAME_NAME, Likeness, Traits, likeness, traits_of
from jantar.engine.duplicates.rules import rules_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.search.text import ANYWHERE, IN_TITLE, KEY, words_of
from jantar.engine.search.typos import corrections

SHOWN = 5
#: Candidates by keys, by name and place, by name alone.
MOST_CANDIDATES = 40
#: With fewer candidates than this by name, words may be misspelt.
FEW = 5
#: So many of one name say nothing any more when nothing else speaks for them.
MANY = 10


@dataclass(frozen=True)
class Found:
    record: Any
    likeness: Likeness


def find_like(
    record_type: RecordType, values: Mapping[str, Any], actor: Actor, *, without: Iterable[int] = (),
    least: int | None = None, limit: int = SHOWN,
) -> list[Found]:  # fmt: skip
    """The records the actor sees that may be the same as one with these values, likeliest first.

    `least` is the score from which they are told, that of the type's rules when not given.
    A fixed number of statements: rules, keys, name, what the words may be misspelt for, the records and their parts.
    """
    if record_type.duplicates is None:
        return []
    rules = rules_of(record_type)
    least = rules.hinted_from if least is None else least
    asked = traits_of(record_type, values, contacts_in(record_type, values)).without(rules.left_out)
    pks = set(candidates(record_type, asked)) - set(without)
    if not pks:
        return []
    loaded = load(record_type, pks, actor, rules.left_out)
    found = [Found(record, likeness(record_type, asked, traits)) for record, traits in loaded]
    found = [one for one in found if one.likeness.points >= least]
    only_name = [one for one in found if len(one.likeness.reasons) == 1 and one.likeness.points <= SAME_NAME]
    if len(only_name) >= MANY:
        found = [one for one in found if one not in only_name]
    return sorted(found, key=lambda one: (-one.likeness.points, one.record.pk))[:limit]


def contacts_in(record_type: RecordType, values: Mapping[str, Any]) -> list[str]:
    """What is typed into the parts that hold contacts."""
    assert record_type.duplicates
    found = []
    for path in record_type.duplicates.contacts:
        name, dot, column = path.partition(".")
        rows = values.get(name) if dot else None
        found += [str(row.get(column) or "") for row in rows or () if isinstance(row, Mapping)]
    return found


def candidates(record_type: RecordType, asked: Traits) -> list[int]:
    """Ids of records that share a key, or all words of the name: those at the same place first."""
    lexeme = Lexeme(record_type)
    found: dict[int, None] = {}
    if spelt := sorted(asked.spellings):
        found |= matching(record_type, " | ".join(lexeme(KEY, one) for one in spelt))
    if not asked.words:
        return list(found)
    name = " & ".join(lexeme(IN_TITLE, word) for word in asked.words)
    near = " | ".join(lexeme(ANYWHERE, word) for text in asked.place.values() for word in words_of(text)[:2])
    by_name: dict[int, None] = matching(record_type, f"{name} & ({near})") if near else {}
    if len(by_name) < MOST_CANDIDATES:
        by_name |= matching(record_type, name)
    if len(by_name) < FEW and (fixes := corrections(asked.words)):
        ways = [[word, *fixes.get(word, ())] for word in asked.words]
        alike = " & ".join(f"({' | '.join(lexeme(IN_TITLE, way) for way in words)})" for words in ways)
        by_name |= matching(record_type, alike)
    return list(found | by_name)


def matching(record_type: RecordType, query: str) -> dict[int, None]:
    """OFFSET 0 has the index answer, whatever PostgreSQL hopes of the LIMIT."""
    sql = (
        "SELECT record_id FROM (SELECT record_id FROM search_entry WHERE type = %s AND words @@ %s::tsquery OFFSET 0) e"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {MOST_CANDIDATES}", [record_type.name, query])
        return {pk: None for (pk,) in cursor.fetchall()}


@dataclass(frozen=True)
class Lexeme:
    """How a word of a type stands in the index, quoted for a query."""

    record_type: RecordType

    def __call__(self, mark: str, word: str) -> str:
        text = f"{self.record_type.name}{mark}{word}".replace("\\", "\\\\").replace("'", "''")
        return f"'{text}'"


def load(
    record_type: RecordType, pks: Iterable[int], actor: Actor | None, left_out: Collection[str]
) -> list[tuple[Any, Traits]]:
    """The records (as far as the actor sees them) with what of them is compared, without the reasons left out.

    One statement and one per part.
    """
    same = record_type.duplicates
    assert same
    rows = record_type.visible_to(actor) if actor else record_type.model._base_manager.filter(deleted_at=None)
    records = list(rows.filter(pk__in=list(pks)))
    more: dict[int, list[str]] = {one.pk: [] for one in records}
    for path in same.contacts:
        name, dot, column = path.partition(".")
        part = record_type.part(name) if dot else None
        if part is None:
            continue
        held = part.model._default_manager.filter(**{f"{part.parent}__in": list(more)})
        for pk, value in held.values_list(f"{part.parent}_id", column):
            more[pk].append(value)
    traits = [traits_of(record_type, values_of(record_type, one), more[one.pk]).without(left_out) for one in records]
    return list(zip(records, traits, strict=True))


def values_of(record_type: RecordType, record: Any) -> dict[str, Any]:
    """What is compared of a stored record, without loading what it refers to."""
    same = record_type.duplicates
    assert same
    names = [*same.name, *same.identifiers, *same.place, *same.supports, *(n for n in same.contacts if "." not in n)]
    return {name: Unloaded.of(record, name) for name in names}


class Unloaded:
    """A reference by its id alone."""

    def __init__(self, pk: int) -> None:
        self.pk = pk

    @staticmethod
    def of(record: Any, name: str) -> Any:
        column = record._meta.get_field(name)
        value = getattr(record, column.attname)
        return Unloaded(value) if column.is_relation and value is not None else value
