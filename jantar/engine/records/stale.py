"""Two people changed the same record: changes of different fields are merged, of the same field refused."""

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import Values
from jantar.engine.records.errors import Stale
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType


def refuse_overlap(record_type: RecordType, record: Record, values: Values, actor: Actor, version: int) -> None:
    """Raises Stale when a field of `values` was changed to something else after `version`."""
    changed = changed_columns(record, version)
    fields = record_type.fields(actor)
    theirs: dict[str, Any] = {}
    for name in values:
        field = fields.get(name)
        if field is None:
            continue
        columns = {name, f"{name}_id", f"{name}_value", f"{name}_currency"}
        if (field.is_custom and name in changed) or columns & changed:
            current = field.read(record)
            if current != values[name]:
                theirs[name] = current
    if theirs:
        raise Stale(record.version, theirs, {name: values[name] for name in theirs})


def changed_columns(record: Record, version: int) -> set[str]:
    """Columns and custom keys changed since the record had that version."""
    table = record._meta.db_table
    changes = (
        Change.objects.filter(root=table, root_id=record.pk, source=table, action="U")
        .annotate(version=Cast(KeyTextTransform("version", "after"), IntegerField()))
        .filter(version__gt=version)
    )
    found: set[str] = set()
    rows: Iterable[tuple[dict[str, Any], dict[str, Any]]] = changes.values_list("before", "after")  # type: ignore[assignment]
    for before, after in rows:
        found.update(after)
        old, new = before.get("custom") or {}, after.get("custom") or {}
        found.update(key for key in {*old, *new} if old.get(key) != new.get(key))
    return found - {"version", "custom"}
