"""Administrators add fields through the API; they are there with the next request."""

import pytest

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as
from jantar.platform.jobs.models import JobRun

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]
FIELDS = "/types/books/fields"


@pytest.fixture
def root(settings):
    settings.API_REQUESTS_PER_MINUTE = 0
    return ApiClient(make_user("Root", admin=True))


def test_a_field_is_added_used_changed_and_taken_out_of_use(root):
    sent = {"label": "Mood", "kind": "choice", "choices": ["calm", "sad"], "help": "Of the end"}
    field = data_of(root.post(FIELDS, sent), 201)
    validate_as("CustomField", field)
    untouched = {
        "wanted": False,
        "section": "",
        "default": "",
        "unique": False,
        "indexed": False,
        "target": "",
        "formula": "",
        "shown_when": {},
        "rollup": {},
        "result": "",
    }
    assert field == {**sent, **untouched, "key": "x_mood", "required": False, "position": 1, "retired": False}
    book = data_of(root.post("/books", {"title": "Quo vadis", "x_mood": "sad"}), 201)
    assert book["x_mood"] == "sad"

    changed = data_of(root.patch(f"{FIELDS}/x_mood", {"label": "Humour", "required": True}))
    assert changed == {**field, "label": "Humour", "required": True}
    assert data_of(root.post(f"{FIELDS}/x_mood/retire"))["retired"] is True
    assert "x_mood" not in data_of(root.get(f"/books/{book['id']}"))
    assert [one["retired"] for one in data_of(root.get(FIELDS))["items"]] == [True]
    problem_in(root.patch(f"{FIELDS}/x_mood", {"label": "Gone"}), 404)
    assert data_of(root.post(f"{FIELDS}/x_mood/revive"))["retired"] is False
    assert data_of(root.get(f"/books/{book['id']}"))["x_mood"] == "sad"


def test_a_repeated_request_adds_one_field(root):
    root.headers["Idempotency-Key"] = "once"
    first, again = (data_of(root.post(FIELDS, {"label": "Mood", "kind": "text"}), 201) for _n in range(2))
    assert first == again
    assert CustomField.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, {"label", "kind"}),
        ({"label": "Mood", "kind": "colour"}, {"kind"}),
        ({"label": "Mood", "kind": "choice"}, {"choices"}),
        ({"label": 5, "kind": "text", "choices": [1], "colour": "red"}, {"label", "choices", "colour"}),
        ({"label": "M" * 101, "kind": "text"}, {"label"}),
        ({"label": "Mood", "kind": "record"}, {"target"}),
        ({"label": "Mood", "kind": "record", "target": "ghosts"}, {"target"}),
        ({"label": "Mood", "kind": "text", "section": "Cellar"}, {"section"}),
        ({"label": "Mood", "kind": "integer", "default": "many"}, {"default"}),
        ({"label": "Mood", "kind": "boolean", "unique": True}, {"unique"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(root, sent, wrong):
    assert set(problem_in(root.post(FIELDS, sent), 422)["errors"]) == wrong
    assert not CustomField.objects.exists()


def test_the_kind_stays(root):
    data_of(root.post(FIELDS, {"label": "Mood", "kind": "text"}), 201)
    assert set(problem_in(root.patch(f"{FIELDS}/x_mood", {"kind": "date"}), 422)["errors"]) == {"kind"}
    assert CustomField.objects.get().kind == "text"


def test_nobody_else_may(root):
    data_of(root.post(FIELDS, {"label": "Mood", "kind": "text"}), 201)
    eve = ApiClient(make_user("Eve", scope=Scope.ALL))
    problem_in(eve.get(FIELDS), 403)
    problem_in(eve.post(FIELDS, {"label": "More", "kind": "text"}), 403)
    problem_in(eve.patch(f"{FIELDS}/x_mood", {"label": "Mine"}), 403)
    problem_in(eve.post(f"{FIELDS}/x_mood/retire"), 403)
    assert [(one.label, one.retired_at) for one in CustomField.objects.all()] == [("Mood", None)]


@pytest.mark.parametrize(
    "address", ["/types/nothing/fields", "/types/books/fields/x_no/retire", f"{FIELDS}/%00/retire"]
)
def test_unknown_addresses_are_not_found(root, address):
    answer = root.get(address) if address.endswith("fields") else root.post(address)
    problem_in(answer, 404)


def test_a_change_leaves_the_settings_it_does_not_name(root):
    sent = {"label": "Code", "kind": "text", "section": "Book", "indexed": True, "default": "A"}
    field = data_of(root.post(FIELDS, sent), 201)
    assert JobRun.objects.get().kind == "records.build_field_indexes"
    assert data_of(root.patch(f"{FIELDS}/x_code", {"label": "Number"})) == {**field, "label": "Number"}
    changed = data_of(root.patch(f"{FIELDS}/x_code", {"default": "", "unique": True}))
    assert (changed["default"], changed["unique"], changed["section"]) == ("", True, "Book")


def test_a_field_that_refers_to_records_takes_those_of_its_type(root):
    data_of(root.post(FIELDS, {"label": "Spare", "kind": "record", "target": "shelves"}), 201)
    shelf = data_of(root.post("/shelves", {"name": "Top"}), 201)["id"]
    for sent in (shelf, {"type": "shelves", "id": shelf}, f"shelves/{shelf}"):
        book = data_of(root.post("/books", {"title": "Quo vadis", "x_spare": sent}), 201)
        assert book["x_spare"] == {"type": "shelves", "id": shelf, "title": "Top"}
    for wrong in ({"type": "books", "id": 1}, f"books/{book['id']}", 10**9, True, "Top"):
        refused = problem_in(root.post("/books", {"title": "Ivanhoe", "x_spare": wrong}), 422)
        assert set(refused["errors"]) == {"x_spare"}
