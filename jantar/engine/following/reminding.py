"""Telling of watched dates: that they come near, and that somebody changed them.

Nothing is planned ahead. A job looks every minute at what is due now, so that a moved date is told of by its new day.
What was told is a row that can't be there twice. Dates of single records are looked up with one statement for each
field that is watched, whatever the number of watches; views are looked through once an hour, each with the rights of
its watcher (every minute only where hours before were asked for).
"""

# ruff: noqa: S608 (what is put in are names of tables and columns, and statements of the ORM with their parameters)

import zoneinfo
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from jantar.engine.fields.base import Field
from jantar.engine.following.date_watching import dates_of
from jantar.engine.following.models import DateReminder, DateWatch
from jantar.engine.following.questions import rows_watched
from jantar.engine.following.telling import tell_reached
from jantar.engine.permissions.actor import Actor, actor_for, system_actor
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.platform.jobs.running import Run

#: What was due longer ago is not told: the date was set too late, or no worker ran.
LATEST = timedelta(hours=24)
#: Views are looked through again after this time.
LOOK_EVERY = timedelta(hours=1)
KEPT_DAYS = 400


def remind_of_dates(now: datetime | None = None) -> int:
    """Tells what is due at `now` of watched records; returns how many reminders there were."""
    now = now or timezone.now()
    watched = DateWatch.objects.filter(record_id__isnull=False).exclude(days=[], hours=[])
    number = 0
    actor = system_actor() if (pairs := list(watched.values_list("record_type", "field").distinct())) else None
    for type_name, name in pairs:
        field = dates_of(registry.get(type_name), actor).get(name) if type_name in registry and actor else None
        if field is not None:
            rows = _rows_with(field, registry.get(type_name).model._base_manager.filter(deleted_at=None))
            condition = "t.id = w.record_id AND w.record_type = %s AND w.field = %s"
            number += _remind(field, rows, condition, [type_name, name], now)
    return number


def remind_of_views(run: Run) -> None:
    """The same for the records of watched views, a step for each watch whose time has come."""
    now = timezone.now()
    due = Q(looked_at=None) | Q(looked_at__lt=_hour(now)) | ~Q(hours=[])
    watched = DateWatch.objects.filter(due, record_id=None, user__is_active=True).exclude(days=[], hours=[])
    waiting = list(watched.order_by("user", "pk").values_list("pk", flat=True))
    for number, pk in enumerate(waiting, start=1):
        with run.step(done=number, total=len(waiting)):
            remind_of_view(pk, now)


def remind_of_view(pk: int, now: datetime) -> int:
    """Tells what is due of the records of one watched view. Inside a transaction."""
    watch = DateWatch.objects.select_related("user").filter(pk=pk).first()
    if watch is None:
        return 0
    DateWatch.objects.filter(pk=pk).update(looked_at=now)
    with timezone.override(zoneinfo.ZoneInfo(watch.user.time_zone)):
        for _type, field, rows in dates_in_view(watch, actor_for(watch.user), window(watch, now)):
            return _remind(field, _rows_with(field, rows), "w.id = %s", [pk], now)
    return 0


def dates_in_view(
    watch: DateWatch, actor: Actor, period: tuple[str, str] | None = None
) -> Iterator[tuple[RecordType, Field, Any]]:
    """The records of a watched view with a date in the period (days), as far as the view can still be read."""
    if watch.record_type not in registry:
        return
    record_type = registry.get(watch.record_type)
    field = dates_of(record_type, actor).get(watch.field)
    if field is None:
        return
    try:
        near = field.condition("between", list(period), actor.filter_context) if period else None
        yield record_type, field, rows_watched(watch, record_type, actor, near)
    except (NotFound, BadQuery):  # the page of watches says so
        return


def window(watch: DateWatch, now: datetime) -> tuple[str, str]:
    """The days on which a date can lie that is due at `now`: two more on either side for weekends and time zones."""
    most = max([*watch.days, *(hours // 24 + 1 for hours in watch.hours)], default=0)
    return (now.date() - timedelta(days=2)).isoformat(), (now.date() + timedelta(days=most + 5)).isoformat()


def delete_old() -> int:
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    return int(DateReminder.objects.filter(moment__lt=before).delete()[0])


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _rows_with(field: Field, rows: Any) -> tuple[str, Sequence[Any]]:
    """A statement that gives the ids and the dates of the records."""
    found = rows.order_by().annotate(watched_date=field.expression("")).filter(watched_date__isnull=False)
    sql, params = found.values_list("pk", "watched_date").query.sql_with_params()
    return str(sql), params


def _remind(field: Field, rows: tuple[str, Sequence[Any]], condition: str, given: list[Any], now: datetime) -> int:
    """Notes what is due and was not told yet, and tells it."""
    kind, moments = ("date", DAY_LEADS) if field.kind == "date" else ("timestamptz", DAY_LEADS + HOUR_LEADS)
    passed = "t.value < (%s AT TIME ZONE u.time_zone)::date" if field.kind == "date" else "t.value <= %s"
    local = "t.value" if field.kind == "date" else "(t.value AT TIME ZONE u.time_zone)::date"
    sql = DUE.format(rows=rows[0], kind=kind, moments=moments.format(day=local), condition=condition, passed=passed)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, [*rows[1], *given, now, now - LATEST, now])
            pks = [pk for (pk,) in cursor.fetchall()]
        return tell_reached(REMINDED, {"reminders": pks}, actor_id=None, batch=f"date:{pks[0]}") if pks else 0


#: In the morning of a working day: what would come at the weekend comes on the Friday before.
MORNING = "TIME '08:00'"
DAY_LEADS = f"""
        SELECT (day - CASE extract(isodow FROM day) WHEN 6 THEN 1 WHEN 7 THEN 2 ELSE 0 END + {MORNING})
            AT TIME ZONE u.time_zone AS moment
        FROM unnest(w.days) AS lead (days) CROSS JOIN LATERAL (SELECT {{day}} - lead.days::int AS day) d
"""
HOUR_LEADS = """
        UNION
        SELECT t.value - make_interval(hours => lead.hours) FROM unnest(w.hours) AS lead (hours)
"""

DUE = """
INSERT INTO following_datereminder (user_id, record_type, record_id, field, value, moment, watch_id)
SELECT DISTINCT ON (w.user_id, w.record_type, t.id, w.field, m.moment)
    w.user_id, w.record_type, t.id, w.field, t.text, m.moment, CASE WHEN w.record_id IS NULL THEN w.id END
FROM following_datewatch w JOIN accounts_user u ON u.id = w.user_id AND u.is_active
JOIN (SELECT id, value::{kind} AS value, value::text AS text FROM ({rows}) AS rows (id, value)) t ON true
CROSS JOIN LATERAL ({moments}) m
WHERE {condition} AND m.moment <= %s AND m.moment > %s AND NOT ({passed})
ON CONFLICT DO NOTHING
RETURNING id
"""

REMINDED = """
reached AS (
    SELECT r.user_id, 'date' AS kind, false AS gives, r.record_type, r.record_id, '' AS source_type,
        NULL::bigint AS source_id,
        jsonb_build_object('field', r.field, 'value', r.value)
            || CASE WHEN w.id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('watch', 'date:' || w.id,
                'view', coalesce(nullif(w.ready, ''), w.view_id::text)) END AS data,
        NULL::bigint AS operation_id, false AS is_given,
        concat_ws(':', 'due', r.record_type, r.record_id, r.field, extract(epoch FROM r.moment)::bigint) AS once
    FROM following_datereminder r LEFT JOIN following_datewatch w ON w.id = r.watch_id
    WHERE r.id = ANY (%(reminders)s)
)
"""
