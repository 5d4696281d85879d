"""Computed fields are everywhere at once, on every type: page, list, filter, groups, sums, export, API."""

import html
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField, KeptRollup
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.kept.building import wanted_tables
from jantar.engine.records.registry import registry
from jantar.engine.records.rollups import measurable
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.engine.testing.samples import sample_record
from jantar.engine.transfer.tests.runs import imported, sheet
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
#: Formulas that any type can have, by the kind of their values, and the value of the API.
FORMULAS: list[tuple[str, str, Any]] = [
    ("number", "7 / 2", "3.50"),
    ("integer", "id - id + 7", 7),
    ("text", 'concat("a", "b")', "ab"),
    ("boolean", "id > 0", True),
    ("date", 'date("2026-03-31") + 1', "2026-04-01"),
    ("money", "money(12.5)", {"amount": "12.50", "currency": "EUR"}),
]
TYPES = [one for one in registry.all() if one.area is not None or one.name in ("books", "shelves")]


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def client(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


@pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)
def test_formulas_work_at_every_door_of_every_type(record_type: Any, client: Client, root: User) -> None:
    name, actor = record_type.name, system_actor()
    made = {
        kind: create_field(name, label=f"Own {kind}", kind="formula", formula=text, actor=actor)
        for kind, text, _value in FORMULAS
    }
    assert [one.result for one in made.values()] == [kind for kind, _text, _value in FORMULAS]
    record = sample_record(record_type, actor_for(root))
    keys = [one.key for one in made.values()]
    api = ApiClient(root)
    shown = data_of(api.get(f"/{name}/{record.pk}"))
    assert [shown[key] for key in keys] == [value for _kind, _text, value in FORMULAS]
    page = client.get(f"/{name}/{record.pk}/").content.decode()
    assert all(f'id="fact-{key}"' in page and f"/{name}/{record.pk}/field/{key}/" not in page for key in keys)
    for key, (kind, _text, value) in zip(keys, FORMULAS, strict=True):
        operand = 12.5 if kind == "money" else value
        for sort in (key, f"-{key}"):
            found = data_of(api.get(f"/{name}", filter={"field": key, "op": "is", "value": operand}, sort=sort))
            assert found["items"][0][key] == value
    listed = client.get(f"/{name}/?columns={record_type.title},{','.join(keys)}&sort={keys[0]}")
    assert "3.50" in listed.content.decode()
    refused = problem_in(api.patch(f"/{name}/{record.pk}", {keys[0]: "1"}), 422)
    assert refused["errors"] == {keys[0]: ["This field can't be changed."]}
    export = client.get(f"/{name}/export/?columns={','.join(keys)}&names=fields")
    text = b"".join(export).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "3.50" in text
    assert "2026-04-01" in text
    assert "ab" in text


def test_lists_group_and_add_up_by_formulas(client: Client) -> None:
    actor = system_actor()
    create_field("books", label="Thick", kind="formula", formula="pages > 300", actor=actor)
    create_field("books", label="Double", kind="formula", formula="pages * 2", actor=actor)
    for number in (100, 400, 500):
        write.create(books, {"title": f"B{number}", "pages": number}, actor=actor)
    grouped = client.get("/books/?by=x_thick&columns=title,x_double&sums=x_double", headers={"HX-Request": "true"})
    assert grouped.status_code == 200
    sums = client.get("/books/sums/?columns=title,x_double&sums=x_double").content.decode()
    assert "2,000" in sums


def test_pages_and_lists_pay_no_statement_for_formulas(client: Client, root: User) -> None:
    def statements(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    shelf = sample_record(registry.get("shelves"), actor_for(root))
    book = write.create(books, {"title": "T", "shelf": shelf, "pages": 3}, actor=actor_for(root))
    before = [statements(f"/books/{book.pk}/"), statements("/books/?columns=title,pages")]
    for number, text in enumerate(("pages * 2", "[Shelf › City]", "[One 0] + 1", "years(published_on, today())")):
        create_field("books", label=f"One {number}", kind="formula", formula=text, actor=system_actor())
    after = [statements(f"/books/{book.pk}/"), statements("/books/?columns=title,x_one_0,x_one_1,x_one_2,x_one_3")]
    assert after == before


def test_a_new_form_and_a_sheet_know_that_nobody_fills_a_formula_in(client: Client, root: User) -> None:
    create_field("books", label="Double", kind="formula", formula="pages * 2", actor=system_actor())
    form = client.get("/books/new/").content.decode()
    assert 'name="x_double"' not in form
    client.post("/books/new/", {"form_fields": "title,x_double", "title": "T", "x_double": "5"})
    assert Book.objects.get().custom == {}
    run = imported(sheet("Title;Double\nBabička;5\n"), "books", actor_for(root))
    assert Book.objects.get(title="Babička").custom == {}
    assert run.operation_id
    with pytest.raises(Invalid) as refused:
        imported(sheet("Title;Double\nBabička;5\n"), "books", actor_for(root), mapping={"Double": "x_double"})
    assert "mapping" in refused.value.errors


def test_the_editor_of_formulas_says_where_it_is_wrong_and_tries_it_on_records(client: Client, root: User) -> None:
    write.create(books, {"title": "Quo vadis", "pages": 120}, actor=actor_for(root))
    at = "/settings/fields/books/formula/"
    good = client.post(at, {"formula": "[Pages] * 2"}).content.decode()
    assert "Gives: a number." in good
    assert "Quo vadis" in good
    assert "240" in good
    for number in range(3):
        write.create(books, {"title": f"Empty {number}"}, actor=actor_for(root))
    again = client.post(at, {"formula": "[Pages] * 2"}).content.decode()
    assert "240" in again
    assert "Empty" not in again
    bad = client.post(at, {"formula": "[Pages] * [Wood]"}).content.decode()
    assert "At “[Wood]” (character 11): There is no field “Wood”." in bad
    stored = client.post("/settings/fields/books/new/", {"label": "D", "kind": "formula", "formula": "[Pages] * 2"})
    assert stored.status_code == 200
    own = CustomField.objects.get()
    assert (own.formula, own.result) == ("[pages] * 2", "integer")
    assert "[Pages] * 2" in client.get(f"/settings/fields/books/{own.pk}/").content.decode()
    wrong = client.post(f"/settings/fields/books/{own.pk}/", {"label": "D", "formula": "[Pages] *"})
    assert wrong.status_code == 422
    assert "At the end: Something is missing here." in wrong.content.decode()
    make_user("Reader")
    reader = Client()
    reader.force_login(User.objects.get(full_name="Reader"))
    assert reader.post(at, {"formula": "1"}).status_code == 403


def test_a_needed_field_is_not_deleted_on_its_page(client: Client) -> None:
    actor = system_actor()
    own = create_field("books", label="Print run", kind="integer", actor=actor)
    create_field("books", label="Double", kind="formula", formula="[Print run] * 2", actor=actor)
    answer = client.post(f"/settings/fields/books/{own.pk}/retire/", follow=True).content.decode()
    assert "“Print run” is used in “Double”. Change that first." in answer
    own.refresh_from_db()
    assert own.retired_at is None


def test_formulas_are_made_and_read_through_the_api(root: User) -> None:
    api = ApiClient(root)
    made = data_of(api.post("/types/books/fields", {"label": "D", "kind": "formula", "formula": "[Pages]*2"}), 201)
    assert (made["formula"], made["result"]) == ("[pages]*2", "integer")
    refused = problem_in(api.patch("/types/books/fields/x_d", {"formula": "[x_d] + 1"}), 422)
    assert "This goes in a circle: D → D." in refused["errors"]["formula"][0]
    [described] = [one for one in data_of(api.get("/types"))["items"] if one["name"] == "books"]
    [field] = [one for one in described["fields"] if one["name"] == "x_d"]
    assert (field["kind"], field["read_only"], field["custom"]) == ("integer", True, True)


@pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)
def test_roll_ups_work_at_every_door_of_every_type(record_type: Any, client: Client, root: User) -> None:
    """One of each measure and kind of what points to the type, and how many of each relation."""
    name, actor = record_type.name, system_actor()
    rollups: dict[tuple[str, str], dict[str, str]] = {}
    for relation in registry.relations(record_type).values():
        rollups[relation.name, ""] = {"relation": relation.name, "measure": "count"}
        for measure, one in measurable(relation, actor):
            rollups.setdefault((measure, one.kind), {"relation": relation.name, "measure": measure, "field": one.name})
    made = [
        create_field(name, label=f"Own {number}", kind="rollup", rollup=rollup, actor=actor)
        for number, rollup in enumerate(rollups.values())
    ]
    record = sample_record(record_type, actor_for(root))
    api = ApiClient(root)
    shown = data_of(api.get(f"/{name}/{record.pk}"))
    assert all(one.key in shown for one in made)
    for one in made:
        operator = "is" if one.result == "boolean" else "not_empty"
        tree = {"field": one.key, "op": operator, "value": True}
        data_of(api.get(f"/{name}", filter=tree, sort=f"-{one.key}", fields=one.key))
    keys = ",".join(one.key for one in made)
    assert client.get(f"/{name}/?columns={record_type.title},{keys}").status_code == 200
    assert client.get(f"/{name}/{record.pk}/").status_code == 200
    export = b"".join(client.get(f"/{name}/export/?columns={keys}&names=fields"))  # type: ignore[arg-type]
    assert len(export.splitlines()) >= 2


def test_a_roll_up_is_made_in_the_settings_with_the_filter_editor(client: Client, root: User) -> None:
    shelf = write.create(registry.get("shelves"), {"name": "Attic"}, actor=actor_for(root))
    for genre in ("novel", "poetry"):
        write.create(books, {"title": genre, "genre": genre, "pages": 100, "shelf": shelf}, actor=actor_for(root))
    at = "/settings/fields/shelves/"
    sent = {
        "label": "Pages of novels", "kind": "rollup", "rollup": "books|sum|pages", "rollup-of": "books",
        "node": ["n1", "n2", "", ""], "n1-kind": "group", "n1-how": "all", "n2-field": "genre", "n2-op": "is",
        "n2-value": "novel",
    }  # fmt: skip
    assert "Attic" in client.post(f"{at}rollup/", sent).content.decode()
    rows = client.post(f"{at}rollup/?where=1", sent).content.decode()
    assert 'value="novel" selected' in rows
    assert client.post(f"{at}new/", sent).status_code == 200
    own = CustomField.objects.get()
    where = {"all": [{"field": "genre", "op": "is", "value": "novel"}]}
    assert own.rollup == {"relation": "books", "measure": "sum", "field": "pages", "where": where}
    assert 'value="novel" selected' in client.get(f"{at}{own.pk}/").content.decode()
    changed = client.post(f"{at}{own.pk}/", {"label": "Pages", "rollup": "books|count"})
    assert changed.status_code == 200
    own.refresh_from_db()
    assert (own.rollup, own.label) == ({"relation": "books", "measure": "count"}, "Pages")
    wrong = client.post(f"{at}new/", {"label": "Wrong", "kind": "rollup"})
    assert wrong.status_code == 422
    assert "Choose what is measured." in wrong.content.decode()


def test_a_roll_up_is_marked_as_quick_and_the_page_tells_that_it_is_built(client: Client, root: User) -> None:
    at = "/settings/fields/shelves/"
    sent = {"label": "Books", "kind": "rollup", "rollup": "books|count", "rollup-of": "books", "indexed": "on"}
    group = {"node": ["n1", "n2", "", ""], "n1-kind": "group", "n1-how": "all"}
    further = {**group, "n2-field": "shelf.city", "n2-op": "is", "n2-value": "Brno"}
    refused = client.post(f"{at}new/", {**sent, **further})
    assert refused.status_code == 422
    assert "looks at more than the own fields of the related records" in html.unescape(refused.content.decode())
    assert not CustomField.objects.exists()
    assert client.post(f"{at}new/", sent).status_code == 200
    own = CustomField.objects.get()
    assert own.indexed
    assert f"{at}states/" in client.get(at).content.decode()
    assert "Indexes of “Books”" in client.get(f"{at}states/").content.decode()
    KeptRollup.objects.create(definition=own, name=next(iter(wanted_tables())))
    assert client.get(f"{at}states/")["HX-Refresh"] == "true"
    assert "checked" in client.get(f"{at}{own.pk}/").content.decode().partition('name="indexed"')[2][:100]


def test_roll_ups_are_made_and_read_through_the_api(root: User) -> None:
    api = ApiClient(root)
    rollup = {"relation": "books", "measure": "latest", "field": "published_on"}
    made = data_of(api.post("/types/shelves/fields", {"label": "Last", "kind": "rollup", "rollup": rollup}), 201)
    assert (made["rollup"], made["result"]) == (rollup, "date")
    refused = problem_in(api.patch("/types/shelves/fields/x_last", {"rollup": {**rollup, "field": "title"}}), 422)
    assert refused["errors"] == {"rollup": ["This can't be measured."]}
