"""Taking a merge back: it goes back whole, by whoever may do what the merge did."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.history.acts import UNDO_DAYS
from jantar.engine.history.models import Cause, Change, Operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import Invalid, NotAllowed
from jantar.engine.records.models import allowed
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

#: So many records are named in a refusal.
NAMED = 3

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


def undoable_merges(record_type: RecordType, rows: Any) -> dict[int, int]:
    """Of these records (a queryset of what the actor may see) those whose merge can still be undone, each with the
    operation that merged it."""
    table = record_type.model._meta.db_table
    merged = rows.order_by().filter(merged_into__isnull=False).values("pk")
    changes = Change.objects.filter(root=table, root_id__in=merged, source=table, after__merged_into__isnull=False)
    newest = changes.order_by("root_id", "-pk").distinct("root_id").values("pk")
    since = timezone.now() - timedelta(days=UNDO_DAYS)
    found = Change.objects.filter(pk__in=newest, operation__undone_by=None, operation__at__gte=since)
    return dict(found.values_list("root_id", "operation"))


def refuse_merged(record_type: RecordType, rows: Any) -> None:
    """A merged record alone would come back without what belonged to it. Raises Invalid naming those of `rows`."""
    if merges := undoable_merges(record_type, rows):
        named = ", ".join(str(row) for row in rows.filter(pk__in=list(merges)[:NAMED]))
        text = _("%(records)s: merged into another record. Undo the merge to bring back all that belonged to it.")
        raise Invalid({"": [text % {"records": named}]})


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
