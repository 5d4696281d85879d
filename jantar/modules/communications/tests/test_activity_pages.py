"""The list of activities as it opens, and their short form."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browserless import fields_of
from jantar.modules.communications.models import Activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    user = make_user("Anna", make_team("North"), scope=Scope.TEAM)
    client.force_login(user)
    return user


@pytest.mark.capability("C21")
def test_the_list_opens_with_what_happened_and_what_is_planned_is_a_view(client, anna):
    now = timezone.now()
    moments = {"Last year": now - timedelta(days=365), "Just now": now, "Next year": now + timedelta(days=365)}
    for subject, at in moments.items():
        write.create(registry.get("activities"), {"subject": subject, "at": at}, actor=actor_for(anna))

    def shown(query):
        page = client.get(f"/activities/{query}").content.decode()
        return [subject for subject in sorted(moments, key=page.find) if f">{subject}</a>" in page]

    assert shown("") == ["Just now", "Last year"]
    assert shown("?view=planned") == ["Just now", "Next year"]
    assert shown("?view=all") == ["Next year", "Just now", "Last year"]


@pytest.mark.capability("C22")
def test_the_short_form_asks_with_whom_and_the_whole_one_goes_on_with_the_answer(client, anna):
    eva = make_user("Eva")
    short = client.get("/activities/new/?kind=meeting&dialog=1&stay=1").content.decode()
    assert "Add participant" in short
    assert "Add linked record" in short
    row = {"participants-0-id": "", "participants-0-user": str(eva.pk)}
    typed = {**fields_of(short), "subject": "Fair", "repeats-often": "WEEKLY", **row}
    whole = fields_of(client.post("/activities/new/all/?kind=meeting", typed).content.decode())
    assert Activity.objects.count() == 0
    assert whole["repeats-often"] == ["WEEKLY"]
    assert (whole["subject"], whole["participants-0-user"]) == (["Fair"], [str(eva.pk)])
    client.post("/activities/new/?kind=meeting", whole)
    first = Activity.objects.order_by("at").first()
    assert (first.subject, first.series is not None) == ("Fair", True)
    assert [one.user for one in first.participants.all()] == [eva]
