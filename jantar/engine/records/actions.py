"""Running the verbs of a record type, such as winning a deal: pages, API and automation call them here."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.checking import Errors, Values, add, raise_if, visible_rows
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.record_type import RecordAction, RecordType


def run_action(
    record_type: RecordType, pk: int, name: str, values: Values, *, actor: Actor, cause: str = Cause.PAGE
) -> Any:
    """Does the verb `name` to one record and returns what its service returns.

    `values` are Python values of the action's fields. Raises NotFound for an unknown verb or record, NotAllowed
    when the actor only sees the record, and Invalid for wrong values or when the verb makes no sense now.
    """
    action = action_of(record_type, name)
    with operation(actor, cause):
        record = write.locked(record_type, pk, actor, action.action)
        if not action.available(record):
            raise Invalid({"": [_("“%(action)s” is not possible now.") % {"action": action.label}]})
        return action.service(record, actor=actor, cause=cause, **checked(fields_of_action(action), values, actor))


def action_of(record_type: RecordType, name: str) -> RecordAction:
    """Raises NotFound for a verb the type does not have."""
    action = record_type.action(name)
    if action is None:
        raise NotFound(_("There is no action “%(name)s”.") % {"name": name})
    return action


def fields_of_action(action: RecordAction) -> Mapping[str, Field]:
    return action.fields() if action.fields else {}


def checked(fields: Mapping[str, Field], values: Values, actor: Actor) -> dict[str, Any]:
    """A value for every field, empty where none was given. Raises Invalid, naming every wrong one."""
    errors: Errors = {
        name: [_("There is no field “%(name)s”.") % {"name": name}] for name in values if name not in fields
    }
    found: dict[str, Any] = {}
    for name, field in fields.items():
        value = values.get(name, field.empty)
        try:
            field.check(value)
            found[name] = seen(field, value, actor)
        except FieldError as error:
            add(errors, name, [error.message])
    raise_if(errors)
    return found


def seen(field: Field, value: Any, actor: Actor) -> Any:
    """A referenced row as it is stored; one the actor may not see counts as missing."""
    if not isinstance(field, Reference) or value is None:
        return value
    row = visible_rows(field.target, actor).filter(pk=value.pk).first()
    if row is None:
        raise FieldError(_("There is no such record."))
    return row
