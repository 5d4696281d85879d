"""A custom field that holds several records: at every door, within rights, through merges, filters and imports."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.models import CustomField
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.services import create_custom_field
from jantar.engine.history.changes import changes_of
from jantar.engine.history.models import Operation
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.errors import Invalid
from jantar.engine.records.field_indexes import build_indexes
from jantar.engine.records.listing import Query, sorted_rows
from jantar.engine.records.merging.service import merge
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_user, signed_in
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.testing.samples import sample_record
from jantar.engine.transfer.tests.runs import counts, imported, refused
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
TYPES = [one for one in registry.all() if one.area is not None or one.name in ("books", "shelves")]


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def client(root: User) -> Client:
    return signed_in(root)


@pytest.fixture
def spares() -> CustomField:
    """Without the job for its indexes, which can't run in the transaction of a test."""
    settings = {"label": "Spares", "kind": "records", "target": "shelves"}
    return create_custom_field(record_type="books", actor=system_actor(), **settings)


def shelf(user: User, name: str, **values: Any) -> Shelf:
    found: Shelf = write.create(shelves, {"name": name, **values}, actor=actor_for(user))
    return found


def book(user: User, title: str, *spares: Shelf, **values: Any) -> Book:
    found: Book = write.create(books, {"title": title, "x_spares": list(spares), **values}, actor=actor_for(user))
    return found


def held(one: Book) -> list[str]:
    """The names of the shelves that the book holds, whoever may see them."""
    ids = Book.objects.get(pk=one.pk).custom.get("x_spares", [])
    titles = record_titles([RecordKey("shelves", int(pk)) for pk in ids], system_actor())
    return [titles.get(RecordKey("shelves", int(pk)), "gone") for pk in ids]


def titles(user: User, tree: Any) -> list[str]:
    return [row.title for row in sorted_rows(Query(books, actor_for(user), filter=tree, sort="title"))]


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_field_works_at_every_door(client: Client, root: User) -> None:
    client.post("/settings/fields/books/new/", {"label": "Spares", "kind": "records", "target": "shelves"})
    attic, cellar, hall = (shelf(root, name) for name in ("Attic, left", "Cellar", "Hall"))
    chosen = [str(attic.pk), str(cellar.pk)]
    client.post("/books/new/", {"form_fields": "title,x_spares", "title": "Quo vadis", "x_spares": chosen})
    one = Book.objects.get()
    assert one.custom["x_spares"] == chosen

    shown = page(client, f"/books/{one.pk}/")
    assert f'href="/shelves/{attic.pk}/">Attic, left</a>' in shown
    form = page(client, f"/books/{one.pk}/edit/")
    assert f'<option value="{cellar.pk}" selected>Cellar</option>' in form
    listed = page(client, "/books/?columns=title,x_spares")
    assert f'href="/shelves/{cellar.pk}/">Cellar</a>' in listed

    changed = client.post(
        f"/books/{one.pk}/fields/x_spares/", {"version": one.version, "x_spares": [str(hall.pk), chosen[0]]}
    ).content.decode()
    assert "Hall</a>" in changed
    assert held(one) == ["Hall", "Attic, left"]
    told = changes_of(books, one.pk, actor_for(root), name_records=record_titles).entries[0].changes[0]
    assert (told.old, told.new) == ("Attic, left, Cellar", "Hall, Attic, left")
    assert "Hall, Attic, left" in page(client, f"/books/{one.pk}/history/")

    exported = b"".join(client.get("/books/export/?columns=title,x_spares")).decode()  # type: ignore[arg-type]
    assert "Hall; Attic, left" in exported
    [answer] = data_of(ApiClient(root).get("/books"))["items"]
    assert answer["x_spares"] == [
        {"type": "shelves", "id": hall.pk, "title": "Hall"},
        {"type": "shelves", "id": attic.pk, "title": "Attic, left"},
    ]


def test_the_api_takes_ids_keys_and_what_it_gave(root: User, spares: CustomField) -> None:
    api = ApiClient(root)
    one, two = shelf(root, "Attic"), shelf(root, "Cellar")
    made = data_of(api.post("/books", {"title": "Quo vadis", "x_spares": [two.pk, f"shelves/{one.pk}"]}), 201)
    again = data_of(api.patch(f"/books/{made['id']}", {"x_spares": made["x_spares"]}))
    assert (again["version"], again["x_spares"]) == (made["version"], made["x_spares"])
    data_of(api.patch(f"/books/{made['id']}", {"x_spares": []}))
    assert Book.objects.get().custom == {}
    for wrong in ([999_999], [f"books/{made['id']}"], ["Attic"], one.pk, [True], list(range(1, 60))):
        assert set(problem_in(api.patch(f"/books/{made['id']}", {"x_spares": wrong}), 422)["errors"]) == {"x_spares"}
    assert Book.objects.get().custom == {}


@pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)
def test_records_of_every_type_hold_several_and_are_found_by_them(record_type: Any, root: User) -> None:
    create_field(record_type.name, label="Twins", kind="records", target=record_type.name, actor=system_actor())
    create_field(record_type.name, label="Mark", kind="text", actor=system_actor())
    actor, api = actor_for(root), ApiClient(root)
    first, second, record = (sample_record(record_type, actor, number) for number in (1, 2, 3))
    write.update(record_type, second.pk, {"x_mark": "here"}, actor=actor)
    write.update(record_type, record.pk, {"x_twins": [first, second]}, actor=actor)

    def found(tree: Any) -> set[int]:
        return {one["id"] for one in data_of(api.get(f"/{record_type.name}", filter=tree))["items"]}

    rest = {first.pk, second.pk}
    for op, value, expected in (
        ("has_any", [second.pk, 999_999], {record.pk}), ("has_all", [first.pk, second.pk], {record.pk}),
        ("has_all", [first.pk, record.pk], set()), ("has_none", [second.pk], rest), ("not_empty", None, {record.pk}),
        ("empty", None, rest),
    ):  # fmt: skip
        assert found({"field": "x_twins", "op": op, "value": value}) & {*rest, record.pk} == expected, op
    here = {"field": "x_twins.x_mark", "op": "is", "value": "here"}
    assert found(here) == {record.pk}
    assert found({"none": [here]}) >= rest


def test_conditions_look_through_the_list_in_words_and_in_the_dialog(
    root: User, client: Client, spares: CustomField
) -> None:
    brno, prague = shelf(root, "Brno", city="Brno"), shelf(root, "Praha", city="Praha")
    book(root, "Both", brno, prague)
    book(root, "None")
    in_brno = {"field": "x_spares.city", "op": "is", "value": "Brno"}
    assert titles(root, in_brno) == ["Both"]
    assert titles(root, {"none": [in_brno]}) == ["None"]
    assert str(Speaker(books, actor_for(root), [in_brno]).say(in_brno)) == "Spares › City is Brno"
    has = {"field": "x_spares", "op": "has_any", "value": [brno.pk]}
    assert "Brno" in str(Speaker(books, actor_for(root), [has]).say(has))
    dialog = client.post("/books/filter/row/").content.decode()
    assert 'value="x_spares.city"' in dialog
    sent = {"node": ["n1", ""], "n1-field": "x_spares", "n1-op": "has_any", "n1-value": [str(brno.pk)]}
    assert "Brno" in client.post("/books/filter/preview/", sent).content.decode()
    write.delete(shelves, [brno.pk], actor=actor_for(root))
    assert titles(root, in_brno) == []


# What may not be seen ---------------------------------------------------------------------------


@pytest.fixture
def seller() -> User:
    return make_user("Seller", scope=Scope.OWN)


@pytest.fixture
def mixed(root: User, seller: User, spares: CustomField) -> Book:
    """The seller's book with a shelf of the seller between two that only the administrator sees."""
    own = shelf(seller, "Own")
    shelf(seller, "New")
    return book(root, "Mixed", shelf(root, "Secret"), own, shelf(root, "Hidden"), owner=seller)


def id_of(name: str) -> str:
    return str(Shelf.objects.get(name=name).pk)


def test_what_may_not_be_seen_is_said_to_be_there_and_stays(seller: User, mixed: Book) -> None:
    client, address = signed_in(seller), f"/books/{mixed.pk}/"
    for place in (address, "/books/?columns=title,x_spares", f"{address}edit/", f"{address}history/"):
        shown = page(client, place)
        assert "(not visible to you)" in shown
        assert "Secret" not in shown
        assert f"/shelves/{id_of('Secret')}/" not in shown
    control = page(client, f"{address}fields/x_spares/")
    assert control.count("(not visible to you)") == 1
    sent = {"version": mixed.version, "x_spares": ["unseen", id_of("Own"), id_of("New")]}
    assert client.post(f"{address}fields/x_spares/", sent).status_code == 200
    assert held(mixed) == ["Secret", "Hidden", "Own", "New"]
    exported = b"".join(client.get("/books/export/?columns=title,x_spares")).decode()  # type: ignore[arg-type]
    assert "Own; New" in exported
    assert "Secret" not in exported


def test_the_chip_of_what_may_not_be_seen_can_be_taken_away(seller: User, mixed: Book) -> None:
    sent = {"version": mixed.version, "x_spares": [id_of("Own")]}
    assert signed_in(seller).post(f"/books/{mixed.pk}/fields/x_spares/", sent).status_code == 200
    assert held(mixed) == ["Own"]


def test_the_api_gives_places_without_a_record_and_takes_them_back(seller: User, mixed: Book) -> None:
    api = ApiClient(seller)
    [shown] = data_of(api.get("/books"))["items"]
    assert [one["id"] for one in shown["x_spares"]] == [None, int(id_of("Own")), None]
    assert data_of(api.patch(f"/books/{mixed.pk}", {"x_spares": shown["x_spares"]}))["version"] == mixed.version
    data_of(api.patch(f"/books/{mixed.pk}", {"x_spares": [int(id_of("New")), None]}))
    assert held(mixed) == ["New", "Secret", "Hidden"]
    guessed = api.patch(f"/books/{mixed.pk}", {"x_spares": [int(id_of("Secret"))]})
    assert problem_in(guessed, 422)["errors"] == {"x_spares": ["There is no such record."]}
    tree = {"field": "x_spares.name", "op": "is", "value": "Secret"}
    assert titles(seller, tree) == []


@pytest.mark.parametrize(
    ("mode", "names", "expected"),
    [
        ("add", ["New"], ["Secret", "Own", "Hidden", "New"]), ("remove", ["Own"], ["Secret", "Hidden"]),
        ("set", ["New"], ["New", "Secret", "Hidden"]), ("set", [], []),
    ],
)  # fmt: skip
def test_bulk_edits_leave_what_may_not_be_seen(
    seller: User, mixed: Book, mode: str, names: list[str], expected: list[str]
) -> None:
    body = {"state": "", "selected": [mixed.pk], "field": "x_spares", "run": "1", "mode": mode,
            "x_spares": [id_of(name) for name in names], "value": [id_of(name) for name in names]}  # fmt: skip
    assert signed_in(seller).post("/books/bulk/edit/", body).status_code == 204
    assert held(mixed) == expected
    undo(Operation.objects.latest("pk").pk, actor=actor_for(seller))
    assert held(mixed) == ["Secret", "Own", "Hidden"]


def test_an_import_leaves_what_may_not_be_seen_and_changes_nothing_twice(seller: User, mixed: Book) -> None:
    content = f"ID;Spares\n{mixed.pk};Own, New\n"
    plan = {"mapping": {"ID": "id", "Spares": "x_spares"}, "match": ["id"]}
    assert counts(imported(content, "books", actor_for(seller), **plan)) == {"updated": 1}
    assert held(mixed) == ["Own", "New", "Secret", "Hidden"]
    assert counts(imported(content, "books", actor_for(seller), **plan)) == {"unchanged": 1}
    run = imported(f"ID;Spares\n{mixed.pk};Own, Secret\n", "books", actor_for(seller), **plan)
    assert refused(run) == [(2, "Spares: There is no “Secret”.")]


def test_what_is_in_the_bin_shows_as_not_visible_and_comes_back(root: User, client: Client, mixed: Book) -> None:
    own = Shelf.objects.get(name="Own")
    write.delete(shelves, [own.pk], actor=actor_for(root))
    assert "(not visible to you)" in page(client, f"/books/{mixed.pk}/")
    write.update(books, mixed.pk, {"title": "Changed"}, actor=actor_for(root))
    write.restore(shelves, [own.pk], actor=actor_for(root))
    assert held(mixed) == ["Secret", "Own", "Hidden"]
    assert "(not visible to you)" not in page(client, f"/books/{mixed.pk}/")


# Import, required, conditions, archive ----------------------------------------------------------


def test_cells_name_several_records_by_name_or_key(root: User, spares: CustomField) -> None:
    create_custom_field(record_type="shelves", label="Code", kind="text", actor=system_actor())
    actor = actor_for(root)
    for name, code in (("Novák, s.r.o.", "A1"), ("Alfa", "B2"), ("Beta; Gama", "C3")):
        shelf(root, name, x_code=code)
    content = (
        'Title|Spares\n1|Alfa; Novák, s.r.o.\n2|Novák, s.r.o., Alfa, Alfa\n3|"Beta; Gama;alfa"\n4|Alfa, Nobody\n5|\n'
    )
    run = imported(content.replace("|", "\t"), "books", actor)
    assert {one.title: held(one) for one in Book.objects.all()} == {
        "1": ["Alfa", "Novák, s.r.o."], "2": ["Novák, s.r.o.", "Alfa"], "3": ["Beta; Gama", "Alfa"], "5": [],
    }  # fmt: skip
    assert refused(run) == [(5, "Spares: There is no “Nobody”.")]
    imported("Title;Spares\n6;B2, A1\n", "books", actor, find_by={"x_spares": "x_code"})
    assert held(Book.objects.get(title="6")) == ["Alfa", "Novák, s.r.o."]
    imported("Title;Spares\n7;Alfa, Nobody\n", "books", actor, find_by={}, leave_empty=["x_spares"])
    assert held(Book.objects.get(title="7")) == ["Alfa"]


def test_an_export_comes_in_again_without_loss(root: User, client: Client, spares: CustomField) -> None:
    one = book(root, "Quo vadis", shelf(root, "Novák, s.r.o."), shelf(root, "Alfa"))
    exported = b"".join(client.get("/books/export/?columns=title,x_spares&names=fields")).decode("utf-8-sig")  # type: ignore[arg-type]
    write.update(books, one.pk, {"x_spares": []}, actor=actor_for(root))
    imported(exported, "books", actor_for(root), match=["title"])
    assert held(one) == ["Novák, s.r.o.", "Alfa"]


def test_a_required_list_is_asked_for_and_a_condition_hides_it(root: User) -> None:
    create_field("books", label="Spares", kind="records", target="shelves", required=True,
                 shown_when={"field": "genre", "op": "is", "value": "law"}, actor=system_actor())  # fmt: skip
    book(root, "Novel", genre="novel")
    with pytest.raises(Invalid) as missing:
        book(root, "Code", genre="law")
    assert missing.value.errors == {"x_spares": ["This field is required."]}
    attic = shelf(root, "Attic")
    assert held(book(root, "Code", attic, genre="law")) == ["Attic"]
    create_field("books", label="Note", kind="text", actor=system_actor(),
                 shown_when={"field": "x_spares", "op": "has_any", "value": [attic.pk]})  # fmt: skip
    shown = page(signed_in(root), f"/books/{Book.objects.get(title='Code').pk}/")
    assert "fact-x_note" in shown
    assert "fact-x_note" not in page(signed_in(root), f"/books/{Book.objects.get(title='Novel').pk}/")


# Merging ----------------------------------------------------------------------------------------


def test_a_merge_leads_lists_and_views_to_the_survivor_and_undo_leads_them_back(
    root: User, spares: CustomField
) -> None:
    actor = actor_for(root)
    stays, goes, other = shelf(root, "Stays"), shelf(root, "Goes"), shelf(root, "Other")
    first, second = book(root, "First", goes, other, stays), book(root, "Second", other)
    view = SavedView.objects.create(
        owner=root, record_type="books", name="V", filter={"field": "x_spares", "op": "has_any", "value": [goes.pk]}
    )
    merge(shelves, stays.pk, [goes.pk], actor=actor)
    assert (held(first), held(second)) == (["Stays", "Other"], ["Other"])
    view.refresh_from_db()
    assert view.filter["value"] == [stays.pk]
    undo(Operation.objects.latest("pk").pk, actor=actor)
    assert held(first) == ["Goes", "Other", "Stays"]
    view.refresh_from_db()
    assert view.filter["value"] == [goes.pk]


def test_lists_of_merged_records_are_united_without_themselves(root: User) -> None:
    create_field("shelves", label="Twins", kind="records", target="shelves", actor=system_actor())
    actor = actor_for(root)
    far, near = shelf(root, "Far"), shelf(root, "Near")
    one = shelf(root, "One", x_twins=[far])
    two = shelf(root, "Two", x_twins=[one, near])
    merge(shelves, one.pk, [two.pk], actor=actor)
    assert Shelf.objects.get(pk=one.pk).custom["x_twins"] == [str(far.pk), str(near.pk)]
    undo(Operation.objects.latest("pk").pk, actor=actor)
    assert Shelf.objects.get(pk=two.pk).custom["x_twins"] == [str(one.pk), str(near.pk)]


def test_a_merge_keeps_what_who_merges_may_not_see(root: User, seller: User, mixed: Book) -> None:
    other = book(root, "Other", shelf(root, "Third"), owner=seller)
    merge(books, mixed.pk, [other.pk], actor=actor_for(seller))
    assert held(mixed) == ["Secret", "Own", "Hidden", "Third"]


# Speed ------------------------------------------------------------------------------------------


def test_a_list_with_them_costs_the_same_for_one_row_and_for_many(root: User, client: Client, spares: Any) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/books/?columns=title,x_spares").status_code == 200
        return len(captured)

    book(root, "First", shelf(root, "A"))
    client.get("/books/?columns=title,x_spares")
    one = statements()
    for number in range(20):
        book(root, f"B {number}", shelf(root, f"S {number}"), shelf(root, f"T {number}"))
    assert statements() == one


@pytest.mark.django_db(transaction=True)
def test_an_index_serves_lists_and_conditions_through_them(root: User) -> None:
    field = create_field("books", label="Spares", kind="records", target="shelves", indexed=True, actor=system_actor())
    brno = shelf(root, "Brno", city="Brno")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fake_book (title, custom, version, created_at, updated_at, summary, price_currency, lent, "
            "genre, labels, formats, author_email, phone, website, country) "
            "SELECT 'Book ' || n, jsonb_build_object('x_spares', jsonb_build_array((n + 1000)::text)), 1, now(), "
            "now(), '', '', false, '', '{}', '{}', '', '', '', '' FROM generate_series(1, 20000) n"
        )
    build_indexes(lambda done, total: None)
    try:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE fake_book")
        name = f"jantar_custom_{field.pk}_items"
        for tree in (
            {"field": "x_spares", "op": "has_any", "value": [brno.pk]},
            {"field": "x_spares", "op": "has_all", "value": [brno.pk]},
            {"field": "x_spares.city", "op": "is", "value": "Brno"},
        ):
            rows = sorted_rows(Query(books, actor_for(root), filter=tree, sort="title", columns=["title"]))
            assert name in str(rows[:51].explain()), tree
        address = f"/books/?filter={quote(json.dumps({'all': [tree]}))}"
        assert signed_in(root).get(address).status_code == 200
    finally:
        CustomField.objects.all().delete()
        build_indexes(lambda done, total: None)
