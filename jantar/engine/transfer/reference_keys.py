"""By which field of what it points to a reference is found, and what is done when nothing is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.transfer.matching import comparable
from jantar.engine.transfer.targets import ID
from jantar.kit.numbers import whole_number

#: Kinds of fields whose values can tell which record is meant.
TELLING = ("text", "email", "phone", "web", "integer", "number")


def keys_of(reference: Reference, actor: Actor) -> dict[str, Field]:
    """The fields by which the records it points to can be found, by name; none for users, teams and settings.

    Those of the declaration are the title, what the type is matched by and what nobody else may have; of custom
    fields all whose kind can tell records apart, such as the number that another program gave them.
    """
    found: dict[str, Field] = {}
    for record_type in types_of(reference):
        usual = (record_type.title, *record_type.match)
        for name, one in record_type.fields(actor).items():
            if name == ID or (tells(one) and (name in usual or one.is_custom or one.unique)):
                found.setdefault(name, one)
    return found


def tells(field: Field) -> bool:
    """Whether the values can tell one record from another."""
    return field.kind in TELLING and not getattr(field, "is_computed", False)


def types_of(reference: Reference) -> list[RecordType]:
    return registry.types_of(reference.target) if issubclass(reference.target, Record) else []


def found_by(reference: Reference, name: str, texts: Mapping[str, str], actor: Actor) -> dict[str, list[Any]]:
    """By key of the text the records whose field has its value; one statement for each type that has the field."""
    found: dict[str, list[Any]] = {key: [] for key in texts}
    for record_type in types_of(reference):
        one = record_type.fields(actor).get(name)
        if one is None:
            continue
        meant: dict[Any, list[str]] = {}
        for key, text in texts.items():
            if (value := value_of(one, name, text)) is not None:
                meant.setdefault(value, []).append(key)
        rows = record_type.visible_to(actor).annotate(import_key=one.sort_key()).filter(import_key__in=list(meant))
        for pk, value in rows.order_by("pk").values_list("pk", "import_key"):
            for key in meant[comparable(value)]:
                found[key].append(reference.target(pk=pk))
    return found


def value_of(one: Field, name: str, text: str) -> Any:
    """The text as a value to be compared; None when it is none of this field."""
    if name == ID:
        return whole_number(text)
    try:
        return comparable(one.parse_cell(text, Conventions(currency="EUR")))
    except FieldError:
        return None


def check_keys(plan: Any, references: Mapping[str, Reference], actor: Actor) -> dict[str, list[str]]:
    """What is wrong with how the references of a plan are found, by the setting; `references` by their full keys."""
    errors: dict[str, list[str]] = {}
    for key, name in plan.find_by.items():
        if key not in references:
            errors["find_by"] = [_("“%(name)s” is no reference that a column goes to.") % {"name": key[:80]}]
        elif name not in keys_of(references[key], actor):
            told = {"field": references[key].label, "name": name[:80]}
            errors["find_by"] = [_("“%(field)s” can't be found by “%(name)s”.") % told]
        elif key in plan.create_missing and not is_title(references[key], name):
            told = {"field": references[key].label}
            errors["create_missing"] = [_("“%(field)s” can be created only when it is found by its name.") % told]
    if unknown := [key for key in plan.leave_empty if key not in references]:
        errors["leave_empty"] = [_("“%(name)s” is no reference that a column goes to.") % {"name": ", ".join(unknown)}]
    elif both := [key for key in plan.leave_empty if key in plan.create_missing]:
        told = {"field": ", ".join(str(references[key].label) for key in both)}
        errors["leave_empty"] = [_("“%(field)s” can't be both created and left empty.") % told]
    return errors


def is_title(reference: Reference, name: str) -> bool:
    return any(name == record_type.title for record_type in types_of(reference))
