"""Channels of teams through the API."""

import pytest

from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as
from jantar.engine.timeline.models import Comment

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C27")]


@pytest.fixture
def north(db):
    return make_team("North")


@pytest.fixture
def eva(north):
    return ApiClient(make_user("Eva", north, scope=Scope.TEAM))


@pytest.fixture
def ida(north):
    return ApiClient(make_user("Ida", north, scope=Scope.TEAM))


def test_messages_are_written_answered_and_read(north, eva, ida):
    address = f"/channels/{north.pk}/messages"
    first = data_of(eva.post(address, {"text": "Who goes?"}), 201)
    validate_as("Comment", first)
    assert first["record"] == {"type": "channels", "id": north.pk}
    answer = data_of(ida.post(address, {"text": "I do", "answers": first["id"]}), 201)
    assert answer["answers"] == first["id"]
    page = data_of(eva.get(f"{address}?limit=1"))
    validate_as("Messages", page)
    assert [one["text"] for one in page["items"]] == ["I do"]
    rest = data_of(eva.get(f"{address}?limit=1&cursor={page['next_cursor']}"))
    assert ([one["text"] for one in rest["items"]], rest["next_cursor"]) == (["Who goes?"], None)
    listed = data_of(eva.get("/channels"))
    validate_as("Channels", listed)
    assert [(one["id"], one["name"], one["unread"]) for one in listed["items"]] == [(north.pk, "North", 1)]
    changed = data_of(eva.patch(f"/comments/{first['id']}", {"text": "Who comes?"}))
    assert changed["text"] == "Who comes?"


def test_a_message_sent_twice_with_one_key_stands_there_once(north, eva):
    headers = {"Idempotency-Key": "one"}
    for _time in range(2):
        data_of(eva.post(f"/channels/{north.pk}/messages", {"text": "Hi"}, headers=headers), 201)
    assert Comment.objects.count() == 1


def test_who_is_not_in_the_team_finds_nothing(north, eva):
    written = data_of(eva.post(f"/channels/{north.pk}/messages", {"text": "Secret"}), 201)
    root = ApiClient(make_user("Root", admin=True))
    assert data_of(root.get("/channels")) == {"items": []}
    problem_in(root.get(f"/channels/{north.pk}/messages"), 404)
    problem_in(root.post(f"/channels/{north.pk}/messages", {"text": "x"}), 404)
    problem_in(root.patch(f"/comments/{written['id']}", {"text": "x"}), 404)
    problem_in(root.delete(f"/comments/{written['id']}"), 404)
    assert [one.text for one in Comment.objects.all()] == ["Secret"]


def test_what_is_wrong_is_named(north, eva):
    address = f"/channels/{north.pk}/messages"
    elsewhere = make_team("South")
    assert problem_in(eva.post(address, {"text": " "}), 422)["errors"] == {"text": ["Please write something."]}
    wrong = problem_in(eva.post(address, {"text": "x", "answers": 12345, "size": 1}), 422)["errors"]
    assert wrong == {"size": ["There is no field “size”."]}
    wrong = problem_in(eva.post(address, {"text": "x", "answers": 12345}), 422)["errors"]
    assert wrong == {"answers": ["There is no such message in this channel."]}
    assert problem_in(eva.get(f"{address}?cursor=nonsense"), 400)["where"] == "cursor"
    assert problem_in(eva.get(f"{address}?limit=0"), 400)["where"] == "limit"
    problem_in(eva.get(f"/channels/{elsewhere.pk}/messages"), 404)
