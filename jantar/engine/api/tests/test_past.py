"""What happened to a record, and taking it back."""

import json
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as
from jantar.engine.testing.fake.models import Book

books = registry.get("books")


@pytest.fixture
def pk(api):
    pk = data_of(api.post("/books", {"title": "A", "pages": 1}), 201)["id"]
    data_of(api.patch(f"/books/{pk}", {"title": "B", "price": {"amount": "5.00", "currency": "EUR"}}))
    return pk


def test_history_tells_who_changed_what_and_when(api, ada, pk):
    history = data_of(api.get(f"/books/{pk}/history"))
    validate_as("History", history)
    changed, created = history["items"]
    assert (created["kind"], changed["kind"], changed["cause"]) == ("created", "changed", "api")
    assert changed["who"] == {"id": ada.pk, "title": "Ada"}
    assert changed["at"].endswith("Z")
    assert [(one["field"], one["before"], one["after"]) for one in changed["changes"]] == [
        ("title", "A", "B"),
        ("price", None, {"amount": "5.00", "currency": "EUR"}),
    ]


def test_history_is_narrowed_to_a_field_and_a_person(api, ada, pk):
    data_of(api.patch(f"/books/{pk}", {"pages": 2}))
    narrowed = data_of(api.get(f"/books/{pk}/history", field="pages", by=ada.pk))["items"]
    assert [[(one["field"], one["after"]) for one in item["changes"]] for item in narrowed] == [
        [("pages", 2)],
        [("pages", 1)],
    ]
    assert data_of(api.get(f"/books/{pk}/history", by=ada.pk + 1))["items"] == []
    assert problem_in(api.get(f"/books/{pk}/history", field="deleted_at"), 400)["where"] == "field"
    tree = {"changed": {"since": "today", "by": "me", "fields": ["pages"]}}
    assert [one["id"] for one in data_of(api.get("/books", filter=json.dumps(tree)))["items"]] == [pk]


def test_history_is_read_in_pages(api, pk):
    first = data_of(api.get(f"/books/{pk}/history", limit=1))
    second = data_of(api.get(f"/books/{pk}/history", limit=1, cursor=first["next_cursor"]))
    assert [page["items"][0]["kind"] for page in (first, second)] == ["changed", "created"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "parameters", [{"limit": "0"}, {"limit": "101"}, {"cursor": "x"}, {"cursor": "²"}, {"cursor": "9" * 30}]
)
def test_a_wrong_parameter_of_history_is_refused(api, pk, parameters):
    assert problem_in(api.get(f"/books/{pk}/history", **parameters), 400)["where"] in parameters


def test_history_of_what_others_own_is_not_there(pk):
    problem_in(ApiClient(make_user("Eve", scope=Scope.OWN)).get(f"/books/{pk}/history"), 404)


def test_an_operation_is_taken_back(api, pk):
    operation = data_of(api.get(f"/books/{pk}/history"))["items"][0]["operation"]
    undoing = data_of(api.post(f"/operations/{operation}/undo"))
    validate_as("Undoing", undoing)
    assert (undoing["undone"], undoing["conflicts"]) == (1, [])
    book = data_of(api.get(f"/books/{pk}"))
    assert (book["title"], book["price"]) == ("A", None)
    assert problem_in(api.post(f"/operations/{operation}/undo"), 409)["type"] == "urn:jantar:problem:not-undoable"


@pytest.mark.capability("N7")
def test_what_was_changed_since_stays_and_is_told(api, pk):
    operation = data_of(api.get(f"/books/{pk}/history"))["items"][0]["operation"]
    data_of(api.patch(f"/books/{pk}", {"title": "C"}))
    undoing = data_of(api.post(f"/operations/{operation}/undo"))
    assert undoing["conflicts"] == [{"type": "books", "id": pk, "field": "title", "reason": "changed"}]
    assert data_of(api.get(f"/books/{pk}"))["title"] == "C"


def test_operations_of_others_and_unknown_ones_are_refused(api):
    eve = actor_for(make_user("Eve", admin=True))
    hidden = write.create(books, {"title": "Hidden"}, actor=eve)
    entry = data_of(ApiClient(make_user("Root", admin=True)).get(f"/books/{hidden.pk}/history"))["items"][0]
    problem_in(api.post(f"/operations/{entry['operation']}/undo"), 403)
    assert Book.objects.visible_to(eve).get().title == "Hidden"
    for unknown in (0, 10**12, 2**63, 10**30):
        problem_in(api.post(f"/operations/{unknown}/undo"), 404)


@pytest.mark.capability("N8")
def test_lists_and_records_are_read_as_they_stood(api, ada):
    copies = [{"number": "1", "is_main": True}]
    pk = data_of(api.post("/books", {"title": "A", "pages": 1, "copies": copies}), 201)["id"]
    gone = data_of(api.post("/books", {"title": "B", "pages": 5}), 201)["id"]
    Change.objects.update(at=F("at") - timedelta(days=2))
    noon = (timezone.now() - timedelta(days=1)).isoformat()
    data_of(api.patch(f"/books/{pk}", {"title": "A2", "pages": 9, "copies": []}))
    api.delete(f"/books/{gone}")
    data_of(api.post("/books", {"title": "C"}), 201)
    was = data_of(api.get(f"/books/{pk}", as_of=noon))
    assert (was["title"], was["pages"], was["version"], [one["number"] for one in was["copies"]]) == ("A", 1, 1, ["1"])
    listed = data_of(api.get("/books", as_of=noon, sort="-pages", fields="title"))
    assert ([one["title"] for one in listed["items"]], listed["count"]) == (["B", "A"], 2)
    tree = {"field": "pages", "op": "gte", "value": 5}
    assert [one["title"] for one in data_of(api.get("/books", as_of=noon, filter=json.dumps(tree)))["items"]] == ["B"]
    assert data_of(api.get(f"/books/{pk}"))["title"] == "A2"
    assert problem_in(api.get("/books", as_of="2999-01-01"), 400)["where"] == "as_of"
    assert problem_in(api.get(f"/books/{pk}", as_of="soon"), 400)["where"] == "as_of"
    assert problem_in(api.get("/books", as_of=noon, search="A"), 400)["where"] == "search"
