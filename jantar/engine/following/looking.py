"""Looking at watched views: which records came in since the last look, and which left.

A look asks the view's question with the rights of its watcher and compares the ids with those of the look before. So
nobody is told what they may not see, and it does not matter why a record came in: because it was changed or given to
somebody, because a related record was, or because a day went by. What a look costs depends on the view, not on how
much was changed: an import of 100,000 rows is one look for each watch, like a single edit.
"""

import hashlib
import json
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from jantar.engine.following.models import ViewLook, ViewWatch
from jantar.engine.following.questions import Watched, is_list, list_number, view_of
from jantar.engine.following.telling import tell_reached
from jantar.engine.lists.models import Member, RecordList
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.kept.reading import measuring_anew
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.registry import registry
from jantar.platform.jobs.running import Run

#: Views with more records are not watched: their ids would have to be kept for each watcher.
MOST_MEMBERS = 10_000
#: A view is looked at so long after its last look when what it reads was changed, and at least as often as that.
AFTER_CHANGE, AT_LEAST = timedelta(minutes=5), timedelta(hours=1)


class Answers:
    """The ids a question gives. Those who ask the same one after the other share the answer."""

    def __init__(self) -> None:
        self._last: tuple[str, list[int]] = ("", [])

    def of(self, rows: Any) -> list[int]:
        """The ids in order: at most one more than `MOST_MEMBERS`."""
        question = rows.order_by().values_list("pk", flat=True)[: MOST_MEMBERS + 1]
        sql, params = question.query.sql_with_params()
        key = repr((sql, params))
        if key != self._last[0]:
            self._last = (key, sorted(question))
        return self._last[1]


def look_at_views(run: Run) -> None:
    """Looks at all views whose time has come, a step for each watch. Watches of one view stand together."""
    now = timezone.now()
    changed = last_changes()
    watches = ViewWatch.objects.filter(user__is_active=True).order_by("record_type", "view", "ready", "pk")
    known = watches.values_list("pk", "look__looked_at", "look__tables")
    waiting = [pk for pk, looked_at, tables in known if is_due(looked_at, tables or (), changed, now)]
    answers = Answers()
    for number, pk in enumerate(waiting, start=1):
        with run.step(done=number, total=len(waiting)):
            look(pk, now, answers)


def look(pk: int, now: datetime, answers: Answers | None = None) -> int:
    """One look; returns how many notifications it wrote. Inside a transaction."""
    watch = ViewWatch.objects.select_related("user", "look").filter(pk=pk).first()
    if watch is None or watch.record_type not in registry:
        return 0
    record_type, actor = registry.get(watch.record_type), actor_for(watch.user)
    before: ViewLook | None = getattr(watch, "look", None)
    with timezone.override(zoneinfo.ZoneInfo(actor.time_zone)):
        try:
            view = view_of(watch.view_key, record_type, actor)
            question = Query(record_type, actor, filter=view.filter, search=view.search)
            found, tables = (answers or Answers()).of(rows_of(question)), tables_of(question)
        except (NotFound, BadQuery):  # the page of watches says so; it begins anew when the view can be read again
            ViewLook.objects.filter(pk=pk).delete()
            return 0
    is_too_large = len(found) > MOST_MEMBERS
    after = ViewLook(
        watch=watch, question=digest(view, actor), tables=tables, looked_at=now, is_too_large=is_too_large,
        members=[] if is_too_large else found,
    )  # fmt: skip
    number = tell(watch, view, before, after, found) if before and before.question == after.question else 0
    after.save(force_insert=before is None, force_update=before is not None)
    return number


def tell(watch: ViewWatch, view: Watched, before: ViewLook, after: ViewLook, found: Sequence[int]) -> int:
    if before.is_too_large:
        return 0
    if after.is_too_large:
        return tell_of(watch, view, "large", found, after.looked_at)
    came, left = set(found) - set(before.members), set(before.members) - set(found)
    own = own_acts(watch, came | left, before.looked_at) if came or left else set()
    return sum(
        tell_of(watch, view, went, sorted(pks - own), after.looked_at) for went, pks in (("in", came), ("out", left))
    )


def tell_of(watch: ViewWatch, view: Watched, went: str, pks: Sequence[int], at: datetime) -> int:
    if not pks:
        return 0
    about = f"view:{watch.pk}:{went}"
    data = {"went": went, "name": view.name, "view": view.key, "watch": about}
    params = {
        "user": watch.user_id, "type": watch.record_type, "ids": list(pks), "data": json.dumps(data),
        "once": f"{about}:{at.timestamp():.0f}:",
    }  # fmt: skip
    return tell_reached(REACHED, params, actor_id=None, batch=f"{about}:{at.timestamp():.0f}")


def own_acts(watch: ViewWatch, pks: Iterable[int], since: datetime) -> set[int]:
    """Which of the records the watcher changed, or put in or took out, since: nobody is told of own acts."""
    table = registry.get(watch.record_type).model._meta.db_table
    with connection.cursor() as cursor:
        params: dict[str, Any] = {"root": table, "ids": list(pks), "since": since, "user": watch.user_id}
        if is_list(watch.view_key):
            members = {"members": Member._meta.db_table, "list": list_number(watch.view_key)}
            cursor.execute(f"{OWN} UNION {OWN_MEMBERS}", params | members | {"lists": RecordList._meta.db_table})
        else:
            cursor.execute(OWN, params)
        return {pk for (pk,) in cursor.fetchall()}


def is_due(looked_at: datetime | None, tables: Iterable[str], changed: dict[str, datetime], now: datetime) -> bool:
    """Changes count that were begun shortly before the last look: they may have been committed after it."""
    if looked_at is None or looked_at <= now - AT_LEAST:
        return True
    since = looked_at - AFTER_CHANGE
    return looked_at <= now - AFTER_CHANGE and any(table in changed and changed[table] > since for table in tables)


def last_changes() -> dict[str, datetime]:
    """When each table of records was last changed; one statement, from the end of an index."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, {"roots": roots()})
        return {root: at for root, at in cursor.fetchall() if at is not None}


def tables_of(question: Query) -> list[str]:
    """The tables of records that decide who is in a view: also those that a kept roll-up was measured from."""
    with measuring_anew():  # by an actor who has compiled nothing yet
        rows = rows_of(replace(question, actor=replace(question.actor))).order_by().values("pk")
        return tables_in(rows.query.sql_with_params()[0])


def tables_in(sql: str) -> list[str]:
    """The tables of records that a question reads, itself or by rows that belong to them (members to a list)."""
    found = set()
    for one in registry.all():
        own = (one.model, *(part.model for part in (*one.parts, *one.traces)))
        if any(f'"{model._meta.db_table}"' in sql for model in own):
            found.add(one.model._meta.db_table)
    return sorted(found)


def roots() -> list[str]:
    return sorted({one.model._meta.db_table for one in registry.all()})


def digest(view: Watched, actor: Actor) -> str:
    """What was asked: another filter or other rights are another question, whose answer is no news."""
    rights = (actor.user_id, actor.is_admin, sorted(actor.teams), sorted(actor.teams_below), sorted(actor.modules_off))
    grants = sorted((*key, int(scope)) for key, scope in actor.grants.items())
    asked = json.dumps([view.filter, view.search, rights, grants], sort_keys=True, default=str)
    return hashlib.sha256(asked.encode()).hexdigest()


LAST = """
SELECT k.root, (SELECT c.at FROM history_change c WHERE c.root = k.root ORDER BY c.at DESC LIMIT 1)
FROM unnest(%(roots)s::text[]) AS k (root)
"""

OWN = """
SELECT DISTINCT c.root_id FROM history_change c JOIN history_operation o ON o.id = c.operation_id
WHERE c.root = %(root)s AND c.root_id = ANY (%(ids)s) AND c.at >= %(since)s AND o.actor_id = %(user)s
"""

#: A row that was put in has its values in the table only.
OWN_MEMBERS = f"""
SELECT coalesce((c.before ->> 'record_id')::bigint, m.record_id)
FROM history_change c JOIN history_operation o ON o.id = c.operation_id
LEFT JOIN {Member._meta.db_table} m ON m.id = c.record_id
WHERE c.root = %(lists)s AND c.root_id = %(list)s AND c.source = %(members)s AND c.action IN ('I', 'D')
    AND c.at >= %(since)s AND o.actor_id = %(user)s
"""  # noqa: S608 - a name of ours

REACHED = """
reached AS (
    SELECT %(user)s::bigint AS user_id, 'view' AS kind, false AS gives, %(type)s::text AS record_type,
        pk AS record_id, '' AS source_type, NULL::bigint AS source_id, %(data)s::jsonb AS data,
        NULL::bigint AS operation_id, false AS is_given, %(once)s || pk AS once
    FROM unnest(%(ids)s::bigint[]) AS records (pk)
)
"""
