"""Custom fields that refer to a merged record refer to the one that stays."""

# ruff: noqa: S608 (what is put in are names of tables, quoted)

from collections.abc import Sequence

from django.db import connection

from jantar.engine.fields.custom import WITH_TARGET
from jantar.engine.fields.models import CustomField
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

#: Which records are concerned, and their new value: in a list the survivor stands once, where the first of them did.
NAMED = {"record": "custom ->> %(key)s = ANY(%(ids)s)", "records": "custom -> %(key)s ?| %(ids)s"}
LED = {
    "record": "%(to)s",
    "records": """(SELECT jsonb_agg(pk ORDER BY place) FROM (
        SELECT CASE WHEN named = ANY(%(ids)s) THEN %(text)s ELSE named END AS pk, min(position) AS place
        FROM jsonb_array_elements_text(custom -> %(key)s) WITH ORDINALITY listed (named, position) GROUP BY 1) led)""",
}


def move_custom_links(record_type: RecordType, survivor: int, merged: Sequence[int]) -> None:
    """A statement for each field, retired ones included. What the records of the merge itself refer to stays."""
    for definition in CustomField.objects.filter(kind__in=WITH_TARGET, target=record_type.name):
        if definition.record_type not in registry:
            continue
        table = registry.get(definition.record_type).model._meta.db_table
        own = [survivor, *merged] if table == record_type.model._meta.db_table else []
        ids = [str(pk) for pk in merged]
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {connection.ops.quote_name(table)} SET custom = custom || "
                f"jsonb_build_object(%(key)s::text, {LED[definition.kind]}), version = version + 1, updated_at = now() "
                f"WHERE {NAMED[definition.kind]} AND NOT id = ANY(%(own)s::bigint[])",
                {"key": definition.key, "to": survivor, "text": str(survivor), "ids": ids, "own": own},
            )
