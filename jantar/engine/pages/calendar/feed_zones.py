"""Descriptions of time zones for calendars that do not know their names (VTIMEZONE of RFC 5545)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from jantar.kit.recurrence import WEEKDAYS

#: Changes of clocks are looked at for so many years; those that are alike in all of them are said as a rule.
YEARS = 12
HALF_A_DAY = timedelta(hours=12)
Change = tuple[datetime, timedelta, timedelta, str]


@lru_cache(maxsize=128)
def zone_component(name: str, year: int) -> Timezone:
    """The zone as it is from the year before `year` on."""
    zone = ZoneInfo(name)
    found = Timezone()
    found.add("tzid", name)
    start = datetime(year - 1, 1, 1, tzinfo=UTC)
    kinds: dict[tuple[timedelta, timedelta, str], list[datetime]] = {}
    for local, before, after, abbreviation in changes(zone, start):
        kinds.setdefault((before, after, abbreviation), []).append(local)
    if any(len(times) < YEARS for times in kinds.values()) or not kinds:
        at = start.astimezone(zone)
        offset = at.utcoffset() or timedelta()
        found.add_component(observance([at.replace(tzinfo=None)], offset, offset, at.tzname() or name, is_summer(at)))
    for (before, after, abbreviation), times in kinds.items():
        summer = is_summer((times[0] - before + HALF_A_DAY).replace(tzinfo=UTC).astimezone(zone))
        found.add_component(observance(times, before, after, abbreviation, summer))
    return found


def changes(zone: ZoneInfo, start: datetime) -> list[Change]:
    """When the clock is changed, by the clock before; from which offset to which, and what the time is called then."""
    found: list[Change] = []
    at = start
    while at.year < start.year + YEARS:
        later = at + HALF_A_DAY
        if state(at, zone) != state(later, zone):
            low, high = at, later
            while high - low > timedelta(minutes=1):
                middle = low + ((high - low) // 2) // timedelta(minutes=1) * timedelta(minutes=1)
                low, high = (low, middle) if state(middle, zone) != state(at, zone) else (middle, high)
            before, after = state(at, zone)[0], state(high, zone)[0]
            found.append(((high + before).replace(tzinfo=None), before, after, high.astimezone(zone).tzname() or ""))
        at = later
    return found


def state(moment: datetime, zone: ZoneInfo) -> tuple[timedelta, str]:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(), local.tzname() or ""


def is_summer(local: datetime) -> bool:
    return bool(local.dst())


def observance(times: list[datetime], before: timedelta, after: timedelta, name: str, summer: bool) -> Any:
    one: Any = TimezoneDaylight() if summer else TimezoneStandard()
    one.add("dtstart", times[0])
    one.add("tzoffsetfrom", before)
    one.add("tzoffsetto", after)
    one.add("tzname", name)
    if rule := yearly_rule(times):
        one.add("rrule", vRecur.from_ical(rule))
    elif times[1:]:
        one.add("rdate", times[1:])
    return one


def yearly_rule(times: list[datetime]) -> str:
    """Empty when they do not fall on the same weekday of the same month each year, counted from one of its ends."""
    if len(times) < YEARS or len({(one.month, one.weekday(), one.time()) for one in times}) > 1:
        return ""
    numbers = {(one.day - 1) // 7 + 1 for one in times}
    if all(is_last(one.date()) for one in times):
        numbers = {-1}
    if len(numbers) > 1:
        return ""
    return f"FREQ=YEARLY;BYMONTH={times[0].month};BYDAY={numbers.pop()}{WEEKDAYS[times[0].weekday()]}"


def is_last(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month
