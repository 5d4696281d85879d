"""Records as JSON and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType

Errors = dict[str, list[str]]
#: What every answer has, whichever fields were asked for.
ALWAYS = ("id", "version")
MAX_VERSION = 2**31 - 1
MAX_ROWS = 1000


def dump_record(record: Any, fields: Mapping[str, Field], parts: Mapping[str, Any]) -> dict[str, Any]:
    """`parts` maps names to lists of already dumped rows."""
    values = {name: field.dump(field.read(record)) for name, field in fields.items()}
    return {"id": record.pk, "version": record.version, **values, **parts}


def dump_parts(parts: Sequence[Part], pks: list[int]) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """The rows of the parts of several records, by part and record id; one statement for each part."""
    return {
        part.name: {pk: [dump_row(part, row) for row in rows] for pk, rows in part.rows(pks).items()} for part in parts
    }


def dump_row(part: Part, row: Any) -> dict[str, Any]:
    return {"id": row.pk, **{name: field.dump(field.read(row)) for name, field in part.fields.items()}}


def load_values(record_type: RecordType, data: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Python values of the fields and parts in a JSON object. Raises Invalid, naming every wrong one."""
    errors: Errors = {}
    values: dict[str, Any] = {}
    plain = {name: value for name, value in data.items() if record_type.part(name) is None}
    values = load_fields(record_type.fields(actor), plain, errors)
    for part in record_type.parts:
        if part.name in data:
            values[part.name] = load_rows(part, data[part.name], errors)
    if errors:
        raise Invalid(errors)
    return values


def load_fields(
    fields: Mapping[str, Field], data: Mapping[str, Any], errors: Errors, prefix: str = ""
) -> dict[str, Any]:
    """The values of those that can be read; what is wrong with the others is added to `errors`."""
    values: dict[str, Any] = {}
    for name, value in data.items():
        field = fields.get(name)
        try:
            if field is None:
                raise FieldError(_("There is no field “%(name)s”.") % {"name": name[:50]})
            if field.read_only:
                raise FieldError(_("This field can't be changed."))
            values[name] = field.load(value)
        except FieldError as error:
            errors[f"{prefix}{name}"] = [error.message]
    return values


def load_rows(part: Part, data: Any, errors: Errors) -> list[dict[str, Any]]:
    if not isinstance(data, list):
        errors[part.name] = [_("A list of rows is expected.")]
        return []
    if len(data) > MAX_ROWS:
        errors[part.name] = [_("At most %(limit)d rows fit here.") % {"limit": MAX_ROWS}]
        return []
    rows = []
    for number, row in enumerate(data):
        place = f"{part.name}.{number}"
        if not isinstance(row, dict):
            errors[place] = [_("An object with fields and values is expected.")]
            continue
        values = load_fields(
            part.fields, {name: value for name, value in row.items() if name != "id"}, errors, f"{place}."
        )
        pk = row.get("id")
        if pk is not None and (isinstance(pk, bool) or not isinstance(pk, int)):
            errors[f"{place}.id"] = [_("A whole number is expected.")]
        rows.append({"id": pk, **values} if pk is not None else values)
    return rows


def load_version(data: Mapping[str, Any]) -> int | None:
    """The version a change was made from, when the caller names one."""
    version = data.get("version")
    if version is None:
        return None
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= MAX_VERSION:
        raise Invalid({"version": [_("A whole number is expected.")]})
    return version
