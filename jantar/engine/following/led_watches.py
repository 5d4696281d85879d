"""Watches of a hand-picked list that is merged into another go over to the one that stays, and back with an undo.

A list is watched by its name among views ("list-5"), which the merge does not find as it finds keys of records. What
moved is noted beside what the merge itself moved.
"""

# ruff: noqa: S608 (what is put in are names of our own tables and columns)

from typing import Any

from django.db import connection

from jantar.engine.following.models import DateWatch, ViewWatch
from jantar.engine.history.models import Operation
from jantar.engine.lists.condition import LISTS
from jantar.engine.lists.models import RecordList
from jantar.engine.lists.pins import PREFIX
from jantar.engine.records.merging.redirected import redirected_in
from jantar.engine.records.models import Moved

#: Tables of watches, with what else a user can watch only once of a list.
TABLES = {ViewWatch._meta.db_table: "record_type", DateWatch._meta.db_table: "field"}

#: Whether there is anything to lead.
ARE_WATCHED = " OR ".join(f"EXISTS (SELECT FROM {table} WHERE ready LIKE '{PREFIX}%%')" for table in TABLES)


def follow_merges(done: Operation) -> None:
    """Called at the end of an operation, in its transaction. Who watches both lists keeps both watches."""
    found = redirected_in(done)
    if found is None:
        return
    joined = found.joined.get(RecordList._meta.db_table, {})
    with connection.cursor() as cursor:
        for table, key in TABLES.items():
            names = {"watches": table, "key": key, "moved": Moved._meta.db_table, "lists": RecordList._meta.db_table}
            about: dict[str, Any] = {"source": table, "prefix": PREFIX, "type": LISTS, "operation": done.pk}
            if found.undone:
                cursor.execute(BACK.format(**names), {**about, "undone": list(found.undone)})
            if joined:
                pairs = {"was": list(joined), "became": list(joined.values())}
                cursor.execute(LEAD.format(**names), {**about, **pairs})


SAME = """
    SELECT FROM {watches} other WHERE other.user_id = w.user_id AND other.record_type = w.record_type
        AND other.{key} = w.{key} AND other.ready =
"""

LEAD = f"""
WITH going AS (
    SELECT DISTINCT ON (w.user_id, w.record_type, w.{{key}}, led.became) w.id, led.was, led.became
    FROM unnest(%(was)s::bigint[], %(became)s::bigint[]) AS led (was, became)
    JOIN {{watches}} w ON w.ready = %(prefix)s || led.was
    WHERE NOT EXISTS ({SAME} %(prefix)s || led.became)
    ORDER BY w.user_id, w.record_type, w.{{key}}, led.became, w.id
), gone AS (
    UPDATE {{watches}} w SET ready = %(prefix)s || going.became FROM going WHERE w.id = going.id
    RETURNING w.id, going.was, going.became
)
INSERT INTO {{moved}} (operation_id, record_type, source, pointer, row_id, was, became)
SELECT %(operation)s, %(type)s, %(source)s, 'ready', id, was, became FROM gone
"""

BACK = f"""
UPDATE {{watches}} w SET ready = %(prefix)s || m.was
FROM {{moved}} m JOIN {{lists}} l ON l.id = m.was AND l.merged_into IS NULL
WHERE m.operation_id = ANY (%(undone)s) AND m.source = %(source)s AND m.pointer = 'ready' AND m.row_id = w.id
    AND w.ready = %(prefix)s || m.became AND NOT EXISTS ({SAME} %(prefix)s || m.was)
"""
