import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.records import shelves
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C108")]


@pytest.fixture
def ada() -> User:
    return make_user("Ada", scope=Scope.ALL)


def make_shelves(user: User, number: int) -> list[int]:
    actor = actor_for(user)
    return [
        write.create(shelves, {"name": f"{user.full_name} {n}", "city": "Brno"}, actor=actor).pk for n in range(number)
    ]


def test_a_list_is_made_filled_read_and_emptied(ada: User) -> None:
    api, pks = ApiClient(ada), make_shelves(ada, 3)
    made = data_of(api.post("/lists", {"name": "Fair", "of": "shelves"}), 201)
    assert (made["audience"], made["owner"]["id"]) == ("private", ada.pk)
    added = data_of(api.post(f"/lists/{made['id']}/add", {"ids": pks[:2]}))
    assert (added["changed"], added["unchanged"]) == (2, 0)
    everything = data_of(
        api.post(f"/lists/{made['id']}/add", {"filter": {"field": "city", "op": "is", "value": "Brno"}})
    )
    assert (everything["changed"], everything["unchanged"]) == (1, 2)
    tree = {"field": "lists", "op": "is", "value": made["id"]}
    assert data_of(api.get("/shelves", filter=tree))["count"] == 3
    removed = data_of(api.post(f"/lists/{made['id']}/remove", {"ids": [pks[0]]}))
    assert data_of(api.get("/shelves", filter=tree))["count"] == 2
    data_of(api.post(f"/operations/{removed['operation']}/undo"))
    assert data_of(api.get("/shelves", filter=tree))["count"] == 3


def test_wrong_members_are_refused_by_name_and_change_nothing(ada: User) -> None:
    api, [pk] = ApiClient(ada), make_shelves(ada, 1)
    made = data_of(api.post("/lists", {"name": "Fair", "of": "shelves"}), 201)
    for sent, name in (
        ({}, "ids"), ({"ids": []}, "ids"), ({"ids": ["1"]}, "ids"), ({"ids": [pk, 999_999]}, "ids"),
        ({"ids": [pk], "filter": {}}, "ids"), ({"filter": []}, "filter"), ({"ids": [pk], "name": "x"}, "name"),
    ):  # fmt: skip
        assert set(problem_in(api.post(f"/lists/{made['id']}/add", sent), 422)["errors"]) == {name}
    problem_in(api.post(f"/lists/{made['id']}/add", {"filter": {"field": "no", "op": "is", "value": 1}}), 400)
    problem_in(api.post("/lists", {"name": "Fair", "of": "no_such"}), 422)
    tree = {"field": "lists", "op": "is", "value": made["id"]}
    assert data_of(api.get("/shelves", filter=tree))["count"] == 0


def test_a_private_list_is_not_there_for_others(ada: User) -> None:
    [pk] = make_shelves(ada, 1)
    made = data_of(ApiClient(ada).post("/lists", {"name": "Secret", "of": "shelves"}), 201)
    for user in (make_user("Bob", scope=Scope.ALL), make_user("Root", admin=True)):
        api = ApiClient(user)
        problem_in(api.get(f"/lists/{made['id']}"), 404)
        problem_in(api.post(f"/lists/{made['id']}/add", {"ids": [pk]}), 404)
        assert data_of(api.get("/lists"))["items"] == []
        tree = {"field": "lists", "op": "is", "value": made["id"]}
        problem_in(api.get("/shelves", filter=tree), 400)
