"""The published calendar read as other programs read it: the rule counted out gives what the calendar page shows."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from django.utils import timezone
from icalendar import Calendar

from jantar.engine.pages.calendar.feed_text import calendar_text
from jantar.engine.pages.calendar.feed_zones import zone_component
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.agenda import read_entries
from jantar.engine.records.models import Series
from jantar.engine.records.recurrence import changing, making
from jantar.engine.records.recurrence.occurring import load_occurrence
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.communications.models import Activity
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
NOW = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
TWO_YEARS = timedelta(days=731)
ZONES = ("Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")


@pytest.fixture(autouse=True)
def in_october(monkeypatch):
    monkeypatch.setattr(making.timezone, "now", lambda: NOW)


def user_in(zone, name="Ada"):
    user = make_user(name, make_team(f"Team of {name}"), scope=Scope.OWN)
    User.objects.filter(pk=user.pk).update(time_zone=zone)
    user.refresh_from_db()
    return user


def meet(user, at, repeats, **values):
    values = {"kind": "meeting", "subject": "Stand-up", "duration": 30, "repeats": repeats, **values}
    values["at"] = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(user.time_zone))
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def in_product(user):
    with timezone.override(user.time_zone):
        found, _more = read_entries(registry.get("activities"), actor_for(user), [user.pk], NOW, NOW + TWO_YEARS)
    return sorted((as_said(one.start, one.all_day), as_said(one.end, one.all_day), one.title) for one in found)


def as_said(moment, all_day):
    return f"{moment:%Y-%m-%d}" if all_day else f"{moment.astimezone(UTC):%Y-%m-%d %H:%MZ}"


def feed(user):
    with timezone.override(user.time_zone):
        return Calendar.from_ical(calendar_text(actor_for(user), NOW))


def in_feed(user):
    """What the feed says, worked out as RFC 5545 tells: rule, days left out, occurrences that are changed."""
    events = feed(user).walk("VEVENT")
    changed = {(str(one["uid"]), key(one["recurrence-id"].dt)) for one in events if "recurrence-id" in one}
    found = []
    for one in events:
        first, last = one["dtstart"].dt, one["dtend"].dt if "dtend" in one else one["dtstart"].dt
        length = last - first if type(first) is date else last.astimezone(UTC) - first.astimezone(UTC)
        for start in starts(one, first):
            if "rrule" in one and (str(one["uid"]), key(start)) in changed:
                continue
            end = start + length if type(start) is date else start.astimezone(UTC) + length
            if moment(end) > NOW and moment(start) < NOW + TWO_YEARS:
                found.append(
                    (as_said(start, type(start) is date), as_said(end, type(end) is date), str(one["summary"]))
                )
    return sorted(found)


def starts(event, first):
    if "rrule" not in event:
        return [first]
    rule, is_day = event["rrule"], type(first) is date
    begin = datetime.combine(first, time()) if is_day else first.replace(tzinfo=None)
    text = ";".join(f"{name}={','.join(map(str, value))}" for name, value in rule.items() if name != "UNTIL")
    last = NOW.replace(tzinfo=None) + TWO_YEARS + timedelta(days=2)
    times = rrule.rrulestr(text, dtstart=begin).between(begin, last, inc=True)
    found = [one.date() if is_day else one.replace(tzinfo=first.tzinfo) for one in times]
    if until := rule.get("UNTIL"):
        found = [one for one in found if key(one) <= key(until[0])]
    given = event.get("exdate", [])
    gone = {key(one.dt) for dates in (given if isinstance(given, list) else [given]) for one in dates.dts}
    return [one for one in found if key(one) not in gone]


def key(value):
    return value.isoformat() if type(value) is date else f"{value.astimezone(UTC):%Y%m%dT%H%M}"


def moment(value):
    return value.astimezone(UTC) if isinstance(value, datetime) else datetime.combine(value, time(12), UTC)


RULES = [
    ("2026-10-05T09:00", "FREQ=WEEKLY", {}),
    ("2026-10-06T02:15", "FREQ=DAILY;INTERVAL=3", {"subject": "In the hour that clocks change"}),
    ("2026-10-07T23:45", "FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2;COUNT=30", {"duration": 60}),
    ("2026-10-01T18:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", {}),
    ("2025-10-31T08:00", "FREQ=MONTHLY;BYMONTHDAY=31", {}),
    ("2026-10-05T11:00", "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20271231", {"duration": None}),
    ("2026-11-20T00:00", "FREQ=YEARLY", {"all_day": True, "duration": 2880, "subject": "Fair"}),
    ("2026-10-05T00:00", "FREQ=WEEKLY;EXDATE=20270208,20261012", {"all_day": True, "duration": 1440}),
    ("2026-10-05T09:00", "FREQ=WEEKLY;COUNT=40;TZID=America/New_York", {"subject": "With New York"}),
    ("2026-10-06T00:00", "FREQ=WEEKLY;TZID=Europe/London", {"all_day": True, "subject": "Another zone's days"}),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_the_feed_counted_out_is_the_calendar_for_two_years(zone):
    user = user_in(zone)
    for at, rule, values in RULES:
        meet(user, at, rule, **values)
    found = in_feed(user)
    expected = in_product(user)
    assert len(found) > 600
    assert set(found) ^ set(expected) == set()
    assert (len(found), len(found)) == (len(set(found)), len(expected))


@pytest.mark.parametrize("zone", ZONES)
def test_what_was_moved_changed_or_cancelled_is_said_near_and_far(zone):
    user = user_in(zone)
    meet(user, "2026-10-05T09:00", "FREQ=WEEKLY")
    activities, actor, series = registry.get("activities"), actor_for(user), Series.objects.get()
    rows = list(Activity.objects.order_by("at"))
    changing.update(activities, rows[2].pk, {"at": rows[2].at + timedelta(hours=30)}, scope="one", actor=actor)
    changing.update(activities, rows[3].pk, {"subject": "With guests"}, scope="one", actor=actor)
    write.delete(activities, [rows[4].pk], actor=actor)
    spring = datetime(2027, 4, 5, 9, tzinfo=ZoneInfo(zone))
    far = load_occurrence(activities, series.pk, spring, actor)
    changing.update(activities, far.pk, {"at": far.at + timedelta(hours=3), "duration": 90}, scope="one", actor=actor)
    gone = load_occurrence(activities, series.pk, spring + timedelta(days=7), actor)
    write.delete(activities, [gone.pk], actor=actor)
    events = feed(user).walk("VEVENT")
    assert len({str(one["uid"]) for one in events}) == 1
    assert sum("recurrence-id" in one for one in events) == 3
    assert len(events[0]["exdate"].dts) == 2
    assert in_feed(user) == in_product(user)


def test_what_was_changed_with_those_that_follow_is_two_series_that_meet():
    user = user_in("Europe/Prague")
    meet(user, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=60")
    far = load_occurrence(registry.get("activities"), Series.objects.get().pk,
                          datetime(2027, 4, 5, 9, tzinfo=ZoneInfo("Europe/Prague")), actor_for(user))  # fmt: skip
    values = {"at": far.at + timedelta(days=1), "subject": "Review"}
    changing.update(registry.get("activities"), far.pk, values, scope="following", actor=actor_for(user))
    events = feed(user).walk("VEVENT")
    assert [("rrule" in one, str(one["summary"])) for one in events] == [(True, "Stand-up"), (True, "Review")]
    assert in_feed(user) == in_product(user)


def test_whoever_joined_one_of_them_is_told_of_that_one_only():
    user, guest = user_in("Europe/Prague"), user_in("Europe/London", "Guest")
    meet(user, "2026-10-05T09:00", "FREQ=WEEKLY")
    second = Activity.objects.order_by("at")[1]
    write.update(registry.get("activities"), second.pk, {"participants": [{"user": guest}]}, actor=actor_for(user))
    [event] = feed(guest).walk("VEVENT")
    assert ("rrule" in event, event["dtstart"].dt) == (False, second.at)
    assert in_feed(guest) == in_product(guest)
    changing.update(registry.get("activities"), second.pk, {"participants": [{"user": guest}]}, scope="all",
                    actor=actor_for(user))  # fmt: skip
    write.update(registry.get("activities"), second.pk, {"participants": []}, actor=actor_for(user))
    assert in_feed(guest) == in_product(guest)
    assert len(in_feed(user)) == len(in_feed(guest)) + 1


@pytest.mark.parametrize("name", [*ZONES, "Africa/Casablanca", "Asia/Jerusalem", "Europe/Dublin", "UTC"])
def test_a_zone_is_described_as_it_is(name):
    """Its description alone gives the same clock, every six hours for five years."""
    described = zone_component(name, 2026).to_tz(lookup_tzid=False)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year < 2031:
        local = at.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        if local.replace(tzinfo=ZoneInfo(name), fold=0).astimezone(UTC) == at:
            assert described.utcoffset(local) == ZoneInfo(name).utcoffset(local), local
        at += timedelta(hours=6)


def test_the_whole_text_says_each_zone_once_and_the_statements_do_not_grow(django_assert_num_queries):
    user = user_in("Europe/Prague")
    for at, rule, values in RULES:
        meet(user, at, rule, **values)
    zones = [str(one["tzid"]) for one in feed(user).walk("VTIMEZONE")]
    assert zones == ["America/New_York", "Europe/Prague"]
    actor = actor_for(user)
    with django_assert_num_queries(7), timezone.override(user.time_zone):
        calendar_text(actor, NOW)
