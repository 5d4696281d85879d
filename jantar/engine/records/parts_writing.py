"""Storing the parts of a record: the list given replaces the list stored."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import Errors, References, add, raise_if, value_errors
from jantar.engine.records.models import Record
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType


def write_parts(record_type: RecordType, record: Record, values: Mapping[str, Any], actor: Actor) -> None:
    """Rows with an `id` are changed, others added, missing ones removed. Raises Invalid, keyed "part.0.field"."""
    for part in record_type.parts:
        if part.name in values:
            _write_part(part, record, values[part.name], actor)


def _write_part(part: Part, record: Record, rows: Any, actor: Actor) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Invalid({part.name: [_("A list of rows is expected.")]})
    kept = {row.pk: row for row in part.model._default_manager.filter(**{part.parent: record})}
    wanted = [_row(part, record, kept, row, number) for number, row in enumerate(rows)]
    _check(part, wanted, rows, actor)
    if part.main and wanted:
        _one_main(part, wanted)
    stay = {row.pk for row in wanted if row.pk}
    part.model._default_manager.filter(pk__in=kept.keys() - stay).delete()
    for row in sorted(wanted, key=lambda row: bool(part.main and getattr(row, part.main))):
        row.save()


def _row(part: Part, record: Record, kept: dict[int, Any], values: Mapping[str, Any], number: int) -> Any:
    pk = values.get("id")
    if pk is not None and pk not in kept:
        raise Invalid({f"{part.name}.{number}.id": [_("There is no such record.")]})
    row = kept[pk] if pk is not None else part.model(**{part.parent: record})
    for name, value in values.items():
        if name in part.fields:
            part.fields[name].write(row, value)
    return row


def _check(part: Part, wanted: list[Any], rows: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    """New rows are checked whole, kept ones in what was given: they may name what the actor no longer sees."""
    references = References(actor, part.fields, wanted)
    errors: Errors = {}
    for number, (row, given) in enumerate(zip(wanted, rows, strict=True)):
        for name in given.keys() - part.fields.keys() - {"id"}:
            add(errors, f"{part.name}.{number}.{name}", [_("There is no field “%(name)s”.") % {"name": name}])
        for name, field in part.fields.items():
            if row.pk is None or name in given:
                add(errors, f"{part.name}.{number}.{name}", value_errors(field, row, references))
    raise_if(errors)


def _one_main(part: Part, rows: list[Any]) -> None:
    """Of each group exactly one row is the main one: the last that says so, else the first."""
    assert part.main
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(getattr(row, part.main_per) if part.main_per else None, []).append(row)
    for group in groups.values():
        chosen = next((row for row in reversed(group) if getattr(row, part.main)), group[0])
        for row in group:
            setattr(row, part.main, row is chosen)
