"""Records as JSON and back."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.references import Reference, is_unseen, unseen
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.further import Behind, Further, load_behind
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.sight import refers_to_record

Errors = dict[str, list[str]]
#: What every answer has, whichever fields were asked for.
ALWAYS = ("id", "version")
MAX_VERSION = 2**31 - 1
MAX_ROWS = 1000


class Dump:
    """Writes rows as JSON. Of a referenced record that one of the readers may not see not even the id is told."""

    def __init__(self, *readers: Actor) -> None:
        self.readers = readers
        self.visible: dict[type[Any], set[int]] = {}
        self.titles: dict[RecordKey, str] = {}
        self.behind: dict[str, list[Behind]] = {}

    def look_up(self, fields: Mapping[str, Field], rows: Iterable[Any]) -> None:
        """Finds out which of the records that rows refer to are visible; one statement for each table."""
        wanted: dict[type[Any], set[int]] = {}
        rows = list(rows)
        for field in fields.values():
            if refers_to_record(field):
                wanted.setdefault(field.target, set()).update(getattr(row, field.id_name) for row in rows)
        for target, ids in wanted.items():
            self.look_up_ids(target, ids - {None})
        behind = load_behind(fields.values(), rows, self.readers[0])
        self.behind |= behind
        for one in chain.from_iterable(behind.values()):
            self.look_up(one.fields, one.rows.values())
        linking = [field for field in fields.values() if isinstance(field, AnyRecord)]
        several = [field for field in fields.values() if isinstance(field, RecordsOf)]
        keys = [field.read(row) for field in linking for row in rows]
        self.look_up_keys(keys + [key for field in several for row in rows for key in field.read(row)])

    def look_up_keys(self, keys: Iterable[RecordKey | None]) -> None:
        """Titles of the records of any type; one statement for each type among them."""
        left = {key for key in keys if key is not None}
        for reader in self.readers:
            found = record_titles(left, reader)
            left &= found.keys()
        self.titles |= {key: found[key] for key in left}

    def look_up_ids(self, target: type[Any], ids: set[int]) -> None:
        first, *others = self.readers
        rows = target.objects.visible_to(first).filter(pk__in=ids)
        for reader in others:
            rows = rows.visible_to(reader)
        self.visible.setdefault(target, set()).update(rows.values_list("pk", flat=True))

    def record(self, record: Any, fields: Mapping[str, Field], parts: Mapping[str, Any]) -> dict[str, Any]:
        """`parts` maps names to lists of already dumped rows."""
        return {"id": record.pk, "version": record.version, **self.values(record, fields), **parts}

    def row(self, row: Any, part: Part) -> dict[str, Any]:
        return {"id": row.pk, **self.values(row, part.fields)}

    def values(self, row: Any, fields: Mapping[str, Field]) -> dict[str, Any]:
        return {
            name: self.further(field, row) if isinstance(field, Further) else self.value(field, field.read(row))
            for name, field in fields.items()
        }

    def further(self, field: Further, row: Any) -> Any:
        """A field of the record that the row refers to; null where it refers to none that may be seen."""
        pk = field.id_in(row)
        for behind in self.behind.get(field.at.name, ()):
            if pk in behind.rows and (end := field.ends.get(behind.record_type.name)):
                return self.value(end, end.read(behind.rows[pk]))
        return None

    def value(self, field: Field, value: Any) -> Any:
        """The record of a reference must have been looked up."""
        if value is not None and refers_to_record(field) and value.pk not in self.visible.get(field.target, ()):
            return {"id": None, "title": unseen()}
        if value is not None and isinstance(field, AnyRecord):
            return self.key(value)
        if isinstance(field, RecordsOf):
            return [self.key(key) for key in value or ()]
        if isinstance(field, File):
            return dumped(field, value)
        return field.dump(value)

    def key(self, key: RecordKey) -> dict[str, Any]:
        if key not in self.titles:
            return {"type": None, "id": None, "title": unseen()}
        return {"type": key.type, "id": key.id, "title": self.titles[key]}


def dumped(field: File, value: Any) -> Any:
    """A file with the address of its bytes."""
    return value and {**field.dump(value), "url": reverse("api:held_file", args=[value.key])}


def load_values(record_type: RecordType, data: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Python values of the fields and parts in a JSON object. Raises Invalid, naming every wrong one."""
    values, errors = read_values(record_type, data, actor)
    if errors:
        raise Invalid(errors)
    return values


def read_values(record_type: RecordType, data: Mapping[str, Any], actor: Actor) -> tuple[dict[str, Any], Errors]:
    """Python values of the fields and parts in a JSON object, and what can't be read, by name."""
    errors: Errors = {}
    plain = {name: value for name, value in data.items() if record_type.part(name) is None}
    values = load_fields(record_type.fields(actor), plain, errors)
    for part in record_type.parts:
        if part.name in data:
            values[part.name] = load_rows(part, data[part.name], errors)
    return values, errors


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
            if isinstance(field, Reference | AnyRecord) and is_unseen(value):
                continue
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
