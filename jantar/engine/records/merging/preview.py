"""What a merge will move, counted as far as the actor sees it, before it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.text import capfirst

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.merging.pointers import Pointing, pointing_to
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


@dataclass(frozen=True)
class Moving:
    """Rows of one kind that will point to the survivor."""

    label: str
    number: int
    icon: str = "link"


def moving(record_type: RecordType, merged: Sequence[int], actor: Actor) -> list[Moving]:
    """What points to these records and may be seen. What may not be seen moves as well, and is not told of."""
    found: dict[str, Moving] = {}
    for pointing in pointing_to(record_type):
        for label, icon, rows in seen_rows(pointing, record_type, actor):
            number = rows.filter(condition(pointing, record_type, merged)).count()
            before = found[label].number if label in found else 0
            if number:
                found[label] = Moving(label, before + number, icon)
    return list(found.values())


def seen_rows(pointing: Pointing, record_type: RecordType, actor: Actor) -> Iterator[tuple[str, str, Any]]:
    """Label, icon and the visible rows of a table, once for each type they are records or parts of."""
    table = pointing.table
    if pointing.owner is None:
        rows: Any = pointing.model._default_manager
        if hasattr(rows, "visible_to"):
            yield capfirst(str(pointing.model._meta.verbose_name_plural)), "message", rows.visible_to(actor)
        return
    for owner in registry.all():
        if not actor.may("see", owner.name):
            continue
        if owner.model._meta.db_table == table and pointing.name in owner.own_fields:
            yield capfirst(str(owner.label_plural)), owner.icon, owner.visible_to(actor)
        for part in owner.parts:
            if part.model._meta.db_table == table:
                held = part.model._default_manager.filter(**{f"{part.parent}__in": owner.visible_to(actor)})
                yield f"{capfirst(str(owner.label_plural))}: {part.label}", owner.icon, held


def condition(pointing: Pointing, record_type: RecordType, merged: Sequence[int]) -> Q:
    if pointing.type_column:
        return Q(**{f"{pointing.column}__in": merged, pointing.type_column: record_type.name})
    return Q(**{f"{pointing.name}__in": merged})
