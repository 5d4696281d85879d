"""Changes worth telling: the write path reports them, whoever registered is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jantar.engine.fields.base import Field
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType

Columns = Mapping[str, Any]


@dataclass(frozen=True)
class Milestone:
    """A field of a record got another value. `old` and `new` are JSON; of a reference they are ids."""

    record: Any
    field: str
    old: Any
    new: Any


Listener = Callable[[RecordType, Sequence[Milestone], Actor], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Registers who is told, in the transaction of the change; called when Django starts."""
    _listeners.append(listener)


def tell(record_type: RecordType, records: Sequence[Any], before: Sequence[Columns], actor: Actor) -> None:
    """Reports the milestones among the changes; `before` holds the columns of each record as they were."""
    fields = [field for name in record_type.milestones if (field := record_type.own_fields.get(name))]
    found = [
        Milestone(record, field.name, old, new)
        for record, columns in zip(records, before, strict=True)
        for field in fields
        if (old := stored(field, columns)) != (new := stored(field, record.__dict__))
    ]
    if found:
        for listener in _listeners:
            listener(record_type, found, actor)


def stored(field: Field, columns: Columns) -> Any:
    """The JSON of a field out of the columns of its record, without loading anything."""
    if isinstance(field, Reference):
        return columns[field.id_name]
    if isinstance(field, MoneyKind):
        value, currency = columns[f"{field.name}_value"], columns[f"{field.name}_currency"]
        return None if value is None else {"amount": str(value), "currency": currency}
    return field.dump(columns[field.name])
