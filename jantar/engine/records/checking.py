"""What is checked before a record is stored: known names, values, references, uniqueness, the type's own rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.conditions import conditional, hidden_in, hidden_in_new
from jantar.engine.records.field_indexes import taken_field
from jantar.engine.records.held_files import Files
from jantar.engine.records.links import visible_keys
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.several import held_by

Values = Mapping[str, Any]
Errors = dict[str, list[str]]


def check_new(record_type: RecordType, records: Sequence[Any], rows: Sequence[Values], actor: Actor) -> None:
    """Raises Invalid for the first draft that can't be stored; its errors name every wrong field."""
    for errors in new_errors(record_type, records, rows, actor):
        raise_if(errors)


def check_changes(record_type: RecordType, records: Sequence[Any], values: Values, actor: Actor) -> None:
    for errors in change_errors(record_type, records, [values] * len(records), actor):
        raise_if(errors)


def new_errors(
    record_type: RecordType, records: Sequence[Any], rows: Sequence[Values], actor: Actor
) -> Iterator[Errors]:
    """What is wrong with each draft, given the values it was made of; derived columns are filled in first."""
    fields = record_type.fields(actor)
    always = {name for name, field in fields.items() if field.required}
    references = References(actor, fields, records)
    prepare(record_type, records, rows, actor)
    checked = [always.union(values) for values in rows]
    found = field_errors(record_type, records, rows, checked, references)
    defaults = [one for one in conditional(record_type, actor).values() if one.default is not None]
    if defaults or any(missing for _errors, missing in found):
        hidden = hidden_in_new(record_type, records, rows, actor, [errors for errors, _missing in found])
        refuse_missing(found, hidden)
    for record, (errors, _missing) in zip(records, found, strict=True):
        yield errors or own_errors(record_type, record, frozenset(fields), actor)


def change_errors(
    record_type: RecordType, records: Sequence[Any], rows: Sequence[Values], actor: Actor
) -> Iterator[Errors]:
    """What is wrong with each record after its values were put on it."""
    fields = record_type.fields(actor)
    given = set().union(*rows)
    references = References(actor, {name: fields[name] for name in given if name in fields}, records)
    prepare(record_type, records, rows, actor)
    found = field_errors(record_type, records, rows, rows, references)
    if any(missing for _errors, missing in found):
        refuse_missing(found, hidden_in(record_type, records, actor, [errors for errors, _missing in found]))
    for record, values, (errors, _missing) in zip(records, rows, found, strict=True):
        yield errors or own_errors(record_type, record, frozenset(values), actor)


def field_errors(
    record_type: RecordType,
    records: Sequence[Any],
    rows: Sequence[Values],
    checked: Sequence[Iterable[str]],
    references: "References",
) -> list[tuple[Errors, list[str]]]:
    """What is wrong with the fields to be checked of each record; beside it those missing if they are shown."""
    fields, found = record_type.fields(references.actor), []
    for record, values, names in zip(records, rows, checked, strict=True):
        errors, missing = name_errors(record_type, fields, values), []
        for name in names:
            one = fields.get(name)
            if one is None:
                continue
            if one.required and one.shown_when and one.is_empty(one.read(record)):
                missing.append(name)
            else:
                add(errors, name, value_errors(one, record, references))
        found.append((errors, missing))
    return found


def refuse_missing(found: Sequence[tuple[Errors, list[str]]], hidden: Sequence[frozenset[str]]) -> None:
    """Refuses what is missing where it is not hidden."""
    for (errors, missing), names in zip(found, hidden, strict=True):
        for name in missing:
            if name not in names:
                add(errors, name, [_("This field is required.")])


def prepare(record_type: RecordType, records: Sequence[Any], rows: Sequence[Values], actor: Actor) -> None:
    """Lets the type fill in derived columns: once for all records that were given values of the same names."""
    if record_type.prepare is None:
        return
    groups: dict[frozenset[str], list[Any]] = {}
    for record, values in zip(records, rows, strict=True):
        groups.setdefault(frozenset(values), []).append(record)
    for given, group in groups.items():
        record_type.prepare(group, given, actor)


def own_errors(record_type: RecordType, record: Any, given: frozenset[str], actor: Actor) -> Errors:
    """The refusals of references that disagree, and of the type's own rules."""
    if errors := disagreements(record_type, record):
        return errors
    if record_type.validate:
        try:
            record_type.validate(record, given, actor)
        except Invalid as error:
            return error.errors
    return {}


def disagreements(record_type: RecordType, record: Any) -> Errors:
    """References that do not agree with the one they depend on."""
    errors: Errors = {}
    for name, on in record_type.depends.items():
        row, parent = getattr(record, name), getattr(record, f"{on}_id")
        if row is not None and parent is not None and getattr(row, f"{on}_id") != parent:
            words = {"value": row, "parent": getattr(record, on)}
            errors[name] = [_("“%(value)s” does not belong to “%(parent)s”.") % words]
    return errors


def name_errors(record_type: RecordType, fields: Mapping[str, Field], values: Values) -> Errors:
    errors: Errors = {}
    for name in values:
        if record_type.part(name):
            continue
        if name not in fields:
            errors[name] = [_("There is no field “%(name)s”.") % {"name": name}]
        elif fields[name].read_only:
            errors[name] = [_("This field can't be changed.")]
    return errors


def value_errors(field: Field, record: Record, references: "References") -> list[str]:
    if field.read_only:
        return []
    try:
        if isinstance(field, Reference):
            references.check(field, record)
        elif isinstance(field, AnyRecord):
            references.check_key(field, record)
        elif isinstance(field, RecordsOf):
            references.check_keys(field, record)
        elif isinstance(field, File):
            references.files.check(field, record)
        else:
            field.check(field.read(record))
    except FieldError as error:
        return [error.message]
    return []


class References:
    """The rows that records refer to, loaded with one statement per field and put on the records.

    A row the actor may not see counts as missing.
    """

    def __init__(self, actor: Actor, fields: Mapping[str, Field], records: Sequence[Any]) -> None:
        self.actor = actor
        for field in fields.values():
            if isinstance(field, Reference) and not field.read_only:
                self.load(field, records)
        keys = [field for field in fields.values() if isinstance(field, AnyRecord) and not field.read_only]
        wanted = {field.read(record) for field in keys for record in records} - {None}
        several = [field for field in fields.values() if isinstance(field, RecordsOf) and not field.read_only]
        wanted |= {key for field in several for record in records for key in field.read(record)}
        self.seen_keys = visible_keys(wanted, actor)
        self.files = Files(actor, fields, records)

    def load(self, field: Reference, records: Sequence[Any]) -> None:
        ids = {getattr(record, field.id_name) for record in records} - {None}
        found = visible_rows(field.target, self.actor).in_bulk(ids) if ids else {}
        if ids - found.keys():
            found |= {row.pk: row for record in records if (row := coming(record).get(field.name)) is not None}
        for record in records:
            if (pk := getattr(record, field.id_name)) in found:
                setattr(record, field.name, found[pk])
                record.__dict__.get("missing_references", set()).discard(field.name)
            elif pk is not None:
                record.__dict__.setdefault("missing_references", set()).add(field.name)

    def check(self, field: Reference, record: Any) -> None:
        if field.name in record.__dict__.get("missing_references", ()):
            raise FieldError(_("There is no such record."))
        if field.required and getattr(record, field.id_name) is None:
            raise FieldError(_("This field is required."))

    def check_key(self, field: AnyRecord, record: Any) -> None:
        key = field.read(record)
        field.check(key)
        if key is not None and key not in self.seen_keys and field.name not in coming(record):
            raise FieldError(_("There is no such record."))

    def check_keys(self, field: RecordsOf, record: Any) -> None:
        keys = field.read(record)
        field.check(keys)
        if set(keys) - self.seen_keys - held_by(record, field.name) and field.name not in coming(record):
            raise FieldError(_("There is no such record."))


def coming(record: Any) -> Mapping[str, Any]:
    """By reference the new rows, their ids reserved, that are stored in the same act before the record."""
    found: Mapping[str, Any] = record.__dict__.get("coming", {})
    return found


def visible_rows(target: type[Any], actor: Actor) -> Any:
    """The rows of a table that the actor may refer to: visible records, active users, anything else."""
    if issubclass(target, Record):
        return target.objects.visible_to(actor)
    if hasattr(target, "is_active"):
        return target._default_manager.filter(is_active=True)
    return target._default_manager.all()


def integrity_errors(record_type: RecordType, error: IntegrityError) -> Errors:
    """The database's refusal, said of the fields of the constraint it names."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if own := taken_field(name):
        return {own.key: [_("Another record already has this value.")]}
    for model, part in ((record_type.model, ""), *((part.model, part.name) for part in record_type.parts)):
        for constraint in model._meta.constraints:
            if constraint.name == name:
                message = str(constraint.get_violation_error_message())
                named = getattr(constraint, "fields", ())
                fields = [part] if part else [field for field in named if field in record_type.own_fields]
                return {field: [message] for field in fields} or {"": [message]}
        for column in model._meta.concrete_fields:
            if column.unique and f"_{column.column}_" in name:
                return {column.name: [_("Another record already has this value.")]}
    return {"": [_("The database refused this: %(why)s") % {"why": getattr(diagnosis, "message_primary", "")}]}


def add(errors: Errors, name: str, messages: list[str]) -> None:
    if messages:
        errors.setdefault(name, []).extend(messages)


def raise_if(errors: Errors) -> None:
    if errors:
        raise Invalid(errors)
