"""Two people changed the same record: changes of different fields are merged, of the same field refused."""

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import Values
from jantar.engine.records.errors import Invalid, Stale
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType


def refuse_overlap(record_type: RecordType, record: Record, values: Values, actor: Actor, version: int) -> None:
    """Raises Stale when a field or part of `values` was changed to something else after `version`; Invalid for a
    version that is still to come."""
    if version > record.version:
        raise Invalid({"version": [_("The record does not have this version yet.")]})
    changed = changed_columns(record, version)
    fields = record_type.fields(actor)
    theirs: dict[str, Any] = {}
    for name in values:
        field = fields.get(name)
        if field is None:
            continue
        columns = (name,) if field.is_custom else field.columns
        if not changed.isdisjoint(columns):
            current = field.read(record)
            if current != values[name]:
                theirs[name] = current
    theirs.update(changed_parts(record_type, record, values, actor, version))
    if theirs:
        raise Stale(record.version, theirs, {name: values[name] for name in theirs})


def changed_columns(record: Record, version: int) -> set[str]:
    """Columns and custom keys changed since the record had that version."""
    changes = changes_after(record, version)
    found: set[str] = set()
    rows: Iterable[tuple[dict[str, Any], dict[str, Any]]] = changes.values_list("before", "after")
    for before, after in rows:
        found.update(after)
        old, new = before.get("custom") or {}, after.get("custom") or {}
        found.update(key for key in {*old, *new} if old.get(key) != new.get(key))
    return found - {"version", "custom"}


def changes_after(record: Record, version: int) -> Any:
    """The changes of the record's own row since it had that version."""
    table = record._meta.db_table
    changes = Change.objects.filter(root=table, root_id=record.pk, source=table, action="U")
    return changes.annotate(version=Cast(KeyTextTransform("version", "after"), IntegerField())).filter(
        version__gt=version
    )


def changed_parts(
    record_type: RecordType, record: Record, values: Values, actor: Actor, version: int
) -> dict[str, Any]:
    """The parts among `values` whose rows were changed since, with their rows of now.

    A part is written as a whole, so any change of it is one of the same field. The row of the record is
    written before those of its parts, which tells which changes of parts came with or after a version.
    """
    parts = {part.model._meta.db_table: part for part in record_type.parts if part.name in values}
    first = changes_after(record, version).order_by("pk").values_list("pk", flat=True).first() if parts else None
    if first is None:
        return {}
    table = record._meta.db_table
    changes = Change.objects.filter(root=table, root_id=record.pk, source__in=parts, pk__gt=first)
    return {
        parts[source].name: [
            {"id": row.pk, **{name: field.read(row) for name, field in parts[source].fields.items()}}
            for row in parts[source].rows([record.pk], actor)[record.pk]
        ]
        for source in changes.values_list("source", flat=True).distinct()
    }
