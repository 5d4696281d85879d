"""Where entries stand on the days shown: beside each other where they overlap, once on each day they touch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jantar.engine.pages.addresses import record_address
from jantar.engine.pages.calendar.occurrences import coming_address, stamp_of
from jantar.engine.pages.calendar.state import CalendarState, Shown
from jantar.engine.records.calendars import Entry
from jantar.ui import formats

DAY_MINUTES = 1440
#: A moment takes the room of so many minutes, or nobody could read or grasp it.
LEAST_MINUTES = 30


@dataclass(frozen=True)
class Slice:
    """An entry on one day. `top` and `height` are minutes of the clock, `lane` of `lanes` its place beside others."""

    entry: Entry
    day: date
    names: tuple[Shown, ...]
    is_first: bool
    is_last: bool
    top: int = 0
    height: int = 0
    lane: int = 0
    lanes: int = 1

    @property
    def key(self) -> str:
        if coming := self.entry.coming:
            return f"{self.entry.type_name}-{coming.series}-{stamp_of(coming.at)}"
        return f"{self.entry.type_name}-{self.entry.pk}" if self.entry.pk else ""

    @property
    def id(self) -> str:
        """Of the element; the same wherever the entry is moved, so that it keeps the focus."""
        return f"entry-{self.key}" if self.key and self.is_first else ""

    @property
    def href(self) -> str:
        if self.entry.coming:
            return coming_address(self.entry.type_name, self.entry.coming)
        return record_address(self.entry.type_name, self.entry.pk) if self.entry.pk else ""

    @property
    def coming_at(self) -> str:
        """When the rule wants what has no record yet, as the address carries it."""
        return stamp_of(self.entry.coming.at) if self.entry.coming else ""

    @property
    def title(self) -> str:
        return self.entry.title or _("Busy")

    @property
    def tone(self) -> str:
        return self.names[0].tone if self.names else "neutral"

    @property
    def people(self) -> str:
        return ", ".join(one.name for one in self.names)

    @property
    def clock(self) -> str:
        """The time as it is written on the entry; `until` follows where there is room."""
        return "" if self.entry.all_day else formats.format_clock(self.entry.start, language())

    @property
    def until(self) -> str:
        return "" if self.entry.is_moment else f"\N{EN DASH}{formats.format_clock(self.entry.end, language())}"

    @property
    def start(self) -> str:
        """The start by the clock, as addresses and forms carry it."""
        return f"{self.entry.start:%Y-%m-%d}" if self.entry.all_day else f"{self.entry.start:%Y-%m-%dT%H:%M}"

    @property
    def end(self) -> str:
        return f"{self.entry.end:%Y-%m-%d}" if self.entry.all_day else f"{self.entry.end:%Y-%m-%dT%H:%M}"

    @property
    def may_resize(self) -> bool:
        calendar = self.entry.record_type.calendar if self.entry.record_type else None
        return bool(self.entry.may_edit and calendar and calendar.minutes and self.is_last)


@dataclass
class Day:
    day: date
    href: str = ""
    is_today: bool = False
    is_outside: bool = False
    whole: list[Slice] = field(default_factory=list)
    timed: list[Slice] = field(default_factory=list)
    #: From when to when there is work, in minutes of the clock.
    work: tuple[int, int] = (0, DAY_MINUTES)

    @property
    def all(self) -> list[Slice]:
        return [*self.whole, *self.timed]

    @property
    def label(self) -> str:
        """The day in words."""
        return formats.format_day_full(self.day, language())

    @property
    def short(self) -> str:
        return formats.format_day_short(self.day, language())

    @property
    def weekday(self) -> str:
        return formats.format_weekday(self.day, language())

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def count(self) -> str:
        number = len(self.all)
        return ngettext("%(number)s entry", "%(number)s entries", number) % {"number": number} if number else ""


def days_of(state: CalendarState, entries: Iterable[Entry]) -> list[Day]:
    """The days shown, each with its entries in the order of time."""
    today = state.actor.today
    known = {one.pk: one for one in state.users}
    found = {
        day: Day(
            day,
            state.address(show="day", day=day),
            day == today,
            state.show == "month" and day.month != state.day.month,
        )
        for day in state.days
    }
    for entry in sorted(entries, key=lambda one: (one.start, one.end, one.type_name, one.pk or 0)):
        names = tuple(known[pk] for pk in entry.people if pk in known)
        for one in slices(entry, names):
            if one.day in found:
                (found[one.day].whole if entry.all_day else found[one.day].timed).append(one)
    for day in found.values():
        day.timed = side_by_side(day.timed)
    return list(found.values())


def slices(entry: Entry, names: tuple[Shown, ...]) -> Iterable[Slice]:
    """The entry cut at midnight; `top` and `height` follow the clock, also where a day has 23 or 25 hours."""
    first = entry.start.date()
    last = max(first, (entry.end - timedelta(microseconds=1)).date())
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        top = minutes_of(entry.start) if day == first else 0
        bottom = minutes_of(entry.end) if day == entry.end.date() and not entry.is_moment else DAY_MINUTES
        if entry.is_moment or bottom < top + LEAST_MINUTES:
            bottom = top + LEAST_MINUTES
        top = min(top, DAY_MINUTES - LEAST_MINUTES)
        yield Slice(entry, day, names, day == first, day == last, top, min(bottom, DAY_MINUTES) - top)


def minutes_of(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def side_by_side(cuts: Sequence[Slice]) -> list[Slice]:
    """Gives overlapping entries lanes of the same width; a group ends where a moment is free."""
    found: list[Slice] = []
    group: list[Slice] = []
    ends: list[int] = []
    for one in sorted(cuts, key=lambda cut: (cut.top, -cut.height)):
        if group and one.top >= max(ends):
            found += [replace(member, lanes=len(ends)) for member in group]
            group, ends = [], []
        lane = next((at for at, end in enumerate(ends) if end <= one.top), len(ends))
        ends[lane : lane + 1] = [one.top + one.height]
        group.append(replace(one, lane=lane))
    return found + [replace(member, lanes=len(ends)) for member in group]


def language() -> str:
    return get_language() or "en"
