"""Creating and editing records in forms, seen by the Django client."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from jantar.engine.fields.services import create_custom_field
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browserless import fields_of
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> User:
    return make_user("Ada", scope=Scope.ALL)


@pytest.fixture
def client(ada: User) -> Client:
    client = Client(headers=HTMX)
    client.force_login(ada)
    return client


def new_form(client: Client, query: str = "") -> dict[str, list[str]]:
    return fields_of(client.get(f"/books/new/{query}").content.decode())


def edit_form(client: Client, book: Book) -> dict[str, list[str]]:
    return fields_of(client.get(f"/books/{book.pk}/edit/").content.decode())


def make_book(user: User, **values: Any) -> Book:
    book: Book = write.create(books, {"title": "Quo vadis", **values}, actor=actor_for(user))
    return book


def test_a_new_record_belongs_to_whoever_made_it(client: Client, ada: User) -> None:
    answer = client.post("/books/new/", {**new_form(client), "title": "Bánk bán", "pages": "120", "genre": "novel"})
    book = Book.objects.get()
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/books/{book.pk}/")
    assert (book.title, book.pages, book.genre, book.owner_id) == ("Bánk bán", 120, "novel", ada.pk)


def test_every_kind_of_field_can_be_typed(client: Client) -> None:
    shelf = Shelf.objects.create(name="North")
    typed = {
        "title": " Quo vadis ", "shelf": str(shelf.pk), "summary": "One\r\ntwo", "pages": "1,200", "weight": "1.250",
        "discount": "12.5 %", "price": "1,250.50", "price-currency": "PLN", "lent": "1", "genre": "law",
        "labels": ["old", "rare"], "formats": ["paper", "audio"], "published_on": "31.12.2025",
        "lent_at": "2026-01-02T10:30", "reading_time": "1:30", "author_email": "h@s.pl", "phone": "+48 123 456 789",
        "website": "sienkiewicz.pl", "country": "PL",
    }  # fmt: skip
    assert client.post("/books/new/", {**new_form(client), **typed}).status_code == 200
    book = Book.objects.get()
    assert (book.title, book.shelf, book.summary, book.pages, str(book.weight)) == (
        "Quo vadis", shelf, "One\ntwo", 1200, "1.250",
    )  # fmt: skip
    assert (str(book.discount), str(book.price), book.lent, book.genre) == ("12.50", "1250.50 PLN", True, "law")
    assert (book.labels, book.formats, str(book.published_on)) == (["old", "rare"], ["paper", "audio"], "2025-12-31")
    assert (book.reading_time, book.website, book.country) == (90, "https://sienkiewicz.pl", "PL")
    assert book.lent_at is not None
    assert book.lent_at.isoformat() == "2026-01-02T09:30:00+00:00"


def test_errors_stand_beside_their_fields_and_what_was_typed_stays(client: Client) -> None:
    typed = {
        **new_form(client),
        "title": "",
        "pages": "many",
        "published_on": "someday",
        "summary": "<b>Bold</b> & long",
    }
    answer = client.post("/books/new/", typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "“many” is not a number." in html.split('id="f-pages-errors"')[1][:200]
    assert 'value="many"' in html
    assert re.search(r'<input type="text" value="someday"', html)
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; long" in html
    assert not Book.objects.exists()


def test_a_required_field_and_the_own_rule_of_a_type_are_told_at_the_field(client: Client) -> None:
    empty = client.post("/books/new/", {**new_form(client), "title": "  "}).content.decode()
    assert "This field is required." in empty.split('id="f-title-errors"')[1][:200]
    refused = client.post("/books/new/", {**new_form(client), "title": "forbidden"}).content.decode()
    assert "This title is forbidden." in refused.split('id="f-title-errors"')[1][:200]


def test_a_note_of_five_megabytes_is_refused_with_its_field_named(client: Client) -> None:
    answer = client.post("/books/new/", {**new_form(client), "title": "Long", "summary": "ž" * 2_600_000})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "At most 50,000 characters fit here" in html.split('id="f-summary-errors"')[1][:300].replace(
        "50000", "50,000"
    )
    assert html.count("ž") == 2_600_000
    assert not Book.objects.exists()


def test_html_is_only_text(client: Client, ada: User) -> None:
    attack = "<script>alert(1)</script>"
    book = make_book(ada, title=attack, summary=attack, labels=[attack])
    for address in ("", "edit/", "history/", "fields/summary/"):
        assert attack not in client.get(f"/books/{book.pk}/{address}").content.decode()


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("owner", "²", "The id of a record is expected."),
        ("owner", "Nobody\x00", "There is no single user “Nobody”."),
        ("team", "²", "The id of a record is expected."),
        ("team", "South\x00", "There is no team “South”."),
        ("shelf", "²", "The id of a record is expected."),
        ("pages", "9" * 40, "This number is too large."),
        ("weight", "9" * 40, "This number is too large."),
        ("price", "9" * 40, "This number is too large."),
        ("reading_time", "²:30", "“²:30” is not a number."),
        ("reading_time", "9" * 5000 + ":30", "is not a number."),
        ("lent_at", "0001-01-01T00:00", "“0001-01-01T00:00” is"),
        ("lent_at", "1066-10-14T00:00", "This date is too far away."),
        ("published_on", "9999-12-31", "This date is too far away."),
    ],
)
def test_what_no_field_can_hold_is_told_at_its_field(client: Client, name: str, typed: str, message: str) -> None:
    answer = client.post("/books/new/", {**new_form(client), "title": "Kosmos", name: typed})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert message in html.split(f'id="f-{name}-errors"')[1][:300]
    assert not Book.objects.exists()


def test_control_characters_are_left_out_of_words_and_of_the_key_of_a_form(client: Client) -> None:
    typed = {**new_form(client), "title": "Kos\x00mos", "labels": ["ra\x00re", "\x07"], "token": "a\x00b"}
    assert client.post("/books/new/", typed).status_code == 200
    book = Book.objects.get()
    assert (book.title, book.labels) == ("Kosmos", ["rare"])


@pytest.mark.parametrize("version", ["", "²", "9" * 30, "-1", "\x00"])
def test_a_form_without_its_version_is_refused(client: Client, ada: User, version: str) -> None:
    """Else it would overwrite what others changed meanwhile."""
    book = make_book(ada)
    answer = client.post(f"/books/{book.pk}/edit/", {**edit_form(client, book), "genre": "law", "version": version})
    assert answer.status_code == 400
    assert Book.objects.get().genre != "law"


def test_a_double_click_stores_once(client: Client) -> None:
    typed = {**new_form(client), "title": "Bánk bán"}
    first, second = (client.post("/books/new/", typed) for _ in range(2))
    assert first["HX-Redirect"] == second["HX-Redirect"] == f"/books/{Book.objects.get().pk}/"


def test_only_what_was_touched_is_written(client: Client, ada: User) -> None:
    book = make_book(ada, summary="Mine")
    typed = edit_form(client, book)
    write.update(books, book.pk, {"summary": "Theirs"}, actor=actor_for(ada))
    assert client.post(f"/books/{book.pk}/edit/", {**typed, "genre": "law"}).status_code == 200
    book.refresh_from_db()
    assert (book.summary, book.genre) == ("Theirs", "law")


def test_an_untouched_form_changes_nothing(client: Client, ada: User) -> None:
    shelf = Shelf.objects.create(name="North")
    book = make_book(
        ada, shelf=shelf, summary="\nOne\ntwo  ", labels=["b", "a"], formats=["audio"], lent=True, genre="law",
        copies=[{"number": "1"}, {"number": "2", "is_main": True}],
    )  # fmt: skip
    version = Book.objects.get(pk=book.pk).version
    assert client.post(f"/books/{book.pk}/edit/", edit_form(client, book)).status_code == 200
    assert Book.objects.get(pk=book.pk).version == version


def test_two_people_at_one_field_are_shown_both_values(client: Client, ada: User) -> None:
    book = make_book(ada, genre="novel")
    typed = {**edit_form(client, book), "title": "Mine", "genre": "law", "summary": "Also mine"}
    jan = make_user("Jan", scope=Scope.ALL)
    write.update(books, book.pk, {"title": "Theirs", "genre": "poetry"}, actor=actor_for(jan))
    answer = client.post(f"/books/{book.pk}/edit/", typed)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Jan saved other values" in html
    values = re.findall(r'conflict-value">([^<]*)', html)
    assert values == ["Theirs", "Mine", "Poetry", "Law"]
    assert Book.objects.get().title == "Theirs"

    chosen = {"keep-title": "theirs", "keep-genre": "yours", "version_now": "2"}
    assert client.post(f"/books/{book.pk}/edit/", {**typed, **chosen}).status_code == 200
    stored = Book.objects.get()
    assert (stored.title, stored.genre, stored.summary) == ("Theirs", "law", "Also mine")


def test_a_conflict_names_no_record_one_may_not_see(ada: User) -> None:
    north, secret = (write.create(shelves, {"name": name}, actor=actor_for(ada)) for name in ("North", "Secret"))
    eve = make_user("Eve", scope=Scope.OWN)
    book = make_book(ada, owner=eve, shelf=north)
    client = Client(headers=HTMX)
    client.force_login(eve)
    mine = write.create(shelves, {"name": "Mine"}, actor=actor_for(eve))
    typed = {**edit_form(client, book), "shelf": str(mine.pk)}
    write.update(books, book.pk, {"shelf": secret}, actor=actor_for(ada))
    answer = client.post(f"/books/{book.pk}/edit/", typed)
    assert answer.status_code == 409
    assert re.findall(r'conflict-value">([^<]*)', answer.content.decode()) == ["(not visible to you)", "Mine"]


def test_a_part_changed_by_another_is_not_overwritten_unseen(client: Client, ada: User) -> None:
    book = make_book(ada, copies=[{"number": "1"}])
    typed = {**edit_form(client, book), "copies-0-number": "1a"}
    write.update(books, book.pk, {"copies": [{"number": "9"}]}, actor=actor_for(ada))
    answer = client.post(f"/books/{book.pk}/edit/", typed)
    assert answer.status_code == 409
    assert re.findall(r'conflict-value">([^<]*)', answer.content.decode()) == ["9", "1a"]
    assert [copy.number for copy in book.copies.all()] == ["9"]


def test_rows_of_parts_are_added_changed_and_removed(client: Client, ada: User) -> None:
    book = make_book(ada, copies=[{"number": "1"}, {"number": "2"}])
    typed = edit_form(client, book)
    for name in [name for name in typed if name.startswith("copies-0-")]:
        del typed[name]
    typed |= {"copies-1-number": ["2b"], "copies-1001-id": [""], "copies-1001-number": ["3"], "copies-1002-id": [""]}
    assert client.post(f"/books/{book.pk}/edit/", typed).status_code == 200
    assert sorted(copy.number for copy in book.copies.all()) == ["2b", "3"]


def test_errors_in_rows_stand_at_their_cells(client: Client, ada: User) -> None:
    book = make_book(ada, copies=[{"number": "1"}])
    typed = {**edit_form(client, book), "copies-1001-id": "", "copies-1001-number": "x" * 30}
    answer = client.post(f"/books/{book.pk}/edit/", typed)
    assert answer.status_code == 422
    assert "At most 20 characters" in answer.content.decode().split('id="f-copies-1001-number-errors"')[1][:200]
    twice = client.post(f"/books/{book.pk}/edit/", {**typed, "copies-1001-number": "1"})
    assert (twice.status_code, "This number is taken." in twice.content.decode()) == (422, True)
    assert book.copies.count() == 1


def test_an_address_fills_the_form_in(client: Client) -> None:
    shelf = Shelf.objects.create(name="North")
    html = client.get(f"/books/new/?shelf={shelf.pk}&genre=law&nothing=1&created_at=x").content.decode()
    assert f'<option value="{shelf.pk}" selected>North</option>' in html
    assert '<option value="law" selected>' in html


def test_the_dialog_asks_for_the_essential_and_lets_the_page_go_on(client: Client) -> None:
    query = "?dialog=1&stay=1"
    form = new_form(client, query)
    assert "summary" not in form
    answer = client.post(f"/books/new/{query}", {**form, "title": "Bánk bán"})
    assert (answer.status_code, Book.objects.get().title) == (204, "Bánk bán")
    assert {"dialog:close", "books:changed", "toast:show"} <= set(json.loads(answer["HX-Trigger"]))


def test_the_form_of_all_fields_goes_on_with_what_was_typed_into_the_short_one(client: Client) -> None:
    query = "?pages=90&dialog=1&stay=1"
    short = new_form(client, query)
    assert "summary" not in short
    typed = {**short, "title": "Bánk bán", "price": "12 apples", "labels": ["old", "torn"], "pages": ""}
    answer = client.post("/books/new/all/?pages=90", typed)
    whole = fields_of(answer.content.decode())
    assert (answer.status_code, Book.objects.count()) == (200, 0)
    assert {"summary", "country"} <= set(whole)
    assert (whole["title"], whole["price"], whole["pages"]) == (["Bánk bán"], ["12 apples"], [""])
    assert whole["labels"] == ["old", "torn"]
    assert whole["token"] != short["token"]
    assert 'action="/books/new/?pages=90"' in answer.content.decode()
    saved = client.post("/books/new/?pages=90", {**whole, "price": "12", "summary": "A play"})
    assert (saved.status_code, Book.objects.get().summary) == (200, "A play")


def test_what_was_typed_goes_no_further_without_being_posted(client: Client) -> None:
    answer = client.get("/books/new/all/?shelf=3&dialog=1&stay=1")
    assert (answer.status_code, answer["Location"]) == (302, "/books/new/?shelf=3")


@pytest.mark.capability("C130")
def test_a_new_custom_field_is_in_the_form_at_once(client: Client, ada: User) -> None:
    admin = actor_for(make_user("Root", admin=True))
    create_custom_field(record_type="books", label="Shelf mark", kind="text", actor=admin, required=True)
    refused = client.post("/books/new/", {**new_form(client), "title": "Bánk bán"})
    assert "This field is required." in refused.content.decode().split('id="f-x_shelf_mark-errors"')[1][:200]
    client.post("/books/new/", {**new_form(client), "title": "Bánk bán", "x_shelf_mark": "B 12"})
    book = Book.objects.get()
    assert book.custom == {"x_shelf_mark": "B 12"}
    assert "B 12" in client.get(f"/books/{book.pk}/").content.decode()


def test_without_the_right_there_is_no_form(ada: User) -> None:
    book = make_book(ada)
    reader = make_user("Reader")
    client = Client()
    client.force_login(reader)
    assert client.get("/books/new/").status_code == 404
    assert client.get(f"/books/{book.pk}/edit/").status_code == 404
    own = make_user("Own", scope=Scope.OWN)
    client.force_login(own)
    assert client.get(f"/books/{book.pk}/edit/").status_code == 404


def test_a_reference_to_what_one_may_not_see_is_refused(ada: User) -> None:
    hidden = write.create(shelves, {"name": "Hidden"}, actor=actor_for(ada))
    own = make_user("Own", scope=Scope.OWN)
    client = Client(headers=HTMX)
    client.force_login(own)
    answer = client.post("/books/new/", {**new_form(client), "title": "Spy", "shelf": str(hidden.pk)})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no such record." in html
    assert "Hidden" not in html
