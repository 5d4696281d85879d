"""Changing and deleting records of a series: this one, this one and those that follow, or all of them.

A change of the time or of the rule begins a new series with those that follow; the records that are there are put on
its times in their order, so they keep what hangs on them, and those that were cancelled stay cancelled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.models import Series
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence.making import (
    FARTHEST,
    begin_series,
    calendar_of,
    coming,
    local_start,
    make,
    new_series,
    row_for,
    rule_of,
    stored,
    zone_for,
    zone_of,
)
from jantar.kit.recurrence import Rule, ended, first_on, in_zone, moved_rule

ONE: Final = "one"
FOLLOWING: Final = "following"
ALL: Final = "all"
SCOPES: Final = (ONE, FOLLOWING, ALL)


def update(
    record_type: RecordType, pk: int, values: Mapping[str, Any], *, scope: str, actor: Actor,
    version: int | None = None, cause: str = Cause.PAGE, confirmed: bool = False,
) -> Any:  # fmt: skip
    """Changes a record as `write.update` does, and in `scope` the others of its series; returns the record.

    What each of them has of its own (an outcome, minutes) is changed in this one only.
    """
    with operation(actor, cause):
        before = record_type.visible_to(actor).one(pk) if scope != ONE else None
        record = write.update(record_type, pk, values, actor=actor, version=version, confirmed=confirmed)
        if record_type.repeats and before is not None and before.series_id:
            spread(record_type, before, record, values, scope, actor)
    return record


def delete(record_type: RecordType, pk: int, *, scope: str, actor: Actor, cause: str = Cause.PAGE) -> int:
    """Puts a record, and in `scope` the others of its series, into the bin; returns how many."""
    with operation(actor, cause):
        record = write.locked(record_type, pk, actor, "delete")
        pks = [pk]
        if scope != ONE and record_type.repeats and record.series_id:
            rows = others(record_type, record, scope).filter(deleted_at=None)
            pks += rows.values_list("pk", flat=True)
            end(record_type, record.series, record.occurs_at if scope == FOLLOWING else record.series.starts_at)
        return write.delete(record_type, pks, actor=actor, cause=cause)


def rules_changed(record_type: RecordType, records: Sequence[Any], changed: frozenset[str], actor: Actor) -> None:
    """Called after records were changed: a rule given to one holds for it and those that follow."""
    calendar = calendar_of(record_type)
    if calendar.repeats not in changed:
        return
    done: set[int] = set()
    for record in sorted(records, key=lambda one: one.occurs_at or timezone.now()):
        rule = getattr(record, calendar.repeats)
        if record.series_id is None:
            begin_series(record_type, [record], actor)
        elif rule != record.series.rule and record.series_id not in done:
            done.add(record.series_id)
            restart(record_type, record, record.occurs_at, rule, zone_for(rule_of(rule), actor) if rule else "", actor)


def spread(
    record_type: RecordType, before: Any, record: Any, values: Mapping[str, Any], scope: str, actor: Actor
) -> None:
    """Gives the others in scope what was given to one of them."""
    calendar = calendar_of(record_type)
    if calendar.repeats not in values and getattr(before, calendar.start) != getattr(record, calendar.start):
        record = move_along(record_type, before, record, scope, actor)
    elif scope == FOLLOWING and before.made_apart:
        since, rule, zone = before.occurs_at, before.series.rule, before.series.time_zone
        restart(record_type, record, since, rule, zone, actor, goes_on=True, start=since)
    alone = {calendar.start, calendar.repeats, *calendar.anew}
    given = {name: value for name, value in values.items() if name not in alone}
    rows = others(record_type, record, scope).filter(deleted_at=None)
    editable = record_type.visible_to(actor, "edit").filter(pk__in=rows.order_by().values("pk"))
    records = list(editable.select_for_update(of=("self",)).order_by("pk"))
    fields = {name: value for name, value in given.items() if record_type.part(name) is None}
    if fields:
        write.change(records, record_type, fields, actor=actor, confirmed=True)  # asked of the one
    parts = [name for name in given if record_type.part(name)]
    if parts:
        copy_parts(record_type, record, records, parts, actor)


def others(record_type: RecordType, record: Any, scope: str) -> Any:
    """The other records of its series, in the bin or not."""
    rows = stored(record_type).filter(series=record.series_id).exclude(pk=record.pk)
    return rows.filter(occurs_at__gt=record.occurs_at) if scope == FOLLOWING else rows


def copy_parts(
    record_type: RecordType, record: Any, records: Sequence[Any], names: Sequence[str], actor: Actor
) -> None:
    for name in names:
        part = record_type.part(name)
        assert part
        pks = [one.pk for one in records]
        part.model._base_manager.filter(**{f"{part.parent}__in": pks}).delete()
        rows = list(part.model._base_manager.filter(**{part.parent: record.pk}).order_by("pk"))
        part.model._base_manager.bulk_create([row_for(part.parent, row, pk) for pk in pks for row in rows])
    if record_type.after_update and records:
        record_type.after_update(records, frozenset(names), actor)


# Times


def move_along(record_type: RecordType, before: Any, record: Any, scope: str, actor: Actor) -> Any:
    """Lets the series go on at the time, and on the days, on which one of its records was put."""
    calendar = calendar_of(record_type)
    series: Series = before.series
    zone = zone_of(series)
    old = before.occurs_at.astimezone(zone).replace(tzinfo=None)
    new = getattr(record, calendar.start).astimezone(zone).replace(tzinfo=None)
    rule = moved_rule(rule_of(series.rule), old.date(), new.date())
    first = record
    if scope == ALL:
        rows = stored(record_type).filter(series=series).order_by("occurs_at")
        first = next(iter(rows), record)
        if first.pk != record.pk:
            begin = first.occurs_at.astimezone(zone).replace(tzinfo=None)
            setattr(first, calendar.start, in_zone(shifted(rule, begin, old, new), zone))
    restart(record_type, first, first.occurs_at, str(rule), series.time_zone, actor, goes_on=True)
    record.refresh_from_db()
    return record


def shifted(rule: Rule, begin: datetime, old: datetime, new: datetime) -> datetime:
    """When the first of a series is, after one of it was put from `old` to `new`."""
    is_same_day = begin.weekday() == old.weekday() or rule.frequency != "WEEKLY"
    days = (new.date() - old.date()).days if is_same_day else 0
    wished = datetime.combine(begin.date() + timedelta(days=days), new.time())
    return first_on(rule, wished) or wished


def restart(
    record_type: RecordType, record: Any, since: datetime, rule: str, time_zone: str, actor: Actor, *,
    goes_on: bool = False, start: datetime | None = None,
) -> None:  # fmt: skip
    """Ends the series of a record where it stood and begins a new one with it: by `rule`, none when that is empty.

    `goes_on` says that a number of times is that of the old rule, of which some have been; `start` when the new
    series begins, where the record itself stands elsewhere.
    """
    calendar = calendar_of(record_type)
    old: Series = record.series
    rows = stored(record_type).filter(series=old, occurs_at__gt=since).exclude(pk=record.pk)
    following = list(rows.select_for_update(of=("self",)).order_by("occurs_at"))
    refuse_foreign(record_type, following, actor)
    if goes_on and rule and (count := rule_of(rule).count) is not None:
        rule = str(replace(rule_of(rule), count=max(1, count - sum(1 for one in coming(old, since) if one < since))))
    last = max((row.occurs_at for row in following), default=since)
    times = [one for one in coming(old, max(last, old.made_until), since) if one > since]
    end(record_type, old, since)
    stands = getattr(record, calendar.start)
    start = start or stands
    series = new_series(record_type, rule, start, time_zone) if rule else None
    moved, missing = new_places(following, times, old, series, start)
    put(record_type, record, series, rule, start, stands)
    record.made_apart = False
    for row, moment in moved:
        is_own = getattr(row, calendar.start) != row.occurs_at
        put(record_type, row, series, rule, moment, getattr(row, calendar.start) if is_own else moment)
    columns = ["series", "occurs_at", "made_apart", calendar.repeats, calendar.start, "version", "updated_at"]
    stored(record_type).bulk_update([record, *(row for row, _moment in moved)], columns, batch_size=500)
    alive = [row for row, _moment in moved if row.deleted_at is None]
    if alive and record_type.after_update:
        record_type.after_update(alive, frozenset({calendar.start}), actor)
    kept = {row.pk for row, _moment in moved}
    bin_rows(record_type, [row for row in following if row.pk not in kept])
    if series:
        make(record_type, record, series, missing, actor)


def new_places(
    following: Sequence[Any], times: Sequence[datetime], old: Series, series: Series | None, start: datetime
) -> tuple[list[tuple[Any, datetime]], list[datetime]]:
    """Where in a new series the records of the old one stand that follow: the third is the third again, also when
    those before it are not made yet. And when records have to be made besides. `times` are those of the old rule."""
    if series is None:
        return [], []
    place = {moment: number for number, moment in enumerate(times)}
    numbers = [place.get(row.occurs_at, number) for number, row in enumerate(following)]
    until = max(series.made_until, *times, start) + FARTHEST if following else series.made_until
    last = max(numbers, default=-1)
    new_times: list[datetime] = []
    for moment in coming(series, until, start):
        if moment > start and (moment <= series.made_until or len(new_times) <= last):
            new_times.append(moment)
    moved = [
        (row, new_times[number]) for row, number in zip(following, numbers, strict=True) if number < len(new_times)
    ]
    taken = {moment for _row, moment in moved}
    were_made = sum(1 for moment in times if moment <= old.made_until)
    missing = [one for one in new_times[were_made:] if one <= series.made_until and one not in taken]
    return moved, missing


def bin_rows(record_type: RecordType, rows: Sequence[Any]) -> None:
    """Those for which a new rule has no time."""
    alive = [row.pk for row in rows if row.deleted_at is None]
    if alive:
        gone = stored(record_type).filter(pk__in=alive)
        gone.update(deleted_at=timezone.now(), updated_at=timezone.now(), version=F("version") + 1)


def put(
    record_type: RecordType, row: Any, series: Series | None, rule: str, occurs_at: datetime, start: datetime
) -> None:
    calendar = calendar_of(record_type)
    row.series, row.occurs_at = series, occurs_at if series else None
    setattr(row, calendar.repeats, rule)
    setattr(row, calendar.start, start)
    row.version += 1
    row.updated_at = timezone.now()


def refuse_foreign(record_type: RecordType, rows: Sequence[Any], actor: Actor) -> None:
    """Raises NotAllowed when one of the records that have to change is not the actor's to change."""
    pks = {row.pk for row in rows if row.deleted_at is None}
    if record_type.visible_to(actor, "edit").filter(pk__in=pks).count() != len(pks):
        raise NotAllowed(_("Some of those that follow are not yours to change."))


def end(record_type: RecordType, series: Series, since: datetime) -> None:
    """Lets a series have nothing from that moment on; what is before says so."""
    calendar = calendar_of(record_type)
    local = since.astimezone(zone_of(series))
    rule = str(ended(rule_of(series.rule), local.date() - timedelta(days=1)))
    if local_start(series).date() >= local.date():
        rule = series.rule
    rows = stored(record_type).filter(series=series, occurs_at__lt=since)
    rows.update(**{calendar.repeats: rule}, version=F("version") + 1, updated_at=timezone.now())
    Series.objects.filter(pk=series.pk).update(rule=rule)
