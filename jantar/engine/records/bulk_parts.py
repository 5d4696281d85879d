"""Parts in a bulk write: rows are added to those a record has; one it has already is not added again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import FieldError
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import Errors, Values
from jantar.engine.records.copying import copy_new
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.kit.text import fold

if TYPE_CHECKING:
    from jantar.engine.records.bulk import Line

PartLines = dict[str, list[Values]]


def check_parts(record_type: RecordType, lines: Sequence["Line"], actor: Actor) -> None:
    """Finds the part rows that are new to their records and checks them."""
    for part in record_type.parts:
        concerned = [line for line in lines if line.parts.get(part.name) and not line.errors]
        stored = stored_rows(part, [line.record.pk for line in concerned if line.record.pk])
        for line in concerned:
            known = stored.get(line.record.pk, [])
            added: list[Values] = []
            for number, row in enumerate(line.parts[part.name]):
                line.errors.update(row_errors(part, row, number))
                if not any(same(part, row, other) for other in (*known, *added)):
                    added.append(row)
            line.new_parts[part.name] = added


def stored_rows(part: Part, pks: list[int]) -> dict[int, list[dict[str, Any]]]:
    names = list(part.fields)
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in pks}
    if pks:
        rows = part.model._default_manager.filter(**{f"{part.parent}__in": pks})
        for values in rows.values(f"{part.parent}_id", *names):
            found[values.pop(f"{part.parent}_id")].append(values)
    return found


def same(part: Part, row: Values, other: Mapping[str, Any]) -> bool:
    names = [name for name in part.known_by if name in row] or row
    return all(plain(row[name]) == plain(other.get(name)) for name in names)


def plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    return fold(value).strip() if isinstance(value, str) else value


def row_errors(part: Part, row: Values, number: int) -> Errors:
    errors: Errors = {}
    for name in row:
        if name not in part.fields:
            errors[f"{part.name}.{number}.{name}"] = [_("There is no field “%(name)s”.") % {"name": name}]
    for name, field in part.fields.items():
        try:
            if name in row or field.required:
                field.check(row.get(name, field.empty))
        except FieldError as error:
            errors[f"{part.name}.{number}.{name}"] = [error.message]
    return errors


def add_parts(record_type: RecordType, lines: Sequence["Line"], *, first: bool) -> None:
    """Stores the new part rows of stored records, of those that come `first` or the others; what their record got
    meanwhile is left out."""
    for part in record_type.parts:
        concerned = [line for line in lines if line.new_parts.get(part.name) and part.comes_first == first]
        if not concerned:
            continue
        stored = stored_rows(part, [line.record.pk for line in concerned])
        rows = [row for line in concerned for row in added_rows(part, line, stored[line.record.pk])]
        if rows:
            copy_new(part.model, rows)


def added_rows(part: Part, line: "Line", known: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    """The rows to store, the main one of each group marked. What the record says of its main row comes first."""
    added = [row for row in line.new_parts[part.name] if not any(same(part, row, other) for other in known)]
    mains = {group_of(part, row) for row in known if part.main and row[part.main]}
    if added and not known and part.main_from:
        own = {name: getattr(line.record, name) for name in part.main_from}
        added = [own, *added] if any(own.values()) else added
    for row in added:
        made = part.model(**{f"{part.parent}_id": line.record.pk})
        for name, value in row.items():
            part.fields[name].write(made, value)
        if part.main:
            group = group_of(part, row)
            setattr(made, part.main, group not in mains)
            mains.add(group)
        yield made


def group_of(part: Part, row: Mapping[str, Any]) -> Any:
    return row.get(part.main_per) if part.main_per else None
