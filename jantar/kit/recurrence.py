"""Rules by which something comes again: the part of RFC 5545 that people use, read, written and counted out.

Rules say days; the time of the day is that of the start, by the clock of the time zone it was meant in. Which days
these are is worked out by dateutil, on times without a zone, so a change of clocks moves nothing.
"""

import re
from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from dateutil import rrule

from jantar.kit.errors import InputError, gettext_noop

FREQUENCIES: Final = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING_DAYS: Final = WEEKDAYS[:5]
MOST_TIMES: Final = 5000
MOST_BETWEEN: Final = 1000
MOST_CHARACTERS: Final = 500
#: A rule that gives nothing for so long gives nothing: a leap day every year comes within eight years.
PATIENCE: Final = timedelta(days=366 * 12)
#: By how much a clock is changed at most, with room.
CLOCK_CHANGE: Final = timedelta(hours=3)
#: After this nothing comes any more: in any time zone it is still before the end of time.
LAST: Final = datetime.combine(date(9999, 12, 30), time())
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")


@dataclass(frozen=True)
class Rule:
    """`days` are weekdays, each with the number of which in the month is meant (-1 the last, 0 each one).

    `positions` choose among the days of a month or year that fit (-1 the last). Without days, month days and months
    it is the day of the start. `until` is the last day, `count` how often at most; one of them or none.

    Beside it, as calendars say it beside the rule: `without` are days that are left out, `zone` is the time zone
    whose clock counts; without one it is that of whoever gives the rule.
    """

    frequency: str
    every: int = 1
    days: tuple[tuple[int, str], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None
    week_start: str = "MO"
    without: tuple[date, ...] = ()
    zone: str = ""

    def __str__(self) -> str:
        """As RFC 5545 writes it, always in the same order; `until` as a day."""
        parts = [f"FREQ={self.frequency}"]
        if self.every != 1:
            parts.append(f"INTERVAL={self.every}")
        if self.months:
            parts.append(f"BYMONTH={_joined(self.months)}")
        if self.month_days:
            parts.append(f"BYMONTHDAY={_joined(self.month_days)}")
        if self.days:
            parts.append("BYDAY=" + ",".join(f"{number or ''}{day}" for number, day in self.days))
        if self.positions:
            parts.append(f"BYSETPOS={_joined(self.positions)}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={_written(self.until)}")
        if self.week_start != "MO":
            parts.append(f"WKST={self.week_start}")
        if self.without:
            parts.append("EXDATE=" + ",".join(map(_written, self.without)))
        if self.zone:
            parts.append(f"TZID={self.zone}")
        return ";".join(parts)

    @property
    def weekdays(self) -> tuple[str, ...]:
        return tuple(day for _number, day in self.days)

    @property
    def is_on_working_days(self) -> bool:
        return tuple(sorted(self.weekdays, key=WEEKDAYS.index)) == WORKING_DAYS and not any(n for n, _d in self.days)


def read_rule(text: str, zone: ZoneInfo | None = None, start: datetime | None = None) -> Rule:
    """The rule of a text such as "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10", with or without "RRULE:" before it.

    An UNTIL that is a moment becomes a day of `zone`: the one before, where `start` has a later time of the day.
    Raises InputError for what is no rule, comes more often than every day, or would be too large.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputError(gettext_noop("This rule is too long."))
    stripped = text.strip()
    stripped = stripped[6:] if stripped[:6].upper() == "RRULE:" else stripped
    pairs = [part.partition("=") for part in stripped.rstrip(";").split(";")]
    parts = {name.strip().upper(): value.strip() for name, _equals, value in pairs}
    parts = {name: value if name == "TZID" else value.upper() for name, value in parts.items()}
    if len(parts) != len(pairs) or parts.get("FREQ") is None:
        raise _not_a_rule(text)
    for name in parts:
        if name not in _READ:
            raise InputError(gettext_noop("Rules with %(name)s are not possible here."), name=name[:20])
    if parts["FREQ"] not in FREQUENCIES:
        if parts["FREQ"] in ("SECONDLY", "MINUTELY", "HOURLY"):
            raise InputError(gettext_noop("Nothing can come again more often than every day."))
        raise _not_a_rule(text)
    rule = Rule(
        parts["FREQ"],
        _number(parts, "INTERVAL", MOST_BETWEEN) or 1,
        _days(parts.get("BYDAY", ""), text),
        _numbers(parts.get("BYMONTHDAY", ""), 31, text),
        _numbers(parts.get("BYMONTH", ""), 12, text),
        _numbers(parts.get("BYSETPOS", ""), 366, text),
        _until(parts.get("UNTIL", ""), zone, start),
        _number(parts, "COUNT", MOST_TIMES),
        parts.get("WKST", "MO"),
        _without(parts.get("EXDATE", "")),
        _zone(parts.get("TZID", "")),
    )
    return _checked(rule, text)


def follow_start(rule: Rule, start: date) -> Rule:
    """The rule with the days said that it takes from its start."""
    if rule.days or rule.month_days or (rule.frequency != "YEARLY" and rule.months):
        return rule
    weekday = WEEKDAYS[start.weekday()]
    if rule.frequency == "WEEKLY":
        return replace(rule, days=((0, weekday),))
    if rule.frequency == "MONTHLY":
        return replace(rule, month_days=(start.day,))
    if rule.frequency == "YEARLY":
        return replace(rule, months=rule.months or (start.month,), month_days=(start.day,))
    return rule


def moved_rule(rule: Rule, before: date, after: date) -> Rule:
    """The rule when the occurrence of one day is put on another and all that follow go with it."""
    if before == after:
        return rule
    old, new = WEEKDAYS[before.weekday()], WEEKDAYS[after.weekday()]
    if rule.positions or rule.is_on_working_days:
        return rule
    if any(number for number, _day in rule.days):
        return replace(rule, days=((_which(after, rule.days[0][0]), new),), months=_moved(rule.months, before, after))
    if rule.days:
        days = {new if day == old else day for day in rule.weekdays}
        return replace(rule, days=tuple((0, day) for day in WEEKDAYS if day in days))
    if rule.month_days:
        last = after == _month_end(after) and any(day < 0 for day in rule.month_days)
        kept = tuple(day for day in rule.month_days if day > 0 and day != before.day)
        month_days = (-1,) if last else tuple(sorted({*kept, after.day}))
        return replace(rule, month_days=month_days, months=_moved(rule.months, before, after))
    return rule


def occurrences(rule: Rule, start: datetime, until: datetime, since: datetime | None = None) -> Iterator[datetime]:
    """When it comes, from `start` up to and with `until`: times without a zone, by the clock of the series.

    `start` itself is one of them only where the rule fits it. With `since` only those from then on, without counting
    out the years before; where a number of times ends the rule they have to be counted.
    """
    last = min(until, datetime.combine(rule.until, time.max)) if rule.until else until
    begin = later_start(rule, start, since) if since else start
    found = rrule.rrule(
        FREQUENCIES[rule.frequency], dtstart=begin, interval=rule.every, wkst=WEEKDAYS.index(rule.week_start),
        until=last, bysetpos=rule.positions or None, bymonth=rule.months or None,
        bymonthday=rule.month_days or None,
        byweekday=[rrule.weekday(WEEKDAYS.index(day), number or None) for number, day in rule.days] or None,
    )  # fmt: skip
    left_out = frozenset(rule.without)
    counted = islice(iter(found), rule.count)
    return (one for one in counted if one.date() not in left_out and (since is None or one >= since))


def later_start(rule: Rule, start: datetime, since: datetime) -> datetime:
    """A start some whole periods later, and at least one before `since`, after which the rule gives the same times."""
    says_days = bool(rule.days or rule.month_days)
    if rule.count is not None or since <= start or (rule.frequency in ("MONTHLY", "YEARLY") and not says_days):
        return start
    if rule.frequency in ("DAILY", "WEEKLY"):
        period = timedelta(days=rule.every * (7 if rule.frequency == "WEEKLY" else 1))
        return start + max(0, (since - start) // period - 1) * period
    period_months = rule.every * (12 if rule.frequency == "YEARLY" else 1)
    between = (since.year - start.year) * 12 + since.month - start.month
    if (periods := between // period_months - 1) <= 0:
        return start
    month = (0 if rule.frequency == "YEARLY" else start.month - 1) + periods * period_months
    return start.replace(year=start.year + month // 12, month=month % 12 + 1, day=1)


def first_on(rule: Rule, start: datetime) -> datetime | None:
    """The first time the rule fits, not before `start`; None when it never does."""
    patience = min(PATIENCE * rule.every, LAST - start) if start < LAST else timedelta()
    until = min(start + patience, datetime.combine(rule.until, time.max)) if rule.until else start + patience
    later = _to_the_end_of_time(start, until)
    if until < start:
        return None
    found = occurrences(replace(rule, until=None, without=()), start + later, until + later)
    return next((one - later for one in found if (one - later).date() not in rule.without), None)


def _to_the_end_of_time(start: datetime, until: datetime) -> timedelta:
    """How much later a span has the same days of the week and of the year, as late as there is one.

    dateutil looks for a day that never comes until the years end, so it had better begin shortly before.
    """
    years = range(until.year - start.year + 1)
    for year in range(LAST.year - len(years), start.year, -1):
        if all(isleap(year + n) == isleap(start.year + n) for n in years):
            days = date(year, 1, 1) - date(start.year, 1, 1)
            if days.days % 7 == 0:
                return days
    return timedelta()


def moments(
    rule: Rule, start: datetime, zone: ZoneInfo, until: datetime, since: datetime | None = None
) -> Iterator[datetime]:
    """The same as moments in UTC, up to the aware `until`, and from the aware `since` on.

    A time that the clock leaves out in spring counts by the offset before it, and of one that comes twice in autumn
    the first is meant, as RFC 5545 (3.3.5) says.
    """
    begin = since.astimezone(zone).replace(tzinfo=None) - CLOCK_CHANGE if since else None
    for local in occurrences(rule, start, until.astimezone(zone).replace(tzinfo=None) + CLOCK_CHANGE, begin):
        moment = in_zone(local, zone)
        if moment <= until and (since is None or moment >= since):
            yield moment


def in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def ended(rule: Rule, last: date) -> Rule:
    """The same rule up to a day."""
    return replace(rule, until=last, count=None)


_READ: Final = (
    "FREQ",
    "INTERVAL",
    "BYDAY",
    "BYMONTHDAY",
    "BYMONTH",
    "BYSETPOS",
    "UNTIL",
    "COUNT",
    "WKST",
    "EXDATE",
    "TZID",
)


def _checked(rule: Rule, text: str) -> Rule:
    if rule.count is not None and rule.until is not None:
        raise InputError(gettext_noop("A rule ends on a day or after a number of times, not both."))
    if rule.week_start not in WEEKDAYS:
        raise _not_a_rule(text)
    if any(number for number, _day in rule.days) and rule.frequency in ("DAILY", "WEEKLY"):
        raise _not_a_rule(text)
    if rule.positions and not (rule.days or rule.month_days):
        raise _not_a_rule(text)
    return rule


def _days(text: str, whole: str) -> tuple[tuple[int, str], ...]:
    found = []
    for piece in filter(None, text.split(",")):
        match = _DAY.fullmatch(piece.strip())
        if match is None or abs(int(match[1] or 0)) > 53:
            raise _not_a_rule(whole)
        found.append((int(match[1] or 0), match[2]))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one[0], WEEKDAYS.index(one[1]))))


def _numbers(text: str, most: int, whole: str) -> tuple[int, ...]:
    try:
        found = sorted({int(piece) for piece in text.split(",") if piece})
    except ValueError:
        raise _not_a_rule(whole) from None
    if any(number == 0 or abs(number) > most for number in found) or (most == 12 and any(n < 0 for n in found)):
        raise _not_a_rule(whole)
    return tuple(found)


def _number(parts: dict[str, str], name: str, most: int) -> int | None:
    text = parts.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:12]) == 0:
        raise InputError(gettext_noop("%(name)s has to be a number above zero."), name=name)
    if len(text) > 12 or int(text) > most:
        raise InputError(gettext_noop("%(name)s may be %(most)d at most."), name=name, most=most)
    return int(text)


def _until(text: str, zone: ZoneInfo | None, start: datetime | None) -> date | None:
    if not text:
        return None
    match = _UNTIL.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return day
        moment = datetime.combine(day, time(int(match[4]), int(match[5]), int(match[6])))
        if match[7] and zone:
            moment = moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        is_before = start is not None and moment.time() < start.time()
        return moment.date() - timedelta(days=1) if is_before else moment.date()
    except (ValueError, OverflowError):
        raise InputError(gettext_noop("“%(text)s” is not a day on which a rule ends."), text=text[:30]) from None


def _without(text: str) -> tuple[date, ...]:
    found = {_until(piece.strip(), None, None) for piece in text.split(",")}
    return tuple(sorted(day for day in found if day))


def _zone(text: str) -> str:
    if text and text not in available_timezones():
        raise InputError(gettext_noop("“%(text)s” is not a time zone."), text=text[:60])
    return text


def _written(day: date) -> str:
    return day.isoformat().replace("-", "")


def _joined(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def _which(day: date, before: int) -> int:
    """Which of its weekday in the month a day is: counted from the end where it was so before, or in a fifth week."""
    is_last = (day + timedelta(days=7)).month != day.month
    return -1 if is_last and (before < 0 or day.day > 28) else (day.day - 1) // 7 + 1


def _moved(months: tuple[int, ...], before: date, after: date) -> tuple[int, ...]:
    return tuple(sorted({after.month if month == before.month else month for month in months}))


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _not_a_rule(text: str) -> InputError:
    return InputError(gettext_noop("“%(text)s” is not a rule by which something comes again."), text=text[:60])
