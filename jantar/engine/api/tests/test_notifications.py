"""What a program learns of what its user was told."""

import pytest

from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as

books = registry.get("books")


@pytest.fixture
def eve(db):
    return make_user("Eve", scope=Scope.ALL)


@pytest.fixture
def pk(actor):
    return write.create(books, {"title": "Babička"}, actor=actor).pk


def test_a_record_is_watched_and_what_others_do_is_listed_and_read(actor, eve, pk):
    api = ApiClient(eve)
    data_of(api.send("PUT", f"/books/{pk}/watch"), 204)
    for pages in range(3):
        write.update(books, pk, {"pages": pages + 1}, actor=actor)
    page = data_of(api.get("/notifications", limit=2))
    validate_as("Notifications", page)
    newest = page["items"][0]
    assert (newest["kind"], newest["title"], newest["is_read"]) == ("changed", "Babička", False)
    assert newest["record"] == {"type": "books", "id": pk}
    rest = data_of(api.get("/notifications", limit=2, cursor=page["next_cursor"]))
    assert (len(page["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    data_of(api.post(f"/notifications/{newest['id']}/read"), 204)
    assert len(data_of(api.get("/notifications", unread=True))["items"]) == 2
    data_of(api.post("/notifications/read"), 204)
    assert data_of(api.get("/notifications", unread=True))["items"] == []
    data_of(api.delete(f"/books/{pk}/watch"), 204)
    write.update(books, pk, {"pages": 9}, actor=actor)
    assert data_of(api.get("/notifications", unread=True))["items"] == []


def test_what_is_not_ones_own_is_not_there(actor, api, eve, pk):
    data_of(ApiClient(eve).send("PUT", f"/books/{pk}/watch"), 204)
    write.update(books, pk, {"pages": 1}, actor=actor)
    [one] = data_of(ApiClient(eve).get("/notifications"))["items"]
    assert data_of(api.get("/notifications"))["items"] == []
    problem_in(api.post(f"/notifications/{one['id']}/read"), 404)
    ida = ApiClient(make_user("Ida", scope=Scope.OWN))
    problem_in(ida.send("PUT", f"/books/{pk}/watch"), 404)


@pytest.mark.parametrize("wrong", [{"cursor": "x"}, {"limit": 0}, {"limit": 1000}, {"colour": "red"}])
def test_wrong_parameters_are_refused(api, wrong):
    problem_in(api.get("/notifications", **wrong), 400)
