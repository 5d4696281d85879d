"""One page of records: filtered, sorted, paged by key, counted up to a bound. Lists, boards, API and search use it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.fields.sources import CUSTOM
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.computed import with_computed
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.ordering import (
    SortKey,
    after,
    decode_cursor,
    encode_cursor,
    keys_of,
    order_of,
    stretches,
)
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.sight import hide_unseen, load_references, with_sight
from jantar.engine.records.written import read

EXACT_UP_TO = 10_000
MAX_LIMIT = 500
#: Between a reference and the field of the record it leads to, in the name of a column.
STEP = "."
#: What a cursor that leads backwards starts with.
BACK = "~"


@dataclass(frozen=True)
class Query:
    """What to list. `sort` is like "-created_at,name"; the id breaks ties. `condition` narrows further.

    With `narrow` nothing but the title and `columns` is loaded, of referenced rows nothing but type and title; who
    reads more of a row pays a statement for it.
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
    if query.search.strip() and query.actor.as_of:
        raise BadQuery("search", _("The past can't be searched for words. Use a filter."))
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


def sorted_rows(query: Query) -> Any:
    """The records of the query in order, with what their columns need loaded."""
    return in_order(query, sort_keys(query))


def sort_keys(query: Query) -> list[SortKey]:
    """Raises BadQuery for a field the type can't be sorted by."""
    fields = query.record_type.fields(query.actor)
    return keys_of(query.sort or query.record_type.sort, fields, query.actor)


def in_order(query: Query, keys: Sequence[SortKey]) -> Any:
    rows = rows_of(query).annotate(**{key.alias: key.expression() for key in keys})
    rows = rows.filter(*(key.condition() for key in keys)).order_by(*order_of(keys))
    shown = shown_fields(query).values()
    rows = with_sight(load_references(rows, shown, query.actor), shown, query.actor)
    rows = with_computed(rows, shown)
    return rows.only(*stored_columns(query)) if query.narrow and not query.actor.as_of else rows


def shown_fields(query: Query) -> dict[str, Field]:
    fields = query.record_type.fields(query.actor)
    return {name: fields[name] for name in query.columns if name in fields}


def stored_columns(query: Query) -> list[str]:
    """What of the table the columns of the query are read from; nothing, meaning all, when it can't be told."""
    record_type = query.record_type
    known = {column.name for column in record_type.model._meta.concrete_fields}
    fields = record_type.fields(query.actor)
    found = ["id", "version", *record_type.defaults]
    found += [one.while_column for one in record_type.deadlines if one.field in query.columns]
    steps = (name.partition(STEP)[0] for name in query.columns if STEP in name)  # `records.further` reads what follows
    found += [column for name in steps if name in fields for column in fields[name].columns]
    for field in (fields[name] for name in {record_type.title: 0, **dict.fromkeys(query.columns)} if name in fields):
        if field.is_computed:
            continue
        if field.is_custom:
            found.append(CUSTOM)
        elif isinstance(field, MoneyKind):
            found += [f"{field.name}_value", f"{field.name}_currency"]
        elif isinstance(field, AnyRecord):
            found += field.columns
        elif isinstance(field, Reference) and field.title_column:
            kinds = {name for one in registry.types_of(field.target) for name in one.defaults}
            found += [f"{field.name}__{name}" for name in ("id", field.title_column, *sorted(kinds))]
        elif field.name in known:
            found.append(field.name)
        else:
            return []
    return found


def page_of(query: Query) -> Page:
    """The rows after the cursor (before it, for a `previous_cursor`), at most `limit`; one statement.

    A list by the title of a referenced record takes a second one where rows with such a title come to an end.
    """
    if not 1 <= query.limit <= MAX_LIMIT:
        raise BadQuery("limit", _("Between 1 and %(limit)d rows can be asked for.") % {"limit": MAX_LIMIT})
    keys = sort_keys(query)
    is_back = query.cursor.startswith(BACK)
    direction = [key.backwards() for key in keys] if is_back else keys
    values = decode_cursor(query.cursor.removeprefix(BACK), keys) if query.cursor else None
    found: list[Any] = []
    for stretch, start in stretches(direction, values):
        found += stretch_of(query, stretch, start, query.limit + 1 - len(found))
        if len(found) > query.limit:
            break
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


def stretch_of(query: Query, keys: Sequence[SortKey], start: Sequence[Any] | None, limit: int) -> list[Any]:
    """The first rows in this order, behind `start`. Raises BadQuery for a filter that may not be asked any more."""

    def rows(*start: Any) -> Any:
        found = in_order(query, keys)
        return (found.filter(after(keys, start)) if start else found)[:limit]

    if query.search or query.condition is not None:
        return list(rows(*start or ()))
    compile_filter(query.filter, query.record_type, query.actor)  # what it names may be gone or closed meanwhile
    asked = (
        json.dumps(query.filter, sort_keys=True, default=str),
        query.sort,
        tuple(query.columns),
        query.action,
        query.narrow,
    )
    order = tuple((str(key), key.nulls_first, key.stretch) for key in keys)
    return read(("list", query.record_type.name, asked, order, limit), query.actor, rows, start or ())


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
