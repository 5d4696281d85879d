"""What takes time in an iCalendar text, within a span; what comes again is counted out, within bounds."""

import time as clock
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import rrule
from icalendar import Calendar

MOST_EVENTS = 20_000
MOST_ENTRIES = 5_000
SECONDS = 10.0
EARLIEST_YEAR = 1970
LONGEST = timedelta(days=366)
FREQUENCIES = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}
WITHIN_DAYS = ("BYHOUR", "BYMINUTE", "BYSECOND")
Moment = date | datetime


class NoCalendar(Exception):
    """The text is no iCalendar."""


@dataclass(frozen=True)
class Found:
    """Aware moments, or days of which the last is not counted."""

    title: str
    start: Moment
    end: Moment


@dataclass
class Parsed:
    entries: list[Found] = field(default_factory=list)
    left_out: int = 0


def parse(text: bytes, start: datetime, end: datetime, zone: ZoneInfo) -> Parsed:
    """Entries that touch the span; times without a zone are meant in `zone`. What can't be read, takes no time by its
    own account, or comes beyond the bounds is left out; the latter and the first are counted. Raises NoCalendar."""
    try:
        calendars = [one for one in Calendar.from_ical(text, multiple=True) if one.name == "VCALENDAR"]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoCalendar from error
    if not calendars:
        raise NoCalendar
    parsed, until = Parsed(), clock.monotonic() + SECONDS
    events = [event for one in calendars for event in one.walk("VEVENT")]
    parsed.left_out += max(0, len(events) - MOST_EVENTS)
    changed = changed_times(events, zone)
    for event in events[:MOST_EVENTS]:
        if clock.monotonic() > until or len(parsed.entries) >= MOST_ENTRIES:
            parsed.left_out += 1
            continue
        try:
            for found in occurrences(event, start, end, zone, changed):
                parsed.entries.append(found)
                if len(parsed.entries) >= MOST_ENTRIES:
                    break
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, IndexError):
            parsed.left_out += 1
    return parsed


def changed_times(events: list[Any], zone: ZoneInfo) -> dict[str, set[datetime]]:
    """The times of a series, by its UID, that have an event of their own."""
    found: dict[str, set[datetime]] = {}
    for event in events:
        try:
            if "RECURRENCE-ID" in event:
                found.setdefault(str(event.get("UID")), set()).add(naive(event["RECURRENCE-ID"].dt, zone))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            continue
    return found


def occurrences(
    event: Any, start: datetime, end: datetime, zone: ZoneInfo, changed: dict[str, set[datetime]]
) -> Iterator[Found]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return
    first: Moment = event["DTSTART"].dt
    length = length_of(event, first)
    if length <= timedelta():
        return
    title = str(event.get("SUMMARY", "")).strip()[:200].replace("\x00", "")
    own = getattr(first, "tzinfo", None) or zone
    rules = [] if "RECURRENCE-ID" in event else listed(event.get("RRULE"))
    low, high = (naive(one, own) for one in (start - length - timedelta(days=1), end + timedelta(days=1)))
    times = [naive(first, own)] if not rules else []
    for rule in rules:
        times += counted(rule, naive(first, own), low, high, own)
    if "RECURRENCE-ID" not in event:
        times += [naive(one.dt, own) for dates in listed(event.get("RDATE")) for one in dates.dts]
    gone = {naive(one.dt, own) for dates in listed(event.get("EXDATE")) for one in dates.dts}
    if rules:
        gone |= changed.get(str(event.get("UID")), set())
    for at in sorted(set(times) - gone):
        if low <= at <= high:
            begin: Moment = at.date() if not isinstance(first, datetime) else at.replace(tzinfo=own)
            if touches(begin, length, start, end, zone):
                finish = begin + length if not isinstance(begin, datetime) else (begin.astimezone(UTC) + length)
                yield Found(title, begin, finish)


def counted(rule: Any, first: datetime, low: datetime, high: datetime, zone: Any) -> list[datetime]:
    """The times of a rule up to `high`, by the clock; raises ValueError for rules that go within days."""
    (frequency,) = rule["FREQ"]
    if frequency not in FREQUENCIES or any(name in rule for name in WITHIN_DAYS) or first.year < EARLIEST_YEAR:
        raise ValueError(frequency)
    if any(int(number) < 1 for number in rule.get("INTERVAL", ())):
        raise ValueError("INTERVAL")
    text = ";".join(f"{name}={rule_text(value)}" for name, value in rule.items() if name not in ("UNTIL",))
    made: Any = rrule.rrulestr(text, dtstart=first)
    until = min((naive(one, zone) for one in rule.get("UNTIL", ())), default=high)
    if not isinstance(next(iter(rule.get("UNTIL", ())), first), datetime):
        until += timedelta(days=1, microseconds=-1)  # a day counts to its end
    limited = made if "COUNT" in rule else made.replace(until=min(until, high))
    found: list[datetime] = []
    for at in limited:
        if at > high or len(found) > MOST_ENTRIES:
            break
        if at >= low and at <= until:
            found.append(at)
    return found


def rule_text(value: Any) -> str:
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value)


def length_of(event: Any, first: Moment) -> timedelta:
    if "DTEND" in event:
        last = event["DTEND"].dt
        if isinstance(first, datetime) and first.tzinfo and isinstance(last, datetime) and last.tzinfo:
            length = last.astimezone(UTC) - first.astimezone(UTC)
        else:
            length = last - first
    elif "DURATION" in event:
        length = event["DURATION"].dt
    else:
        length = timedelta() if isinstance(first, datetime) else timedelta(days=1)
    return min(length, LONGEST)


def touches(begin: Moment, length: timedelta, start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    at = begin if isinstance(begin, datetime) else datetime(begin.year, begin.month, begin.day, tzinfo=zone)
    return at < end and at.astimezone(UTC) + length > start


def naive(moment: Moment, zone: Any) -> datetime:
    """By the clock of the zone."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - by the clock
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
