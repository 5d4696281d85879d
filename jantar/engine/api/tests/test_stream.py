"""The timeline of a record with its notes and comments, and search over all types."""

import base64

import pytest

from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as
from jantar.engine.timeline.models import Comment, Note

books = registry.get("books")


@pytest.fixture
def pk(actor):
    return write.create(books, {"title": "Babička"}, actor=actor).pk


@pytest.fixture
def eve(db):
    return make_user("Eve", scope=Scope.ALL)


def test_a_note_is_private_and_shared_with_named_people(api, ada, pk, eve):
    root = ApiClient(make_user("Root", admin=True))
    note = data_of(api.post(f"/books/{pk}/notes", {"text": "Talk to Eve"}), 201)
    validate_as("Note", note)
    assert (note["author"]["id"], note["shared_with"], note["record"]) == (ada.pk, [], {"type": "books", "id": pk})
    others = (ApiClient(eve), root)
    for other in others:
        assert [one["kind"] for one in data_of(other.get(f"/books/{pk}/timeline"))["items"]] == ["created"]
        problem_in(other.patch(f"/notes/{note['id']}", {"text": "x"}), 404)
        problem_in(other.delete(f"/notes/{note['id']}"), 404)
    shared = data_of(api.patch(f"/notes/{note['id']}", {"share_with": [eve.pk]}))
    assert (shared["shared_with"], shared["text"]) == ([{"id": eve.pk, "title": "Eve"}], "Talk to Eve")
    seen = [
        [one["text"] for one in data_of(other.get(f"/books/{pk}/timeline", group="note"))["items"]] for other in others
    ]
    assert seen == [["Talk to Eve"], []]
    problem_in(others[0].patch(f"/notes/{note['id']}", {"text": "x"}), 403)


def test_a_comment_is_for_everybody_who_sees_the_record(api, pk, eve):
    comment = data_of(api.post(f"/books/{pk}/comments", {"text": "Good"}), 201)
    validate_as("Comment", comment)
    changed = data_of(api.patch(f"/comments/{comment['id']}", {"text": "Better"}))
    assert (changed["text"], changed["edited_at"] is None) == ("Better", False)
    timeline = data_of(ApiClient(eve).get(f"/books/{pk}/timeline"))
    validate_as("Timeline", timeline)
    assert [(one["kind"], one["text"]) for one in timeline["items"]] == [("comment", "Better"), ("created", "")]
    problem_in(ApiClient(eve).patch(f"/comments/{comment['id']}", {"text": "Worse"}), 403)
    data_of(api.delete(f"/comments/{comment['id']}"), 204)
    assert len(data_of(api.get(f"/books/{pk}/timeline"))["items"]) == 1


@pytest.mark.capability("C27")
def test_comments_mention_people_and_teams_and_answer_comments(api, pk, eve):
    team = make_team("Sales")
    ivo = make_user("Ivo", team, scope=Scope.ALL)
    given = {"text": "Please look, @Eve", "mention_users": [eve.pk]}
    comment = data_of(api.post(f"/books/{pk}/comments", given), 201)
    validate_as("Comment", comment)
    assert (comment["mentioned_users"], comment["answers"]) == ([{"id": eve.pk, "title": "Eve"}], None)
    [told] = data_of(ApiClient(eve).get("/notifications"))["items"]
    assert (told["kind"], told["text"]) == ("mention", "Please look, @Eve")
    answer = {"text": "I did", "answers": comment["id"], "mention_teams": [team.pk]}
    reply = data_of(ApiClient(eve).post(f"/books/{pk}/comments", answer), 201)
    validate_as("Comment", reply)
    assert (reply["answers"], reply["mentioned_teams"]) == (comment["id"], [{"id": team.pk, "title": "Sales"}])
    assert [one["kind"] for one in data_of(ApiClient(ivo).get("/notifications"))["items"]] == ["mention"]
    assert "reply" in [one["kind"] for one in data_of(api.get("/notifications"))["items"]]
    changed = data_of(api.patch(f"/comments/{comment['id']}", {"text": "Never mind"}))
    assert changed["mentioned_users"] != []
    assert data_of(api.patch(f"/comments/{comment['id']}", {"mention_users": []}))["mentioned_users"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"mention_users": "all"}, "mention_users"),
        ({"mention_teams": [True]}, "mention_teams"),
        ({"mention_users": [999_999]}, "text"),
        ({"answers": "first"}, "answers"),
        ({"answers": 999_999}, "answers"),
    ],
)
def test_mentions_and_answers_that_make_no_sense_are_refused(api, pk, given, field):
    problem = problem_in(api.post(f"/books/{pk}/comments", {"text": "Look", **given}), 422)
    assert field in str(problem)
    assert not Comment.objects.exists()


def test_a_comment_on_another_record_is_not_answered_here(api, actor, pk):
    other = write.create(books, {"title": "Pharaoh"}, actor=actor)
    comment = data_of(api.post(f"/books/{other.pk}/comments", {"text": "Good"}), 201)
    problem_in(api.post(f"/books/{pk}/comments", {"text": "Look", "answers": comment["id"]}), 422)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("kind", ["notes", "comments"])
@pytest.mark.parametrize(
    ("data", "name"),
    [({}, "text"), ({"text": " "}, "text"), ({"text": 5}, "text"), ({"text": None}, "text"),
     ({"text": "x" * 20_001}, "text"), ({"text": "x", "colour": "red"}, "colour")],
)  # fmt: skip
def test_wrong_words_are_refused_by_name(api, pk, kind, data, name):
    assert set(problem_in(api.post(f"/books/{pk}/{kind}", data), 422)["errors"]) == {name}
    assert not Note.objects.exists()
    assert not Comment.objects.exists()


@pytest.mark.parametrize("readers", [5, [True], ["1"], [0], [2**63], [2**62], None])
def test_wrong_readers_are_refused(api, pk, readers):
    problem = problem_in(api.post(f"/books/{pk}/notes", {"text": "x", "share_with": readers}), 422)
    assert set(problem["errors"]) == {"share_with"}
    assert not Note.objects.exists()


def test_a_comment_sent_twice_with_its_key_is_written_once(api, pk):
    for _number in range(2):
        data_of(api.post(f"/books/{pk}/comments", {"text": "Once"}, headers={"Idempotency-Key": "1"}), 201)
    assert Comment.objects.count() == 1


def test_what_others_own_has_no_timeline(pk):
    stranger = ApiClient(make_user("Stranger", scope=Scope.OWN))
    problem_in(stranger.get(f"/books/{pk}/timeline"), 404)
    problem_in(stranger.post(f"/books/{pk}/notes", {"text": "x"}), 404)
    problem_in(stranger.post(f"/books/{pk}/comments", {"text": "x"}), 404)


def test_a_timeline_is_read_in_pages(api, pk):
    for number in range(3):
        data_of(api.post(f"/books/{pk}/comments", {"text": str(number)}), 201)
    found, cursor = [], ""
    while cursor is not None:
        page = data_of(api.get(f"/books/{pk}/timeline", limit=2, cursor=cursor))
        found += [one["text"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert found == ["2", "1", "0", ""]


@pytest.mark.parametrize(
    "parameters",
    [{"limit": "0"}, {"limit": "101"}, {"group": "nothing"}, {"cursor": "x"}, {"cursor": "MQ"},
     {"cursor": base64.urlsafe_b64encode(b"[" * 3000).decode()}],
)  # fmt: skip
def test_a_wrong_parameter_of_a_timeline_is_refused(api, pk, parameters):
    assert problem_in(api.get(f"/books/{pk}/timeline", **parameters), 400)["where"] in parameters


def test_search_finds_records_of_all_types_within_rights(api, pk, actor):
    shelf = write.create(registry.get("shelves"), {"name": "Babička a jiné"}, actor=actor)
    hits = data_of(api.get("/search", q="babicka"))
    validate_as("Hits", hits)
    assert {(group["type"], hit["id"]) for group in hits["items"] for hit in group["hits"]} == {
        ("books", pk),
        ("shelves", shelf.pk),
    }
    only = data_of(api.get("/search", q="babicka", types="books"))["items"]
    assert [(group["type"], [hit["title"] for hit in group["hits"]]) for group in only] == [("books", ["Babička"])]
    assert data_of(ApiClient(make_user("Stranger", scope=Scope.OWN)).get("/search", q="babicka"))["items"] == []
    assert [item["id"] for item in data_of(api.get("/books", search="babicka"))["items"]] == [pk]


@pytest.mark.parametrize(
    ("parameters", "where"),
    [({}, "q"), ({"q": "a", "limit": "0"}, "limit"), ({"q": "a", "types": "books,x"}, "types"), ({"q": "\x00"}, "q")],
)
def test_a_wrong_parameter_of_search_is_refused(api, parameters, where):
    assert problem_in(api.get("/search", **parameters), 400)["where"] == where
