"""What is said of a series in one event: its first occurrence, its rule, what is left out, what is changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils import timezone

from jantar.engine.records.agenda import SeriesRead
from jantar.engine.records.calendars import Entry
from jantar.engine.records.recurrence.making import local_start, rule_of, zone_of
from jantar.kit.recurrence import CLOCK_CHANGE, LAST, PATIENCE, in_zone, occurrences

#: What comes first after so long is in nobody's calendar.
FAR_AWAY = timedelta(days=366 * 200)


class SeriesTold:
    """A series from `earliest` (aware) on. Times are those of the clock in `zone`, without a zone."""

    def __init__(self, read: SeriesRead, earliest: datetime) -> None:
        self.read = read
        self.earliest = earliest
        self.rule = rule_of(read.series.rule)
        self.zone: ZoneInfo = zone_of(read.series)
        self.start = local_start(read.series)

    @cached_property
    def is_one_event(self) -> bool:
        """Whether a calendar can work it out: not where a whole day falls on another one by the clock in force than by
        that of the series, and not when there is nothing to show."""
        if self.first is None or not self.read.pattern.is_seen:
            return False
        here = timezone.get_current_timezone()
        moments = [moment for _local, moment in self.near]
        return not self.read.pattern.all_day or all(
            moment.astimezone(here).date() == moment.astimezone(self.zone).date() for moment in moments
        )

    @cached_property
    def near(self) -> list[tuple[datetime, datetime]]:
        """The occurrences for which there may be records, by the clock and as moments."""
        last = max([self.read.series.made_until, *self.read.made_apart_at, self.earliest + timedelta(days=366)])
        return list(self._from_earliest(last))

    @cached_property
    def first(self) -> datetime | None:
        """The first that stands in the calendar."""
        there = (local for local, moment in self.near if self.read.is_there(moment))
        if (found := next(there, None)) is not None:
            return found
        far = self._from_earliest(self.earliest + min(PATIENCE * self.rule.every, FAR_AWAY))
        return next((local for local, moment in far if self.read.is_there(moment)), None)

    def _from_earliest(self, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        since, last = ((one.astimezone(self.zone)).replace(tzinfo=None) for one in (self.earliest, until))
        for local in occurrences(self.rule, self.start, last + CLOCK_CHANGE, since - CLOCK_CHANGE):
            moment = in_zone(local, self.zone)
            if self.earliest <= moment <= until:
                yield local, moment

    @property
    def length(self) -> timedelta:
        return self.read.pattern.end.astimezone(UTC) - self.read.pattern.start.astimezone(UTC)

    @property
    def rule_text(self) -> str:
        """The rule as other programs read it, with the moment (the day) of the last occurrence instead of a number."""
        rule = self.rule
        last: datetime | None = None
        if rule.until:
            last = datetime.combine(rule.until, self.start.time())
        elif rule.count is not None:
            last = max(occurrences(rule, self.start, LAST), default=self.start)
        text = str(replace(rule, until=None, count=None, without=(), zone=""))
        if last is None:
            return text
        end = f"{last:%Y%m%d}" if self.read.pattern.all_day else f"{in_zone(last, self.zone):%Y%m%dT%H%M%SZ}"
        return f"{text};UNTIL={end}"

    @property
    def left_out(self) -> list[datetime]:
        """Occurrences of the rule, from the first told on, that do not stand in the calendar."""
        first = self.first or self.start
        gone = {local for local, moment in self.near if local > first and not self.read.is_there(moment)}
        gone |= {datetime.combine(day, self.start.time()) for day in self.rule.without if day > first.date()}
        return sorted(gone)

    @property
    def told(self) -> dict[datetime, Entry]:
        """The records for which the event speaks, by the clock of their occurrence."""
        first = self.first or self.start
        return {
            local: self.read.records[moment]
            for local, moment in self.near
            if local >= first and moment in self.read.records
        }

    @property
    def changed(self) -> list[tuple[datetime, Entry]]:
        """Those of them that are not as the rule says."""
        return [(local, one) for local, one in self.told.items() if self._facts(one) != self._usual(local)]

    def _usual(self, local: datetime) -> tuple[object, ...]:
        pattern = self.read.pattern
        start = timezone.localtime(in_zone(local, self.zone))
        begin = datetime.combine(start.date(), time(), start.tzinfo) if pattern.all_day else start
        return begin.astimezone(UTC), self._span(pattern), pattern.all_day, pattern.title, False

    def _facts(self, one: Entry) -> tuple[object, ...]:
        return one.start.astimezone(UTC), self._span(one), one.all_day, one.title, one.is_done

    def _span(self, one: Entry) -> timedelta:
        """How long it takes: really, or in days, which are of different lengths."""
        return one.end.date() - one.start.date() if one.all_day else one.end.astimezone(UTC) - one.start.astimezone(UTC)

    def shown(self, local: datetime | None, later: timedelta = timedelta()) -> date:
        """A time by the clock of the series as it is written; whole days are days. `later` is real time after it."""
        local = local or self.start
        if self.read.pattern.all_day:
            days = (self.read.pattern.end.date() - self.read.pattern.start.date()) if later else timedelta()
            return local.date() + days
        if not later:
            return local.replace(tzinfo=self.zone)
        return (in_zone(local, self.zone) + later).astimezone(self.zone)
