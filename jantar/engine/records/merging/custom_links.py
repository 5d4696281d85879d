"""Custom fields that refer to a merged record refer to the one that stays."""

# ruff: noqa: S608 (what is put in are names of tables, quoted)

from collections.abc import Sequence

from django.db import connection

from jantar.engine.fields.models import CustomField
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


def move_custom_links(record_type: RecordType, survivor: int, merged: Sequence[int]) -> None:
    """A statement for each field, retired ones included. What the records of the merge itself refer to stays."""
    for definition in CustomField.objects.filter(kind="record", target=record_type.name):
        if definition.record_type not in registry:
            continue
        table = registry.get(definition.record_type).model._meta.db_table
        own = [survivor, *merged] if table == record_type.model._meta.db_table else []
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {connection.ops.quote_name(table)} SET custom = custom || jsonb_build_object(%s::text, %s), "
                "version = version + 1, updated_at = now() "
                "WHERE custom ->> %s = ANY(%s) AND NOT id = ANY(%s::bigint[])",
                [definition.key, survivor, definition.key, [str(pk) for pk in merged], own],
            )
