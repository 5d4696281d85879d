"""What comes again far ahead: shown though no record is made of it yet, opened, moved and cancelled."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.agenda import read_entries
from jantar.engine.records.free_busy import next_free, taken_times
from jantar.engine.records.models import Series
from jantar.engine.records.recurrence import changing, making
from jantar.engine.records.recurrence.occurring import load_occurrence
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_user
from jantar.modules.communications.models import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
PRAGUE = ZoneInfo("Europe/Prague")
NOW = datetime(2026, 10, 1, 8, 0, tzinfo=PRAGUE)
HTMX = {"HX-Request": "true"}


def prague(text):
    return datetime.fromisoformat(text).replace(tzinfo=PRAGUE)


@pytest.fixture(autouse=True)
def in_october(monkeypatch):
    monkeypatch.setattr(making.timezone, "now", lambda: NOW)
    with timezone.override("Europe/Prague"):
        yield


def meet(user, at, repeats, **values):
    values = {"kind": "meeting", "subject": "Stand-up", "at": prague(at), "duration": 30, "repeats": repeats, **values}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def entries(user, start, end, of=None):
    people = [(of or user).pk]
    return read_entries(registry.get("activities"), actor_for(user), people, prague(start), prague(end))[0]


def clocks(user, start, end, of=None):
    return [f"{one.start:%Y-%m-%d %H:%M}{'' if one.pk else ' -'}" for one in entries(user, start, end, of)]


def place(user, at):
    """The record of the occurrence at that time, made now."""
    return load_occurrence(registry.get("activities"), Series.objects.get().pk, prague(at), actor_for(user))


def change(record, values, scope, user):
    return changing.update(registry.get("activities"), record.pk, values, scope=scope, actor=actor_for(user))


def test_next_spring_has_the_weekly_meeting_by_the_same_clock(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    assert clocks(ada, "2027-03-20T00:00", "2027-04-06T00:00") == [
        "2027-03-22 09:00 -", "2027-03-29 09:00 -", "2027-04-05 09:00 -",
    ]  # fmt: skip
    assert [one.start.astimezone(UTC).hour for one in entries(ada, "2027-03-20T00:00", "2027-04-06T00:00")] == [8, 7, 7]
    assert Activity.objects.count() == 8


def test_records_and_what_follows_from_the_rule_never_stand_there_twice(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=14")
    span = ("2026-10-01T00:00", "2027-12-01T00:00")
    before = clocks(ada, *span)
    assert len(before) == 14
    assert [one.endswith("-") for one in before] == [False] * 8 + [True] * 6
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=20))
    making.make_due(NOW + timedelta(days=20))
    after = clocks(ada, *span)
    assert [one[:16] for one in after] == [one[:16] for one in before]
    assert [one.endswith("-") for one in after] == [False] * 11 + [True] * 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"all_day": True, "duration": 2880}, ["2027-04-05 00:00 -"]),
        ({"duration": 36 * 60}, ["2027-04-05 09:00 -"]),
        ({"duration": None}, []),
    ],
)
def test_what_began_before_the_day_looked_at_still_touches_it(ada, values, expected):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY", **values)
    assert clocks(ada, "2027-04-06T08:00", "2027-04-07T00:00") == expected


def test_a_series_that_ended_gives_nothing_more(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;UNTIL=20270301")
    assert clocks(ada, "2027-02-20T00:00", "2027-06-01T00:00") == ["2027-02-22 09:00 -", "2027-03-01 09:00 -"]
    following = sorted(Activity.objects.all(), key=lambda one: one.at)[2]
    changing.delete(registry.get("activities"), following.pk, scope=changing.FOLLOWING, actor=actor_for(ada))
    assert clocks(ada, "2026-10-01T00:00", "2027-06-01T00:00") == ["2026-10-05 09:00", "2026-10-12 09:00"]


def test_opening_makes_this_one_only_and_once(client, ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY", participants=[{"user": ada}])
    page = client.get("/calendar/?day=2027-03-01&show=month").content.decode()
    [address] = set(re.findall(r'hx-get="(/calendar/series/[^"]*20270329T070000Z)"', page))
    before = Activity.objects.count()
    dialog = client.get(address, headers=HTMX).content.decode()
    assert "Monday, 29 March 2027, 09:00" in dialog
    assert "Open this one" in dialog
    assert Activity.objects.count() == before
    answer = client.post(address, headers=HTMX)
    made = Activity.objects.get(occurs_at=prague("2027-03-29T09:00"))
    assert answer.headers["HX-Redirect"] == f"/activities/{made.pk}/"
    assert client.post(address).url == f"/activities/{made.pk}/"
    assert (Activity.objects.count(), made.participants.count()) == (before + 1, 1)
    assert clocks(ada, "2027-03-20T00:00", "2027-04-06T00:00") == [
        "2027-03-22 09:00 -", "2027-03-29 09:00", "2027-04-05 09:00 -",
    ]  # fmt: skip


def test_a_press_as_a_page_leads_to_the_day_and_to_the_next_of_the_series(client, ada):
    first = meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    address = f"/calendar/series/activities/{first.series_id}/"
    assert client.get(f"{address}?at=20270329T070000Z").url == "/calendar/?show=day&day=2027-03-29"
    assert client.get(address).url == f"/activities/{first.pk}/"
    for wrong in ("tomorrow", "99991231T235959Z", "00010101T000000Z"):
        assert client.get(f"{address}?at={wrong}").status_code == 400
        assert client.get(f"{address}?at={wrong}", headers=HTMX).status_code == 400
    assert client.get("/calendar/series/activities/99999/?at=20270329T070000Z", headers=HTMX).status_code == 404


def test_a_time_the_rule_does_not_want_is_no_occurrence(client, ada):
    first = meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    before = Activity.objects.count()
    for at in ("20270329T080000Z", "20261006T070000Z"):
        assert client.post(f"/calendar/series/activities/{first.series_id}/?at={at}").status_code == 404
    assert Activity.objects.count() == before


def move(client, entry, **values):
    body = {"type": "activities", "series": entry.coming.series, "at": f"{entry.coming.at:%Y%m%dT%H%M%SZ}", **values}
    return client.post("/calendar/move/", body, headers={"X-Requested-With": "fetch"})


def test_a_dragged_one_is_an_exception_and_can_be_taken_back(client, ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    [entry] = entries(ada, "2027-03-29T00:00", "2027-03-30T00:00")
    given = {"type": "activities", "series": entry.coming.series, "at": f"{entry.coming.at:%Y%m%dT%H%M%SZ}"}
    ask = client.get("/calendar/move/ask/", {**given, "start": "2027-03-30T14:00"}).content.decode()
    assert f'name="at" value="{given["at"]}"' in ask
    assert Activity.objects.count() == 8
    answer = move(client, entry, start="2027-03-30T14:00")
    assert answer.json()["message"] == "“Stand-up” is now on Tue 30 Mar, 14:00."
    span = ("2027-03-20T00:00", "2027-04-06T00:00")
    assert clocks(ada, *span) == ["2027-03-22 09:00 -", "2027-03-30 14:00", "2027-04-05 09:00 -"]
    assert undo(Operation.objects.latest("pk").pk, actor=actor_for(ada)).conflicts == []
    assert clocks(ada, *span) == ["2027-03-22 09:00 -", "2027-03-29 09:00", "2027-04-05 09:00 -"]


def test_one_that_was_changed_far_ahead_is_no_pattern_when_its_turn_comes(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    change(place(ada, "2026-12-07T09:00"), {"subject": "With guests"}, changing.ONE, ada)
    assert [one.subject for one in Activity.objects.order_by("at")][-1] == "With guests"
    for days in (10, 20):
        now = NOW + timedelta(days=days)
        monkeypatch.setattr(making.timezone, "now", lambda now=now: now)
        making.make_due(now)
    found = {f"{one.at:%m-%d}": one.subject for one in Activity.objects.order_by("at")}
    assert (found["12-07"], found["12-14"], len(found)) == ("With guests", "Stand-up", 11)


def test_one_that_was_cancelled_far_ahead_stays_so(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    record = place(ada, "2026-12-07T09:00")
    changing.delete(registry.get("activities"), record.pk, scope=changing.ONE, actor=actor_for(ada))
    span = ("2026-11-29T00:00", "2026-12-15T00:00")
    assert clocks(ada, *span) == ["2026-11-30 09:00 -", "2026-12-14 09:00 -"]
    now = NOW + timedelta(days=20)
    monkeypatch.setattr(making.timezone, "now", lambda: now)
    making.make_due(now)
    assert clocks(ada, *span) == ["2026-11-30 09:00", "2026-12-14 09:00"]


@pytest.mark.parametrize("values", [{"at": "2027-03-30T14:00"}, {"subject": "Review"}])
def test_what_is_changed_for_all_that_follow_a_far_one_leaves_those_before(ada, values):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=40")
    record = place(ada, "2027-03-29T09:00")
    given = {name: prague(value) if name == "at" else value for name, value in values.items()}
    change(record, given, changing.FOLLOWING, ada)
    found = entries(ada, "2026-10-01T00:00", "2028-01-01T00:00")
    assert len(found) == 40
    assert [f"{one.start:%a %H:%M} {one.title}" for one in found[:25]] == ["Mon 09:00 Stand-up"] * 25
    later = "Tue 14:00 Stand-up" if "at" in values else "Mon 09:00 Review"
    assert [f"{one.start:%a %H:%M} {one.title}" for one in found[25:]] == [later] * 15
    assert undo(Operation.objects.latest("pk").pk, actor=actor_for(ada)).conflicts == []
    again = entries(ada, "2026-10-01T00:00", "2028-01-01T00:00")
    assert [f"{one.start:%a %H:%M} {one.title}" for one in again] == ["Mon 09:00 Stand-up"] * 40


def test_a_far_one_keeps_its_place_when_those_before_it_get_another_time(ada):
    """The record of June stands 35 weeks after the first; it stays there, and stays what it is."""
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    june = change(place(ada, "2027-06-07T09:00"), {"subject": "Party"}, changing.ONE, ada)
    third = sorted(Activity.objects.all(), key=lambda one: one.at)[2]
    change(third, {"at": prague("2026-10-20T14:00")}, changing.FOLLOWING, ada)
    june.refresh_from_db()
    assert (june.at, june.subject, june.deleted_at) == (prague("2027-06-08T14:00"), "Party", None)
    found = entries(ada, "2026-10-01T00:00", "2027-06-20T00:00")
    assert [f"{one.start:%a %H:%M}" for one in found] == ["Mon 09:00"] * 2 + ["Tue 14:00"] * 35
    assert [one.title for one in found].index("Party") == 35


def test_all_are_moved_with_a_far_one(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=30")
    change(place(ada, "2027-03-01T09:00"), {"at": prague("2027-03-01T10:30")}, changing.ALL, ada)
    found = entries(ada, "2026-10-01T00:00", "2028-01-01T00:00")
    assert [f"{one.start:%a %H:%M}" for one in found] == ["Mon 10:30"] * 30


def test_others_see_busy_time_and_those_who_may_only_look_make_nothing(client, ada, north):
    first = meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY", subject="Secret merger")
    eva = make_user("Eva", north, scope=Scope.OWN)
    client.force_login(eva)
    page = client.get(f"/calendar/?day=2027-03-29&users={ada.pk}").content.decode()
    assert ("Secret" in page, "/calendar/series/" in page, page.count("is-busy-time")) == (False, False, 1)
    address = f"/calendar/series/activities/{first.series_id}/?at=20270329T070000Z"
    assert client.get(address, headers=HTMX).status_code == 404
    assert client.post(address).status_code == 404
    assert clocks(eva, "2027-03-29T00:00", "2027-03-30T00:00", of=ada) == ["2027-03-29 09:00 -"]
    guest = make_user("Guest", north, scope=Scope.OWN)
    change(sorted(Activity.objects.all(), key=lambda one: one.at)[0], {"participants": [{"user": guest}]}, "all", ada)
    client.force_login(guest)
    dialog = client.get(address, headers=HTMX).content.decode()
    assert ("Secret merger" in dialog, "Open this one" in dialog) == (True, False)
    before = Activity.objects.count()
    assert client.post(address).status_code == 403
    assert Activity.objects.count() == before


def test_far_time_is_taken_time(client, ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    start = prague("2027-03-29T08:00")
    taken = taken_times(actor_for(ada), [ada.pk], start, start + timedelta(hours=8))
    assert [f"{one.start:%H:%M}" for one in taken[ada.pk]] == ["09:00"]
    assert next_free(actor_for(ada), [ada.pk], prague("2027-03-29T08:45"), 60) == prague("2027-03-29T09:30")
    answer = client.get(f"/api/v1/free-busy?users={ada.pk}&from=2027-03-29T00:00:00Z&to=2027-03-30T00:00:00Z").json()
    assert [(one["start"], one["title"]) for one in answer["users"][0]["taken"]] == [
        ("2027-03-29T07:00:00.000000Z", "Stand-up")
    ]


def test_a_far_month_costs_as_many_statements_with_many_series_as_with_one(client, ada):
    def count():
        with CaptureQueriesContext(connection) as found:
            assert client.get("/calendar/?day=2027-03-01&show=month").status_code == 200
        return len(found)

    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    client.get("/calendar/?day=2027-03-01&show=month")
    one = count()
    for hour in range(10, 15):
        meet(ada, f"2026-10-05T{hour}:00", "FREQ=DAILY", participants=[{"user": ada}])
    assert count() == one
