"""Who has time: in the form of a meeting, by the API, and never more than one may see."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed
from jantar.engine.records.free_busy import first_gap, next_free, taken_times
from jantar.engine.records.models import WorkingHours
from jantar.engine.records.registry import registry
from jantar.engine.records.working_hours import USUAL, forget_hours, hours_of, own_hours, store_hours
from jantar.engine.testing.actors import make_actor, make_user
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
PRAGUE = ZoneInfo("Europe/Prague")
DAY = datetime(2031, 3, 27, tzinfo=PRAGUE)  # a Thursday; the clocks change on the Sunday after


def at(hour, minute=0, day=0):
    return (DAY + timedelta(days=day)).replace(hour=hour, minute=minute)


@pytest.fixture
def ada(north):
    return make_user("Ada", north, scope=Scope.OWN)


@pytest.fixture
def eva(north):
    return make_user("Eva", north, scope=Scope.OWN)


def meet(user, start, minutes=60, **values):
    values = {"kind": "meeting", "subject": "Pump", "at": start, "duration": minutes, **values}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def form(**values):
    return {"at": "2031-03-27T10:30", "duration": "60", "participants-0-id": "", **values}


def strip(client, *, query="", **values):
    answer = client.post(f"/calendar/free/activities/{query}", form(**values))
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_takes_time_is_told_by_person_and_what_i_may_not_see_as_time_only(ada, eva):
    meet(ada, at(9), participants=[{"user": eva}])
    meet(eva, at(10), subject="Secret merger")
    meet(eva, at(12), 0, subject="A moment")
    write.create(registry.get("tasks"), {"title": "Secret task", "due_at": at(14)}, actor=actor_for(eva))
    meet(eva, at(9), all_day=True, duration=1440, kind="visit", subject="Secret fair", participants=[])
    found = taken_times(actor_for(ada), [ada.pk, eva.pk], at(0), at(0, day=1))
    assert sorted(one.title for one in found[ada.pk]) == ["Pump"]
    assert sorted((one.title, one.pk is None) for one in found[eva.pk]) == [("", True), ("", True), ("Pump", False)]


def test_the_record_that_is_planned_does_not_stand_in_its_own_way(ada):
    meeting = meet(ada, at(9))
    actor = actor_for(ada)
    assert taken_times(actor, [ada.pk], at(9), at(10), ("activities", meeting.pk)) == {ada.pk: []}
    assert len(taken_times(actor, [ada.pk], at(9), at(10))[ada.pk]) == 1
    assert taken_times(actor, [ada.pk], at(10), at(11)) == {ada.pk: []}  # it ends when the other begins


def test_the_next_time_all_are_free_lies_in_working_hours(ada, eva):
    actor = actor_for(ada)
    both = [ada.pk, eva.pk]
    assert next_free(actor, both, at(6), 60) == at(8)
    meet(ada, at(8), 65)
    meet(eva, at(10), 420)
    assert next_free(actor, both, at(8), 30) == at(9, 15)
    assert next_free(actor, both, at(8), 60) == at(17)
    assert next_free(actor, both, at(17, 5), 60) == at(8, day=1)
    assert next_free(actor, both, at(17, 30, day=1), 60) == at(8, day=4)  # Monday, by the new clock
    assert next_free(actor, both, at(8), 601) is None


def test_a_free_time_is_in_the_hours_of_all_by_their_own_clocks(ada, eva):
    actor, both = actor_for(ada), [ada.pk, eva.pk]
    boss = make_actor("Boss", admin=True)
    store_hours(boss, begins=time(9), ends=time(16), days=[0, 1, 2, 3], for_company=True)
    assert next_free(actor, both, at(6), 60) == at(9)
    assert next_free(actor, both, at(15, 30), 60) == at(9, day=4)  # from Thursday to Monday
    store_hours(actor_for(eva), begins=time(6), ends=time(10), days=[3, 4])
    assert next_free(actor, both, at(9, 30), 60) == at(9, day=7)
    assert next_free(actor, both, at(6), 61) is None
    User.objects.filter(pk=eva.pk).update(time_zone="America/New_York")  # five hours behind then, later six
    assert next_free(actor, both, at(6), 60) == at(11)
    forget_hours(actor_for(eva))
    assert next_free(actor, [eva.pk], at(6), 60) == at(14)
    assert own_hours(eva.pk) == (own_hours(None)[0], False)


def test_the_hours_of_the_company_are_for_administrators_and_end_after_they_begin(ada):
    with pytest.raises(NotAllowed):
        store_hours(actor_for(ada), begins=time(9), ends=time(16), days=[0], for_company=True)
    with pytest.raises(Invalid, match="after the start"):
        store_hours(actor_for(ada), begins=time(9), ends=time(9), days=[0])
    assert not WorkingHours.objects.exists()


def test_work_on_a_day_is_told_by_the_clock_of_whoever_looks(ada, eva):
    store_hours(actor_for(eva), begins=time(8), ends=time(18), days=[3])
    hours = hours_of([eva.pk])[eva.pk]
    assert hours.within(DAY.date(), PRAGUE) == (480, 1080)
    assert hours.within(at(0, day=1).date(), PRAGUE) == (0, 0)
    assert hours.within(DAY.date(), ZoneInfo("Asia/Tokyo")) == (960, 1440)
    assert hours.within(at(0, day=1).date(), ZoneInfo("Asia/Tokyo")) == (0, 120)


def test_a_month_without_a_gap_has_none():
    span = [(datetime(2031, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC))]
    assert first_gap(span, at(8), at(8, day=31), timedelta(minutes=15), [replace(USUAL, zone=PRAGUE)]) is None


def test_the_form_shows_who_has_time_and_who_has_not(client, ada, eva):
    meet(eva, at(10), subject="Secret merger")
    meet(ada, at(13), subject="Own")
    client.force_login(ada)
    page = strip(client, **{"participants-0-user": str(eva.pk)})
    assert "10:00–11:00 Busy" in page
    assert "Secret" not in page
    assert page.count("free-taken") == 2
    assert strip(client, at="2031-03-27T13:30").count("13:00–14:00 Own") == 1


@pytest.mark.parametrize(
    "values",
    [
        {"at": ""},
        {"at": "nonsense"},
        {"duration": ""},
        {"duration": "-5"},
        {"all_day": "on"},
        {"at": "2020-01-01T10:00"},
    ],
)
def test_a_form_that_says_no_time_to_come_shows_nothing(client, ada, values):
    client.force_login(ada)
    assert "free-rows" not in strip(client, **values)


def test_a_free_time_is_found_by_a_press(client, ada, eva):
    meet(eva, at(10), 90)
    client.force_login(ada)
    page = strip(client, query="?next=1", **{"participants-0-user": str(eva.pk)})
    assert 'data-at="2031-03-27T11:30"' in page
    assert "All are free on Thursday, 27 March 2031 at 11:30." in page
    assert "no working day" in strip(client, query="?next=1", duration="700")


def test_only_types_that_take_time_of_people_have_it(client, ada):
    client.force_login(ada)
    assert client.post("/calendar/free/tasks/", form()).status_code == 404
    assert client.get("/calendar/free/activities/").status_code == 405
    assert '/calendar/free/activities/"' in client.get("/activities/new/").content.decode()


def test_the_api_answers_the_same_and_refuses_what_it_cannot_read(client, ada, eva):
    meeting = meet(ada, at(9), participants=[{"user": eva}])
    meet(eva, at(10), subject="Secret merger")
    client.force_login(ada)
    span = {"from": "2031-03-27T00:00:00Z", "to": "2031-03-28T00:00:00Z"}
    found = client.get("/api/v1/free-busy", {"users": f"{eva.pk}", **span, "minutes": "60"}).json()
    taken = {"start": "2031-03-27T08:00:00Z", "end": "2031-03-27T09:00:00Z", "all_day": False}
    assert [one["title"] for one in found["users"][0]["taken"]] == ["Pump", None]
    assert found["users"][0]["taken"][0]["record"] == {"type": "activities", "id": meeting.pk}
    assert found["users"][0]["taken"][1]["record"] is None
    assert found["users"][0]["taken"][0]["start"][:16] == taken["start"][:16]
    assert found["next"][:16] == "2031-03-27T07:00"
    for wrong in (
        {"users": ""}, {"users": "x"}, {"users": ",".join(map(str, range(1, 40)))}, {"from": "?"},
        {"to": "2031-03-26T00:00:00Z"}, {"to": "2035-03-26T00:00:00Z"}, {"minutes": "many"}, {"minutes": "5000"},
    ):  # fmt: skip
        assert client.get("/api/v1/free-busy", {"users": f"{eva.pk}", **span, **wrong}).status_code == 400, wrong
    eva.is_active = False
    eva.save()
    for pk in (eva.pk, 999_999):
        refused = client.get("/api/v1/free-busy", {"users": f"{ada.pk},{pk}", **span, "minutes": "60"}).json()
        assert refused["errors"] == {"users": [f"There is no such user: {pk}"]}
    missing = client.get("/api/v1/free-busy", {"users": f"{ada.pk}", "from": span["from"], "minutes": "60"}).json()
    assert missing["errors"] == {"to": ["This parameter is missing."]}
