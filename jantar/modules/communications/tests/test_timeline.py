"""Activities and tasks on timelines, and the composer's form for them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from jantar.engine.fields import show
from jantar.engine.following.models import Notification
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.timeline import stream
from jantar.engine.timeline.models import Entry
from jantar.kit.money import Money
from jantar.modules.communications import services
from jantar.modules.communications.models import Activity, Task

pytestmark = pytest.mark.django_db
companies, people = registry.get("companies"), registry.get("people")
activities, tasks = registry.get("activities"), registry.get("tasks")


@pytest.fixture
def user():
    return make_user("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def ada(user):
    return actor_for(user)


@pytest.fixture
def firm(ada):
    return write.create(companies, {"name": "Żabka s.r.o."}, actor=ada)


@pytest.fixture
def jan(ada, firm):
    return write.create(people, {"given_name": "Jan", "family_name": "Novák", "company": firm}, actor=ada)


def sentences(record, actor, **options):
    return [shown.sentence for shown in stream.page(record, actor, **options).entries if shown.kind.name != "created"]


@pytest.mark.capability("C15")
@pytest.mark.capability("C16")
def test_an_activity_stands_on_the_timelines_of_all_it_is_about(ada, firm, jan):
    eva = write.create(people, {"given_name": "Eva", "family_name": "Malá"}, actor=ada)
    services.log_activity(
        about=[jan], actor=ada, kind="meeting", subject="Price", participants=[{"person": eva}],
        next_task={"title": "Offer"},
    )  # fmt: skip
    for record in (jan, firm, eva):
        assert set(sentences(record, ada)) == {"Meeting: Price", "Task: Offer"}
        assert sentences(record, ada, group="activity") == ["Meeting: Price"]
    shown = stream.page(firm, ada, group="activity").entries[0]
    assert shown.extra["people"] == ["Eva Malá"]


def test_an_activity_of_another_team_is_not_shown_on_a_common_record(ada, firm):
    bob = actor_for(make_user("Bob", make_team("South"), scope=Scope.TEAM))
    boss = actor_for(make_user("Boss", scope=Scope.ALL))
    services.log_activity(about=[firm], actor=boss, kind="call", subject="Secret")
    assert sentences(firm, boss) == ["Call: Secret"]
    assert sentences(firm, ada) == sentences(firm, bob) == []


def test_a_moved_or_relinked_activity_moves_on_the_timelines(ada, firm, jan):
    activity = services.log_activity(about=[jan], actor=ada, kind="call", subject="Price")
    other = write.create(companies, {"name": "Other"}, actor=ada)
    at = datetime(2020, 5, 1, tzinfo=UTC)
    write.update(activities, activity.pk, {"at": at, "links": [{"record": companies_key(other)}]}, actor=ada)
    assert sentences(jan, ada) == sentences(firm, ada) == []
    [shown] = [shown for shown in stream.page(other, ada).entries if shown.kind.name == "activity"]
    assert shown.entry.at == at


def companies_key(record):
    return companies.own_fields and activities.part("links").fields["record"].load(f"companies/{record.pk}")


@pytest.mark.capability("C20")
@pytest.mark.capability("C21")
def test_a_done_task_is_told_until_it_is_reopened(ada, jan):
    task = services.plan_task(jan, actor=ada, title="Call back")
    services.complete_task(task, actor=ada)
    assert sentences(jan, ada) == ["Task done: Call back", "Task: Call back"]
    services.reopen_task(task, actor=ada)
    assert sentences(jan, ada) == ["Task: Call back"]


def test_a_task_reopened_while_it_moves_elsewhere_is_not_told_as_done(ada, firm, jan):
    task = services.plan_task(jan, actor=ada, title="Call back")
    services.complete_task(task, actor=ada)
    other = write.create(companies, {"name": "Kofola"}, actor=ada)
    links = [{"record": companies_key(other)}]
    write.update(tasks, task.pk, {"done_at": None, "links": links}, actor=ada)
    assert sentences(jan, ada) == sentences(firm, ada) == []
    assert sentences(other, ada) == ["Task: Call back"]


def test_tasks_reopened_together_leave_the_timelines_in_as_many_statements_as_one(ada, jan, django_assert_num_queries):
    done = [services.plan_task(jan, actor=ada, title=f"Call {n}") for n in range(3)]
    for task in done:
        services.complete_task(task, actor=ada)
        task.done_at = None
    with django_assert_num_queries(3):  # entries found and deleted; the links of none done
        services.place_changed_tasks(done, frozenset({"done_at"}), ada)


def test_what_was_stored_past_the_write_path_is_told_once(ada, firm, jan):
    activity = services.log_activity(about=[jan], actor=ada, kind="call", subject="Price", next_task={"title": "Offer"})
    services.complete_task(Task.objects.visible_to(ada).get(), actor=ada)
    before = [(one.sentence, one.entry.at) for one in stream.page(firm, ada).entries]
    Entry.objects.all().delete()
    for _again in range(2):
        services.tell_stored_work()
        assert [(one.sentence, one.entry.at) for one in stream.page(firm, ada).entries] == before
    assert Entry.objects.filter(source_type="activities").get().source.id == activity.pk


def posted(**changes):
    return {
        "kind": "call", "subject": "Price <b>", "text": "We agreed.", "at": "2026-05-04T10:30", "duration": "25",
        "outcome": "agreed", "cost": "120,50", "cost-currency": "CZK", "next_task.title": "Send the offer",
        "next_task.due_at": "2026-05-06T09:00", **changes,
    }  # fmt: skip


@pytest.fixture
def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.capability("C15")
@pytest.mark.capability("C20")
def test_a_call_is_logged_and_the_next_task_planned_in_the_composer(signed_in, user, ada, firm, jan):
    page = signed_in.get(f"/people/{jan.pk}/timeline/").content.decode()
    assert "Plan next step" in page
    answer = signed_in.post(f"/people/{jan.pk}/timeline/activity/", posted(people=[jan.pk], colleagues=[user.pk]))
    assert answer.status_code == 200
    activity = Activity.objects.visible_to(ada).get()
    assert (activity.duration, activity.outcome) == (25, "agreed")
    assert activity.cost.currency == "CZK"
    task = Task.objects.visible_to(ada).get()
    assert (task.title, str(task.origin)) == ("Send the offer", f"activities/{activity.pk}")
    timeline = signed_in.get(f"/companies/{firm.pk}/timeline/").content.decode()
    assert "Call: Price &lt;b&gt;" in timeline
    assert "Jan Novák, Ada" in timeline
    assert "Task: Send the offer" in timeline


def test_without_a_next_step_no_task_is_planned(signed_in, ada, jan):
    signed_in.post(f"/people/{jan.pk}/timeline/activity/", posted(**{"next_task.title": "", "next_task.due_at": ""}))
    assert Activity.objects.visible_to(ada).count() == 1
    assert not Task.objects.exists()


def test_wrong_entries_are_named_and_nothing_typed_is_lost(signed_in, jan):
    answer = signed_in.post(
        f"/people/{jan.pk}/timeline/activity/", posted(subject="", duration="long", people=[jan.pk])
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "We agreed." in page
    assert 'value="long"' in page
    assert f'<option value="{jan.pk}" selected>Jan Novák</option>' in page
    answer = signed_in.post(f"/people/{jan.pk}/timeline/activity/", posted(**{"next_task.title": ""}))
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()
    assert not Activity.objects.exists()


@pytest.mark.capability("C17")
def test_minutes_and_cost_are_summed_above_the_timeline_of_the_company(signed_in, ada, firm, jan):
    money = Money(Decimal(10), "EUR")
    services.log_activity(about=[jan], actor=ada, kind="visit", subject="x", duration=30, cost=money)
    services.log_activity(about=[firm], actor=ada, kind="call", subject="y", duration=60, cost=money)
    page = signed_in.get(f"/companies/{firm.pk}/timeline/").content.decode()
    assert "2 activities" in page
    assert show.duration(90) in page
    assert show.money(Money(Decimal(20), "EUR")) in page
    assert "1 activity<" in signed_in.get(f"/people/{jan.pk}/timeline/").content.decode()


@pytest.mark.capability("N7")
def test_undo_puts_activities_and_tasks_back_on_the_timelines_where_they_stood(ada, firm, jan):
    activity, task = services.log_activity(
        about=[jan], actor=ada, kind="call", subject="Price", at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        next_task={"title": "Offer"},
    ), Task.objects.get()  # fmt: skip
    other = write.create(companies, {"name": "Other"}, actor=ada)
    moved = {"at": datetime(2026, 4, 1, 9, tzinfo=UTC), "links": [{"record": key_of(other)}]}
    write.update(activities, activity.pk, moved, actor=ada)
    assert (sentences(other, ada), sentences(jan, ada)) == (["Call: Price"], ["Task: Offer"])
    undo(Operation.objects.latest("pk").pk, actor=ada)
    assert (sentences(other, ada), set(sentences(jan, ada))) == ([], {"Call: Price", "Task: Offer"})
    assert Entry.objects.get(kind="activity").at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    services.complete_task(task, actor=ada)
    assert Entry.objects.filter(kind="task_done").exists()
    undone = undo(Operation.objects.latest("pk").pk, actor=ada)
    assert not Entry.objects.filter(kind="task_done").exists()
    undo(undone.operation_id, actor=ada)
    assert Entry.objects.get(kind="task_done").at == Task.objects.get().done_at
    assert Notification.objects.count() == 0


def test_an_activity_that_takes_the_whole_day_stands_at_its_beginning(ada, jan):
    moment = datetime(2026, 3, 1, 9, tzinfo=UTC)
    activity = services.log_activity(about=[jan], actor=ada, kind="meeting", subject="Fair", at=moment)
    write.update(activities, activity.pk, {"all_day": True}, actor=ada)
    stored = Activity.objects.get()
    assert stored.at < moment
    assert Entry.objects.get(kind="activity").at == stored.at
