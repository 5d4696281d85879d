"""One page of records: filtered, sorted, paged by key, counted up to a bound. Lists, boards, API and search use it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db import connection
from django.db.models import F, OrderBy, Q
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.fields.sources import CUSTOM
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.sight import hide_unseen, with_sight

EXACT_UP_TO = 10_000
MAX_LIMIT = 500
CURSOR = "jantar.cursor"
#: What a cursor that leads backwards starts with.
BACK = "~"


@dataclass(frozen=True)
class SortKey:
    """Missing values stand last, whatever the direction; only a page read backwards meets them first."""

    field: Field
    descending: bool
    nulls_first: bool = False

    @property
    def alias(self) -> str:
        return f"sort_{self.field.name}"

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.field.name}"

    def backwards(self) -> "SortKey":
        return SortKey(self.field, not self.descending, not self.nulls_first)

    def order(self) -> OrderBy:
        """Says where NULLs go only where PostgreSQL would put them elsewhere, so that plain indexes serve."""
        if not self.field.nullable or self.descending == self.nulls_first:
            return OrderBy(F(self.alias), descending=self.descending)
        first, last = (True, None) if self.nulls_first else (None, True)
        return OrderBy(F(self.alias), descending=self.descending, nulls_first=first, nulls_last=last)


@dataclass(frozen=True)
class Query:
    """What to list. `sort` is like "-created_at,name"; the id breaks ties. `condition` narrows further.

    With `narrow` nothing but `columns` is loaded, of referenced rows nothing but their title; who reads more of a
    row pays a statement for it.
    """

    record_type: RecordType
    actor: Actor
    filter: Any = None
    sort: str = ""
    search: str = ""
    limit: int = 50
    cursor: str = ""
    columns: Sequence[str] = ()
    action: str = "see"
    condition: Q | None = None
    narrow: bool = False


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next_cursor: str | None
    previous_cursor: str | None = None


def rows_of(query: Query) -> Any:
    """All records of the query, unsorted, as a queryset. Raises BadQuery."""
    rows = query.record_type.visible_to(query.actor, query.action)
    rows = rows.filter(compile_filter(query.filter, query.record_type, query.actor))
    if query.condition is not None:
        rows = rows.filter(query.condition)
    if query.search.strip():
        rows = rows.filter(search_condition(query.record_type, query.search, query.actor))
    return rows


#: Says which records of a type words find; the search index, when there is one.
SearchCondition = Callable[[RecordType, str, Actor], Q]
_search_condition: SearchCondition | None = None


def use_search(condition: SearchCondition) -> None:
    """Registers how lists are searched; records do not know."""
    global _search_condition
    _search_condition = condition


def search_condition(record_type: RecordType, text: str, actor: Actor) -> Q:
    """The records of the type that the text finds, as a condition. Raises LookupError without a search index."""
    if _search_condition is None:
        raise LookupError("No search index is installed.")
    return _search_condition(record_type, text, actor)


def sort_keys(query: Query) -> list[SortKey]:
    fields = query.record_type.fields(query.actor)
    keys = []
    for part in (query.sort or query.record_type.sort).split(","):
        name = part.strip().lstrip("-")
        field = fields.get(name)
        if field is None or not field.sortable:
            raise BadQuery("sort", _("The list can't be sorted by “%(name)s”.") % {"name": name})
        keys.append(SortKey(field, part.strip().startswith("-")))
    return keys


def sorted_rows(query: Query) -> Any:
    """The records of the query in order, with what their columns need loaded."""
    return in_order(query, sort_keys(query))


def in_order(query: Query, keys: Sequence[SortKey]) -> Any:
    rows = rows_of(query).annotate(**{key.alias: key.field.sort_key() for key in keys})
    rows = rows.order_by(*(key.order() for key in keys), OrderBy(F("pk"), descending=keys[-1].descending))
    if loads := loads_of(query):
        rows = rows.select_related(*loads)
    rows = with_sight(rows, shown_fields(query).values(), query.actor)
    return rows.only(*stored_columns(query)) if query.narrow else rows


def loads_of(query: Query) -> list[str]:
    fields = query.record_type.fields(query.actor)
    return [path for name in query.columns if name in fields for path in fields[name].loads]


def shown_fields(query: Query) -> dict[str, Field]:
    fields = query.record_type.fields(query.actor)
    return {name: fields[name] for name in query.columns if name in fields}


def stored_columns(query: Query) -> list[str]:
    """What of the table the columns of the query are read from; nothing, meaning all, when it can't be told."""
    record_type = query.record_type
    known = {column.name for column in record_type.model._meta.concrete_fields}
    fields = record_type.fields(query.actor)
    found = ["id", "version", *record_type.defaults]
    for field in (fields[name] for name in query.columns if name in fields):
        if field.is_custom:
            found.append(CUSTOM)
        elif isinstance(field, MoneyKind):
            found += [f"{field.name}_value", f"{field.name}_currency"]
        elif isinstance(field, AnyRecord):
            found += field.columns
        elif isinstance(field, Reference) and field.title_column:
            found += [f"{field.name}__id", f"{field.name}__{field.title_column}"]
        elif field.name in known:
            found.append(field.name)
        else:
            return []
    return found


def page_of(query: Query) -> Page:
    """The rows after the cursor (before it, for a `previous_cursor`), at most `limit`; one statement."""
    if not 1 <= query.limit <= MAX_LIMIT:
        raise BadQuery("limit", _("Between 1 and %(limit)d rows can be asked for.") % {"limit": MAX_LIMIT})
    keys = sort_keys(query)
    is_back = query.cursor.startswith(BACK)
    direction = [key.backwards() for key in keys] if is_back else keys
    rows = in_order(query, direction)
    if query.cursor:
        rows = rows.filter(after(direction, decode_cursor(query.cursor.removeprefix(BACK), keys)))
    found = list(rows[: query.limit + 1])
    more = len(found) > query.limit
    found = found[: query.limit]
    hide_unseen(found, shown_fields(query))
    if is_back:
        found.reverse()
    has_next, has_previous = (True, more) if is_back else (more, bool(query.cursor))
    return Page(
        found,
        encode_cursor(found[-1], keys) if found and has_next else None,
        BACK + encode_cursor(found[0], keys) if found and has_previous else None,
    )


def count_of(query: Query) -> tuple[int, bool]:
    """How many records, and whether that is exact: beyond 10,000 the planner's estimate is given."""
    rows = rows_of(query).order_by()
    number = rows.values("pk")[: EXACT_UP_TO + 1].count()
    if number <= EXACT_UP_TO:
        return number, True
    return max(number, estimate(rows)), False


def estimate(rows: Any) -> int:
    """The planner's guess at the number of rows, to two significant digits."""
    sql, parameters = rows.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        [(plan,)] = cursor.fetchall()
    guess = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]
    return int(float(f"{guess:.1e}"))


# Cursors: the sort values and the id of the last row shown.


def encode_cursor(row: Any, keys: Sequence[SortKey]) -> str:
    """Signed, so that what comes back has the types that went out."""
    values = [_to_json(getattr(row, key.alias)) for key in keys]
    return signing.dumps([*map(str, keys), *values, row.pk], salt=CURSOR)


def decode_cursor(cursor: str, keys: Sequence[SortKey]) -> list[Any]:
    try:
        values = signing.loads(cursor, salt=CURSOR)
    except signing.BadSignature:
        values = []
    if values[: len(keys)] != [*map(str, keys)] or len(values) != 2 * len(keys) + 1:
        raise BadQuery("cursor", _("This page address is no longer valid."))
    return [_from_json(value) for value in values[len(keys) :]]


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"n": str(value)} if isinstance(value, Decimal) else value


def _from_json(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(kind, text)] = value.items()
    readers: dict[str, Callable[[str], Any]] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal}
    return readers[kind](text)


def after(keys: Sequence[SortKey], values: Sequence[Any]) -> Q:
    """Rows that come after the one with these values."""
    id_key = LessThan if keys[-1].descending else GreaterThan
    condition = Q(id_key(F("pk"), values[-1]))
    for key, value in zip(reversed(keys), reversed(values[:-1]), strict=True):
        condition = Q(_beyond(key, value)) | (Q(_same(key, value)) & condition)
    first, value = keys[0], values[0]
    if value is not None and (first.nulls_first or not first.field.nullable):  # a bound that an index can start at
        bound = LessThanOrEqual if first.descending else GreaterThanOrEqual
        condition &= Q(bound(F(first.alias), value))
    return condition


def _same(key: SortKey, value: Any) -> Any:
    return IsNull(F(key.alias), True) if value is None else Exact(F(key.alias), value)


def _beyond(key: SortKey, value: Any) -> Any:
    column = F(key.alias)
    if value is None:
        return IsNull(column, False) if key.nulls_first else Q(pk__in=[])
    larger = LessThan(column, value) if key.descending else GreaterThan(column, value)
    return larger if key.nulls_first or not key.field.nullable else Q(larger) | Q(IsNull(column, True))
