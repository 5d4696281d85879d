"""Indexes of custom fields: for filtering and sorting where a field is marked for it, and what keeps values unique.

What the definitions ask for is compared with what the database has, and the difference is built or dropped while
people go on working (CONCURRENTLY). So the work can be interrupted anywhere and done again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import IntegrityError, connection
from django.db.models import Count, F, Index, OrderBy, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from jantar.engine.fields.address import AddressKind
from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Several
from jantar.engine.fields.custom import WITH_TARGET, field_from
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.text import LongText, Text
from jantar.engine.permissions.actor import system_actor
from jantar.engine.records.computed import of_definition, term_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

PREFIX = "jantar_custom_"
ALIVE = Q(deleted_at=None)
WAIT_SECONDS = 0.5
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Existing:
    """An index in the database. `percent` tells how far it is while it is being built."""

    is_valid: bool
    is_building: bool
    percent: int | None


@dataclass(frozen=True)
class Wanted:
    index: Index
    record_type: RecordType
    definition: CustomField
    unique: bool = False

    @property
    def sql(self) -> str:
        words = "UNIQUE INDEX" if self.unique else "INDEX"
        model: Any = self.record_type.model._meta.concrete_model
        with connection.schema_editor(atomic=False) as editor:
            statement = str(self.index.create_sql(model, editor, concurrently=True))
        return statement.replace("CREATE INDEX CONCURRENTLY", f"CREATE {words} CONCURRENTLY IF NOT EXISTS", 1)


def build_indexes(tell: Tell, check: Callable[[], None] = lambda: None) -> list[str]:
    """Brings the indexes in line with the definitions; returns what could not be built and why.

    Outside of a transaction only. `tell` gets how many of how many are done, `check` may raise to stop.
    """
    while any(one.is_building for one in existing_indexes().values()):  # by a worker that died or by another one
        check()
        time.sleep(WAIT_SECONDS)
    wanted, existing = wanted_indexes(), existing_indexes()
    for name, found in existing.items():
        if name not in wanted or not found.is_valid:
            _drop(name)
    missing = [name for name in wanted if not (name in existing and existing[name].is_valid)]
    failures = []
    for number, name in enumerate(missing):
        tell(number, len(missing))
        failures += _build(name, wanted[name])
    for table in {wanted[name].record_type.model._meta.db_table for name in missing}:
        _execute(f"ANALYZE {connection.ops.quote_name(table)}")
    tell(len(missing), len(missing))
    return failures


def is_work_left() -> bool:
    """Whether the database has other indexes than the definitions ask for."""
    existing = existing_indexes()
    return wanted_indexes().keys() != existing.keys() or not all(one.is_valid for one in existing.values())


def states_of(definitions: Sequence[CustomField]) -> dict[int, str]:
    """By definition what its indexes are doing: "ready", "waiting", "failed" or the percent done ("43")."""
    existing = existing_indexes()
    names: dict[int, list[str]] = {}
    for name, wanted in wanted_indexes().items():
        names.setdefault(wanted.definition.pk, []).append(name)
    return {
        one.pk: _state(one, [existing.get(name) for name in names[one.pk]]) for one in definitions if one.pk in names
    }


def _state(definition: CustomField, found: Sequence[Existing | None]) -> str:
    if definition.index_error:
        return "failed"
    percents = [one.percent or 0 for one in found if one and one.is_building]
    if percents:
        return str(percents[0])
    return "ready" if all(one and one.is_valid for one in found) else "waiting"


def refuse_doubles(definition: CustomField) -> None:
    """Raises Invalid when records already share a value of the field, with one of the values."""
    record_type = registry.get(definition.record_type)
    field = field_from(definition)
    rows = record_type.model._base_manager.filter(ALIVE, **record_type.defaults, custom__has_key=definition.key)
    doubles = rows.annotate(key=field.unique_key()).values("key").annotate(n=Count("pk")).filter(n__gt=1)
    found = list(doubles.order_by("key")[:1])
    if found:
        words = _("Several records have the same value, for example “%(value)s”. Make them different first.")
        raise Invalid({"unique": [words % {"value": found[0]["key"]}]})


def wanted_indexes() -> dict[str, Wanted]:
    """What the definitions ask for, by the name of the index.

    References to records have theirs unasked: the page of each record counts what refers to it.
    """
    found: dict[str, Wanted] = {}
    asked = Q(indexed=True) | Q(unique=True) | Q(kind__in=WITH_TARGET)
    for definition in CustomField.objects.filter(asked, retired_at=None):
        if definition.record_type not in registry:
            continue
        record_type = registry.get(definition.record_type)
        field = of_definition(definition)
        base = f"{PREFIX}{definition.pk}"
        if field.is_computed:
            if not is_fixed(field, record_type):  # a formula it needs depends on the day or on other records by now
                continue
            base = f"{base}_{written(field, record_type)}"
        if definition.indexed or definition.kind in WITH_TARGET:
            own = Q(**record_type.defaults) & ALIVE
            for index in _indexes(field, base, own):
                found[index.name] = Wanted(index, record_type, definition)
        if definition.unique:
            own = Q(**record_type.defaults) & ALIVE & Q(IsNull(field.expression(), False))
            index = Index(field.unique_key(), name=f"{base}_once", condition=own)
            found[index.name] = Wanted(index, record_type, definition, unique=True)
    return found


def is_fixed(field: Field, record_type: RecordType) -> bool:
    try:
        return term_of(field, record_type, system_actor()).is_fixed
    except FieldError:
        return False


def written(field: Field, record_type: RecordType) -> str:
    """Changes with the formula and with those it needs, so that the index is built anew."""
    rows = record_type.model._base_manager.order_by().annotate(value=field.expression()).values("value")
    return md5(str(rows.query).encode(), usedforsecurity=False).hexdigest()[:8]


def _indexes(field: Field, base: str, condition: Q) -> Iterator[Index]:
    """One in each order where missing values stand last in both, and one for words inside of a text or list."""
    if isinstance(field, Text | File | AddressKind):
        words = OpClass(field.folded(""), "gin_trgm_ops")
        yield GinIndex(words, name=f"{base}_words", condition=condition)
    if isinstance(field, Several):
        yield GinIndex(OpClass(field.expression(), "jsonb_ops"), name=f"{base}_items", condition=condition)
        return
    if isinstance(field, LongText):
        return
    key: Any = field.sort_key() if field.sortable else field.expression()
    yield Index(key, "id", name=f"{base}_up", condition=condition)
    if field.sortable and field.sort_nullable:
        down = OrderBy(key, descending=True, nulls_last=True)
        yield Index(down, F("id").desc(), name=f"{base}_down", condition=condition)


def existing_indexes() -> dict[str, Existing]:
    with connection.cursor() as cursor:
        cursor.execute(EXISTING, [PREFIX.replace("_", r"\_") + "%"])
        return {name: Existing(valid, building, percent) for name, valid, building, percent in cursor.fetchall()}


EXISTING = """
SELECT c.relname, i.indisvalid, p.pid IS NOT NULL, (100 * p.blocks_done / nullif(p.blocks_total, 0))::integer
FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_stat_progress_create_index p ON p.index_relid = c.oid
WHERE c.relname LIKE %s AND pg_table_is_visible(c.oid)
"""


def _build(name: str, wanted: Wanted) -> list[str]:
    definition, error = wanted.definition, ""
    try:
        _execute(wanted.sql)
    except IntegrityError:
        _drop(name)
        error = _("Several records have the same value of “%(label)s”.") % {"label": definition.label}
    if definition.index_error != error:
        CustomField.objects.filter(pk=definition.pk).update(index_error=error)
    return [error] if error else []


def _drop(name: str) -> None:
    _execute(f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(name)}")


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def taken_field(index: str) -> CustomField | None:
    """The field whose values the index of this name keeps unique."""
    pk = index.removeprefix(PREFIX).removesuffix("_once") if index.startswith(PREFIX) else ""
    return CustomField.objects.filter(pk=int(pk)).first() if pk.isdecimal() else None


def holders(record_type: RecordType, field: Field, values: Sequence[Any]) -> Mapping[Any, int]:
    """Which records hold these values of a unique custom field (as `Field.unique_value` gives them)."""
    rows = record_type.model._base_manager.filter(ALIVE, **record_type.defaults, custom__has_key=field.name)
    rows = rows.annotate(unique_key=field.unique_key()).filter(unique_key__in=values)
    return dict(rows.values_list("unique_key", "pk"))
