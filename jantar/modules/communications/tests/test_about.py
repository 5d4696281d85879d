"""Lists of tasks and activities say whom they are about."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return make_user("Anna", make_team("North"), scope=Scope.TEAM)


def person_of(user, name):
    return write.create(registry.get("people"), {"family_name": name}, actor=actor_for(user))


def task_about(user, title, *records):
    links = [{"record": RecordKey(name, record.pk)} for name, record in records]
    return write.create(registry.get("tasks"), {"title": title, "links": links}, actor=actor_for(user))


def about(html, title):
    """The cell “About” in the row with that title."""
    row = next(row for row in html.split("<tr ") if f">{title}</a>" in row)
    return re.search(r'data-label="About">(.*?)</td>', row)[1]


@pytest.mark.capability("C21")
def test_a_task_is_listed_with_the_first_record_it_is_about(client, anna):
    nagy, kovacs = person_of(anna, "Nagy <b>"), person_of(anna, "Kovács")
    task_about(anna, "Call back", ("people", nagy), ("people", kovacs))
    task_about(anna, "Tidy up")
    client.force_login(anna)
    html = client.get("/tasks/").content.decode()
    assert about(html, "Call back") == f'<a href="/people/{nagy.pk}/">Nagy &lt;b&gt;</a>'
    assert about(html, "Tidy up") == ""


@pytest.mark.capability("C21", "N10")
def test_a_record_that_may_not_be_seen_gives_its_place_to_the_next_one(client, anna):
    jan = make_user("Jan", make_team("South"), scope=Scope.TEAM)
    hidden, seen = person_of(jan, "Hidden"), person_of(anna, "Seen")
    task = task_about(anna, "Call back", ("people", seen))
    link = task.links.model
    link.objects.filter(task=task).delete()
    link.objects.create(task=task, record_type="people", record_id=hidden.pk)
    link.objects.create(task=task, record_type="people", record_id=seen.pk)
    client.force_login(anna)
    html = client.get("/tasks/").content.decode()
    assert "Seen" in about(html, "Call back")
    assert "Hidden" not in html
    sheet = client.get("/tasks/export/?columns=title,links&format=csv").getvalue().decode("utf-8-sig")
    assert sheet.splitlines() == ["Title,About", "Call back,Seen"]
    assert "Seen" in client.get(f"/tasks/{task.pk}/").content.decode().split('id="key-facts"')[1].split("</dl>")[0]


@pytest.mark.capability("C21")
def test_the_column_costs_one_statement_for_any_number_of_rows_and_kinds(client, anna):
    client.force_login(anna)

    def statements(address):
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    person = person_of(anna, "Nagy")
    company = write.create(registry.get("companies"), {"name": "Amber"}, actor=actor_for(anna))
    task_about(anna, "One", ("people", person))
    one = statements("/tasks/")
    without = statements("/tasks/?columns=title,due_at&view=open")
    for number in range(12):
        task_about(anna, f"Task {number}", *[("people", person), ("companies", company)][number % 2 :])
    assert statements("/tasks/") == one == without + 1 == 8
