"""The tasks on the Today page."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.communications.today import coming_up, my_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("Anna", make_team("North"), scope=Scope.TEAM)


def plan(actor, title, days, **values):
    due = None if days is None else timezone.now() + timedelta(days=days)
    return write.create(registry.get("tasks"), {"title": title, "due_at": due, **values}, actor=actor)


@pytest.mark.capability("C24", "C21")
def test_open_tasks_stand_there_by_due_date_with_the_number_to_call(client, user):
    actor = actor_for(user)
    person = write.create(
        registry.get("people"), {"given_name": "Jan", "family_name": "Nowak", "phone": "+48 601 234 567"}, actor=actor
    )
    plan(actor, "Later", 30)
    plan(actor, "No date", None)
    plan(actor, "Tomorrow", 1)
    plan(actor, "Call <b>", -2, links=[{"record": RecordKey("people", person.pk)}])
    done = plan(actor, "Done", -1)
    write.update(registry.get("tasks"), done.pk, {"done_at": timezone.now()}, actor=actor)
    rows = my_tasks(actor)["rows"]
    assert [row["task"].title for row in rows] == ["Call <b>", "Tomorrow", "No date"]
    assert [row["late"] for row in rows] == [True, False, False]
    client.force_login(user)
    text = client.get("/").content.decode()
    assert "Call &lt;b&gt;" in text
    assert 'href="tel:+48 601 234 567"' in text


def test_the_panel_costs_the_same_statements_for_one_task_and_ten(user):
    actor = actor_for(user)
    counts = []
    for number in (1, 9):
        for n in range(number):
            person = write.create(registry.get("people"), {"family_name": f"P{n}"}, actor=actor)
            plan(actor, f"T{n}", 1, links=[{"record": RecordKey("people", person.pk)}])
        with CaptureQueriesContext(connection) as statements:
            my_tasks(actor)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_tasks_of_others_do_not_show(user):
    plan(actor_for(make_user("Bob", make_team("South"), scope=Scope.TEAM)), "His", 0)
    assert my_tasks(actor_for(user))["rows"] == []


@pytest.mark.capability("C24")
def test_a_task_ticked_off_leaves_today_and_comes_back_by_undo(client, user):
    actor = actor_for(user)
    plan(actor, "Stay", 1)
    task = plan(actor, "Call", -1)
    client.force_login(user)
    answer = client.post(f"/tasks/{task.pk}/acts/complete/?stay=1", headers={"HX-Request": "true"})
    told = json.loads(answer["HX-Trigger"])
    assert (answer.status_code, told["tasks:changed"]) == (204, {})
    assert told["toast:show"]["message"] == "Task done."
    assert [row["task"].title for row in my_tasks(actor)["rows"]] == ["Stay"]
    client.post(told["toast:show"]["actionUrl"])
    assert [row["task"].title for row in my_tasks(actor)["rows"]] == ["Call", "Stay"]


def test_what_does_not_fit_is_behind_a_link_to_ones_own_open_tasks(client, user):
    actor = actor_for(user)
    client.force_login(user)
    for n in range(12):
        plan(actor, f"T{n}", 1)
    assert "/tasks/?view=mine" not in client.get("/").content.decode()
    plan(actor, "One more", 2)
    assert 'href="/tasks/?view=mine"' in client.get("/").content.decode()


@pytest.mark.capability("C24")
def test_a_deal_without_a_number_of_its_own_tells_that_of_its_customer(client, user):
    actor = actor_for(user)
    company = write.create(registry.get("companies"), {"name": "Żubr", "phone": "+48 22 123 45 67"}, actor=actor)
    deal = write.create(registry.get("deals"), {"name": "Machine", "customer": company}, actor=actor)
    plan(actor, "Call about it", 0, links=[{"record": RecordKey("deals", deal.pk)}])
    [row] = my_tasks(actor)["rows"]
    assert [(str(one["record"]), one["phone"]) for one in row["about"]] == [
        ("Machine", ""), ("Żubr", "+48 22 123 45 67"),
    ]  # fmt: skip
    client.force_login(user)
    assert client.get("/").content.decode().count('href="tel:+48 22 123 45 67"') == 2  # the waiting deal tells it too


@pytest.mark.capability("C24", "C21")
def test_appointments_of_today_and_tomorrow_stand_first_with_whom_they_are(client, user):
    actor = actor_for(user)
    assert coming_up(actor) is None
    person = write.create(registry.get("people"), {"family_name": "Nowak", "phone": "+48 601 234 567"}, actor=actor)
    links = [{"record": RecordKey("people", person.pk)}]
    now = timezone.now()
    for subject, at in (("Visit", now + timedelta(minutes=20)), ("Over", now - timedelta(hours=3)),
                        ("Next week", now + timedelta(days=7))):  # fmt: skip
        write.create(registry.get("activities"), {"subject": subject, "at": at, "links": links}, actor=actor)
    bob = make_user("Bob", make_team("South"), scope=Scope.ALL)
    invited = {
        "subject": "Meeting",
        "at": now + timedelta(minutes=40),
        "participants": [{"user": user, "person": None}],
    }
    write.create(registry.get("activities"), {**invited, "team": user.memberships.get().team}, actor=actor_for(bob))
    assert [row["activity"].subject for row in coming_up(actor)["rows"]] == ["Visit", "Meeting"]
    client.force_login(user)
    page = client.get("/").content.decode()
    assert page.index("Coming up") < page.index("My tasks")
    assert 'href="tel:+48 601 234 567"' in page
