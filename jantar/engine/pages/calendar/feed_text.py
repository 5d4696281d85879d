"""A user's calendar as iCalendar (RFC 5545).

A series is one event with its rule, the days that are left out, and an event of its own for each occurrence that is
not as the rule says; all other records are events by themselves.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vRecur

from jantar.engine.pages.addresses import record_address
from jantar.engine.pages.calendar.feed_series import SeriesTold
from jantar.engine.pages.calendar.feed_zones import zone_component
from jantar.engine.pages.calendar.occurrences import coming_address, series_address, stamp_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.agenda import coming_entries, read_series
from jantar.engine.records.calendars import Entry, calendar_types, read_records
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

BEFORE, AFTER = timedelta(days=90), timedelta(days=750)
ASK_AGAIN = timedelta(minutes=30)


def calendar_text(actor: Actor, now: datetime) -> bytes:
    """What stands in the actor's calendar from 90 days ago to two years ahead; what comes again as long as it does.
    Three or four statements for a type whose records come again, one for any other."""
    calendar = Calendar()
    calendar.add("prodid", "-//Jantar//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Jantar: {actor.name}")
    calendar.add("x-wr-timezone", actor.time_zone)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    events: list[Event] = []
    zones: set[str] = set()
    for record_type in calendar_types(actor, registry.all()):
        if record_type.calendar and record_type.calendar.at_first:
            events += events_of(record_type, actor, now, zones)
    for name in sorted(zones):
        calendar.add_component(zone_component(name, (now - BEFORE).year))
    for event in events:
        event.add("dtstamp", now.astimezone(UTC))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def events_of(record_type: RecordType, actor: Actor, now: datetime, zones: set[str]) -> list[Event]:
    """Of one type; names of time zones that have to be described are added to `zones`."""
    people = [actor.user_id or 0]
    span = (now - BEFORE, now + AFTER)
    entries, _more = read_records(record_type, actor, people, *span)
    found: list[Event] = []
    said: set[int | None] = set()
    one_by_one: list[int] = []
    for read in read_series(record_type, actor, people, now - BEFORE) if record_type.repeats else ():
        series = SeriesTold(read, now - BEFORE)
        if series.is_one_event:
            found += series_events(series)
            zones.add(series.zone.key)
            said |= {one.pk for one in series.told.values()}
        else:
            one_by_one.append(read.series.pk)
    if one_by_one:
        entries += coming_entries(record_type, actor, people, *span, Q(pk__in=one_by_one))
    return found + [event_of(one) for one in entries if one.pk is None or one.pk not in said]


def series_events(series: SeriesTold) -> list[Event]:
    """One event with the rule, and one for each occurrence that is not as it says."""
    entry, uid = series.read.pattern, uid_named(f"{series.read.pattern.type_name}-series-{series.read.series.pk}")
    whole = Event()
    whole.add("uid", uid)
    whole.add("sequence", entry.version)
    whole.add("dtstart", series.shown(series.first))
    if not entry.is_moment:
        whole.add("dtend", series.shown(series.first, series.length))
    whole.add("rrule", vRecur.from_ical(series.rule_text))
    if series.left_out:
        whole.add("exdate", [series.shown(one) for one in series.left_out])
    describe(whole, entry, series_address(entry.type_name, series.read.series.pk))
    found = [whole]
    for local, one in series.changed:
        event = Event()
        event.add("uid", uid)
        event.add("recurrence-id", series.shown(local))
        event.add("sequence", one.version)
        put_times(event, one, series.zone)
        describe(event, one, record_address(one.type_name, one.pk or 0))
        found.append(event)
    return found


def event_of(entry: Entry) -> Event:
    """Of a record or occurrence by itself. Moments are given in UTC, so no time zone has to be described."""
    event = Event()
    event.add("uid", uid_of(entry))
    event.add("sequence", entry.version)
    put_times(event, entry, UTC)
    address = record_address(entry.type_name, entry.pk) if entry.pk else ""
    describe(event, entry, coming_address(entry.type_name, entry.coming) if entry.coming else address)
    return event


def put_times(event: Event, entry: Entry, zone: tzinfo) -> None:
    """Days stay days."""
    if entry.all_day:
        event.add("dtstart", entry.start.date())
        event.add("dtend", entry.end.date())
        return
    event.add("dtstart", entry.start.astimezone(zone))
    if not entry.is_moment:
        event.add("dtend", entry.end.astimezone(zone))


def describe(event: Event, entry: Entry, address: str) -> None:
    event.add("summary", summary_of(entry))
    if address:
        event.add("url", f"{settings.ADDRESS}{address}")
    if entry.is_moment or entry.is_done:
        event.add("transp", "TRANSPARENT")


def summary_of(entry: Entry) -> str:
    if not entry.is_seen:
        return _("Busy")
    return f"\N{CHECK MARK} {entry.title}" if entry.is_done else entry.title


def uid_of(entry: Entry) -> str:
    """The same for a record whenever it is asked for; of one that may not be seen made from its time."""
    if entry.coming:
        return uid_named(f"{entry.type_name}-{entry.coming.series}-{stamp_of(entry.coming.at)}")
    unseen = sha256(entry.start.isoformat().encode()).hexdigest()[:20]
    return uid_named(f"{entry.type_name}-{entry.pk or unseen}")


def uid_named(name: str) -> str:
    return f"{name}@{settings.ADDRESS.rpartition('/')[2]}"
