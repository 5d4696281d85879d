"""Changing many records through the API: which, how many, and what is refused without a change."""

from typing import Any

import pytest

from jantar.engine.api import bulk
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N7")]


@pytest.fixture
def anna(settings: Any) -> Any:
    settings.API_REQUESTS_PER_MINUTE = 0
    user = make_user("Anna", admin=True)
    for title, genre in (("A", "novel"), ("B", "novel"), ("C", "law")):
        write.create(registry.get("books"), {"title": title, "genre": genre}, actor=actor_for(user))
    return user


def genres() -> dict[str, str]:
    return dict(Book.objects.values_list("title", "genre"))


def test_what_a_filter_finds_is_counted_changed_and_taken_back(anna: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 1)
    api, novels = ApiClient(anna), {"field": "genre", "op": "is", "value": "novel"}
    body = {"filter": novels, "values": {"genre": "poetry", "lent": True}}
    tried = data_of(api.post("/books/bulk", {**body, "dry_run": True}))
    assert (tried["found"], tried["changed"], genres()["A"]) == (2, 2, "novel")
    done = data_of(api.post("/books/bulk", body))
    assert genres() == {"A": "poetry", "B": "poetry", "C": "law"}
    again = data_of(api.post("/books/bulk", {**body, "filter": {"field": "genre", "op": "is", "value": "poetry"}}))
    assert (again["found"], again["changed"], again["operation_id"]) == (2, 0, None)
    assert data_of(api.post(f"/operations/{done['operation_id']}/undo"))["undone"] == 2
    assert genres() == {"A": "novel", "B": "novel", "C": "law"}


def test_only_what_one_may_edit_changes(anna: Any) -> None:
    jan = make_user("Jan")
    grant(jan, {Action.SEE: Scope.ALL, Action.BULK: Scope.ALL, Action.EDIT: Scope.OWN})
    Book.objects.filter(title="A").update(owner=jan)
    done = data_of(ApiClient(jan).post("/books/bulk", {"filter": {}, "values": {"genre": "law"}}))
    assert (done["found"], done["allowed"], done["changed"]) == (3, 1, 1)
    assert genres() == {"A": "law", "B": "novel", "C": "law"}
    eva = make_user("Eva")
    grant(eva, {Action.SEE: Scope.ALL, Action.EDIT: Scope.ALL})
    refusal = problem_in(ApiClient(eva).post("/books/bulk", {"filter": {}, "values": {"genre": "law"}}), 403)
    assert refusal["detail"] == "You may not change many records at once here."


@pytest.mark.parametrize(
    ("body", "name", "message"),
    [
        ({"values": {"genre": "law"}}, "ids", "Say which records: by ids or by a filter."),
        ({"ids": [1], "filter": {}, "values": {"genre": "law"}}, "ids", "Say which records: by ids or by a filter."),
        ({"ids": [], "values": {"genre": "law"}}, "ids", "A list of ids is expected."),
        ({"ids": ["1"], "values": {"genre": "law"}}, "ids", "A list of ids is expected."),
        ({"filter": {}}, "values", "Give values, or say that the records shall be deleted."),
        ({"filter": {}, "values": {"genre": "law"}, "delete": True}, "values",
         "Give values, or say that the records shall be deleted."),
        ({"filter": {}, "values": []}, "values", "An object with values by field is expected."),
        ({"filter": {}, "values": {"nothing": 1}}, "nothing", "There is no field “nothing”."),
        ({"filter": {}, "values": {"pages": "many"}}, "pages", None),
        ({"filter": {}, "values": {"title": ""}}, "title", "This field is required."),
        ({"filter": {}, "values": {"genre": "law"}, "dry_run": "yes"}, "dry_run",
         "This value is not of the expected kind."),
        ({"filter": {}, "values": {"genre": "law"}, "mode": "x"}, "mode", "There is no field “mode”."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_changes(
    anna: Any, body: dict[str, Any], name: str, message: str | None
) -> None:
    errors = problem_in(ApiClient(anna).post("/books/bulk", body), 422)["errors"]
    assert set(errors) == {name}
    assert message is None or errors[name] == [message]
    assert genres() == {"A": "novel", "B": "novel", "C": "law"}


def test_too_many_are_refused_and_a_wrong_filter_is_told(anna: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    api = ApiClient(anna)
    errors = problem_in(api.post("/books/bulk", {"filter": {}, "delete": True}), 422)["errors"]
    assert errors == {"filter": ["At most 2 records can be changed at once; narrow the filter."]}
    wrong = {"filter": {"field": "nothing", "op": "is", "value": 1}, "delete": True}
    assert "nothing" in problem_in(api.post("/books/bulk", wrong), 400)["detail"]
    assert Book.objects.filter(deleted_at=None).count() == 3
    shelf = write.create(registry.get("shelves"), {"name": "S"}, actor=actor_for(anna))
    errors = problem_in(api.post("/shelves/bulk", {"ids": [shelf.pk], "values": {"name": "T"}}), 422)["errors"]
    assert errors == {"name": ["This value can't be the same in many records."]}
