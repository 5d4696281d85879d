"""When colleagues have time: what takes their time in a span, and when all of them are free next.

What the actor may not see is time that is taken and nothing else, as on the calendar.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.agenda import read_entries
from jantar.engine.records.calendars import Entry, outside_entries
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.working_hours import Hours, hours_of

#: People are asked for so many at most, and for so long a span.
MOST_PEOPLE = 30
LONGEST = timedelta(days=62)
#: A free time begins on a quarter of an hour.
STEP = timedelta(minutes=15)
LOOKS_AHEAD = timedelta(days=31)

Key = tuple[str, int]


def taken_times(
    actor: Actor, people: Sequence[int], start: datetime, end: datetime, besides: Key | None = None
) -> dict[int, list[Entry]]:
    """What takes the time of each of the users between two aware moments, earliest first; one statement for each type
    with a length, and those of what comes from outside. `besides` is the record that is being planned."""
    found: dict[int, list[Entry]] = {pk: [] for pk in people}
    for entry in entries_of(actor, people, start, end):
        if entry.is_moment or not (entry.start < end and entry.end > start):
            continue
        if besides and entry.pk is not None and (entry.type_name, entry.pk) == besides:
            continue
        for pk in entry.people:
            found[pk].append(entry)
    for entries in found.values():
        entries.sort(key=lambda one: (one.start, one.end))
    return found


def entries_of(actor: Actor, people: Sequence[int], start: datetime, end: datetime) -> Iterable[Entry]:
    for record_type in registry.all():
        if takes_time(record_type, actor):
            yield from read_entries(record_type, actor, people, start, end)[0]
    yield from outside_entries(actor, people, start, end)


def takes_time(record_type: RecordType, actor: Actor) -> bool:
    return bool(record_type.calendar and record_type.calendar.minutes) and not actor.is_off(record_type.name)


def next_free(
    actor: Actor, people: Sequence[int], after: datetime, minutes: int, besides: Key | None = None
) -> datetime | None:
    """The first moment from `after` on when all of them work, each by their own clock, and are free for so many
    minutes; None when there is none within 31 days, or when it is longer than their days are together."""
    length, until = timedelta(minutes=minutes), after + LOOKS_AHEAD
    taken = taken_times(actor, people, after, until + timedelta(days=1), besides)
    spans = sorted(
        (one.start.astimezone(UTC), one.end.astimezone(UTC)) for entries in taken.values() for one in entries
    )
    found = first_gap(spans, after, until, length, list(hours_of(people).values()))
    return found.astimezone(ZoneInfo(actor.time_zone)) if found else None


def first_gap(
    spans: Sequence[tuple[datetime, datetime]],
    after: datetime,
    until: datetime,
    length: timedelta,
    hours: Sequence[Hours],
) -> datetime | None:
    """The first gap between spans in UTC, sorted by their start, in the working hours of all."""
    at = rounded_up(after)
    while at < until:
        starts = [one.next_span(at, length) for one in hours]
        known = [one for one in starts if one]
        if len(known) < len(starts):
            return None
        if (later := max(known, default=at)) > at:
            at = rounded_up(later)
        elif in_the_way := max((end for start, end in spans if start < at + length and end > at), default=None):
            at = rounded_up(in_the_way)
        else:
            return at
    return None


def rounded_up(moment: datetime) -> datetime:
    """In UTC, so that steps are as long as they say also when clocks are changed."""
    moment = moment.astimezone(UTC)
    over = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond) % STEP
    return moment + (STEP - over if over else timedelta())
