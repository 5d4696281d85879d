"""Fields that are shown on a condition: every kind of condition on every type, at every door, the same as in lists."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.records import write
from jantar.engine.records.conditions import hidden_in
from jantar.engine.records.custom_fields import change_field, create_field, retire_field
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.testing.own_fields import add_own_fields
from jantar.engine.testing.samples import sample_record
from jantar.engine.transfer.tests.runs import counts, imported, refused
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
TYPES = [one for one in registry.all() if one.area is not None or one.name in ("books", "shelves")]
POETRY = {"all": [{"field": "genre", "op": "is", "value": "poetry"}]}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def client(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


@pytest.fixture
def metre() -> CustomField:
    """A field of books of poetry, where it has to be filled in."""
    return create_field(
        "books", label="Metre", kind="text", required=True, shown_when=POETRY, actor=system_actor()
    )  # fmt: skip


@pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)
def test_unsaved_values_get_the_answer_that_lists_give(record_type: Any, root: User) -> None:
    add_own_fields(record_type)
    create_field(record_type.name, label="Own formula", kind="formula", formula="id * 2", actor=system_actor())
    for one in list(record_type.fields(system_actor()).values()):
        for op in {"empty", "not_empty"} & set(one.operators):
            create_field(
                record_type.name, label=f"{one.name} {op}", kind="boolean", actor=system_actor(),
                shown_when={"field": one.name, "op": op},
            )  # fmt: skip
    record = sample_record(record_type, actor_for(root))
    actor = system_actor()
    stored = record_type.model._base_manager.get(pk=record.pk)
    with CaptureQueriesContext(connection) as found:
        [hidden] = hidden_in(record_type, [stored], actor)
    assert len(found) == 1
    fields = record_type.fields(actor)
    conditional = {name: one for name, one in fields.items() if one.shown_when}
    assert len(conditional) >= 50
    for name, one in conditional.items():
        rows = record_type.model._base_manager.filter(compile_filter(one.shown_when, record_type, actor), pk=record.pk)
        assert (name not in hidden) == rows.exists(), one.shown_when


@pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)
def test_a_condition_works_at_every_door_of_every_type(record_type: Any, client: Client, root: User) -> None:
    name, actor = record_type.name, system_actor()
    create_field(name, label="Switch", kind="boolean", actor=actor)
    when = {"field": "x_switch", "op": "is", "value": True}
    create_field(name, label="Behind", kind="text", required=True, shown_when=when, actor=actor)
    record = sample_record(record_type, actor_for(root))
    api = ApiClient(root)
    data_of(api.patch(f"/{name}/{record.pk}", {"x_switch": False, "x_behind": ""}))
    assert 'id="fact-x_behind"' not in client.get(f"/{name}/{record.pk}/").content.decode()
    page = client.get(f"/{name}/{record.pk}/edit/").content.decode()
    assert 'data-name="x_behind" hidden' in page
    assert client.get(f"/{name}/{record.pk}/fields/x_behind/").status_code == 403
    kept = data_of(api.patch(f"/{name}/{record.pk}", {"x_behind": "kept"}))
    assert kept["x_behind"] == "kept"
    assert 'id="fact-x_behind"' not in client.get(f"/{name}/{record.pk}/").content.decode()
    data_of(api.patch(f"/{name}/{record.pk}", {"x_switch": True}))
    assert 'id="fact-x_behind"' in client.get(f"/{name}/{record.pk}/").content.decode()
    assert 'data-name="x_behind">' in client.get(f"/{name}/{record.pk}/edit/").content.decode()
    assert client.get(f"/{name}/{record.pk}/fields/x_behind/").status_code == 200
    refused = problem_in(api.patch(f"/{name}/{record.pk}", {"x_behind": ""}), 422)
    assert refused["errors"] == {"x_behind": ["This field is required."]}
    data_of(api.patch(f"/{name}/{record.pk}", {"x_switch": False, "x_behind": ""}))


def test_what_is_hidden_is_not_asked_for_and_what_is_shown_is(metre: CustomField, root: User) -> None:
    api = ApiClient(root)
    assert data_of(api.post("/books", {"title": "Kytice"}), 201)["x_metre"] == ""
    refused = problem_in(api.post("/books", {"title": "Máj", "genre": "poetry"}), 422)
    assert refused["errors"] == {"x_metre": ["This field is required."]}
    refused = problem_in(api.post("/books", {"title": "", "genre": "poetry"}), 422)
    assert set(refused["errors"]) == {"title", "x_metre"}
    assert Book.objects.count() == 1
    assert data_of(api.post("/books", {"title": "Novel", "x_metre": "none"}), 201)["x_metre"] == "none"


def test_a_value_that_can_t_be_stored_does_not_keep_a_condition_from_being_asked(
    metre: CustomField, root: User
) -> None:
    refused = problem_in(ApiClient(root).post("/books", {"title": "M", "genre": "poetry", "pages": 10**12}), 422)
    assert set(refused["errors"]) == {"pages", "x_metre"}


def test_a_form_writes_what_is_shown_and_leaves_what_is_hidden(metre: CustomField, client: Client) -> None:
    fields = {"form_fields": "title,genre,x_metre", "title": "Máj", "x_metre": "iamb"}
    assert client.post("/books/new/", {**fields, "genre": "poetry", "x_metre": ""}, headers=HTMX).status_code == 422
    client.post("/books/new/", {**fields, "genre": "poetry"})
    book = Book.objects.get()
    assert book.custom == {"x_metre": "iamb"}
    client.post(f"/books/{book.pk}/edit/", {**fields, "genre": "novel", "x_metre": "trochee", "version": "1"})
    book.refresh_from_db()
    assert (book.genre, book.custom) == ("novel", {"x_metre": "iamb"})


def test_a_form_asks_for_what_a_change_brings_to_show(metre: CustomField, client: Client) -> None:
    client.post("/books/new/", {"form_fields": "title,genre,x_metre", "title": "Máj", "genre": "novel"})
    book = Book.objects.get()
    page = client.get(f"/books/{book.pk}/edit/").content.decode()
    loaded = page.partition('name="loaded" value="')[2].partition('"')[0].replace("&quot;", '"')
    sent = {"form_fields": "title,genre,x_metre", "title": "Máj", "genre": "poetry", "version": "1", "loaded": loaded}
    answer = client.post(f"/books/{book.pk}/edit/", sent, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="f-x_metre-errors"' in answer.content.decode()
    assert Book.objects.get().genre == "novel"


def test_a_form_says_what_is_shown_while_it_is_filled_in(metre: CustomField, client: Client) -> None:
    def hidden(**typed: str) -> str:
        sent = {"form_fields": "title,genre,x_metre", **typed}
        answer = client.post("/books/shown/", sent, headers=HTMX)
        assert answer.status_code == 204
        return str(answer["HX-Trigger"])

    assert "x_metre" in hidden(genre="novel")
    assert "x_metre" not in hidden(genre="poetry")
    assert "x_metre" not in hidden(genre="poetry", pages="many")


def test_what_a_hidden_field_holds_does_not_show_another_in_a_form(metre: CustomField, client: Client) -> None:
    when = {"field": "x_metre", "op": "is", "value": "iamb"}
    create_field("books", label="Feet", kind="integer", shown_when=when, actor=system_actor())
    sent = {"form_fields": "title,genre,x_metre,x_feet", "genre": "poetry", "x_metre": "iamb"}
    assert client.post("/books/shown/", sent, headers=HTMX)["HX-Trigger"] == '{"fields:hidden": {"names": []}}'
    both = '{"fields:hidden": {"names": ["x_metre", "x_feet"]}}'
    assert client.post("/books/shown/", {**sent, "genre": "novel"}, headers=HTMX)["HX-Trigger"] == both


def test_a_default_is_given_to_those_who_see_the_field(root: User) -> None:
    actor = system_actor()
    create_field(
        "books", label="Rhymes", kind="choice", choices=["Yes", "No"], default="Yes", shown_when=POETRY, actor=actor
    )
    when = {"field": "x_rhymes", "op": "is", "value": "Yes"}
    create_field("books", label="Scheme", kind="text", default="ABAB", shown_when=when, actor=actor)
    novel = write.create(books, {"title": "Novel"}, actor=actor_for(root))
    poem = write.create(books, {"title": "Poem", "genre": "poetry"}, actor=actor_for(root))
    assert novel.custom == {}
    assert poem.custom == {"x_rhymes": "Yes", "x_scheme": "ABAB"}


def test_an_import_asks_for_what_is_shown_in_each_row(metre: CustomField, root: User) -> None:
    run = imported("Title;Genre;Metre\nNovel;Novel;\nPoem;Poetry;\nSong;Poetry;iamb\n", "books", actor_for(root))
    assert counts(run) == {"created": 2, "errors": 1}
    assert refused(run) == [(3, "Metre: This field is required.")]
    assert sorted(Book.objects.values_list("title", flat=True)) == ["Novel", "Song"]


def test_an_import_asks_once_for_many_rows(metre: CustomField, root: User) -> None:
    def statements(rows: int) -> int:
        text = "".join(f"N{number};Novel;\n" for number in range(rows))
        Book.objects.all().delete()
        with CaptureQueriesContext(connection) as found:
            assert counts(imported(f"Title;Genre;Metre\n{text}", "books", actor_for(root))) == {"created": rows}
        return sum("jsonb_populate_recordset" in one["sql"] for one in found)

    assert statements(2) == statements(60)


def test_a_changed_value_shows_on_the_page_what_it_brings(metre: CustomField, client: Client, root: User) -> None:
    book = write.create(books, {"title": "Máj"}, actor=actor_for(root))
    changed = {"genre": "poetry", "version": "1"}
    answer = client.post(f"/books/{book.pk}/fields/genre/", changed, headers=HTMX)
    assert "record:facts" in answer["HX-Trigger"]
    answer = client.post(f"/books/{book.pk}/fields/title/", {"title": "M", "version": "2"}, headers=HTMX)
    assert "record:facts" not in answer["HX-Trigger"]


def test_a_deleted_field_leaves_what_asked_for_it_shown(client: Client, root: User) -> None:
    actor = system_actor()
    asked = create_field("books", label="Kind of verse", kind="text", actor=actor)
    when = {"field": asked.key, "op": "is", "value": "free"}
    behind = create_field("books", label="Behind", kind="text", shown_when=when, actor=actor)
    book = write.create(books, {"title": "Máj"}, actor=actor_for(root))
    assert 'id="fact-x_behind"' not in client.get(f"/books/{book.pk}/").content.decode()
    retire_field(asked, actor=actor)
    assert 'id="fact-x_behind"' in client.get(f"/books/{book.pk}/").content.decode()
    listed = client.get("/settings/fields/books/").content.decode()
    assert "Always shown, because its condition can" in listed
    assert asked.key in listed
    assert asked.key in client.get(f"/settings/fields/books/{behind.pk}/").content.decode()
    assert change_field(behind, actor=actor, label="Still there").label == "Still there"


def refusal(field: CustomField, **settings: Any) -> str:
    with pytest.raises(Invalid) as refused:
        change_field(field, actor=system_actor(), **settings)
    [[message]] = refused.value.errors.values()
    field.refresh_from_db()
    return f"{next(iter(refused.value.errors))}: {message}"


def test_conditions_in_a_circle_are_refused_with_the_chain() -> None:
    actor = system_actor()
    when = {"op": "not_empty"}
    first = create_field("books", label="First", kind="integer", actor=actor)
    second = create_field("books", label="Second", kind="integer", shown_when={"field": "x_first", **when}, actor=actor)
    said = refusal(first, shown_when={"field": "x_first", **when})
    assert said == "shown_when: This goes in a circle: First → First."
    said = refusal(first, shown_when={"any": [{"field": "x_second", **when}]})
    assert said == "shown_when: This goes in a circle: First → Second → First."
    double = create_field("books", label="Double", kind="formula", formula="pages * 2", actor=actor)
    change_field(first, actor=actor, shown_when={"field": "x_double", "op": "gt", "value": 4})
    said = refusal(double, formula="[Second] * 2")
    assert said == "formula: This goes in a circle: First → Double → Second → First."
    first.refresh_from_db()
    assert first.shown_when == {"field": "x_double", "op": "gt", "value": 4}
    assert second.shown_when == {"field": "x_first", **when}


def test_conditions_that_differ_by_who_looks_or_can_t_be_asked_are_refused(metre: CustomField) -> None:
    alike = "shown_when: A field is shown to everybody alike; “me” and “my teams” mean nobody in a condition."
    assert refusal(metre, shown_when={"field": "owner", "op": "is", "value": "me"}) == alike
    assert refusal(metre, shown_when={"changed": {"within": "today", "by": "me"}}) == alike
    said = refusal(metre, shown_when={"field": "x_gone", "op": "empty"})
    assert said == "shown_when: There is no field “x_gone”."
    assert metre.shown_when == POETRY


def test_a_condition_can_look_at_the_record_referred_to_whoever_looks(client: Client, root: User) -> None:
    when = {"field": "shelf.city", "op": "is", "value": "Brno"}
    create_field("books", label="Tram", kind="text", shown_when=when, actor=system_actor())
    shelf = write.create(shelves, {"name": "Moravia", "city": "Brno"}, actor=actor_for(root))
    sent = {"form_fields": "title,shelf,x_tram", "shelf": str(shelf.pk)}
    assert client.post("/books/shown/", sent, headers=HTMX)["HX-Trigger"] == '{"fields:hidden": {"names": []}}'
    assert "x_tram" in client.post("/books/shown/", {**sent, "shelf": ""}, headers=HTMX)["HX-Trigger"]


def test_records_of_types_without_conditions_cost_no_statement_more(client: Client, root: User) -> None:
    def statements(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    book = write.create(books, {"title": "T"}, actor=actor_for(root))
    create_field("books", label="Plain", kind="text", actor=system_actor())
    before = [statements(f"/books/{book.pk}/"), statements(f"/books/{book.pk}/edit/"), statements("/books/")]
    for number in range(5):
        create_field("books", label=f"Own {number}", kind="text", shown_when=POETRY, actor=system_actor())
    after = [statements(f"/books/{book.pk}/"), statements(f"/books/{book.pk}/edit/"), statements("/books/")]
    assert after == [before[0] + 1, before[1] + 1, before[2]]
