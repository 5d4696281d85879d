"""What views load through the gate of rights. Nothing to be seen is the same as nothing there."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.written import read_one


class RecordTypeConverter:
    """The name of a record type in an address; other words do not match, so other addresses can have them."""

    regex = "[a-z][a-z0-9_]*"

    def to_python(self, value: str) -> str:
        if value not in registry:
            raise ValueError(value)
        return value

    def to_url(self, value: str | RecordType) -> str:
        return value.name if isinstance(value, RecordType) else value


def load_type(request: HttpRequest, name: str, action: str = "see") -> RecordType:
    """The record type when the actor may do `action` with some of its records.

    Raises NotFound for an unknown type or one the actor may not even see, NotAllowed for any other action.
    """
    actor = current_actor(request)
    if name not in registry or not actor.may("see", name):
        raise NotFound(_("There is no such page."))
    if not actor.may(action, name):
        raise NotAllowed(_("You may not do this."))
    return registry.get(name)


def load_record(request: HttpRequest, record_type: RecordType, pk: int, action: str = "see") -> Any:
    """The record. Raises NotFound, or NotAllowed when the actor sees it but may not do `action` with it."""
    actor = current_actor(request)
    name = "plain", record_type.name, action
    record = read_one(name, actor, pk, lambda: record_type.visible_to(actor, action))
    if record is None:
        if action != "see" and record_type.visible_to(actor).filter(pk=pk).exists():
            raise NotAllowed(_("You may see this but not change it."))
        raise NotFound(_("There is no such record."))
    return record
