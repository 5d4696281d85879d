"""Fields as they stand in the rows that the history keeps: by column, and only the changed ones."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Model

from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.history.models import Change

if TYPE_CHECKING:
    from jantar.engine.records.record_type import RecordType

Row = Mapping[str, Any]


class Amounts:
    """The other half of an amount of which only the number or only the currency changed."""

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.now: Row = {}
        self.later: list[tuple[int, Row]] = []

    def load(self, record_type: "RecordType", changes: Sequence[Change]) -> None:
        table = record_type.model._meta.db_table
        touched = {key for change in changes if change.source == table for key in change.after or {}}
        pairs = [field.columns[:2] for field in getattr(record_type.model, "money_fields", ())]
        self.columns = [column for pair in pairs if touched.intersection(pair) for column in pair]
        if not self.columns:
            return
        pk = changes[0].root_id
        self.now = record_type.model._base_manager.filter(pk=pk).values(*self.columns).first() or {}
        switches = Change.objects.filter(root=table, root_id=pk, source=table, before__has_any_keys=self.columns)
        self.later = [(pk, row or {}) for pk, row in switches.order_by("pk").values_list("pk", "before")]

    def at(self, change: Change) -> Row:
        """The halves right after a change: what the next change of them found, else those of now."""
        found = dict(self.now)
        for pk, before in reversed(self.later):
            if pk > change.pk:
                found.update({column: before[column] for column in self.columns if column in before})
        return found


def first_rows(model: type[Model], ids: set[int], root: str, root_id: int) -> dict[int, dict[str, Any]]:
    """What the rows of a table held when they were inserted: today's values with the earliest old ones over them.

    Rows of the record `root_id` and its parts; two statements.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        statement = f"SELECT id, to_jsonb(whole)::text FROM {name} whole WHERE id = ANY(%s)"  # noqa: S608 - a table's name
        cursor.execute(statement, [list(ids)])
        found: dict[int, dict[str, Any]] = {pk: json.loads(whole) for pk, whole in cursor.fetchall()}
    later = Change.objects.filter(root=root, root_id=root_id, source=table, record_id__in=ids).order_by("-pk")
    for pk, action, before in later.values_list("record_id", "action", "before"):
        if action == "D" or before:
            found.setdefault(pk, {}).update(before or {})
    return found


def key_in(one: AnyRecord, row: Row) -> RecordKey | None:
    if one.is_custom:
        stored = (row.get("custom") or row).get(one.name)
        return RecordKey(*one.load(stored)) if isinstance(stored, int) else None
    type_name, pk = (row.get(column) for column in one.columns)
    return RecordKey(type_name, pk) if type_name and pk else None


def keys_in(one: RecordsOf, row: Row) -> list[RecordKey]:
    """The records of a list in their order."""
    try:
        return list(one.load((row.get("custom") or row).get(one.name)))
    except FieldError:
        return []
