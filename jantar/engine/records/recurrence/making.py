"""Making the records of a series: when it begins, and every night those that have come near.

What is made is a copy of one of the records that are there, with its parts; the number of statements does not depend
on how many are made.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, F, Model, OuterRef, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.dates import is_near
from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Cause, Operation
from jantar.engine.history.operations import OperationUndoneError, continued, current_operation, operation
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.models import GOES_ON, Series
from jantar.engine.records.record_type import Calendar, RecordType
from jantar.engine.records.registry import registry
from jantar.kit.recurrence import Rule, first_on, follow_start, in_zone, moments, read_rule

#: Of a series that began long ago the records of so much of the past are made.
PAST = timedelta(days=366)
#: The next record is made however far it is, up to this; later ones when they have come nearer.
FARTHEST = timedelta(days=800)
#: So many records of one series at most are made at once.
MOST = 500
#: What has an end and does not come for so long is over.
LONGEST_PAUSE = timedelta(days=36_525)


def calendar_of(record_type: RecordType) -> Calendar:
    if record_type.calendar is None or not record_type.calendar.repeats:
        raise TypeError(f"Records of {record_type.name} can't come again.")
    return record_type.calendar


def stored(record_type: RecordType) -> Any:
    """All records of the type's table, in the bin or not. Its model is `Repeating`, which no type says of `Record`."""
    return record_type.model._base_manager


def rule_of(text: str) -> Rule:
    return read_rule(text)


def zone_of(series: Series) -> ZoneInfo:
    return ZoneInfo(series.time_zone)


def local_start(series: Series) -> datetime:
    """The clock at the beginning of a series, without a zone."""
    return series.starts_at.astimezone(zone_of(series)).replace(tzinfo=None)


def zone_for(rule: Rule, actor: Actor) -> str:
    """The time zone whose clock counts: the rule's own, else that of whoever gives it."""
    return rule.zone or actor.time_zone


def prepare_rules(record_type: RecordType, records: Sequence[Any], given: frozenset[str], actor: Actor) -> None:
    """Says in new rules what they take from the start, and puts a record on the first day that its rule fits."""
    calendar = calendar_of(record_type)
    if calendar.repeats not in given:
        return
    for record in records:
        text, start = getattr(record, calendar.repeats), getattr(record, calendar.start)
        if not text or start is None or (record.series_id and record.series.rule == text):
            continue
        if not is_near(start.date()):  # refused after this
            continue
        zone = ZoneInfo(zone_for(rule_of(text), actor))
        local = start.astimezone(zone).replace(tzinfo=None)
        rule = follow_start(rule_of(text), local.date())
        first = first_on(rule, local)
        setattr(record, calendar.repeats, str(rule))
        if first and first != local:
            setattr(record, calendar.start, in_zone(first, zone))


def check_rule(record_type: RecordType, record: Any, given: frozenset[str], actor: Actor) -> None:
    """Raises Invalid for a rule that never fits, and for one without a time to begin."""
    calendar = calendar_of(record_type)
    text, start = getattr(record, calendar.repeats), getattr(record, calendar.start)
    if not text or not given & {calendar.repeats, calendar.start}:
        return
    if start is None:
        raise Invalid({calendar.start: [_("What comes again needs a time to begin.")]})
    rule = rule_of(text)
    local = start.astimezone(ZoneInfo(zone_for(rule, actor))).replace(tzinfo=None)
    if calendar.repeats in given and first_on(rule, local) is None:
        raise Invalid({calendar.repeats: [_("There is no day that fits this rule.")]})


def begin_series(record_type: RecordType, records: Sequence[Any], actor: Actor) -> None:
    """Makes the further records of new ones that have a rule, and of old ones that have just got one."""
    calendar = calendar_of(record_type)
    for record in records:
        if getattr(record, calendar.repeats) and record.series_id is None:
            start = getattr(record, calendar.start)
            rule = getattr(record, calendar.repeats)
            series = new_series(record_type, rule, start, zone_for(rule_of(rule), actor))
            record.series, record.occurs_at = series, start
            rows = stored(record_type).filter(pk=record.pk)
            rows.update(series=series, occurs_at=start)
            make(record_type, record, series, wanted(series, start, timezone.now() - PAST), actor)


def new_series(record_type: RecordType, rule: str, start: datetime, time_zone: str) -> Series:
    opened = current_operation()
    series = Series(
        record_type=record_type.name, rule=rule, starts_at=start, time_zone=time_zone,
        began_with=opened.pk if opened else None,
    )  # fmt: skip
    series.made_until = horizon(record_type, series)
    series.save()
    return series


def horizon(record_type: RecordType, series: Series) -> datetime:
    """Up to when records are made: so many days ahead, but at least the next one, however far it is."""
    now = timezone.now()
    usual = now + timedelta(days=calendar_of(record_type).ahead)
    since = max(now, series.starts_at)
    following = next((one for one in coming(series, since + FARTHEST) if one > since), None)
    return max(usual, following) if following else usual


def coming(series: Series, until: datetime, since: datetime | None = None) -> Iterator[datetime]:
    """When a series comes, up to and with `until`; what is before `since` is not counted out."""
    return moments(rule_of(series.rule), local_start(series), zone_of(series), until, since)


def wanted(series: Series, after: datetime, not_before: datetime) -> list[datetime]:
    """When records of the series have to be, after a moment up to what is made of it."""
    found = (one for one in coming(series, series.made_until) if one > after and one >= not_before)
    return list(islice(found, MOST))


def make(
    record_type: RecordType, pattern: Any, series: Series, times: Iterable[datetime], actor: Actor, *,
    apart: bool = False,
) -> list[Any]:  # fmt: skip
    """Stores copies of a record, one for each moment, with its parts; `apart` before their turn."""
    records = [copied(record_type, pattern, series, moment) for moment in times]
    for record in records:
        record.made_apart = apart
    if not records:
        return []
    stored(record_type).bulk_create(records, batch_size=500)
    for part in record_type.parts:
        rows = list(part.model._base_manager.filter(**{part.parent: pattern.pk}).order_by("pk"))
        copies = [row_for(part.parent, row, record.pk) for record in records for row in rows]
        part.model._base_manager.bulk_create(copies, batch_size=2000)
    if record_type.after_create:
        record_type.after_create(records, actor)
    return records


def copied(record_type: RecordType, pattern: Any, series: Series, moment: datetime) -> Any:
    calendar = calendar_of(record_type)
    record: Any = record_type.new()
    left = {"id", "version", "created_at", "updated_at", "deleted_at", "merged_into", "series_id", "occurs_at"}
    left.add("made_apart")
    for column in record._meta.concrete_fields:
        names = {column.name, column.name.rpartition("_")[0]}  # an amount has several columns
        if column.attname not in left and not names.intersection(calendar.anew):
            setattr(record, column.attname, copy(getattr(pattern, column.attname)))
    record.series, record.occurs_at = series, moment
    setattr(record, calendar.repeats, series.rule)
    setattr(record, calendar.start, moment)
    return record


def row_for(parent: str, row: Model, record_id: int) -> Any:
    new = copy(row)
    new.pk = None
    new._state = copy(row._state)
    new._state.adding = True
    setattr(new, f"{parent}_id", record_id)
    return new


# Every night


def make_due(now: datetime | None = None) -> int:
    """Makes what has come near, of each series in a transaction of its own; returns how many records.

    A series that was found to be over is not looked at again while its rule is the same, nor one whose records are
    all in the bin.
    """
    now = now or timezone.now()
    number = 0
    for record_type in registry.all():
        if record_type.calendar and record_type.calendar.repeats:
            limit = now + timedelta(days=record_type.calendar.ahead)
            alive = Exists(stored(record_type).filter(series=OuterRef("pk"), deleted_at=None))
            rows = Series.objects.filter(alive, GOES_ON, record_type=record_type.name, made_until__lt=limit)
            for pk in rows.order_by("made_until").values_list("pk", flat=True).iterator(chunk_size=500):
                number += go_on(record_type, pk)
    return number


def go_on(record_type: RecordType, pk: int) -> int:
    """Makes the next records of one series; none of one that was undone or of which nothing is left."""
    try:
        with resumed(pk):
            series = Series.objects.select_for_update(of=("self",)).get(pk=pk)
            pattern = pattern_of(record_type, series)
            if pattern is None:
                return 0
            before, series.made_until = series.made_until, horizon(record_type, series)
            times = wanted(series, before, before)
            known = stored(record_type).filter(series=series, occurs_at__gt=before)
            times = sorted(set(times) - set(known.values_list("occurs_at", flat=True)))
            if not times:  # it is over, or not near: then it may still go on where it stands, once its end is undone
                if is_over(series, before):
                    Series.objects.filter(pk=pk).update(over_by=series.rule)
                return 0
            series.save(update_fields=["made_until"])
            return len(make(record_type, pattern, series, times, system_actor()))
    except OperationUndoneError:
        return 0


def is_over(series: Series, after: datetime) -> bool:
    """Whether its rule has an end and gives nothing later than a moment."""
    rule = rule_of(series.rule)
    later = coming(series, after + LONGEST_PAUSE, after)
    return bool(rule.until or rule.count) and all(one <= after for one in later)


def make_apart(record_type: RecordType, series: Series, moment: datetime, actor: Actor) -> Any | None:
    """The record of one occurrence, made before its turn if it is not there; None when the series has none then.

    It belongs to the operation that began the series, so that undoing what is done with it next leaves it where it
    stood. Raises OperationUndoneError for a series that was undone meanwhile.
    """
    with resumed(series.pk):
        series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
        there = next(iter(stored(record_type).filter(series=series, occurs_at=moment)), None)
        if there is not None:
            return there if there.deleted_at is None else None
        pattern = pattern_of(record_type, series)
        if pattern is None or moment <= series.made_until or moment not in coming(series, moment, moment):
            return None
        return make(record_type, pattern, series, [moment], actor, apart=True)[0]


def resumed(series_id: int) -> AbstractContextManager[Operation]:
    """The operation that began a series, to go on with it; one of its own where that is forgotten."""
    began_with = Series.objects.filter(pk=series_id).values_list("began_with", flat=True).first()
    if began_with and Operation.objects.filter(pk=began_with).exists():
        return continued(began_with)
    return operation(system_actor(), Cause.SYSTEM)


def pattern_of(record_type: RecordType, series: Series) -> Any | None:
    """The record that new ones are made after."""
    rows = stored(record_type).filter(Q(series=series), deleted_at=None)
    return next(iter(pattern_first(record_type, rows)[:1]), None)


def pattern_first(record_type: RecordType, rows: Any) -> Any:
    """Records of a series in the order in which new ones are made after them: the latest that stands where the rule
    wants it first; those made before their turn are the last."""
    is_moved = Case(When(**{calendar_of(record_type).start: F("occurs_at")}, then=0), default=1)
    return rows.order_by("made_apart", is_moved, "-occurs_at")
