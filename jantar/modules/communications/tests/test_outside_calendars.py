"""Calendars elsewhere: read over HTTP, shown as what they are to their owner and as taken time to others."""

import socket
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records.free_busy import taken_times
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.receiver import Receiver, plain, unused_port
from jantar.modules.communications import outside_calendars
from jantar.modules.communications.models import OutsideCalendar, OutsideEntry
from jantar.modules.communications.outside_parsing import MOST_ENTRIES, NoCalendar, parse
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
PRAGUE = ZoneInfo("Europe/Prague")
START, END = datetime(2031, 3, 1, tzinfo=UTC), datetime(2031, 5, 1, tzinfo=UTC)


def ics(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}@test" if "UID" not in event else "", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([line for line in lines if line] + ["END:VCALENDAR", ""])


def found(*events, zone=PRAGUE):
    parsed = parse(ics(*events).encode(), START, END, zone)
    return [f"{one.start:%m-%d %H:%M} {one.title}" for one in parsed.entries], parsed.left_out


@pytest.fixture
def north():
    return make_team("North")


@pytest.fixture
def ada(north):
    return make_user("Ada", north, scope=Scope.OWN)


@pytest.fixture
def eva(north):
    return make_user("Eva", north, scope=Scope.OWN)


@pytest.fixture
def loopback(settings):
    settings.OUTGOING_NETWORKS = ["127.0.0.1/32"]


def tomorrow(hour):
    day = (timezone.now() + timedelta(days=1)).astimezone(PRAGUE)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def dentist():
    start = tomorrow(10).astimezone(UTC)
    return ics(f"SUMMARY:Dentist|DTSTART:{start:%Y%m%dT%H%M%SZ}|DURATION:PT1H")


def added(user, url, name="Private"):
    one = outside_calendars.add_calendar(name=name, address=url, actor=actor_for(user))
    run_waiting_jobs()
    one.refresh_from_db()
    return one


def test_it_is_mine_with_titles_and_for_others_taken_time(client, ada, eva, loopback):
    with Receiver(plain(200, dentist())) as other:
        one = added(ada, other.url)
    assert (one.problem, one.left_out, OutsideEntry.objects.count()) == ("", 0, 1)
    assert other.url not in one.address
    address = f"/calendar/?day={tomorrow(10):%Y-%m-%d}&users={ada.pk}"
    client.force_login(ada)
    assert "Dentist" in client.get(address).content.decode()
    client.force_login(eva)
    page = client.get(address).content.decode()
    assert "Busy" in page
    assert "Dentist" not in page
    for user, title in ((ada, "Dentist"), (eva, "")):
        taken = taken_times(actor_for(user), [ada.pk], tomorrow(9), tomorrow(12))
        assert [(entry.title, entry.pk, entry.type_name) for entry in taken[ada.pk]] == [(title, None, "")]
    span = {"from": tomorrow(0).astimezone(UTC).isoformat(), "to": tomorrow(23).astimezone(UTC).isoformat()}
    api = client.get("/api/v1/free-busy", {"users": str(ada.pk), **span})
    assert [entry["title"] for entry in api.json()["users"][0]["taken"]] == [None]
    outside_calendars.remove_calendar(one.pk, actor=actor_for(ada))
    assert taken_times(actor_for(ada), [ada.pk], tomorrow(9), tomorrow(12)) == {ada.pk: []}


def test_what_did_not_change_is_not_sent_again_and_what_did_is_read_whole(ada, loopback):
    with Receiver(plain(200, dentist(), ETag='"1"')) as other:
        one = added(ada, other.url)
        other.answer = plain(304)
        outside_calendars.read(one.pk)
        assert other.received[-1].headers["if-none-match"] == '"1"'
        assert OutsideEntry.objects.count() == 1
        other.answer = plain(200, ics())
        outside_calendars.read(one.pk)
        assert OutsideEntry.objects.count() == 0


def test_it_is_read_again_after_half_an_hour_and_not_for_who_is_gone(ada, eva, loopback):
    with Receiver(plain(200, dentist())) as other:
        one, two = added(ada, other.url), added(eva, other.url)
        assert outside_calendars.read_due() == 0
        eva.is_active = False
        eva.save()
        later = timezone.now() + timedelta(minutes=31)
        assert [outside_calendars.read_due(later), outside_calendars.read_due(later)] == [1, 0]
        run_waiting_jobs()
        assert len(other.received) == 3
    assert (one.problem, two.problem) == ("", "")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (plain(404), "There is nothing at this address any more."),
        (plain(403), "The other side does not let us read it."),
        (plain(500), "The other side answered with status 500."),
        (plain(200, "<html>Sign in</html>"), "There is no calendar at this address."),
        (plain(200, ""), "There is no calendar at this address."),
        (plain(302, Location="/jantar"), "The address leads from one to the next."),
        (plain(302, Location="http://10.0.0.1/"), "The address is in a private network."),
        (plain(302, Location="file:///etc/passwd"), "Please enter an address such as https://example.com/jantar."),
        (plain(200, "x" * (5 * 1024 * 1024 + 1)), "The answer is larger than 5 MB."),
    ],
)
def test_an_address_that_goes_bad_says_why_and_what_was_read_stays(client, ada, loopback, answer, problem):
    with Receiver(plain(200, dentist())) as other:
        one = added(ada, other.url)
        other.answer = answer
        outside_calendars.read(one.pk)
    one.refresh_from_db()
    assert one.problem == problem
    assert OutsideEntry.objects.count() == 1
    client.force_login(ada)
    assert problem in client.get("/account/calendars/").content.decode()


def test_private_addresses_and_what_is_none_are_refused(client, ada, monkeypatch):
    private = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", unused_port()))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_options: private)
    one = added(ada, "http://calendar.example/")
    assert one.problem == "The address is in a private network."
    client.force_login(ada)
    for name, address in (
        ("", "https://example.com/a.ics"), ("A", "nonsense"), ("A", "https://a:b@example.com/"),
        ("A", "http://127.0.0.1/a.ics"),
    ):  # fmt: skip
        answer = client.post("/account/calendars/", {"name": name, "address": address})
        assert answer.status_code == 422
        assert f'value="{address}"' in answer.content.decode()
    assert OutsideCalendar.objects.count() == 1


def test_nobody_reaches_the_calendar_of_another(client, ada, eva, loopback):
    with Receiver(plain(200, dentist())) as other:
        one = added(ada, other.url, name="Secret clinic")
    client.force_login(eva)
    assert "Secret clinic" not in client.get("/account/calendars/").content.decode()
    for verb in ("remove", "again"):
        assert client.post(f"/account/calendars/{one.pk}/{verb}/").status_code == 404
    assert OutsideCalendar.objects.count() == 1


def test_a_series_keeps_its_clock_leaves_out_what_is_excepted_and_moves_what_was_moved():
    weekly = "SUMMARY:Choir|DTSTART;TZID=Europe/Prague:20310320T180000|DTEND;TZID=Europe/Prague:20310320T190000"
    series = f"UID:choir|{weekly}|RRULE:FREQ=WEEKLY;COUNT=4|EXDATE;TZID=Europe/Prague:20310327T180000"
    moved = (
        "UID:choir|SUMMARY:Choir moved|RECURRENCE-ID;TZID=Europe/Prague:20310403T180000"
        "|DTSTART;TZID=Europe/Prague:20310404T170000|DURATION:PT1H"
    )
    assert found(series, moved)[0] == ["03-20 18:00 Choir", "04-10 18:00 Choir", "04-04 17:00 Choir moved"]
    parsed = parse(ics(series).encode(), START, END, PRAGUE)
    assert [one.start.astimezone(UTC).hour for one in parsed.entries] == [17, 16, 16]


def test_days_floating_times_and_what_takes_no_time():
    assert found("SUMMARY:Holiday|DTSTART;VALUE=DATE:20310401|DTEND;VALUE=DATE:20310403")[0] == ["04-01 00:00 Holiday"]
    assert found("SUMMARY:Float|DTSTART:20310401T090000|DURATION:PT30M")[0] == ["04-01 09:00 Float"]
    assert found("SUMMARY:Gone|DTSTART:20310401T090000|DURATION:PT30M|STATUS:CANCELLED")[0] == []
    assert found("SUMMARY:Free|DTSTART:20310401T090000|DURATION:PT30M|TRANSP:TRANSPARENT")[0] == []
    assert found("SUMMARY:Moment|DTSTART:20310401T090000Z")[0] == []
    assert found("SUMMARY:Old|DTSTART:20200401T090000Z|DURATION:PT30M")[0] == []
    until = "SUMMARY:Daily|DTSTART;VALUE=DATE:20310301|RRULE:FREQ=DAILY;UNTIL=20310302"
    assert found(until)[0] == ["03-01 00:00 Daily", "03-02 00:00 Daily"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=DAILY;BYSECOND=0,1,2,3", "FREQ=NEVER", "FREQ=DAILY;INTERVAL=0", "FREQ=HOURLY;COUNT=3",
    ],
)  # fmt: skip
def test_a_rule_that_would_never_end_is_left_out_and_the_rest_is_read(rule):
    fine = "SUMMARY:Fine|DTSTART:20310401T090000Z|DURATION:PT30M"
    titles, left_out = found(f"SUMMARY:Bad|DTSTART:20310401T090000Z|DURATION:PT30M|RRULE:{rule}", fine)
    assert titles == ["04-01 09:00 Fine"]
    assert left_out == 1


def test_a_time_beyond_all_calendars_hurts_nothing_else():
    fine = "SUMMARY:Fine|DTSTART:20310401T090000Z|DURATION:PT30M"
    late = "DTSTART:20310401T090000Z|DURATION:PT30M|RECURRENCE-ID:99991231T235959Z"
    titles, _left_out = found(f"SUMMARY:Moved|UID:a|{late}", fine)
    assert "04-01 09:00 Fine" in titles


def test_there_is_an_end_to_what_is_counted_out():
    daily = "SUMMARY:Daily|DTSTART:20310101T090000Z|DURATION:PT30M|RRULE:FREQ=DAILY"
    titles, left_out = found(*[daily] * 120)
    assert len(titles) == MOST_ENTRIES
    assert left_out > 0


def test_what_is_no_calendar_is_told():
    for text in (b"", b"BEGIN:VCARD\r\nEND:VCARD\r\n", b"\xff\xfe\x00", b"BEGIN:VCALENDAR"):
        with pytest.raises(NoCalendar):
            parse(text, START, END, PRAGUE)
