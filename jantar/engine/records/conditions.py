"""When custom fields are shown: the condition an administrator set, asked of records as they would be stored.

The condition is the one that lists filter by, asked by the same statement with the values at hand in the place of the
table's rows. So a form says of values just typed what a list says of the record once it is stored.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db.models import Q
from django.db.models.sql.datastructures import BaseTable

from jantar.engine.fields.base import Field
from jantar.engine.fields.sources import CUSTOM
from jantar.engine.permissions.actor import Actor, everyone
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.kept.reading import measuring_anew
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.sight import is_true

ALIAS = "shown_"


def conditional(record_type: RecordType, actor: Actor) -> dict[str, Field]:
    """The fields of the type that have a condition."""
    return {name: one for name, one in actor.custom_fields.get(record_type.name, {}).items() if one.shown_when}


def conditions_of(record_type: RecordType, actor: Actor) -> dict[str, Q]:
    """By field, the same for whoever looks. A condition that can't be asked any more is left out: the field shows."""
    found, seeing = {}, everyone(actor)
    for name, one in conditional(record_type, actor).items():
        with suppress(BadQuery), measuring_anew():
            found[name] = compile_filter(one.shown_when, record_type, seeing)
    return found


def hidden_in(
    record_type: RecordType, records: Sequence[Any], actor: Actor, wrong: Sequence[Collection[str]] = ()
) -> list[frozenset[str]]:
    """The names of the fields that are hidden in each of the records, stored or not, by the values they hold now.

    One statement, none where the type has no conditions. `wrong` names for each record the fields whose value could
    not be stored; they count as empty.
    """
    conditions = conditions_of(record_type, actor) if records else {}
    if not conditions:
        return [frozenset()] * len(records)
    fields = record_type.fields(actor)
    wrong = wrong or [()] * len(records)
    rows = [row_of(record, fields, names) for record, names in zip(records, wrong, strict=True)]
    for place, row in enumerate(rows, start=1):
        row["id"] = row["id"] or -place
    shown = {f"{ALIAS}{name}": is_true(condition) for name, condition in conditions.items()}
    found = record_type.model._base_manager.order_by().annotate(**shown).values_list("pk", *shown)
    query = found.query
    alias = query.get_initial_alias()
    query.alias_map[alias] = _Given(query.base_table, alias, json.dumps(rows, default=str))
    hidden = {
        pk: frozenset(name for name, is_shown in zip(conditions, told, strict=True) if not is_shown)
        for pk, *told in found
    }
    return [hidden[row["id"]] for row in rows]


def hidden_in_new(
    record_type: RecordType, records: Sequence[Any], rows: Sequence[Mapping[str, Any]], actor: Actor,
    wrong: Sequence[Collection[str]] = (),
) -> list[frozenset[str]]:  # fmt: skip
    """The same of drafts made of `rows`, out of which the defaults of hidden fields are taken first."""
    defaults = [one for one in conditional(record_type, actor).values() if one.default is not None]
    while True:
        hidden = hidden_in(record_type, records, actor, wrong)
        dropped = False
        for record, values, names in zip(records, rows, hidden, strict=True):
            for one in defaults:
                if one.name in names and one.name not in values and not one.is_empty(one.read(record)):
                    one.write(record, one.empty)
                    dropped = True
        if not dropped:  # what was dropped may be what another condition asks for
            return hidden


def row_of(record: Any, fields: Mapping[str, Field], wrong: Collection[str]) -> dict[str, Any]:
    """The record as a row of its table, in JSON."""
    values = {column.attname: getattr(record, column.attname) for column in record._meta.concrete_fields}
    for name in wrong:
        one = fields.get(name)
        if one is not None and one.is_custom:
            values[CUSTOM] = {key: value for key, value in values[CUSTOM].items() if key != name}
        elif one is not None:
            values |= {column: None for column in one.columns if column in values}
    return {column.column: values[column.attname] for column in record._meta.concrete_fields}


class _Given(BaseTable):
    """Rows that are sent along, in the place of those of the table."""

    def __init__(self, table_name: str, alias: str, rows: str) -> None:
        super().__init__(table_name, alias)
        self.rows = rows

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        table, alias = (connection.ops.quote_name(name) for name in (self.table_name, self.table_alias))
        return f"jsonb_populate_recordset(NULL::{table}, %s::jsonb) {alias}", (self.rows,)
