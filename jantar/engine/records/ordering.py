"""The order of a list: its sort keys, the cursors that hold a place in it, and the rows behind such a place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.core import signing
from django.db.models import Case, F, OrderBy, Q, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.utils.translation import gettext as _

from jantar.engine.fields.address import piece_of
from jantar.engine.fields.base import Field
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.sight import is_true, refers_to_record, seen_condition

CURSOR = "jantar.cursor"
Stretch = Literal["all", "with", "without"]


@dataclass(frozen=True)
class SortKey:
    """Missing values stand last, whatever the direction; only a page read backwards meets them first.

    A reference to a record sorts by its title where it is `seen`; what may not be seen sorts as missing, so that
    the order tells nothing about it. No index holds that mixture. So a page is read in two stretches: rows
    `with` a title follow the index of the referenced table, those `without` have no title to be sorted by.
    """

    field: Field
    descending: bool
    nulls_first: bool = False
    seen: Q | None = None
    stretch: Stretch = "all"

    @property
    def alias(self) -> str:
        return f"sort_{self.field.name.replace('.', '-')}"

    @property
    def nullable(self) -> bool:
        return self.stretch == "all" and (self.seen is not None or self.field.sort_nullable)

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.field.name}"

    def backwards(self) -> "SortKey":
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def expression(self) -> Combinable:
        if self.seen is None or self.stretch == "with":
            return self.field.sort_key()
        nothing = Value(None, output_field=TextField())
        return nothing if self.stretch == "without" else Case(When(self.seen, then=self.field.sort_key()), default=None)

    def condition(self) -> Q:
        """The rows of the stretch."""
        if self.seen is None or self.stretch == "all":
            return Q()
        return self.seen if self.stretch == "with" else Q(Exact(is_true(self.seen), False))

    def order(self) -> OrderBy:
        """Says where NULLs go only where PostgreSQL would put them elsewhere, so that plain indexes serve."""
        if not self.nullable or self.descending == self.nulls_first:
            return OrderBy(F(self.alias), descending=self.descending)
        first, last = (True, None) if self.nulls_first else (None, True)
        return OrderBy(F(self.alias), descending=self.descending, nulls_first=first, nulls_last=last)


def keys_of(sort: str, fields: Mapping[str, Field], actor: Actor) -> list[SortKey]:
    """The keys of a text like "-created_at,name". Raises BadQuery."""
    keys = []
    for part in sort.split(","):
        name = part.strip().lstrip("-")
        field = piece_of(fields, name)
        if field is None or not field.sortable:
            raise BadQuery("sort", _("The list can't be sorted by “%(name)s”.") % {"name": name})
        seen = None
        if refers_to_record(field) and field.title_column:
            seen = seen_condition(field, actor) & Q(**{f"{field.name}__isnull": False})
        keys.append(SortKey(field, part.strip().startswith("-"), seen=seen))
    return keys


def order_of(keys: Sequence[SortKey]) -> list[OrderBy]:
    """The id breaks ties, in the direction of the last key."""
    told = [key.order() for key in keys if key.stretch != "without"]
    return [*told, OrderBy(F("pk"), descending=keys[-1].descending)]


Values = Sequence[Any]


def stretches(keys: Sequence[SortKey], values: Values | None) -> Iterator[tuple[list[SortKey], Values | None]]:
    """The parts in which a list is read from a place on, each with its keys and the place to start after."""
    first, *rest = keys
    if first.seen is None:
        yield list(keys), values
        return
    parts: list[Stretch] = ["without", "with"] if first.nulls_first else ["with", "without"]
    here: Stretch | None = None if values is None else "without" if values[0] is None else "with"
    for part in parts if here is None else parts[parts.index(here) :]:
        yield [replace(first, stretch=part), *rest], values if part == here else None


def after(keys: Sequence[SortKey], values: Values) -> Q:
    """Rows that come after the one with these values."""
    id_key = LessThan if keys[-1].descending else GreaterThan
    condition = Q(id_key(F("pk"), values[-1]))
    for key, value in zip(reversed(keys), reversed(values[:-1]), strict=True):
        if key.stretch != "without":
            condition = Q(_beyond(key, value)) | (Q(_same(key, value)) & condition)
    first, value = keys[0], values[0]
    if value is not None and (first.nulls_first or not first.nullable):  # a bound that an index can start at
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
    return larger if key.nulls_first or not key.nullable else Q(larger) | Q(IsNull(column, True))


# Cursors: the sort values and the id of the last row shown.


def encode_cursor(row: Any, keys: Sequence[SortKey]) -> str:
    """Signed, so that what comes back has the types that went out."""
    values = [_to_json(getattr(row, key.alias)) for key in keys]
    return signing.dumps([*map(str, keys), *values, row.pk], salt=CURSOR)


def decode_cursor(cursor: str, keys: Sequence[SortKey]) -> Values:
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
