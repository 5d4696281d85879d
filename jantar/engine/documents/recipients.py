"""Who around a record can be given something: itself, what it refers to, and the people there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.links import key_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

MOST = 40


@dataclass(frozen=True)
class Recipient:
    """`mail` is empty where no address is known, `language` a code, empty where it is not known."""

    key: RecordKey
    title: str
    mail: str
    language: str


def recipients_of(record: Any, actor: Actor) -> list[Recipient]:
    """Those around a record that the actor sees, each once, at most 40."""
    record_type = registry.type_of(record)
    near = [record, *referred(record_type, record, actor)]
    rows = [*near, *(one for place in near for one in belonging(place, actor))]
    found = {one.key: one for one in map(recipient, rows) if one}
    return list(found.values())[:MOST]


def recipients(keys: Iterable[RecordKey], actor: Actor) -> list[Recipient]:
    """Those with these keys, as far as the actor sees them and they can be given something."""
    ids: dict[str, list[int]] = {}
    for key in keys:
        if key.type in registry and registry.get(key.type).reach:
            ids.setdefault(key.type, []).append(key.id)
    rows = [row for name, pks in ids.items() for row in registry.get(name).visible_to(actor).filter(pk__in=pks)]
    return [one for one in map(recipient, rows) if one]


def recipient(row: Any) -> Recipient | None:
    reach = registry.type_of(row).reach
    if reach is None:
        return None
    language = getattr(row, reach.language) if reach.language else ""
    return Recipient(key_of(row), str(row), getattr(row, reach.mail), language)


def referred(record_type: RecordType, record: Any, actor: Actor) -> Iterator[Any]:
    """The records that fields and parts refer to and that can be written to; a statement for each reference."""
    for name in reachable(record_type.own_fields):
        yield from seen(record_type.own_fields[name], [getattr(record, f"{name}_id")], actor)
    for part in record_type.parts:
        for name in reachable(part.fields):
            rows = part.model._default_manager.filter(**{part.parent: record.pk})[:MOST]
            yield from seen(part.fields[name], [getattr(row, f"{name}_id") for row in rows], actor)


def reachable(fields: Any) -> list[str]:
    return [
        name
        for name, one in fields.items()
        if isinstance(one, Reference) and any(target.reach for target in registry.types_of(one.target))
    ]


def seen(one: Any, pks: list[int | None], actor: Actor) -> Iterable[Any]:
    known = [pk for pk in pks if pk]
    manager: Any = one.target._default_manager
    return manager.visible_to(actor).filter(pk__in=known) if known else ()


def belonging(record: Any, actor: Actor) -> Iterator[Any]:
    """What points to the record by a field of its own and belongs to it: the people of a company."""
    for relation in registry.relations(registry.type_of(record)).values():
        pointing = relation.record_type
        if pointing and pointing.reach and not relation.where and relation.column in pointing.belongs_to:
            yield from pointing.visible_to(actor).filter(**{relation.column: record.pk}).order_by("pk")[:MOST]
