"""The calendar of activities and tasks: whose, which days, moved, made, and nothing told that may not be seen."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Role, Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.modules.communications.models import Activity, Task

FETCH = {"X-Requested-With": "fetch"}
DAY = "2026-11-24"
pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]


def prague(text):
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture(autouse=True)
def in_prague():
    with timezone.override("Europe/Prague"):
        yield


def meet(user, at, duration=60, **values):
    values = {"kind": "meeting", "subject": "Pump", "at": prague(at), "duration": duration, **values}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def plan(user, due, **values):
    return write.create(
        registry.get("tasks"), {"title": "Offer", "due_at": prague(due), **values}, actor=actor_for(user)
    )


def shown(client, query=""):
    """The entries of a page as texts, by day."""
    page = client.get(f"/calendar/?day={DAY}{query}").content.decode()
    found = {}
    for part in re.split(r'data-calendar-target="day" data-day="', page)[1:]:
        for entry in re.findall(r"<li class=\"calendar-entry.*?</li>", part, re.S):
            words = " ".join(re.sub(r"<[^>]*>", " ", entry.replace('<span class="calendar-until">', "")).split())
            found.setdefault(part[:10], []).append(words)
    return found


def move(client, record, **values):
    body = {"type": record.record_type.name, "card": record.pk, "version": record.version, **values}
    return client.post("/calendar/move/", body, headers=FETCH)


def test_a_week_shows_what_i_have_and_begins_on_monday(client, ada):
    meet(ada, "2026-11-24T10:00")
    plan(ada, "2026-11-29T23:30")
    meet(ada, "2026-11-30T00:00", subject="Next week")
    assert shown(client) == {"2026-11-24": ["10:00–11:00 Pump"], "2026-11-29": ["23:30 Offer"]}
    page = client.get(f"/calendar/?day={DAY}").content.decode()
    assert re.findall(r'data-day="([^"]*)"', page)[0] == "2026-11-23"
    assert "week 48" in page


def test_the_same_address_shows_the_same_days_in_every_view(client, ada):
    meet(ada, "2026-11-24T10:00")
    meet(ada, "2026-11-02T09:00", subject="Early")
    assert list(shown(client, "&show=day")) == ["2026-11-24"]
    assert list(shown(client, "&show=month")) == ["2026-11-02", "2026-11-24"]
    agenda = client.get(f"/calendar/?day={DAY}&show=agenda").content.decode()
    assert "Tuesday, 24 November 2026" in agenda
    assert "Early" not in agenda


def test_calendars_of_colleagues_and_teams_lie_over_mine(client, ada, north):
    eva = make_user("Eva", north, scope=Scope.OWN)
    ada_sees_team = make_user("Boss", north, scope=Scope.TEAM)
    client.force_login(ada_sees_team)
    meet(ada, "2026-11-24T10:00", subject="Of Ada")
    meet(eva, "2026-11-24T10:30", subject="Of Eva")
    assert shown(client) == {}
    both = shown(client, f"&users={ada.pk},{eva.pk}")["2026-11-24"]
    assert both == ["10:00–11:00 Of Ada Ada", "10:30–11:30 Of Eva Eva"]
    assert shown(client, f"&teams={north.pk}")["2026-11-24"] == both
    page = client.get(f"/calendar/?day={DAY}&users={ada.pk},{eva.pk}").content.decode()
    assert page.count('data-lanes="2"') == 2


def test_time_of_a_meeting_i_may_not_see_is_busy_and_nothing_else(client, ada, north):
    eva = make_user("Eva", north, scope=Scope.OWN)
    meet(eva, "2026-11-24T10:00", subject="Secret merger")
    plan(eva, "2026-11-24T12:00", title="Secret task")
    page = client.get(f"/calendar/?day={DAY}&users={eva.pk}").content.decode()
    assert shown(client, f"&users={eva.pk}") == {"2026-11-24": ["10:00–11:00 Busy"]}
    assert "Secret" not in page
    assert f"/activities/{Activity.objects.get().pk}/" not in page


def test_a_meeting_stands_in_the_calendars_of_those_who_take_part(client, ada, north):
    boss = make_user("Boss", north, scope=Scope.TEAM)
    meet(boss, "2026-11-24T10:00", participants=[{"user": ada}])
    client.force_login(boss)
    assert shown(client, f"&users={ada.pk}") == {"2026-11-24": ["10:00–11:00 Pump"]}
    assert shown(client) == {"2026-11-24": ["10:00–11:00 Pump"]}


def test_whole_days_and_what_lasts_past_midnight_stand_on_each_day(client, ada):
    fair = meet(ada, "2026-11-24T15:00", duration=2880, subject="Fair", all_day=True)
    assert timezone.localtime(fair.at).hour == 0
    meet(ada, "2026-11-22T22:00", duration=180, subject="Night")
    assert shown(client) == {"2026-11-23": ["22:00–01:00 Night"], "2026-11-24": ["Fair"], "2026-11-25": ["Fair"]}


def test_moving_keeps_the_length_and_can_be_undone(client, ada):
    meeting = meet(ada, "2026-11-24T10:00", duration=45)
    answer = move(client, meeting, start="2026-11-26T14:15").json()
    assert answer["message"] == "“Pump” is now on Thu 26 Nov, 14:15."
    meeting.refresh_from_db()
    assert (meeting.at, meeting.duration) == (datetime(2026, 11, 26, 13, 15, tzinfo=UTC), 45)
    assert client.post(answer["undo"], headers=FETCH).status_code == 204
    meeting.refresh_from_db()
    assert meeting.at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_another_end_changes_the_length(client, ada):
    meeting = meet(ada, "2026-11-24T10:00")
    move(client, meeting, start="2026-11-24T10:00", end="2026-11-24T12:30")
    meeting.refresh_from_db()
    assert meeting.duration == 150


def test_clocks_that_change_in_between_do_not_change_the_real_length(client, ada):
    """On 25 October 2026 the hour from 2 to 3 comes twice in Prague, on 29 March it is left out."""
    meeting = meet(ada, "2026-10-24T10:00")
    move(client, meeting, start="2026-10-25T01:30", end="2026-10-25T03:30")
    meeting.refresh_from_db()
    assert meeting.duration == 180
    move(client, meeting, start="2026-03-29T01:30", end="2026-03-29T03:30")
    meeting.refresh_from_db()
    assert meeting.duration == 60
    page = (
        client.get("/calendar/?day=2026-03-29&show=day").content.decode().replace('<span class="calendar-until">', "")
    )
    assert "01:30–03:30</span>" in page


def test_a_day_alone_keeps_the_time_of_the_day_across_a_change_of_clocks(client, ada):
    task = plan(ada, "2026-10-23T09:00")
    move(client, task, start="2026-10-26")
    task.refresh_from_db()
    assert timezone.localtime(task.due_at).isoformat() == "2026-10-26T09:00:00+01:00"


def test_what_is_refused_changes_nothing(client, ada, north):
    eva = make_user("Eva", north, scope=Scope.OWN)
    other = meet(eva, "2026-11-24T10:00")
    mine = meet(ada, "2026-11-24T10:00")
    assert move(client, other, start="2026-11-25T10:00").status_code == 404
    assert move(client, mine, start="tomorrow").status_code == 400
    assert move(client, mine, start="2026-11-25T10:00", end="2026-11-25T09:00").status_code == 400
    assert move(client, mine, start="9999-12-31").status_code == 400
    assert client.post("/calendar/move/", {"type": "people", "card": 1}, headers=FETCH).status_code == 404
    assert set(Activity.objects.values_list("at", flat=True)) == {prague("2026-11-24T10:00")}
    move(client, mine, start="2026-11-25T10:00")
    assert move(client, mine, start="2026-11-26T10:00").status_code == 409
    assert client.get("/calendar/?show=year").status_code == 400
    assert client.get("/calendar/?day=2026-02-30").status_code == 400
    assert client.get("/calendar/?day=9999-12-31").status_code == 400


def test_a_chosen_span_fills_the_form_of_what_is_made(client, ada):
    dialog = client.get("/calendar/new/?start=2026-11-24T10:00&end=2026-11-24T11:30").content.decode()
    addresses = [one.replace("&amp;", "&") for one in re.findall(r'hx-get="(/[^"]*/new/[^"]*)"', dialog)]
    assert [one.split("/")[1] for one in addresses][:3] == ["activities", "tasks", "deals"]
    page = client.get(addresses[0]).content.decode()
    assert 'value="2026-11-24T10:00"' in page
    assert '<option value="meeting" selected' in page
    assert re.search(r'<input[^>]*name="duration"[^>]*>', page).group().count('value="90"') == 1
    day = client.get("/calendar/new/?start=2026-11-24&end=2026-11-27&owner=5").content.decode().replace("&amp;", "&")
    assert "/activities/new/?dialog=1&stay=1&kind=meeting&at=2026-11-24T00:00&all_day=1&duration=4320&owner=5" in day


def test_a_page_costs_the_same_statements_however_full_it_is(client, ada):
    def count():
        with CaptureQueriesContext(connection) as found:
            client.get(f"/calendar/?day={DAY}")
        return len(found)

    count()
    empty = count()
    for hour in range(8, 18):
        meet(ada, f"2026-11-24T{hour:02}:00")
        plan(ada, f"2026-11-24T{hour:02}:30")
    assert count() == empty


def test_who_may_see_nothing_on_it_has_no_calendar(client, ada):
    assert 'href="/calendar/"' in client.get("/").content.decode()
    Role.objects.all().delete()
    assert client.get("/calendar/").status_code == 404
    assert 'href="/calendar/"' not in client.get("/").content.decode()


def test_done_tasks_are_said_to_be_done(client, ada):
    plan(ada, "2026-11-24T10:00", done_at=timezone.now())
    assert shown(client) == {"2026-11-24": ["10:00 Offer , done"]}
    assert Task.objects.count() == 1


def test_a_deal_stands_on_the_day_of_its_close_when_asked_for(client, ada):
    actor = actor_for(ada)
    customer = write.create(registry.get("companies"), {"name": "Dolina"}, actor=actor)
    close = datetime(2026, 11, 24, tzinfo=UTC).date()
    deal = write.create(
        registry.get("deals"), {"name": "Robots", "customer": customer, "expected_close": close}, actor=actor
    )
    assert shown(client) == {}
    assert shown(client, "&types=deals") == {"2026-11-24": ["Robots"]}
    move(client, deal, start="2026-11-27")
    deal.refresh_from_db()
    assert deal.expected_close == close + timedelta(days=3)
