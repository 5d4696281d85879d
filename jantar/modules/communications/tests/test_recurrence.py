"""Activities and tasks that come again: made, changed, moved, cancelled, undone, right across changes of clocks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed
from jantar.engine.records.models import GOES_ON, Series
from jantar.engine.records.recurrence import changing, making
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.communications.models import Activity, Participant, Task

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
PRAGUE = ZoneInfo("Europe/Prague")
NOW = datetime(2026, 10, 1, 8, 0, tzinfo=PRAGUE)


def prague(text):
    return datetime.fromisoformat(text).replace(tzinfo=PRAGUE)


@pytest.fixture(autouse=True)
def in_october(monkeypatch):
    """What is made follows from the day: here it is the first of October 2026."""
    monkeypatch.setattr(making.timezone, "now", lambda: NOW)


@pytest.fixture
def ada():
    return make_user("Ada", make_team("North"), scope=Scope.OWN)


def meet(user, at, repeats, **values):
    values = {"kind": "meeting", "subject": "Stand-up", "at": prague(at), "duration": 30, "repeats": repeats, **values}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def plan(user, due, repeats, **values):
    values = {"title": "Report", "due_at": prague(due), "repeats": repeats, **values}
    return write.create(registry.get("tasks"), values, actor=actor_for(user))


def clocks(**only):
    rows = Activity.objects.filter(deleted_at=None, **only).order_by("at")
    return [f"{row.at.astimezone(PRAGUE):%m-%d %H:%M}" for row in rows]


def nth(number):
    return list(Activity.objects.filter(deleted_at=None).order_by("at"))[number]


def test_a_weekly_meeting_keeps_its_clock_when_clocks_change(ada):
    first = meet(ada, "2026-10-12T09:00", "FREQ=WEEKLY;COUNT=4", participants=[{"user": ada}], outcome="agreed")
    assert clocks() == ["10-12 09:00", "10-19 09:00", "10-26 09:00", "11-02 09:00"]
    hours = [row.at.hour for row in Activity.objects.order_by("at")]
    assert hours == [7, 7, 8, 8]
    assert first.repeats == "FREQ=WEEKLY;BYDAY=MO;COUNT=4"
    assert Participant.objects.filter(user=ada).count() == 4
    assert [row.outcome for row in Activity.objects.order_by("at")] == ["agreed", "", "", ""]
    assert set(Activity.objects.values_list("owner", "duration", "version")) == {(ada.pk, 30, 1)}


def test_a_time_left_out_in_spring_and_one_that_comes_twice_in_autumn(ada, monkeypatch):
    meet(ada, "2026-10-24T02:30", "FREQ=DAILY;COUNT=3")
    assert [f"{row.at.astimezone(ZoneInfo('UTC')):%d %H:%M}" for row in Activity.objects.order_by("at")] == [
        "24 00:30", "25 00:30", "26 01:30",
    ]  # fmt: skip
    Activity.objects.all().delete()
    monkeypatch.setattr(making.timezone, "now", lambda: prague("2026-03-20T08:00"))
    meet(ada, "2026-03-28T02:30", "FREQ=DAILY;COUNT=3")
    assert clocks() == ["03-28 02:30", "03-29 03:30", "03-30 02:30"]


def test_what_never_ends_is_made_for_the_weeks_ahead_and_goes_on_every_night(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    assert clocks()[-1] == "11-23 09:00"
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=20))
    assert making.make_due(NOW + timedelta(days=20)) == 3
    assert clocks()[-1] == "12-14 09:00"
    assert making.make_due(NOW + timedelta(days=20)) == 0


def test_the_next_of_what_comes_rarely_is_there_however_far_it_is(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=YEARLY")
    assert clocks() == ["10-05 09:00", "10-05 09:00"]
    assert nth(1).at.year == 2027


def test_a_record_stands_on_the_first_day_its_rule_fits(ada):
    first = meet(ada, "2026-10-05T09:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2")
    assert first.at == prague("2026-10-30T09:00")
    assert clocks() == ["10-30 09:00", "11-30 09:00"]


def test_whole_days_begin_at_midnight_after_clocks_change_too(ada):
    meet(ada, "2026-10-24T15:00", "FREQ=DAILY;COUNT=3", all_day=True, duration=1440)
    assert clocks() == ["10-24 00:00", "10-25 00:00", "10-26 00:00"]


def test_this_one_alone_is_changed_without_being_asked(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=3")
    write.update(registry.get("activities"), nth(1).pk, {"subject": "With guests"}, actor=actor_for(ada))
    assert list(Activity.objects.order_by("at").values_list("subject", flat=True)) == [
        "Stand-up", "With guests", "Stand-up",
    ]  # fmt: skip


def change(record, values, scope, user):
    return changing.update(registry.get("activities"), record.pk, values, scope=scope, actor=actor_for(user))


def test_those_that_follow_get_another_time_and_keep_what_hangs_on_them(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=5")
    before = list(Activity.objects.order_by("at").values_list("pk", flat=True))
    write.delete(registry.get("activities"), [before[3]], actor=actor_for(ada))
    changed = change(nth(2), {"at": prague("2026-10-20T14:00"), "subject": "Review"}, changing.FOLLOWING, ada)
    assert clocks() == ["10-05 09:00", "10-12 09:00", "10-20 14:00", "11-03 14:00"]
    assert list(Activity.objects.order_by("at").values_list("pk", flat=True)) == before
    assert changed.repeats == "FREQ=WEEKLY;BYDAY=TU;COUNT=3"
    assert nth(0).repeats == "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261018"
    assert [nth(number).subject for number in range(4)] == ["Stand-up", "Stand-up", "Review", "Review"]


def test_all_are_moved_with_one_of_them(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4")
    change(nth(2), {"at": prague("2026-10-12T10:30")}, changing.ALL, ada)
    assert clocks() == ["10-05 10:30", "10-07 10:30", "10-12 10:30", "10-14 10:30"]
    assert len(set(Activity.objects.values_list("series", flat=True))) == 1


def test_another_rule_holds_from_this_one_on(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=5")
    second = nth(1)
    actor, activities = actor_for(ada), registry.get("activities")
    write.update(activities, second.pk, {"repeats": "FREQ=WEEKLY;INTERVAL=2;COUNT=2"}, actor=actor)
    assert clocks() == ["10-05 09:00", "10-12 09:00", "10-26 09:00"]
    assert Activity.objects.filter(deleted_at__isnull=False).count() == 2
    write.update(activities, second.pk, {"repeats": ""}, actor=actor)
    assert clocks() == ["10-05 09:00", "10-12 09:00"]
    assert Activity.objects.get(pk=second.pk).series is None


def test_those_that_follow_are_cancelled_and_stay_so(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    number = changing.delete(registry.get("activities"), nth(3).pk, scope=changing.FOLLOWING, actor=actor_for(ada))
    assert number == 5
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=40))
    assert making.make_due(NOW + timedelta(days=40)) == 0
    assert clocks() == ["10-05 09:00", "10-12 09:00", "10-19 09:00"]


def test_a_series_that_is_over_is_looked_at_once_and_again_when_its_end_is_undone(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    changing.delete(registry.get("activities"), nth(3).pk, scope=changing.FOLLOWING, actor=actor_for(ada))
    opened = Operation.objects.latest("pk").pk
    looked: list[int] = []
    go_on = making.go_on
    monkeypatch.setattr(making, "go_on", lambda kind, pk: [looked.append(pk), go_on(kind, pk)][1])
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=20))
    for _night in range(3):
        assert making.make_due(NOW + timedelta(days=20)) == 0
    assert len(looked) == 1
    assert undo(opened, actor=actor_for(ada)).conflicts == []
    assert making.make_due(NOW + timedelta(days=20)) == 3
    assert clocks()[-1] == "12-14 09:00"


def test_a_series_whose_records_are_all_in_the_bin_is_left_alone_until_one_comes_back(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    kind, pks = registry.get("activities"), list(Activity.objects.values_list("pk", flat=True))
    write.delete(kind, pks, actor=actor_for(ada))
    looked: list[int] = []
    go_on = making.go_on
    monkeypatch.setattr(making, "go_on", lambda kind, pk: [looked.append(pk), go_on(kind, pk)][1])
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=20))
    assert (making.make_due(NOW + timedelta(days=20)), looked) == (0, [])
    write.restore(kind, pks[-1:], actor=actor_for(ada))
    assert making.make_due(NOW + timedelta(days=20)) == 3


def test_what_comes_rarely_and_what_was_made_apart_is_not_over(ada, monkeypatch):
    """After what is made there are more, though none of them near, or the next is there already."""
    meet(ada, "2026-10-05T09:00", "FREQ=YEARLY;INTERVAL=4;COUNT=3")
    assert clocks() == ["10-05 09:00"]
    assert making.make_due(NOW + timedelta(days=400)) == 0
    assert Series.objects.get().over_by is None


def test_the_nightly_look_finds_what_goes_on_from_an_index(ada):
    over = {"record_type": "activities", "rule": "FREQ=DAILY;COUNT=1", "over_by": "FREQ=DAILY;COUNT=1"}
    common = {"starts_at": NOW, "time_zone": "UTC", "made_until": NOW}
    Series.objects.bulk_create([Series(**over, **common) for _number in range(3000)])
    going = Series.objects.create(record_type="activities", rule="FREQ=DAILY", **common)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_series")
    rows = Series.objects.filter(GOES_ON, record_type="activities", made_until__lt=NOW + timedelta(days=1))
    assert "records_series_due" in rows.order_by("made_until").values_list("pk", flat=True).explain()
    assert list(rows) == [going]


def test_one_that_is_cancelled_does_not_come_back(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    changing.delete(registry.get("activities"), nth(7).pk, scope=changing.ONE, actor=actor_for(ada))
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=14))
    assert making.make_due(NOW + timedelta(days=14)) == 2
    assert clocks()[-3:] == ["11-16 09:00", "11-30 09:00", "12-07 09:00"]


def rows():
    found = Activity.objects.order_by("pk")
    found = found.values_list("pk", "at", "occurs_at", "repeats", "series", "deleted_at", "subject")
    return list(found), list(Series.objects.order_by("pk").values_list("pk", "rule", "starts_at"))


@pytest.mark.parametrize("scope", [changing.FOLLOWING, changing.ALL])
def test_undo_of_a_change_of_many_brings_all_of_them_back(ada, scope):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8")
    before = rows()
    change(nth(3), {"at": prague("2026-10-15T14:00"), "subject": "Review"}, scope, ada)
    assert rows() != before
    result = undo(Operation.objects.latest("pk").pk, actor=actor_for(ada))
    assert result.conflicts == []
    assert rows() == before


def test_undo_of_a_series_takes_back_what_was_made_later_too(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    opened = Operation.objects.latest("pk").pk
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=20))
    assert making.make_due(NOW + timedelta(days=20)) == 3
    result = undo(opened, actor=actor_for(ada))
    assert (result.conflicts, clocks(), Series.objects.count()) == ([], [], 0)
    assert making.make_due(NOW + timedelta(days=40)) == 0


def test_a_series_goes_on_after_a_change_was_undone(ada, monkeypatch):
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY")
    change(nth(2), {"at": prague("2026-10-20T14:00")}, changing.FOLLOWING, ada)
    opened = Operation.objects.latest("pk").pk
    monkeypatch.setattr(making.timezone, "now", lambda: NOW + timedelta(days=20))
    assert making.make_due(NOW + timedelta(days=20)) == 3
    assert undo(opened, actor=actor_for(ada)).conflicts == []
    assert making.make_due(NOW + timedelta(days=20)) == 3
    assert clocks()[-3:] == ["11-30 09:00", "12-07 09:00", "12-14 09:00"]


def test_tasks_come_again_for_the_next_month_and_begin_open(ada):
    first = plan(ada, "2026-10-02T17:00", "FREQ=WEEKLY;BYDAY=FR", done_at=NOW)
    found = list(Task.objects.order_by("due_at").values_list("done_at", "done_by"))
    assert len(found) == 5
    assert found[0] == (NOW, ada.pk)
    assert set(found[1:]) == {(None, None)}
    assert first.repeats == "FREQ=WEEKLY;BYDAY=FR"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=SECONDLY", "more often than every day"),
        ("FREQ=DAILY;COUNT=999999999", "COUNT may be 5000 at most"),
        ("FREQ=DAILY;INTERVAL=0", "above zero"),
        ("every day", "is not a rule"),
        ("FREQ=YEARLY;BYEASTER=1", "Rules with BYEASTER"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "not both"),
    ],
)
def test_rules_that_nobody_can_mean_are_refused_with_the_reason(client, ada, rule, words):
    client.force_login(ada)
    body = {"subject": "Never", "at": "2026-10-05T07:00:00Z", "repeats": rule}
    answer = client.post("/api/v1/activities", body, content_type="application/json")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("more", [{"repeats": "FREQ=DAILY"}, {"all_day": True}])
def test_a_beginning_no_calendar_reaches_is_refused(client, ada, more):
    client.force_login(ada)
    body = {"subject": "Never", "at": "9999-12-31T23:30:00Z", **more}
    answer = client.post("/api/v1/activities", body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"at": ["This date is too far away."]})


def test_what_comes_every_thousand_days_is_taken(ada):
    meet(ada, "2026-10-05T09:00", "FREQ=DAILY;INTERVAL=1000")
    assert Activity.objects.exists()


def test_a_rule_without_a_day_or_without_a_beginning_is_refused(ada):
    with pytest.raises(Invalid) as refused:
        meet(ada, "2026-10-05T09:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert list(refused.value.errors) == ["repeats"]
    with pytest.raises(Invalid) as refused:
        write.create(registry.get("tasks"), {"title": "Report", "repeats": "FREQ=DAILY"}, actor=actor_for(ada))
    assert list(refused.value.errors) == ["due_at"]
    assert not Series.objects.exists()


def test_records_of_others_are_not_changed_with_mine(ada):
    eva = make_user("Eva", scope=Scope.OWN)
    meet(ada, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=3")
    Activity.objects.filter(pk=nth(2).pk).update(owner=eva)
    before = rows()
    for scope in (changing.FOLLOWING, changing.ALL):
        with pytest.raises(NotAllowed):
            change(nth(1), {"at": prague("2026-10-13T09:00")}, scope, ada)
    assert rows() == before


def test_making_many_costs_as_many_statements_as_making_few(ada):
    def count(times):
        with CaptureQueriesContext(connection) as found:
            meet(ada, "2026-10-05T09:00", f"FREQ=DAILY;COUNT={times}", participants=[{"user": ada}])
        return len(found)

    count(2)
    assert count(3) == count(50)


def test_the_api_changes_and_deletes_those_that_follow(client, ada):
    client.force_login(ada)
    body = {"subject": "Stand-up", "at": "2026-10-05T07:00:00Z", "repeats": "RRULE:FREQ=WEEKLY;COUNT=4"}
    first = client.post("/api/v1/activities", body, content_type="application/json").json()
    assert first["repeats"] == "FREQ=WEEKLY;BYDAY=MO;COUNT=4"
    address = f"/api/v1/activities/{nth(2).pk}"
    answer = client.patch(f"{address}?occurrences=following", {"subject": "Later"}, content_type="application/json")
    assert (answer.status_code, answer.json()["subject"]) == (200, "Later")
    assert [nth(number).subject for number in range(4)] == ["Stand-up", "Stand-up", "Later", "Later"]
    assert client.delete(f"{address}?occurrences=some").status_code == 400
    assert client.delete(f"{address}?occurrences=following").status_code == 204
    assert clocks() == ["10-05 09:00", "10-12 09:00"]
    assert client.patch("/api/v1/people/1?occurrences=all", {}, content_type="application/json").status_code == 400
