"""Lists, single records, changes, the bin and actions, on the library."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book, Copy

books, shelves = registry.get("books"), registry.get("shelves")


@pytest.fixture
def book(actor):
    return write.create(books, {"title": "Babička", "pages": 300, "copies": [{"number": "1"}]}, actor=actor)


def test_fields_narrow_the_answer_and_what_is_loaded(api, book):
    with CaptureQueriesContext(connection) as captured:
        page = data_of(api.get("/books", fields="title,copies"))
    copy = Copy.objects.get()
    assert page["items"] == [
        {"id": book.pk, "version": 1, "title": "Babička", "copies": [{"id": copy.pk, "number": "1", "is_main": True}]}
    ]
    [statement] = [one["sql"] for one in captured if "sort_created_at" in one["sql"] and "COUNT" not in one["sql"]]
    assert "summary" not in statement
    assert "JOIN" not in statement
    assert data_of(api.get(f"/books/{book.pk}", fields="pages")) == {"id": book.pk, "version": 1, "pages": 300}


def test_a_list_has_no_parts_unless_asked_and_a_record_has_them(api, book):
    assert "copies" not in data_of(api.get("/books"))["items"][0]
    assert [row["number"] for row in data_of(api.get(f"/books/{book.pk}"))["copies"]] == ["1"]


def test_a_list_is_filtered_sorted_and_paged(api, actor):
    for title, pages in [("Á", 1), ("b", 2), ("C", 3), ("d", 4)]:
        write.create(books, {"title": title, "pages": pages}, actor=actor)
    parameters = {
        "filter": {"field": "pages", "op": "gte", "value": 2},
        "sort": "-title",
        "limit": "2",
        "fields": "title",
    }
    first = data_of(api.get("/books", **parameters))
    assert [item["title"] for item in first["items"]] == ["d", "C"]
    assert (first["count"], first["count_is_exact"]) == (3, True)
    second = data_of(api.get("/books", **parameters, cursor=first["next_cursor"]))
    assert [item["title"] for item in second["items"]] == ["b"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"filter": {"field": "colour", "op": "is", "value": "red"}}, "filter"),
        ({"filter": {"all": [{}, {"field": "pages", "op": "contains", "value": "1"}]}}, "filter.all[1]"),
        ({"sort": "colour"}, "sort"),
        ({"sort": "labels"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"fields": "title,colour"}, "fields"),
        ({"search": "a\x00b"}, "search"),
        ({"title": "A"}, "title"),
    ],
)
def test_a_wrong_parameter_is_refused_with_its_name(api, parameters, where):
    problem = problem_in(api.get("/books", **parameters), 400)
    assert problem["where"] == where
    assert list(problem["errors"]) == [where.partition(".")[0]]


def test_a_cursor_belongs_to_its_sort_order(api, actor):
    for title in "abc":
        write.create(books, {"title": title}, actor=actor)
    cursor = data_of(api.get("/books", sort="title", limit=1))["next_cursor"]
    assert problem_in(api.get("/books", sort="pages", cursor=cursor), 400)["where"] == "cursor"


@pytest.mark.parametrize("pk", ["0", "999999999", "9223372036854775808", "9" * 30, "9" * 5000, "-1", "x", "1.5"])
def test_an_id_that_is_no_record_is_not_found(api, pk):
    for method in ("GET", "PATCH", "DELETE"):
        problem_in(api.send(method, f"/books/{pk}", {}), 404)


def test_references_are_taken_as_ids_or_objects_and_answered_with_titles(api, actor):
    shelf = write.create(shelves, {"name": "Top"}, actor=actor)
    expected = {"id": shelf.pk, "title": "Top"}
    for given in (shelf.pk, str(shelf.pk), expected):
        assert data_of(api.post("/books", {"title": "A", "shelf": given}), 201)["shelf"] == expected
    problem = problem_in(api.post("/books", {"title": "A", "shelf": {"title": "Top"}}), 422)
    assert problem["errors"] == {"shelf": ["The id of a record is expected."]}


def test_the_title_of_a_record_that_is_not_visible_is_not_told(ada, api):
    eve = actor_for(make_user("Eve", admin=True))
    shelf = write.create(shelves, {"name": "Secret"}, actor=eve)
    book = write.create(books, {"title": "Shared", "shelf": shelf, "owner": ada}, actor=eve)
    hidden = {"id": None, "title": "(not visible to you)"}
    assert data_of(api.get(f"/books/{book.pk}"))["shelf"] == hidden
    assert data_of(api.get("/books", fields="shelf"))["items"][0]["shelf"] == hidden
    data_of(ApiClient(make_user("Root", admin=True)).patch(f"/books/{book.pk}", {"shelf": None}))
    write.update(books, book.pk, {"shelf": shelf}, actor=eve)
    problem = problem_in(api.patch(f"/books/{book.pk}", {"shelf": None, "version": 1}), 409)
    assert problem["theirs"] == {"shelf": hidden}
    assert data_of(api.patch(f"/books/{book.pk}", {"title": "Mine"}))["shelf"] == hidden
    assert data_of(api.patch(f"/books/{book.pk}", {"title": "Still mine", "shelf": hidden}))["shelf"] == hidden
    assert Book.objects.get().shelf == shelf


def test_a_record_of_others_can_not_be_referred_to(api):
    hidden = write.create(shelves, {"name": "Hidden"}, actor=actor_for(make_user("Eve", admin=True)))
    problem = problem_in(api.post("/books", {"title": "A", "shelf": hidden.pk}), 422)
    assert problem["errors"] == {"shelf": ["There is no such record."]}
    assert not Book.objects.exists()


def test_parts_are_replaced_as_a_list(api, book):
    copy = Copy.objects.get()
    rows = [{"id": copy.pk, "number": "1a"}, {"number": "2", "is_main": True}]
    after = data_of(api.patch(f"/books/{book.pk}", {"copies": rows}))
    assert [(row["number"], row["is_main"]) for row in after["copies"]] == [("1a", False), ("2", True)]
    assert after["copies"][0]["id"] == copy.pk
    assert data_of(api.patch(f"/books/{book.pk}", {"copies": []}))["copies"] == []


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ("1", {"copies": ["A list of rows is expected."]}),
        (["1"], {"copies.0": ["An object with fields and values is expected."]}),
        ([{"number": ""}], {"copies.0.number": ["This field is required."]}),
        ([{}, {"number": 5}], {"copies.1.number": ["Text is expected."]}),
        ([{"number": "1", "colour": "red"}], {"copies.0.colour": ["There is no field “colour”."]}),
        ([{"number": "1", "id": "x"}], {"copies.0.id": ["A whole number is expected."]}),
        ([{"number": "1", "id": 10**15}], {"copies.0.id": ["There is no such record."]}),
        ([{"number": "1"}, {"number": "1"}], {"copies": ["This number is taken."]}),
        ([{"number": "1"}] * 1001, {"copies": ["At most 1000 rows fit here."]}),
    ],
)
def test_wrong_parts_are_refused_with_their_place_and_nothing_is_stored(api, rows, errors):
    assert problem_in(api.post("/books", {"title": "A", "copies": rows}), 422)["errors"] == errors
    assert not Book.objects.exists()


def test_changes_of_different_fields_are_merged_and_of_the_same_field_refused(api, book):
    data_of(api.patch(f"/books/{book.pk}", {"title": "Theirs", "version": 1}))
    merged = data_of(api.patch(f"/books/{book.pk}", {"pages": 301, "version": 1}))
    assert (merged["title"], merged["pages"], merged["version"]) == ("Theirs", 301, 3)
    problem = problem_in(api.patch(f"/books/{book.pk}", {"title": "Mine", "genre": "law", "version": 1}), 409)
    assert (problem["type"], problem["version"]) == ("urn:jantar:problem:stale", 3)
    assert (problem["theirs"], problem["yours"]) == ({"title": "Theirs"}, {"title": "Mine"})
    assert set(problem["errors"]) == {"title"}
    book.refresh_from_db()
    assert (book.title, book.genre, book.version) == ("Theirs", "", 3)


def test_a_version_that_is_still_to_come_is_refused(api, book):
    problem = problem_in(api.patch(f"/books/{book.pk}", {"title": "Mine", "version": book.version + 1}), 422)
    assert problem["errors"] == {"version": ["The record does not have this version yet."]}
    assert data_of(api.get(f"/books/{book.pk}"))["title"] == book.title


def test_numbers_that_were_not_stored_come_back(api, book):
    data_of(api.patch(f"/books/{book.pk}", {"weight": "0.5", "version": 1}))
    problem = problem_in(api.patch(f"/books/{book.pk}", {"weight": 0.75, "version": 1}), 409)
    assert (problem["theirs"], problem["yours"]) == ({"weight": "0.500"}, {"weight": "0.75"})


def test_rows_of_a_part_that_others_changed_are_not_overwritten(api, book):
    theirs = data_of(api.patch(f"/books/{book.pk}", {"copies": [{"number": "theirs"}], "version": 1}))["copies"]
    problem = problem_in(api.patch(f"/books/{book.pk}", {"copies": [{"number": "mine"}], "version": 1}), 409)
    assert (problem["theirs"], problem["yours"]) == ({"copies": theirs}, {"copies": [{"number": "mine"}]})
    assert data_of(api.get(f"/books/{book.pk}"))["copies"] == theirs


@pytest.mark.parametrize("version", [0, -1, 2**31, "1", True, 1.5, [1]])
def test_a_version_is_a_whole_number(api, book, version):
    assert set(problem_in(api.patch(f"/books/{book.pk}", {"version": version}), 422)["errors"]) == {"version"}


def test_if_match_holds_a_change_to_the_version_it_was_made_from(api, book):
    tag = api.get(f"/books/{book.pk}")["ETag"]
    answer = api.patch(f"/books/{book.pk}", {"title": "A"}, headers={"If-Match": tag})
    assert (data_of(answer)["version"], answer["ETag"]) == (2, '"2"')
    problem = problem_in(api.patch(f"/books/{book.pk}", {"title": "B"}, headers={"If-Match": tag}), 412)
    assert problem["version"] == 2
    problem_in(api.delete(f"/books/{book.pk}", headers={"If-Match": tag}), 412)
    assert Book.objects.visible_to(actor_for(make_user("Eve", admin=True))).get().title == "A"
    data_of(api.delete(f"/books/{book.pk}", headers={"If-Match": '"1", W/"2"'}), 204)


def test_who_may_only_see_is_told_so(book):
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    api = ApiClient(reader)
    data_of(api.get(f"/books/{book.pk}"))
    problem_in(api.patch(f"/books/{book.pk}", {"title": "A"}), 403)
    problem_in(api.delete(f"/books/{book.pk}"), 403)
    problem_in(api.post(f"/books/{book.pk}/actions/lend", {}), 403)
    problem_in(api.post("/books", {"title": "A"}), 403)
    book.refresh_from_db()
    assert (book.title, book.version, book.lent, book.deleted_at) == ("Babička", 1, False, None)


def test_an_action_is_done_and_refused_when_it_makes_no_sense(api, book):
    lent = data_of(api.post(f"/books/{book.pk}/actions/lend"))
    assert (lent["lent"], lent["version"]) == (True, 2)
    problem = problem_in(api.post(f"/books/{book.pk}/actions/lend", {}), 422)
    assert problem["errors"] == {"": ["“Lend” is not possible now."]}
    problem_in(api.post(f"/books/{book.pk}/actions/burn", {}), 404)
    Book.objects.update(lent=False)
    assert set(problem_in(api.post(f"/books/{book.pk}/actions/lend", {"to": "Eve"}), 422)["errors"]) == {"to"}


def test_changes_are_kept_in_history_as_made_through_the_api(api, ada):
    pk = data_of(api.post("/books", {"title": "A"}), 201)["id"]
    data_of(api.patch(f"/books/{pk}", {"title": "B"}))
    data_of(api.post(f"/books/{pk}/actions/lend"))
    data_of(api.delete(f"/books/{pk}"), 204)
    data_of(api.post(f"/books/{pk}/restore"))
    assert list(Operation.objects.order_by("pk").values_list("cause", "actor")) == [("api", ada.pk)] * 5


def test_a_change_without_fields_changes_nothing(api, book):
    assert data_of(api.patch(f"/books/{book.pk}", {}))["version"] == 1
    assert data_of(api.patch(f"/books/{book.pk}", {"title": "Babička"}))["version"] == 1


def test_custom_fields_are_fields_like_all_others(api, book):
    for key, kind, choices in (("x_colour", "choice", ["red", "blue"]), ("x_weight", "number", [])):
        CustomField.objects.create(record_type="books", key=key, label=key[2:], kind=kind, choices=choices)
    record = data_of(api.patch(f"/books/{book.pk}", {"x_colour": "red", "x_weight": "1.50"}))
    assert (record["x_colour"], record["x_weight"]) == ("red", "1.50")
    page = data_of(api.get("/books", filter={"field": "x_weight", "op": "gt", "value": 1}, fields="x_colour"))
    assert page["items"] == [{"id": book.pk, "version": 2, "x_colour": "red"}]
    assert set(problem_in(api.patch(f"/books/{book.pk}", {"x_colour": "green"}), 422)["errors"]) == {"x_colour"}
    [described] = [one for one in data_of(api.get("/types"))["items"] if one["name"] == "books"]
    assert [field["name"] for field in described["fields"] if field["custom"]] == ["x_colour", "x_weight"]


def test_answers_are_not_cached(api, book):
    for answer in (api.get("/books"), api.get("/nothing"), api.get("/books/0"), api.post("/books", {})):
        assert answer["Cache-Control"] == "no-store"


def test_other_methods_are_told_what_is_possible(api, book):
    answer = api.send("PUT", f"/books/{book.pk}", {})
    assert problem_in(answer, 405)["type"] == "urn:jantar:problem:method-not-allowed"
    assert answer["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    options = api.send("OPTIONS", "/books")
    assert (options.status_code, options["Allow"], options.content) == (204, "GET, HEAD, OPTIONS, POST", b"")
    head = api.send("HEAD", f"/books/{book.pk}")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(api.get(f"/books/{book.pk}").content))


@pytest.mark.parametrize("path", ["/nothing", "/books/", "/books/1/", "/books/1/nothing", "/", "/types/books"])
def test_unknown_addresses_are_problems_too(api, path):
    problem_in(api.get(path), 404)


def test_a_failure_of_ours_stores_nothing_and_tells_no_details(api, monkeypatch):
    def fail(*_arguments, **_options):
        Book.objects.create(title="half done")
        raise RuntimeError("secret detail")

    monkeypatch.setattr("jantar.engine.api.writing.write.create", fail)
    api.client.raise_request_exception = False
    answer = api.post("/books", {"title": "A"})
    assert problem_in(answer, 500)["type"] == "urn:jantar:problem:server-error"
    assert b"secret" not in answer.content


def test_unknown_fields_wrong_values_and_missing_ones_are_told_at_once(api, book):
    wrong, pages = {"colour": "red", "pages": "many", "genre": "crime"}, book.pages
    told = {
        "colour": ["There is no field “colour”."],
        "genre": ["“crime” is not one of the listed values."],
    }
    made = api.post("/books", wrong)
    assert made.status_code == 422
    errors = made.json()["errors"]
    assert errors.keys() == {"colour", "pages", "genre", "title"}
    assert told.items() <= errors.items()
    changed = api.patch(f"/books/{book.pk}", {**wrong, "title": ""})
    assert changed.status_code == 422
    assert changed.json()["errors"].keys() == {"colour", "pages", "genre", "title"}
    book.refresh_from_db()
    assert (book.title, book.pages, book.version) == ("Babička", pages, 1)
