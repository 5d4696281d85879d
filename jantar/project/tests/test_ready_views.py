"""The views that come with Jantar: each opens, shows what it says, and tasks begin with what is to be done."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.modules.communications.records import tasks
from jantar.modules.communications.services import complete_task

pytestmark = pytest.mark.django_db
VIEWS = [(record_type.name, view.name) for record_type in registry.all() for view in record_type.views]


@pytest.fixture
def ada():
    return make_user("Ada", admin=True)


@pytest.fixture
def signed_in(client, ada):
    client.force_login(ada)
    return client


def titles(response):
    return re.findall(r'class="cell-title"><a href="[^"]*">([^<]*)</a>', response.content.decode())


@pytest.mark.parametrize(("type_name", "view"), VIEWS)
def test_every_view_opens_as_list_and_is_told_in_words(signed_in, type_name, view):
    response = signed_in.get(f"/{type_name}/?view={view}")
    assert response.status_code == 200
    assert 'class="chip' in response.content.decode()


def test_tasks_open_with_those_to_be_done(signed_in, ada):
    actor, now = actor_for(ada), timezone.now()
    eva = actor_for(make_user("Eva", admin=True))
    for title, by, due in (("Call", actor, -3), ("Write", eva, -1), ("Visit", actor, 3), ("Done", actor, -5)):
        task = write.create(tasks, {"title": title, "due_at": now + timedelta(days=due)}, actor=by)
    complete_task(task, actor=actor)
    assert titles(signed_in.get("/tasks/")) == ["Call", "Write", "Visit"]
    assert titles(signed_in.get("/tasks/?view=mine")) == ["Call", "Visit"]
    assert titles(signed_in.get("/tasks/?view=overdue")) == ["Call", "Write"]
    assert titles(signed_in.get("/tasks/?view=all")) == ["Done", "Call", "Write", "Visit"]
