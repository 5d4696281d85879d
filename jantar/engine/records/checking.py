"""What is checked before a record is stored: known names, values, references, uniqueness, the type's own rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType

Values = Mapping[str, Any]
Errors = dict[str, list[str]]


def check_new(record_type: RecordType, drafts: Sequence[tuple[Record, Values]], actor: Actor) -> None:
    """Raises Invalid for the first draft that can't be stored; its errors name every wrong field."""
    fields = record_type.fields(actor)
    references = Visible(actor)
    references.load(fields, [record for record, _values in drafts])
    for record, values in drafts:
        errors = name_errors(record_type, fields, values)
        for name, field in fields.items():
            add(errors, name, value_errors(field, record, references))
        raise_if(errors)
        if record_type.validate:
            record_type.validate(record, frozenset(fields), actor)


def check_changes(record_type: RecordType, records: Sequence[Record], values: Values, actor: Actor) -> None:
    fields = record_type.fields(actor)
    errors = name_errors(record_type, fields, values)
    raise_if(errors)
    touched = {name: fields[name] for name in values if name in fields}
    references = Visible(actor)
    references.load(touched, records)
    for record in records:
        for name, field in touched.items():
            add(errors, name, value_errors(field, record, references))
        raise_if(errors)
        if record_type.validate:
            record_type.validate(record, frozenset(values), actor)


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


def value_errors(field: Field, record: Record, references: "Visible") -> list[str]:
    if field.read_only:
        return []
    value = field.read(record)
    try:
        field.check(value)
        if isinstance(field, Reference) and value is not None:
            references.check(field, value.pk)
    except FieldError as error:
        return [error.message]
    return []


class Visible:
    """Which of the referenced rows exist and may be seen by the actor; one statement per target table."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.found: dict[type[Any], set[int]] = {}

    def load(self, fields: Mapping[str, Field], records: Sequence[Record]) -> None:
        wanted: dict[type[Any], set[int]] = {}
        for field in fields.values():
            if isinstance(field, Reference) and not field.read_only:
                ids = {getattr(record, field.id_name) for record in records} - {None}
                wanted.setdefault(field.target, set()).update(ids)
        for target, ids in wanted.items():
            if ids:
                self.found[target] = set(self.rows(target).filter(pk__in=ids).values_list("pk", flat=True))

    def rows(self, target: type[Any]) -> Any:
        if issubclass(target, Record):
            return target.objects.visible_to(self.actor)
        if hasattr(target, "is_active"):
            return target._default_manager.filter(is_active=True)
        return target._default_manager.all()

    def check(self, field: Reference, pk: int) -> None:
        if pk not in self.found.get(field.target, set()):
            raise FieldError(_("There is no such record."))


def integrity_errors(record_type: RecordType, error: IntegrityError) -> Errors:
    """The database's refusal, said of the fields of the constraint it names."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    for model in (record_type.model, *(part.model for part in record_type.parts)):
        for constraint in model._meta.constraints:
            if constraint.name == name:
                message = str(constraint.get_violation_error_message())
                fields = [field for field in getattr(constraint, "fields", ()) if field in record_type.own_fields]
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
