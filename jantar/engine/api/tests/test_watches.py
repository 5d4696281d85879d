"""What is watched, through the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.following.models import DateWatch, ViewWatch, Watch
from jantar.engine.lists.services import create_list
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C33")]
books = registry.get("books")


@pytest.fixture
def pk(actor):
    return write.create(books, {"title": "Babička"}, actor=actor).pk


@pytest.fixture
def fair(actor):
    return create_list(books, "Fair", actor=actor).pk


def made(api, **data):
    watch = data_of(api.post("/watches", data), 201)
    validate_as("Watch", watch)
    return watch


def test_everything_that_can_be_watched_is_watched_listed_and_ended(api, ada, pk, fair):
    view = SavedView.objects.create(record_type="books", owner=ada, name="Mine", filter={}).pk
    record = {"type": "books", "id": pk}
    watches = [
        made(api, record=record),
        made(api, record=record, field="published_on", days=[5, 1], on_change=True),
        made(api, type="books", view="here"),
        made(api, type="books", view=str(view), field="lent_at", hours=[2]),
        made(api, list=fair),
        made(api, list=fair, field="published_on", days=[0]),
    ]
    told = [(one["kind"], one["title"], one["view"], one["list"], one["field"]) for one in watches]
    assert told == [
        ("records", "Babička", None, None, None),
        ("dates", "Babička", None, None, "published_on"),
        ("views", "In the library", "here", None, None),
        ("dates", "Mine", str(view), None, "lent_at"),
        ("views", "Fair", None, fair, None),
        ("dates", "Fair", None, fair, "published_on"),
    ]
    assert (watches[1]["days"], watches[1]["hours"], watches[1]["on_change"]) == ([1, 5], [], True)
    page = data_of(api.get("/watches"))
    validate_as("Watches", page)
    assert sorted(page["items"], key=str) == sorted(watches, key=str)
    for one in watches:
        assert api.delete(f"/watches/{one['kind']}/{one['id']}").status_code == 204
    assert data_of(api.get("/watches")) == {"items": [], "next_cursor": None}
    assert not ViewWatch.objects.exists()
    assert not DateWatch.objects.exists()


def test_records_come_by_pages_and_a_second_watch_is_the_same(api, actor, pk):
    other = write.create(books, {"title": "Máj"}, actor=actor).pk
    first = made(api, record={"type": "books", "id": pk})
    assert made(api, record={"type": "books", "id": pk}) == first
    made(api, record={"type": "books", "id": other})
    page = data_of(api.get("/watches?limit=1"))
    assert [one["title"] for one in page["items"]] == ["Máj"]
    rest = data_of(api.get(f"/watches?limit=1&cursor={page['next_cursor']}"))
    assert (rest["items"], rest["next_cursor"]) == ([first], None)


def test_what_one_may_not_see_is_not_watched_and_watches_of_others_are_not_there(api, pk, fair):
    ida = ApiClient(make_user("Ida", scope=Scope.OWN))
    nothing = {"record": ["There is no such record."]}
    assert problem_in(ida.post("/watches", {"record": {"type": "books", "id": pk}}), 422)["errors"] == nothing
    wrong = problem_in(ida.post("/watches", {"list": fair}), 422)["errors"]
    assert wrong == {"list": ["This list no longer exists, or it is not shared with you."]}
    one = made(api, record={"type": "books", "id": pk}, field="published_on", days=[1])
    problem_in(ida.delete(f"/watches/dates/{one['id']}"), 404)
    made(api, record={"type": "books", "id": pk})
    problem_in(ida.delete(f"/watches/records/{Watch.objects.get().pk}"), 404)
    assert data_of(ida.get("/watches"))["items"] == []
    assert Watch.objects.get().is_on


def test_a_record_that_is_no_longer_visible_is_listed_without_its_title(pk):
    ida = make_user("Ida", scope=Scope.OWN)
    Watch.objects.create(user=ida, record_type="books", record_id=pk)
    [one] = data_of(ApiClient(ida).get("/watches"))["items"]
    assert (one["title"], one["record"]) == ("", {"type": "books", "id": pk})


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"record": ["A record, a view with its type or a list is expected."]}),
        ({"record": {"type": "books", "id": 1}, "type": "x"},
         {"type": ["A record, a view with its type or a list is expected."]}),
        ({"record": "books", "x": 1}, {"x": ["There is no field “x”."]}),
        ({"record": "books"}, {"record": ["A record is expected, with its type and id."]}),
        ({"record": {"type": "users", "id": 1}}, {"record": ["There is no such record."]}),
        ({"view": "here"}, {"type": ["There is no such type of records."]}),
        ({"type": "books", "view": "nowhere"}, {"view": ["This view no longer exists, or it is not shared with you."]}),
        ({"type": "books", "view": "here", "days": [1]}, {"field": ["Say which date is meant."]}),
        ({"type": "books", "view": "here", "field": "title", "days": [1]},
         {"field": ["There is no date “title” that can be watched."]}),
        ({"type": "books", "view": "here", "field": "published_on", "days": [400]},
         {"days": ["Whole numbers from 0 to 365, with commas between them."]}),
        ({"type": "books", "view": "here", "field": "published_on", "days": ["1"], "on_change": 1},
         {"days": ["A list of whole numbers is expected."], "on_change": ["Yes or no is expected."]}),
        ({"list": "5"}, {"list": ["The id of a list is expected."]}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_watched(api, data, errors):
    assert problem_in(api.post("/watches", data), 422)["errors"] == errors
    assert not Watch.objects.exists()
    assert not DateWatch.objects.exists()
    assert not ViewWatch.objects.exists()


def test_the_list_costs_the_same_for_one_watch_and_for_many(api, actor, pk):
    made(api, record={"type": "books", "id": pk})
    made(api, type="books", view="here")
    with CaptureQueriesContext(connection) as one:
        api.get("/watches")
    for number in range(5):
        other = write.create(books, {"title": f"Book {number}"}, actor=actor).pk
        made(api, record={"type": "books", "id": other})
        made(api, record={"type": "books", "id": other}, field="published_on", days=[1])
    with CaptureQueriesContext(connection) as many:
        api.get("/watches")
    assert len(many) == len(one)
