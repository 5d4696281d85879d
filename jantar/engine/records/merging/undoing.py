"""Taking a merge back: it goes back whole, by whoever may do what the merge did."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.history.models import Cause, Change, Operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.models import allowed
from jantar.engine.records.registry import registry

#: Table, merged record, survivor.
Mark = tuple[str, int, int]


def marks_of(wanted: Operation) -> list[Mark]:
    """Which records a merge (or the undoing of one) made one, or nothing for any other operation."""
    origin = wanted
    while origin.cause == Cause.UNDO and (undone := Operation.objects.filter(undone_by=origin).first()):
        origin = undone
    if origin.cause != Cause.MERGE:
        return []
    found: list[Mark] = []
    for change in Change.objects.filter(operation=wanted, after__has_key="merged_into"):
        target = (change.after or {}).get("merged_into") or (change.before or {}).get("merged_into")
        if target:
            found.append((change.source, change.record_id, target))
    return found


def refuse_unless_may_part(marks: Iterable[Mark], actor: Actor) -> None:
    """What was moved may belong to records the actor does not see: rights are asked for those that were merged."""
    models: dict[str, Any] = {one.model._meta.db_table: one.model._meta.concrete_model for one in registry.all()}
    wanted: dict[tuple[str, str], set[int]] = {}
    for table, merged, survivor in marks:
        wanted.setdefault((table, "delete"), set()).add(merged)
        wanted.setdefault((table, "edit"), set()).add(survivor)
    for (table, action), pks in wanted.items():
        scope = allowed(models[table], actor, action)
        there = models[table]._base_manager.filter(pk__in=pks)
        if there.filter(scope).count() != there.count():
            raise NotAllowed(_("You may not change these records."))
