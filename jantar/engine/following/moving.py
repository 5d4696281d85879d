"""Telling who watches a date that somebody changed it.

An operation notes with one statement which watched dates it changed, if there is anybody who wants to know. A job
tells them: who watches the record with one statement, who watches a view with one for each view.
"""

import json
import zoneinfo
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from jantar.engine.following.models import DateMove, DateWatch
from jantar.engine.following.reminding import dates_in_view
from jantar.engine.following.telling import tell_reached
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.registry import registry
from jantar.platform.jobs.running import Run

#: Whether an operation has anything to note.
IS_WATCHED = "EXISTS (SELECT FROM following_datewatch WHERE on_change)"
#: So many are told in one step.
STEP = 5000


def note_moves(done: Operation) -> None:
    """Called at the end of an operation, or of a step of a long one, in its transaction."""
    tables = {one.name: one.model._meta.db_table for one in registry.all()}
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"operation": done.pk, "actor": done.actor_id, "tables": json.dumps(tables)})


def tell_moves(run: Run) -> None:
    """Tells what was noted, in steps."""
    done = 0
    while pks := list(DateMove.objects.order_by("pk").values_list("pk", flat=True)[:STEP]):
        with run.step(done=(done := done + len(pks))):
            tell_step(pks)


def tell_step(pks: list[int]) -> None:
    """Tells of these, and forgets them. Inside a transaction."""
    rows = DateMove.objects.filter(pk__in=pks)
    for type_name, field, operation, actor_id in rows.values_list(
        "record_type", "field", "operation", "actor"
    ).distinct():
        about: dict[str, Any] = {"moves": pks, "type": type_name, "field": field, "operation": operation}
        batch = f"moved:{operation}:{field}"
        tell_reached(BY_RECORD, about, actor_id=actor_id, batch=batch)
        of_views = DateWatch.objects.filter(
            record_type=type_name, field=field, record_id=None, on_change=True, user__is_active=True
        )
        moved = rows.filter(record_type=type_name, field=field, operation=operation)
        ids = list(moved.values_list("record_id", flat=True))
        for watch in of_views.exclude(user=actor_id).select_related("user"):
            if found := in_view(watch, ids):
                about |= {"ids": found, "watch": watch.pk}
                tell_reached(BY_VIEW, about, actor_id=actor_id, batch=batch)
    rows.delete()


def in_view(watch: DateWatch, pks: list[int]) -> list[int]:
    """Which of the records the watcher sees in the view now."""
    with timezone.override(zoneinfo.ZoneInfo(watch.user.time_zone)):
        for _type, _field, rows in dates_in_view(watch, actor_for(watch.user)):
            return list(rows.filter(Q(pk__in=pks)).order_by().values_list("pk", flat=True))
    return []


NOTE = """
INSERT INTO following_datemove (operation_id, actor_id, record_type, record_id, field, was, became)
SELECT %(operation)s, %(actor)s::bigint, w.record_type, c.root_id, w.field,
    (array_agg(v.was ORDER BY c.id))[1], (array_agg(v.became ORDER BY c.id DESC))[1]
FROM (
    SELECT DISTINCT record_type, field, record_id FROM following_datewatch WHERE on_change
) w
JOIN jsonb_each_text(%(tables)s::jsonb) AS k (record_type, root) ON k.record_type = w.record_type
JOIN history_change c ON c.root = k.root AND c.source = k.root AND c.action = 'U'
    AND (w.record_id IS NULL OR c.root_id = w.record_id)
CROSS JOIN LATERAL (
    SELECT CASE WHEN w.field LIKE 'x\\_%%' THEN c.before -> 'custom' -> w.field ELSE c.before -> w.field END AS was,
        CASE WHEN w.field LIKE 'x\\_%%' THEN c.after -> 'custom' -> w.field ELSE c.after -> w.field END AS became
) v
WHERE c.operation_id = %(operation)s AND c.at >= transaction_timestamp()
    AND coalesce(v.was, 'null'::jsonb) <> coalesce(v.became, 'null'::jsonb)
GROUP BY w.record_type, c.root_id, w.field
HAVING coalesce((array_agg(v.was ORDER BY c.id))[1], 'null') <> coalesce(
    (array_agg(v.became ORDER BY c.id DESC))[1], 'null')
"""

TOLD = """
    'date' AS kind, false AS gives, m.record_type, m.record_id, '' AS source_type, NULL::bigint AS source_id,
    jsonb_build_object('field', m.field, 'was', m.was, 'value', m.became) || {watch} AS data,
    m.operation_id, false AS is_given,
    concat_ws(':', 'moved', m.operation_id, m.record_type, m.record_id, m.field) AS once
"""
SELECTED = """
    FROM following_datemove m {join}
    WHERE m.id = ANY (%(moves)s) AND m.record_type = %(type)s AND m.field = %(field)s
        AND m.operation_id IS NOT DISTINCT FROM %(operation)s::bigint
"""

BY_RECORD = f"""
reached AS (
    SELECT w.user_id, {TOLD.format(watch="'{}'::jsonb")}
    {SELECTED.format(join="JOIN following_datewatch w USING (record_type, record_id, field)")} AND w.on_change
)
"""

BY_VIEW = f"""
reached AS (
    SELECT w.user_id, {
    TOLD.format(
        watch="jsonb_build_object('watch', 'date:' || w.id, 'view', coalesce(nullif(w.ready, ''), w.view_id::text))"
    )
}
    {SELECTED.format(join="JOIN following_datewatch w ON w.id = %(watch)s")} AND m.record_id = ANY (%(ids)s)
)
"""
