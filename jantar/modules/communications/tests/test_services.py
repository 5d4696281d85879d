"""Activities and tasks on the contact register."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.actions import run_action
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_team, make_user
from jantar.kit.money import Money
from jantar.modules.communications import queries, services
from jantar.modules.communications.models import Activity, Task
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
companies, people = registry.get("companies"), registry.get("people")
activities, tasks = registry.get("activities"), registry.get("tasks")


@pytest.fixture
def ada():
    return make_actor("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def bob():
    return make_actor("Bob", make_team("South"), scope=Scope.TEAM)


@pytest.fixture
def firm(ada):
    return write.create(companies, {"name": "Żabka s.r.o."}, actor=ada)


@pytest.fixture
def jan(ada, firm):
    return write.create(people, {"given_name": "Jan", "family_name": "Novák", "company": firm}, actor=ada)


def links_of(record):
    return {str(link.record) for link in record.links.all()}


@pytest.mark.capability("C15")
@pytest.mark.parametrize("kind", ["call", "meeting", "visit", "email", "letter"])
def test_an_activity_of_each_kind_on_a_person_is_also_one_of_the_company(ada, firm, jan, kind):
    activity = services.log_activity(about=[jan], actor=ada, kind=kind, subject="Offer")
    assert links_of(activity) == {f"people/{jan.pk}", f"companies/{firm.pk}"}
    assert activity.kind == kind


@pytest.mark.capability("C16")
def test_minutes_with_participants_are_about_the_participants_too(ada, firm, jan):
    activity = services.log_activity(
        about=[firm], actor=ada, kind="meeting", subject="Kick-off", text="We agreed on May.", duration=90,
        participants=[{"person": jan}],
    )  # fmt: skip
    assert links_of(activity) == {f"people/{jan.pk}", f"companies/{firm.pk}"}
    assert (activity.text, activity.duration) == ("We agreed on May.", 90)


@pytest.mark.capability("C20")
def test_a_call_and_its_next_task_are_stored_in_one_go(ada, firm, jan):
    due = datetime(2030, 5, 2, 9, tzinfo=UTC)
    activity = services.log_activity(
        about=[jan], actor=ada, kind="call", subject="Price", outcome="interested", duration=12,
        next_task={"title": "Send the offer", "due_at": due},
    )  # fmt: skip
    task = Task.objects.visible_to(ada).get()
    assert (task.title, task.due_at, task.owner_id) == ("Send the offer", due, ada.user_id)
    assert task.origin == RecordKey("activities", activity.pk)
    assert links_of(task) == links_of(activity)


def test_a_wrong_next_task_is_named_and_nothing_is_stored(ada, jan):
    with pytest.raises(Invalid) as refusal:
        services.log_activity(about=[jan], actor=ada, kind="call", subject="Price", next_task={"title": ""})
    assert refusal.value.errors == {"next_task.title": ["This field is required."]}
    assert not Activity.objects.exists()
    assert not Task.objects.exists()


def test_an_activity_about_a_record_the_actor_may_not_see_is_refused(ada, bob, jan):
    with pytest.raises(Invalid) as refusal:
        services.log_activity(about=[jan], actor=bob, kind="call", subject="Spy")
    assert refusal.value.errors == {"links.0.record": ["There is no such record."]}
    assert not Activity.objects.exists()


def test_a_participant_is_a_person_or_a_colleague(ada, jan):
    with pytest.raises(Invalid) as refusal:
        services.log_activity(about=[jan], actor=ada, kind="call", subject="?", participants=[{}])
    assert refusal.value.errors == {"participants": ["A participant is a person, a colleague or an e-mail address."]}
    assert not Activity.objects.exists()


@pytest.mark.capability("C20")
def test_a_task_is_planned_from_minutes_and_keeps_where_it_came_from(client, ada, jan):
    meeting = services.log_activity(about=[jan], actor=ada, kind="meeting", subject="Pump", text="We send the offer.")
    client.force_login(User.objects.get(pk=ada.user_id))
    assert "Plan a task" in client.get(f"/activities/{meeting.pk}/").content.decode()
    address = f"/activities/{meeting.pk}/acts/plan_task/"
    empty = client.post(address, {"title": "", "form_fields": "title,due_at,owner"}, headers={"HX-Request": "true"})
    assert (empty.status_code, Task.objects.count()) == (422, 0)
    client.post(address, {"title": "Send the offer", "due_at": "2030-01-02T10:00"})
    task = Task.objects.get()
    assert (task.title, task.owner_id, task.origin) == ("Send the offer", ada.user_id, key_of(meeting))
    assert key_of(jan) in {link.record for link in task.links.all()}
    eva = make_user("Eva")
    services.plan_next_task(meeting, actor=ada, title="Call back", owner=eva)
    assert Task.objects.get(title="Call back").owner == eva


@pytest.mark.capability("C20")
def test_a_task_is_planned_from_a_deal(ada, firm):
    deal = write.create(registry.get("deals"), {"name": "Robots", "customer": firm}, actor=ada)
    run_action(registry.get("deals"), deal.pk, "plan_task", {"title": "Send the offer"}, actor=ada)
    assert Task.objects.get().origin == key_of(deal)


@pytest.mark.capability("C21")
def test_a_task_is_completed_reopened_and_rescheduled(ada, jan):
    task = services.plan_task(jan, actor=ada, title="Call back")
    done = services.complete_task(task, actor=ada)
    assert done.done_by_id == ada.user_id
    assert done.done_at is not None
    reopened = services.reopen_task(task, actor=ada)
    assert (reopened.done_at, reopened.done_by_id) == (None, None)
    later = timezone.now() + timedelta(days=3)
    assert services.reschedule_task(task, due_at=later, actor=ada).due_at == later


def found(record_type, tree, actor):
    return set(
        record_type.visible_to(actor).filter(compile_filter(tree, record_type, actor)).values_list("pk", flat=True)
    )


def test_records_without_an_activity_lately_can_be_listed(ada, firm, jan):
    other = write.create(companies, {"name": "Quiet"}, actor=ada)
    tree = {"relation": "activities", "has": "none", "where": {"field": "at", "op": "within", "value": "last 30 days"}}
    assert found(companies, tree, ada) == {firm.pk, other.pk}
    services.log_activity(about=[jan], actor=ada, kind="call", subject="Hello", at=timezone.now() - timedelta(days=40))
    assert found(companies, tree, ada) == {firm.pk, other.pk}
    services.log_activity(about=[jan], actor=ada, kind="call", subject="Hello", at=timezone.now() - timedelta(days=2))
    assert found(companies, tree, ada) == {other.pk}
    assert found(people, {"relation": "activities", "has": "at_least", "count": 2}, ada) == {jan.pk}
    assert found(people, {"relation": "activities", "has": "at_least", "count": 3}, ada) == set()
    assert found(companies, {"relation": "activities", "has": "at_most", "count": 0}, ada) == {other.pk}


def test_tasks_planned_from_a_record_are_a_relation_of_it(ada, firm, jan):
    activity = services.log_activity(about=[jan], actor=ada, kind="call", subject="Hello", next_task={"title": "Next"})
    services.log_activity(about=[jan], actor=ada, kind="call", subject="No task")
    assert found(activities, {"relation": "tasks.origin", "has": "any"}, ada) == {activity.pk}


@pytest.mark.capability("C17")
def test_minutes_and_cost_are_summed_per_record_within_rights(ada, bob, firm, jan):
    money = Money(Decimal("120.50"), "EUR")
    services.log_activity(about=[jan], actor=ada, kind="visit", subject="One", duration=30, cost=money)
    services.log_activity(about=[firm], actor=ada, kind="visit", subject="Two", duration=45, cost=money)
    assert queries.effort("companies", [firm.pk], ada) == {firm.pk: queries.Effort(2, 75, Decimal("241.00"))}
    assert queries.effort("people", [jan.pk], ada) == {jan.pk: queries.Effort(1, 30, Decimal("120.50"))}
    assert queries.effort("companies", [firm.pk], bob) == {}
