"""Relative dates for filters ("in the next 14 days") and the periods they stand for."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, cast

from jantar.kit.errors import InputError, gettext_noop

Unit = Literal["day", "week", "month", "quarter", "year"]
Kind = Literal["on", "this", "last", "next", "before", "after"]

_MAX_COUNT = 10_000
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to but not including `end`; None means no bound."""

    start: date | None
    end: date | None

    def instants(self, time_zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """Return the bounds as moments in UTC: midnights in `time_zone`."""
        return _midnight(self.start, time_zone), _midnight(self.end, time_zone)

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A date or period told from today.

    | kind   | count  | meaning                                          | as text                 |
    |--------|--------|--------------------------------------------------|-------------------------|
    | on     | any    | the single day so many units from today          | "today", "in 3 days"    |
    | this   | -1 0 1 | the previous, current or following calendar unit | "last week", "this year"|
    | last   | > 0    | from so many units back up to and with today     | "last 30 days"          |
    | next   | > 0    | today up to and with the day so many units ahead | "next 14 days"          |
    | before | any    | all days before the day so many units from today | "before 3 months ago"   |
    | after  | any    | all days after it                                | "after in 2 weeks"      |
    """

    kind: Kind
    count: int = 0
    unit: Unit = "day"

    def period(self, today: date, week_start: int = 0) -> Period:
        """Return the days meant on `today`; weeks begin on `week_start` (0 is Monday).

        Raises InputError when the calendar ends before the period does.
        """
        try:
            return self._period(today, week_start)
        except (OverflowError, ValueError):
            raise InputError(gettext_noop("This period reaches beyond the calendar.")) from None

    def _period(self, today: date, week_start: int) -> Period:
        day = timedelta(days=1)
        if self.kind == "this":
            start = _start_of(today, self.unit, week_start)
            return Period(_moved(start, self.count, self.unit), _moved(start, self.count + 1, self.unit))
        if self.kind == "last":
            return Period(_moved(today, -self.count, self.unit), today + day)
        other = _moved(today, self.count, self.unit)
        if self.kind == "next":
            return Period(today, other + day)
        if self.kind == "before":
            return Period(None, other)
        if self.kind == "after":
            return Period(other + day, None)
        return Period(other, other + day)

    def __str__(self) -> str:
        if self.kind in ("last", "next"):
            return f"{self.kind} {self.count} {self._units()}"
        if self.kind == "this":
            return f"{('this', 'next', 'last')[self.count]} {self.unit}"
        prefix = "" if self.kind == "on" else f"{self.kind} "
        return prefix + self._point()

    def _point(self) -> str:
        if not self.count or (self.unit == "day" and abs(self.count) == 1):
            return ("today", "tomorrow", "yesterday")[self.count]
        if self.count > 0:
            return f"in {self.count} {self._units()}"
        return f"{-self.count} {self._units()} ago"

    def _units(self) -> str:
        return self.unit if abs(self.count) == 1 else f"{self.unit}s"


def parse_relative_date(text: str) -> RelativeDate:
    """Read the text form of a RelativeDate; raises InputError when it is none.

    Also understood: "in the next 14 days", "past", "future", "before 14 days" (14 days ahead).
    """
    plain = " ".join(text.lower().split()).removeprefix("in the ")
    plain = {"past": "before today", "future": "after today"}.get(plain, plain)
    if match := _CALENDAR.fullmatch(plain):
        return RelativeDate("this", _STEPS[match[1]], cast(Unit, match[2]))
    if match := _SPAN.fullmatch(plain):
        kind: Kind = "next" if match[1] == "next" else "last"
        return RelativeDate(kind, _checked(int(match[2]), text), cast(Unit, match[3]))
    if match := _NAMED_DAY.fullmatch(plain):
        return RelativeDate(cast(Kind, match[1] or "on"), _NAMED_DAYS[match[2]])
    if (match := _POINT.fullmatch(plain)) and not (match[2] and match[5]):
        count = _checked(int(match[3]), text)
        return RelativeDate(cast(Kind, match[1] or "on"), -count if match[5] else count, cast(Unit, match[4]))
    raise _not_relative(text)


_STEPS: Final = {"this": 0, "last": -1, "next": 1}
_NAMED_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_UNIT = r"(day|week|month|quarter|year)"
_CALENDAR = re.compile(rf"(this|last|next) {_UNIT}")
_SPAN = re.compile(rf"(last|past|next) (\d{{1,5}}) {_UNIT}s?", re.ASCII)
_NAMED_DAY = re.compile(r"(?:(before|after) )?(yesterday|today|tomorrow)")
_POINT = re.compile(rf"(?:(before|after) )?(in )?(\d{{1,5}}) {_UNIT}s?( ago)?", re.ASCII)


def _checked(count: int, text: str) -> int:
    if not 0 < count <= _MAX_COUNT:
        raise _not_relative(text)
    return count


def _start_of(day: date, unit: Unit, week_start: int) -> date:
    if unit == "week":
        return day - timedelta(days=(day.weekday() - week_start) % 7)
    if unit in _MONTHS:
        length = _MONTHS[unit]
        return day.replace(month=(day.month - 1) // length * length + 1, day=1)
    return day


def _moved(day: date, count: int, unit: Unit) -> date:
    """Move by calendar units; the 31st becomes the last day of a shorter month."""
    if unit not in _MONTHS:
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * _MONTHS[unit]
    year, month = divmod(months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def _midnight(day: date | None, time_zone: tzinfo) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time(), tzinfo=time_zone).astimezone(UTC)


def _not_relative(text: str) -> InputError:
    return InputError(
        gettext_noop("“%(text)s” is not a period. Write it like “next 14 days” or “this month”."),
        text=text[:60],
    )
