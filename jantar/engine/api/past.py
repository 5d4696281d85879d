"""What happened to a record, and taking an operation back."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.api.parameters import refuse_limit
from jantar.engine.api.problems import Problem
from jantar.engine.fields.dates import in_utc
from jantar.engine.history.changes import Entry, FieldChange, changes_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import undo
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.numbers import LARGEST_ID, whole_number

MOST_ENTRIES = 100


def history_of(
    record_type: RecordType, actor: Actor, pk: int, cursor: str, limit: int, *, field: str = "", by: int | None = None
) -> dict[str, Any]:
    """The newest operations that changed the record, or that field or part of it. Raises NotFound or BadQuery."""
    refuse_limit(limit, MOST_ENTRIES)
    before = whole_number(cursor)
    if cursor and before is None:
        raise BadQuery("cursor", _("This page address is no longer valid."))
    if field and field not in record_type.fields(actor) and not record_type.part(field):
        raise BadQuery("field", _("There is no field “%(name)s”.") % {"name": field[:50]})
    if not record_type.visible_to(actor).filter(pk=pk).exists():
        raise NotFound(_("There is no such record."))
    page = changes_of(record_type, pk, actor, before=before, limit=limit, about=field, by=by)
    following = None if page.next_before is None else str(page.next_before)
    return {"items": [dump_entry(entry) for entry in page.entries], "next_cursor": following}


def dump_entry(entry: Entry) -> dict[str, Any]:
    return {
        "operation": entry.operation_id,
        "at": in_utc(entry.at),
        "who": None if entry.who_id is None else {"id": entry.who_id, "title": entry.who},
        "cause": entry.cause,
        "label": entry.label,
        "kind": entry.kind,
        "undone": entry.undone,
        "changes": [dump_change(change) for change in entry.changes],
    }


def dump_change(change: FieldChange) -> dict[str, Any]:
    """`before` and `after` are values as JSON; `old` and `new` are what a person reads."""
    return {
        "field": change.name,
        "label": change.label,
        "part": change.part,
        "action": {"I": "added", "U": "changed", "D": "removed"}[change.action],
        "before": change.before,
        "after": change.after,
        "old": change.old,
        "new": change.new,
    }


def undo_operation(actor: Actor, operation_id: int) -> dict[str, Any]:
    """Raises NotFound, NotAllowed, or Problem 409 when the operation can't be taken back."""
    if operation_id > LARGEST_ID:
        raise NotFound(_("There is no such change."))
    try:
        result = undo.undo(operation_id, actor=actor)
    except undo.NotUndoable as error:
        raise Problem("not-undoable", error) from error
    return {
        "operation": result.operation_id,
        "undone": result.undone,
        "conflicts": dump_conflicts(result.conflicts, actor),
    }


def dump_conflicts(conflicts: Iterable[undo.Conflict], actor: Actor) -> list[dict[str, Any]]:
    """What stayed as it is; a record that the actor may not see is counted but not named."""
    roots: dict[str, set[int]] = {}
    for conflict in conflicts:
        roots.setdefault(conflict.root, set()).add(conflict.root_id)
    types = {
        (table, pk): record_type
        for record_type in registry.all()
        if (table := record_type.model._meta.db_table) in roots
        for pk in record_type.visible_to(actor).filter(pk__in=roots[table]).values_list("pk", flat=True)
    }
    return [dump_conflict(conflict, types.get((conflict.root, conflict.root_id))) for conflict in conflicts]


def dump_conflict(conflict: undo.Conflict, record_type: RecordType | None) -> dict[str, Any]:
    if record_type is None:
        return {"type": None, "id": None, "field": None, "reason": conflict.reason}
    return {
        "type": record_type.name,
        "id": conflict.root_id,
        "field": field_name(conflict, record_type),
        "reason": conflict.reason,
    }


def field_name(conflict: undo.Conflict, record_type: RecordType) -> str | None:
    """The field that a column belongs to, or the part that a row belongs to; None for the whole record."""
    if conflict.source != conflict.root:
        return next((part.name for part in record_type.parts if part.model._meta.db_table == conflict.source), None)
    fields = record_type.own_fields.items()
    return next((name for name, field in fields if conflict.column in field.columns), conflict.column or None)
