"""That two records are not the same stays known when one of them is merged into a third."""

from typing import Any

from django.db import connection
from django.db.models import F

from jantar.engine.duplicates.models import Pair, State
from jantar.engine.history.models import Operation
from jantar.engine.records.merging.redirected import redirected_in
from jantar.engine.records.registry import registry


def follow(done: Operation) -> None:
    """Called at the end of an operation, in its transaction. What the merged ones were told apart from, the survivor
    is too; their own pairs stay where they are, so that undo finds them, and what was added goes again."""
    found = redirected_in(done)
    if found is None:
        return
    if found.undone:
        added = Pair.objects.filter(follows__in=found.undone, state=State.DIFFERENT)
        added.filter(state_before="").delete()
        added.update(state=F("state_before"), state_before="", follows=None, decided_by=None, decided_at=None)
    for record_type in registry.all():
        moved = found.joined.get(record_type.model._meta.db_table)
        if moved and record_type.duplicates is not None:
            params: dict[str, Any] = {
                "type": record_type.name, "merged": list(moved), "survivors": list(moved.values()),
                "operation": done.pk, "different": State.DIFFERENT, "open": State.OPEN,
            }  # fmt: skip
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(record_type.model._meta.db_table)
                cursor.execute(FOLLOW.format(table=table), params)


#: What is told apart from a record that became part of the same survivor says nothing about the survivor.
FOLLOW = """
WITH moved AS (SELECT * FROM unnest(%(merged)s::bigint[], %(survivors)s::bigint[]) AS m (was, became)),
led AS (
    SELECT p.*, coalesce(one.became, p.first_id) AS here, coalesce(other.became, p.second_id) AS there
    FROM duplicates_pair p
    LEFT JOIN moved one ON one.was = p.first_id LEFT JOIN moved other ON other.was = p.second_id
    WHERE p.record_type = %(type)s AND p.state = %(different)s
        AND (p.first_id = ANY (%(merged)s) OR p.second_id = ANY (%(merged)s))
)
INSERT INTO duplicates_pair
    (record_type, first_id, second_id, points, state, found_at, decided_by_id, decided_at, follows_id, state_before)
SELECT DISTINCT ON (least(here, there), greatest(here, there)) record_type, least(here, there), greatest(here, there),
    points, state, found_at, decided_by_id, decided_at, %(operation)s::bigint, ''
FROM led WHERE here <> there AND NOT EXISTS (
    SELECT FROM {table} gone WHERE gone.id IN (here, there) AND gone.merged_into IN (here, there)
)
ORDER BY least(here, there), greatest(here, there), decided_at DESC
ON CONFLICT (record_type, first_id, second_id) DO UPDATE SET state = excluded.state,
    decided_by_id = excluded.decided_by_id, decided_at = excluded.decided_at, follows_id = excluded.follows_id,
    state_before = duplicates_pair.state
WHERE duplicates_pair.state = %(open)s
"""
