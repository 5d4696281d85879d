"""An iCalendar file as a sheet: a row for each event, or for each to-do; `number` is the line where it begins.

Rules keep the time zone they were meant in. Occurrences that were moved are rows of their own, which the rule of the
series leaves out. Entries that can't be read are refused one by one, with their line.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from jantar.engine.transfer.sheets.encoding import Encoding
from jantar.engine.transfer.sheets.ical_people import MOST_ALARMS, Alarm, read_guests, read_lead
from jantar.engine.transfer.sheets.ical_values import Moment, day_by_clock_of, read_length, read_moment, read_moments
from jantar.engine.transfer.sheets.ical_zones import Zones
from jantar.engine.transfer.sheets.model import Notice, Row
from jantar.engine.transfer.sheets.source import Source, opened
from jantar.engine.transfer.sheets.vcard import plain
from jantar.engine.transfer.sheets.vcard_lines import UNREADABLE, Property, read_lines
from jantar.kit.errors import InputError, gettext_noop
from jantar.kit.recurrence import Rule, first_on, follow_start, occurrences, read_rule

EVENTS: Final = "VEVENT"
TODOS: Final = "VTODO"
HEADERS_OF: Final = {
    EVENTS: (
        "Summary",
        "Start",
        "Duration",
        "All day",
        "Repeats",
        "Location",
        "Participants",
        "Reminder",
        "Description",
        "UID",
    ),
    TODOS: ("Summary", "Due", "Repeats", "Priority", "Completed", "Reminder", "Description", "UID"),
}
#: So many days back and ahead of today occurrences are counted; so many of one file are read at most.
_COUNTED_BACK, _COUNTED_AHEAD, _MOST_COUNTED = 366, 60, 20_000
_MOST_LINES: Final = 5_000
_MOST_DATES: Final = 500
#: Days left out longer ago than this are not kept: nothing is made there any more.
_KEPT_DAYS: Final = 400

UNFINISHED = gettext_noop("This entry has no end; the file may be cut off.")
TOO_LARGE = gettext_noop("This entry has too many lines.")
NO_START = gettext_noop("This entry does not say when it begins.")
WRONG_END = gettext_noop("The end is before the start.")
TOO_MANY = gettext_noop("With this entry the file would hold more than %(most)d occurrences. Divide it.")
TOO_MANY_DATES = gettext_noop("This entry names more than %(most)d single days.")
NEVER = gettext_noop("There is no day that fits this rule.")
SEVERAL_RULES = gettext_noop("An entry with several rules can't be taken over. Divide it into one for each rule.")
CANCELLED = gettext_noop("Cancelled entries were left out: lines %(rows)s (%(count)d).")


@dataclass(slots=True)
class LeftOut:
    """Cancelled entries, by the line where they begin."""

    cancelled: list[int] = field(default_factory=list)

    def notices(self, listed: Callable[[list[int]], str]) -> list[Notice]:
        if not self.cancelled:
            return []
        return [Notice(CANCELLED, {"rows": listed(self.cancelled), "count": len(self.cancelled)})]


@dataclass(slots=True)
class Component:
    """An event, a to-do or a time zone. `lines` are those of a time zone, as they are; `alarms` are by name what each
    of its alarms says."""

    kind: str
    number: int
    properties: list[Property] = field(default_factory=list)
    problems: list[Notice] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)

    def first(self, name: str) -> Property | None:
        return next((one for one in self.properties if one.name == name), None)

    def text(self, name: str) -> str:
        found = self.first(name)
        return plain(found.value) if found else ""

    @property
    def key(self) -> str:
        """By which a second import recognises it: one moved out of a series says where it was."""
        uid, was = self.text("UID")[:220], self.first("RECURRENCE-ID")
        return f"{uid}/{was.value.strip()}"[:255] if was and uid else uid


def starts_calendar(head: bytes) -> bool:
    """Whether the file begins as an iCalendar file, in any encoding."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:15].upper().startswith(b"BEGIN:VCALENDAR")


def kinds_in(source: Source, encoding: Encoding) -> list[str]:
    """Which of events and to-dos the file holds."""
    found = {one.kind for one in components(source, encoding)}
    return [kind for kind in HEADERS_OF if kind in found]


def calendar_rows(source: Source, encoding: Encoding, kind: str, left_out: LeftOut | None = None) -> Iterator[Row]:
    """A row for each entry of the kind."""
    reader = _Reader(source, encoding)
    headers = HEADERS_OF[kind]
    for one in components(source, encoding):
        if one.kind != kind:
            continue
        if one.text("STATUS").upper() == "CANCELLED":
            if left_out:
                left_out.cancelled.append(one.number)
            continue
        for cells, notices in reader.read(one):
            yield Row(one.number, [cells.get(name, "") for name in headers], tuple(notices))


def components(source: Source, encoding: Encoding) -> Iterator[Component]:
    """Events, to-dos and time zones, one at a time; of what stands inside of them alarms alone are kept."""
    with opened(source) as stream:
        stream.seek(0)
        one: Component | None = None
        inside: list[str] = []
        for number, found, text in read_lines(stream, encoding):
            name = found.value.strip().upper() if found and found.name in ("BEGIN", "END") else ""
            if found and found.name == "BEGIN":
                if one is None and name in (*HEADERS_OF, "VTIMEZONE"):
                    one, inside = Component(name, number), []
                    continue
                if one and name in HEADERS_OF and name == one.kind:
                    one.problems.append(Notice(UNFINISHED))
                    yield one
                    one, inside = Component(name, number), []
                    continue
                inside.append(name)
                if one and name == "VALARM" and len(one.alarms) < MOST_ALARMS:
                    one.alarms.append({})
            elif found and found.name == "END" and one and name == one.kind:
                yield one
                one = None
                continue
            if one:
                if found and inside == ["VALARM"] and one.alarms:
                    one.alarms[-1].setdefault(found.name, found)
                _take(one, number, found, text, is_inside=bool(inside))
            if found and found.name == "END" and inside:
                inside.pop()
        if one:
            one.problems.append(Notice(UNFINISHED))
            yield one


def _take(one: Component, number: int, found: Property | None, text: str, *, is_inside: bool) -> None:
    if one.kind == "VTIMEZONE":
        if found and len(one.lines) < _MOST_LINES:
            one.lines.append(f"{found.name}:{found.value.strip()}")
            if not is_inside:
                one.properties.append(found)
    elif is_inside or (found and found.name in ("BEGIN", "END")):
        return
    elif found is None:
        one.problems.append(Notice(UNREADABLE, {"line": number, "text": text}))
    elif len(one.properties) < _MOST_LINES:
        one.properties.append(found)
    elif len(one.properties) == _MOST_LINES:
        one.properties.append(found)
        one.problems.append(Notice(TOO_LARGE))


class _Reader:
    """Turns the entries of one file into cells; knows its time zones and which occurrences were moved."""

    def __init__(self, source: Source, encoding: Encoding) -> None:
        self.zones = Zones()
        self.moved: dict[str, list[Property]] = {}
        self.counted = 0
        for one in components(source, encoding):
            if one.kind == "VTIMEZONE":
                self.zones.describe(one.text("TZID"), one.lines)
            elif (was := one.first("RECURRENCE-ID")) and (uid := one.text("UID")):
                self.moved.setdefault(uid, []).append(was)

    def read(self, one: Component) -> Iterator[tuple[dict[str, str], list[Notice]]]:
        cells = {
            "Summary": one.text("SUMMARY") or one.text("DESCRIPTION").partition("\n")[0][:200],
            "Description": one.text("DESCRIPTION"),
            "Location": one.text("LOCATION"),
            "UID": one.key,
        }
        more: list[Moment] = []
        notices = list(one.problems)
        if not notices:
            try:
                more = self._times(one, cells) if one.kind == EVENTS else self._due(one, cells)
            except InputError as error:
                notices.append(Notice(error.message, dict(error.params)))
        yield cells, notices
        for moment in more:
            yield {**cells, "Repeats": "", "Start": moment.cell, "UID": f"{one.key}/{moment.stamp}"[:255]}, []

    def _times(self, one: Component, cells: dict[str, str]) -> list[Moment]:
        given = one.first("DTSTART")
        if given is None:
            raise InputError(NO_START)
        start = read_moment(given, self.zones)
        length = read_length(one.first("DTEND"), one.first("DURATION"), start, self.zones)
        if length < timedelta():
            raise InputError(WRONG_END)
        minutes = int(length.total_seconds() // 60)
        start = self._rule(one, start, cells)
        cells |= {
            "Start": start.cell, "Duration": str(minutes) if minutes else "",
            "All day": "1" if start.is_day else "", "Participants": read_guests(one.properties),
            "Reminder": read_lead(one.alarms, start, length, self.zones),
        }  # fmt: skip
        return self._more(one)

    def _due(self, one: Component, cells: dict[str, str]) -> list[Moment]:
        given = one.first("DUE") or one.first("DTSTART")
        start = read_moment(given, self.zones) if given else None
        if start:
            start = self._rule(one, start, cells)
            cells["Due"] = start.cell
            cells["Reminder"] = read_lead(one.alarms, start, timedelta(), self.zones)
        done = one.first("COMPLETED") or (
            (one.first("LAST-MODIFIED") or one.first("DTSTAMP"))
            if one.text("STATUS").upper() == "COMPLETED" or one.text("PERCENT-COMPLETE") == "100"
            else None
        )
        if done:
            cells["Completed"] = read_moment(done, self.zones).cell
        rank = one.text("PRIORITY")
        if rank.isdigit() and rank != "0":
            cells["Priority"] = "high" if int(rank) < 5 else "normal" if int(rank) == 5 else "low"
        return []

    def _more(self, one: Component) -> list[Moment]:
        """Single days that are named beside the rule."""
        if one.first("RECURRENCE-ID"):
            return []
        found = [moment for given in one.properties if given.name == "RDATE" for moment in self._dates(given)]
        return list({moment.stamp: moment for moment in found}.values())

    def _dates(self, given: Property) -> list[Moment]:
        if given.value.count(",") >= _MOST_DATES:
            raise InputError(TOO_MANY_DATES, most=_MOST_DATES)
        return read_moments(given, self.zones)

    def _rule(self, one: Component, start: Moment, cells: dict[str, str]) -> Moment:
        """Puts the rule into the cells, with what it leaves out; returns the first time that fits it."""
        given = one.first("RRULE")
        if given is None or one.first("RECURRENCE-ID"):
            return start
        if sum(each.name == "RRULE" for each in one.properties) > 1:
            raise InputError(SEVERAL_RULES)
        zone = self.zones.name_of(start.zone) if start.zone else "UTC" if start.is_utc else ""
        rule = follow_start(read_rule(given.value, ZoneInfo(zone) if zone else None, start.clock), start.clock.date())
        named = [moment for one_of in one.properties if one_of.name == "EXDATE" for moment in self._dates(one_of)]
        named += [read_moment(was, self.zones) for was in self.moved.get(one.text("UID"), ())]
        left_out = {day_by_clock_of(moment, start, self.zones) for moment in named}
        plain_rule = replace(rule, zone="" if start.is_day else zone)
        first = first_on(replace(plain_rule, without=tuple(sorted(left_out))), start.clock)
        if first is None:
            raise InputError(NEVER)
        final = _shortened(plain_rule, left_out, start.clock, first)
        self._count(final, first)
        cells["Repeats"] = str(read_rule(str(final)))
        return start.at(first)

    def _count(self, rule: Rule, first: datetime) -> None:
        """Raises InputError where the file would become more records than anybody has."""
        today = datetime.now(UTC).replace(tzinfo=None)
        since, until = today - timedelta(days=_COUNTED_BACK), today + timedelta(days=_COUNTED_AHEAD)
        if self.counted <= _MOST_COUNTED:
            self.counted += sum(1 for _moment in islice(occurrences(rule, first, until, since), _MOST_COUNTED))
        if self.counted > _MOST_COUNTED:
            raise InputError(TOO_MANY, most=_MOST_COUNTED)


def _shortened(rule: Rule, left_out: set[date], start: datetime, first: datetime) -> Rule:
    """The rule from its first occurrence on, without days that no longer matter."""
    if rule.count is not None and first > start:
        before = sum(1 for moment in occurrences(rule, start, first) if moment < first)
        rule = replace(rule, count=max(1, rule.count - before))
    oldest = max(first.date(), (datetime.now(UTC) - timedelta(days=_KEPT_DAYS)).date())
    return replace(rule, without=tuple(sorted(day for day in left_out if day > oldest)))
