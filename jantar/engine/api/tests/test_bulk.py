"""Changing many records through the API: which, how many, and what is refused without a change."""

from typing import Any

import pytest

from jantar.engine.api import bulk
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Grant, Scope
from jantar.engine.records import many, write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute

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
    monkeypatch.setattr(many, "CHUNK", 1)
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
        ({"filter": None, "values": {"genre": "law"}}, "filter", "This value is not of the expected kind."),
        ({"filter": [], "delete": True}, "filter", "This value is not of the expected kind."),
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


def test_a_wrong_filter_is_told_and_unique_values_are_not_given_to_many(anna: Any) -> None:
    api = ApiClient(anna)
    wrong = {"filter": {"field": "nothing", "op": "is", "value": 1}, "delete": True}
    assert "nothing" in problem_in(api.post("/books/bulk", wrong), 400)["detail"]
    assert Book.objects.filter(deleted_at=None).count() == 3
    shelf = write.create(registry.get("shelves"), {"name": "S"}, actor=actor_for(anna))
    errors = problem_in(api.post("/shelves/bulk", {"ids": [shelf.pk], "values": {"name": "T"}}), 422)["errors"]
    assert errors == {"name": ["This value can't be the same in many records."]}


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)


def asked(api: ApiClient, body: dict[str, Any]) -> dict[str, Any]:
    """The job that more than may be changed at once is answered with."""
    answer = api.post("/books/bulk", body)
    job: dict[str, Any] = data_of(answer, 202)
    assert (answer["Location"], job["state"]) == (f"/api/v1/jobs/{job['id']}", "waiting")
    return job


def ended(api: ApiClient, job: dict[str, Any]) -> dict[str, Any]:
    execute(job["id"], aside=False)
    told: dict[str, Any] = data_of(api.get(f"/jobs/{job['id']}"))
    return told


def test_more_than_fit_into_a_request_are_changed_by_a_job(anna: Any, few_at_once: None) -> None:
    api = ApiClient(anna)
    body = {"filter": {}, "values": {"genre": "poetry"}}
    job = asked(api, body)
    assert (job["label"], job["operation_id"], job["file"], "counts" in job) == ("Bulk edit: books", None, None, False)
    assert genres() == {"A": "novel", "B": "novel", "C": "law"}
    done = ended(api, job)
    assert (done["state"], done["done"], done["total"], done["message"]) == ("done", 3, 3, "3 records changed.")
    assert done["counts"] == {"found": 3, "allowed": 3, "changed": 3, "dry_run": False}
    assert set(genres().values()) == {"poetry"}
    assert data_of(api.post(f"/operations/{done['operation_id']}/undo"))["undone"] == 3
    assert genres() == {"A": "novel", "B": "novel", "C": "law"}


def test_a_job_tries_and_deletes_too(anna: Any, few_at_once: None) -> None:
    api, ids = ApiClient(anna), list(Book.objects.values_list("pk", flat=True))
    tried = ended(api, asked(api, {"ids": ids, "delete": True, "dry_run": True}))
    assert (tried["message"], tried["operation_id"]) == ("3 records would change.", None)
    assert Book.objects.filter(deleted_at=None).count() == 3
    gone = ended(api, asked(api, {"ids": ids, "delete": True}))
    assert (gone["label"], gone["message"]) == ("Delete: books", "3 records moved to the bin.")
    assert Book.objects.filter(deleted_at=None).count() == 0


def test_a_job_that_is_asked_for_twice_with_one_key_is_one(anna: Any, few_at_once: None) -> None:
    api, body = ApiClient(anna), {"filter": {}, "values": {"genre": "poetry"}}
    one, two = (api.post("/books/bulk", body, headers={"Idempotency-Key": "k"}) for _time in range(2))
    assert data_of(one, 202)["id"] == data_of(two, 202)["id"]
    assert (two["Idempotent-Replayed"], two["Location"]) == ("true", one["Location"])
    assert JobRun.objects.filter(kind="api.bulk_change").count() == 1


def test_a_job_is_cancelled_and_changes_nothing(anna: Any, few_at_once: None) -> None:
    api = ApiClient(anna)
    job = asked(api, {"filter": {}, "values": {"genre": "poetry"}})
    assert data_of(api.post(f"/jobs/{job['id']}/cancel"))["state"] == "cancelled"
    assert ended(api, job)["state"] == "cancelled"
    assert genres() == {"A": "novel", "B": "novel", "C": "law"}


def test_the_rights_of_a_job_are_those_at_the_time_it_runs(anna: Any, few_at_once: None) -> None:
    jan = make_user("Jan")
    grant(jan, {Action.SEE: Scope.ALL, Action.BULK: Scope.ALL, Action.EDIT: Scope.ALL})
    api, body = ApiClient(jan), {"filter": {}, "values": {"genre": "poetry"}}
    first, second = asked(api, body), asked(api, body)
    Grant.objects.filter(role__users=jan, action=Action.EDIT).update(scope=Scope.OWN)
    Book.objects.filter(title="B").update(owner=jan)
    done = ended(api, first)
    assert (done["counts"]["allowed"], genres()) == (1, {"A": "novel", "B": "poetry", "C": "law"})
    Grant.objects.filter(role__users=jan, action=Action.BULK).delete()
    refused = ended(api, second)
    assert (refused["state"], refused["error"]) == ("failed", "You may not change many records at once here.")


def test_a_job_is_nobody_elses_business(anna: Any, few_at_once: None) -> None:
    job = asked(ApiClient(anna), {"filter": {}, "values": {"genre": "poetry"}})
    for stranger in (make_user("Jan"), make_user("Root", admin=True)):
        api = ApiClient(stranger)
        problem_in(api.get(f"/jobs/{job['id']}"), 404)
        problem_in(api.post(f"/jobs/{job['id']}/cancel"), 404)
        problem_in(api.get(f"/jobs/{job['id']}/file"), 404)
    assert ended(ApiClient(anna), job)["state"] == "done"
