"""When people work: their own hours, those of the company, or the usual ones; each by the clock of the person."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.models import WorkingHours

ONE_DAY = timedelta(days=1)
WEEK = frozenset(range(7))


@dataclass(frozen=True)
class Hours:
    """From `begins` to `ends` on `days` (0 is Monday), by the clock of `zone`."""

    begins: time
    ends: time
    days: frozenset[int]
    zone: ZoneInfo

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """The span of work on a day of that clock, in UTC; None on a day off."""
        if day.weekday() not in self.days:
            return None
        begin, end = (datetime.combine(day, one, self.zone).astimezone(UTC) for one in (self.begins, self.ends))
        return begin, end

    def next_span(self, at: datetime, length: timedelta) -> datetime | None:
        """The first moment from `at` (UTC) on from which so much is left of a span of work; None within a fortnight."""
        day = at.astimezone(self.zone).date()
        for number in range(15):
            span = self.on(day + number * ONE_DAY)
            if span and max(at, span[0]) + length <= span[1]:
                return max(at, span[0])
        return None

    def within(self, day: date, clock: ZoneInfo) -> tuple[int, int]:
        """What of work stands on a day by another clock: the longest piece, in minutes; none is (0, 0)."""
        low, high = (datetime.combine(day + number * ONE_DAY, time(), clock).astimezone(UTC) for number in (0, 1))
        spans = [span for number in (-1, 0, 1) if (span := self.on(day + number * ONE_DAY))]
        pieces = [(max(low, begin), min(high, end)) for begin, end in spans if begin < high and end > low]
        if not pieces:
            return 0, 0
        begin, end = max(pieces, key=lambda one: one[1] - one[0])
        return minutes_of(begin, low, clock), 1440 if end == high else minutes_of(end, low, clock)


USUAL = Hours(time(8), time(18), frozenset(range(5)), ZoneInfo("UTC"))


def minutes_of(moment: datetime, midnight: datetime, clock: ZoneInfo) -> int:
    local = moment.astimezone(clock)
    return 0 if moment <= midnight else local.hour * 60 + local.minute


def hours_of(people: Collection[int]) -> Mapping[int, Hours]:
    """The hours of users by their id. Two statements."""
    zones = get_user_model()._default_manager.filter(pk__in=people).values_list("pk", "time_zone")
    rows = {row.user_id: row for row in WorkingHours.objects.filter(Q(user__in=people) | Q(user=None))}
    return {pk: _made(rows.get(pk) or rows.get(None), ZoneInfo(zone)) for pk, zone in zones}


def own_hours(user_id: int | None) -> tuple[Hours, bool]:
    """The hours of a user, those of the company with None; and whether they were chosen there."""
    rows = {row.user_id: row for row in WorkingHours.objects.filter(Q(user=user_id) | Q(user=None))}
    return _made(rows.get(user_id) or rows.get(None), USUAL.zone), user_id in rows


def _made(row: WorkingHours | None, zone: ZoneInfo) -> Hours:
    return Hours(row.begins, row.ends, frozenset(row.days), zone) if row else replace(USUAL, zone=zone)


def store_hours(actor: Actor, *, begins: time, ends: time, days: Collection[int], for_company: bool = False) -> None:
    """The hours of the actor, or of everybody who chose none, which is for administrators. Raises Invalid."""
    if for_company:
        actor.require_admin()
    if ends <= begins:
        raise Invalid({"ends": [_("The end has to be after the start.")]})
    values: dict[str, Any] = {"begins": begins, "ends": ends, "days": sorted(set(days) & WEEK)}
    who: dict[str, Any] = {"user_id": None if for_company else actor.user_id}
    WorkingHours.objects.update_or_create(**who, defaults=values)


def forget_hours(actor: Actor) -> None:
    """The hours of the actor are those of the company again."""
    WorkingHours.objects.filter(user=actor.user_id).delete()
