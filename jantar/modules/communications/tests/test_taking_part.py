"""Who takes part in a meeting: colleagues, people and addresses; a colleague who takes part sees the meeting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.past import reading_as_of
from jantar.engine.records.registry import registry
from jantar.engine.search.searching import search
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.modules.communications.models import Activity, Participant

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]


@pytest.fixture
def north():
    return make_team("North")


@pytest.fixture
def ada(north):
    return make_user("Ada", north, scope=Scope.OWN)


@pytest.fixture
def eva(north):
    return make_user("Eva", north, scope=Scope.OWN)


def meet(user, **values):
    values = {"kind": "meeting", "subject": "Pump", "at": timezone.now() + timedelta(days=1), **values}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def seen(user, view=None):
    actor, activities = actor_for(user), registry.get("activities")
    tree = next(one.filter for one in activities.views if one.name == view) if view else {}
    rows = Activity.objects.visible_to(actor).filter(compile_filter(tree, activities, actor))
    return sorted(rows.values_list("subject", flat=True))


def test_a_colleague_who_takes_part_sees_the_meeting_everywhere_but_may_not_change_it(client, ada, eva):
    meeting = meet(ada, participants=[{"user": eva}])
    meet(ada, subject="Other")
    assert seen(eva) == ["Pump"]
    actor = actor_for(eva)
    assert [hit.title for group in search("pump", actor) for hit in group.hits] == ["Pump"]
    client.force_login(eva)
    assert "Pump" in client.get(f"/activities/{meeting.pk}/").content.decode()
    assert [row["subject"] for row in client.get("/api/v1/activities").json()["items"]] == ["Pump"]
    with pytest.raises(NotAllowed):
        write.update(registry.get("activities"), meeting.pk, {"subject": "Mine"}, actor=actor)
    with pytest.raises(NotFound):
        write.delete(registry.get("activities"), [meeting.pk], actor=actor)
    meeting.refresh_from_db()
    assert (meeting.subject, meeting.deleted_at) == ("Pump", None)


def test_who_no_longer_takes_part_no_longer_sees_it(ada, eva):
    meeting = meet(ada, participants=[{"user": eva}])
    write.update(registry.get("activities"), meeting.pk, {"participants": []}, actor=actor_for(ada))
    assert seen(eva) == []
    with reading_as_of(actor_for(eva), meeting.created_at) as looking:
        assert list(Activity.objects.visible_to(looking)) == []


def test_taking_part_gives_nothing_where_roles_give_no_activities(ada, north):
    bob = make_user("Bob", north)
    meet(ada, participants=[{"user": bob}])
    assert seen(bob) == []
    grant(bob, {"see": Scope.OWN}, "activities")
    assert seen(bob) == ["Pump"]


def test_my_meetings_are_those_i_own_and_those_where_i_take_part(north, eva):
    boss = make_user("Boss", north, scope=Scope.ALL)
    meet(boss, subject="Mine")
    meet(eva, subject="With me", participants=[{"user": boss}, {"email": "guest@example.com"}])
    meet(eva, subject="Not mine", participants=[{"user": eva}])
    meet(eva, subject="A call", kind="call", participants=[{"user": boss}])
    assert seen(boss, "meetings") == ["Mine", "With me"]
    assert seen(boss, "mine") == ["A call", "Mine", "With me"]


def test_the_view_is_told_in_words_and_can_be_changed_by_clicking(client, ada, eva):
    meet(eva, participants=[{"user": ada}])
    client.force_login(ada)
    page = client.get("/activities/?view=meetings").content.decode()
    assert "Pump" in page
    assert "participants" in page


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([{"email": "nobody"}], {"participants.0.email": ["“nobody” is not an e-mail address."]}),
        (
            [{"email": "a@example.com"}, {"email": "A@Example.com"}],
            {"participants": ["This address already takes part."]},
        ),
        ([{}], {"participants": ["A participant is a person, a colleague or an e-mail address."]}),
    ],
)
def test_a_wrong_participant_is_refused_and_nothing_is_stored(ada, rows, errors):
    with pytest.raises(Invalid) as refusal:
        meet(ada, participants=rows)
    assert refusal.value.errors == errors
    assert (Activity.objects.count(), Participant.objects.count()) == (0, 0)


def test_a_participant_is_one_of_the_three(ada, eva):
    with pytest.raises(Invalid):
        meet(ada, participants=[{"user": eva, "email": "guest@example.com"}])
    assert not Activity.objects.exists()
