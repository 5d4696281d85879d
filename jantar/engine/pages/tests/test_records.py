"""The record page and what can be done on it, seen by the Django client."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.engine.testing.browserless import fields_of
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> User:
    return make_user("Ada", scope=Scope.ALL)


@pytest.fixture
def actor(ada: User) -> Actor:
    return actor_for(ada)


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def signed_in(user: User) -> Client:
    client = Client(headers=HTMX)
    client.force_login(user)
    return client


def make_book(actor: Actor, **values: Any) -> Book:
    book: Book = write.create(books, {"title": "Quo vadis", **values}, actor=actor)
    return book


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# The page


def test_the_page_shows_values_as_people_read_them(client: Client, actor: Actor) -> None:
    shelf = write.create(shelves, {"name": "North"}, actor=actor)
    price = Money(Decimal("1250.50"), "PLN")
    book = make_book(actor, shelf=shelf, price=price, genre="law", labels=["rare"], copies=[{"number": "C 1"}])
    html = page(client, f"/books/{book.pk}/").replace("\xa0", " ")
    for text in ("Quo vadis", "PLN 1,250.50", "Law", "rare", "C 1", f'<a href="/shelves/{shelf.pk}/">North</a>', "Ada"):
        assert text in html


def test_the_page_costs_at_most_fifteen_statements_however_much_there_is(client: Client, actor: Actor) -> None:
    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, address)
        return len(queries)

    shelf = write.create(shelves, {"name": "North"}, actor=actor)
    book = make_book(actor, shelf=shelf, copies=[{"number": "1"}])
    few = [statements(f"/books/{book.pk}/"), statements(f"/shelves/{shelf.pk}/")]
    for number in range(30):
        make_book(actor, title=f"Book {number}", shelf=shelf)
    write.update(books, book.pk, {"copies": [{"number": str(number)} for number in range(30)]}, actor=actor)
    many = [statements(f"/books/{book.pk}/"), statements(f"/shelves/{shelf.pk}/")]
    assert few == many
    assert max(many) <= 15


@pytest.mark.parametrize("name", [one.name for one in registry.all() if one.name not in ("books", "shelves")])
def test_an_empty_record_page_of_every_type_stays_within_the_budget(name: str) -> None:
    """No record is there, but the queries that find that out are counted with those of the rights."""
    client = signed_in(make_user("Root", admin=True))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/{name}/1/").status_code == 404
    assert len(queries) <= 15


def test_what_may_not_be_seen_is_not_there(actor: Actor) -> None:
    book = make_book(actor)
    own = signed_in(make_user("Own", scope=Scope.OWN))
    for address in ("", "history/", "fields/title/", "parts/copies/", "related/books/", "facts/", "edit/"):
        assert own.get(f"/books/{book.pk}/{address}").status_code == 404
    for address in ("delete/", "acts/lend/", "restore/"):
        assert own.post(f"/books/{book.pk}/{address}").status_code == 404
    assert Book.objects.filter(deleted_at=None, lent=False).exists()


def test_who_may_only_see_is_offered_no_change(actor: Actor) -> None:
    book = make_book(actor, copies=[{"number": "1"}])
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    client = signed_in(reader)
    html = page(client, f"/books/{book.pk}/")
    assert "inline-edit" not in html
    assert f"/books/{book.pk}/edit/" not in html
    assert "/delete/" not in html
    assert client.get(f"/books/{book.pk}/fields/title/").status_code == 403
    assert client.post(f"/books/{book.pk}/parts/copies/", {}).status_code == 403


@pytest.mark.capability("N10")
def test_the_title_of_a_record_one_may_not_see_is_nowhere(ada: User, actor: Actor) -> None:
    shelf = write.create(shelves, {"name": "Secret shelf"}, actor=actor)
    team = make_team("South")
    eve = make_user("Eve", team)
    grant(eve, dict.fromkeys(Action, Scope.OWN))
    book = make_book(actor, shelf=shelf, owner=eve, team=None)
    client = signed_in(eve)
    for address in ("", "edit/", "facts/", "fields/shelf/", "history/"):
        html = page(client, f"/books/{book.pk}/{address}")
        assert "Secret" not in html, address
        assert f"/shelves/{shelf.pk}/" not in html
        assert f'value="{shelf.pk}"' not in html
    assert "(not visible to you)" in page(client, f"/books/{book.pk}/")
    listed = page(client, "/books/")
    assert "Quo vadis" in listed
    assert "Secret" not in listed
    form = client.get(f"/books/{book.pk}/edit/").content.decode()
    answer = client.post(f"/books/{book.pk}/edit/", {**fields_of(form), "title": "Mine"})
    assert answer["HX-Redirect"] == f"/books/{book.pk}/"
    assert Book.objects.get().shelf == shelf


def test_a_record_in_the_bin_is_not_linked_to(client: Client, actor: Actor) -> None:
    shelf = write.create(shelves, {"name": "Gone"}, actor=actor)
    book = make_book(actor, shelf=shelf)
    write.delete(shelves, [shelf.pk], actor=actor)
    assert f"/shelves/{shelf.pk}/" not in page(client, f"/books/{book.pk}/")


# What points here


def counted(client: Client, shelf: Any) -> dict[str, str]:
    response = client.get(f"/shelves/{shelf.pk}/related/", headers={"hx-request": "true"})
    counts: dict[str, str] = json.loads(response["HX-Trigger"])["tabs:counted"]
    return counts


def test_related_records_are_counted_listed_and_added(client: Client, actor: Actor) -> None:
    shelf = write.create(shelves, {"name": "North"}, actor=actor)
    for number in range(7):
        make_book(actor, title=f"Book {number}", shelf=shelf)
    assert counted(client, shelf)["books"] == "7"
    html = page(client, f"/shelves/{shelf.pk}/related/books/")
    assert len(re.findall(r'class="cell-title"', html)) == 5
    assert "Show all" in html
    assert f"/books/new/?shelf={shelf.pk}&amp;dialog=1&amp;stay=1" in html


def test_related_records_are_only_those_one_may_see(actor: Actor) -> None:
    team = make_team("South")
    shelf = write.create(shelves, {"name": "North"}, actor=actor)
    make_book(actor, title="Hidden", shelf=shelf)
    reader = make_user("Reader", team)
    grant(reader, {Action.SEE: Scope.ALL}, "shelves")
    grant(reader, {Action.SEE: Scope.OWN}, "books")
    client = signed_in(reader)
    assert counted(client, shelf)["books"] == "0"
    assert "Hidden" not in page(client, f"/shelves/{shelf.pk}/related/books/")


# One field in its place


def test_a_value_is_changed_in_its_place(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    assert 'name="genre"' in page(client, f"/books/{book.pk}/fields/genre/")
    answer = client.post(f"/books/{book.pk}/fields/genre/", {"genre": "law", "version": "1"})
    assert (answer.status_code, "Law" in answer.content.decode()) == (200, True)
    assert Book.objects.get().genre == "law"


def test_what_follows_from_a_value_comes_to_the_page_of_the_record_only(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    address = f"/books/{book.pk}/fields/title/"
    assert f'data-record-page="/books/{book.pk}/"' in page(client, f"/books/{book.pk}/")
    in_list = client.post(address, {"title": "Dune", "version": "1"}).content.decode()
    assert ("Dune" in in_list, "hx-swap-oob" in in_list) == (True, False)
    on_page = client.post(address, {"title": "Solaris", "version": "2", "with_page": "1"}).content.decode()
    assert '<div hx-swap-oob="innerHTML:#record-title">Solaris</div>' in on_page


def test_a_wrong_value_stays_in_its_place_with_the_reason(client: Client, actor: Actor) -> None:
    book = make_book(actor, pages=10)
    answer = client.post(f"/books/{book.pk}/fields/pages/", {"pages": "ten", "version": "1"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="ten"' in html
    assert "is not a number" in html
    assert Book.objects.get().pages == 10


def test_a_stale_value_asks_which_to_keep(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    write.update(books, book.pk, {"title": "Theirs"}, actor=actor)
    address = f"/books/{book.pk}/fields/title/"
    answer = client.post(address, {"title": "Mine", "version": "1"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert re.findall(r'conflict-value">([^<]*)', html) == ["Theirs", "Mine"]
    assert '<input type="hidden" name="title" value="Mine">' in html
    again = {"title": "Mine", "version": "1", "version_now": "2", "reload": "1"}
    kept = client.post(address, {**again, "keep-title": "theirs"})
    assert (kept["HX-Refresh"], Book.objects.get().title) == ("true", "Theirs")
    client.post(address, {**again, "keep-title": "yours"})
    assert Book.objects.get().title == "Mine"


def test_an_unticked_box_and_an_emptied_list_are_stored(client: Client, actor: Actor) -> None:
    book = make_book(actor, lent=True, labels=["old"])
    client.post(f"/books/{book.pk}/fields/lent/", {"version": "1"})
    client.post(f"/books/{book.pk}/fields/labels/", {"version": "2"})
    stored = Book.objects.get()
    assert (stored.lent, stored.labels) == (False, [])


def test_fields_that_cannot_be_changed_have_no_control(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    assert client.get(f"/books/{book.pk}/fields/created_at/").status_code == 403
    assert client.get(f"/books/{book.pk}/fields/nothing/").status_code == 404


# Parts


def test_parts_are_edited_in_a_dialog(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    address = f"/books/{book.pk}/parts/copies/"
    assert "copies-NEW-number" in page(client, address)
    typed = {"form_fields": "copies", "version": "1", "copies-1000-id": "", "copies-1000-number": "C 1"}
    answer = client.post(address, typed)
    assert (answer.status_code, "record:facts" in answer["HX-Trigger"]) == (204, True)
    assert [copy.number for copy in book.copies.all()] == ["C 1"]
    anew = page(client, f"/books/{book.pk}/facts/")
    assert "C 1" in anew
    assert 'hx-swap-oob="innerHTML:#key-facts"' in anew


# Verbs


def test_a_verb_runs_when_it_makes_sense(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    assert f"/books/{book.pk}/acts/lend/" in page(client, f"/books/{book.pk}/")
    assert client.post(f"/books/{book.pk}/acts/lend/").status_code == 200
    assert Book.objects.get().lent
    assert f"/books/{book.pk}/acts/lend/" not in page(client, f"/books/{book.pk}/")
    assert client.post(f"/books/{book.pk}/acts/lend/").status_code == 422
    assert client.post(f"/books/{book.pk}/acts/burn/").status_code == 404


# What changed, and the bin


@pytest.mark.capability("N8")
def test_what_changed_is_told_with_labels_and_values(client: Client, actor: Actor) -> None:
    book = make_book(actor, genre="novel")
    write.update(books, book.pk, {"genre": "law"}, actor=actor, cause="api")
    html = page(client, f"/books/{book.pk}/history/")
    assert re.search(r"<dt>Genre</dt>\s*<dd><del>Novel</del>.*<ins>Law</ins></dd>", html)
    assert "Ada · API" in html
    assert html.index("Changed") < html.index("Created")


def test_older_changes_come_on_demand(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    for number in range(25):
        write.update(books, book.pk, {"pages": number}, actor=actor)
    html = page(client, f"/books/{book.pk}/history/")
    assert html.count('class="timeline-item"') == 20
    [address] = re.findall(r'hx-get="([^"]*before=\d+)"', html)
    older = page(client, address)
    assert older.count('class="timeline-item"') == 6
    assert "before=" not in older


@pytest.mark.capability("N8")
def test_the_history_is_narrowed_to_a_field_and_a_person(client: Client, actor: Actor, ada: User) -> None:
    book = make_book(actor, genre="novel")
    write.update(books, book.pk, {"genre": "law"}, actor=actor)
    write.update(books, book.pk, {"pages": 7}, actor=actor)
    html = page(client, f"/books/{book.pk}/history/?about=genre&by={ada.pk}")
    assert re.findall(r"<ins>(.*?)</ins>", html) == ["Law", "Novel"]
    assert '<option value="genre" selected>' in html
    assert f'<option value="{ada.pk}" selected>' in html
    assert "No such change is recorded." in page(client, f"/books/{book.pk}/history/?by={ada.pk + 1}")


def test_a_deleted_record_is_in_the_bin_and_can_come_back(client: Client, actor: Actor) -> None:
    book = make_book(actor)
    answer = client.post(f"/books/{book.pk}/delete/")
    assert answer["HX-Redirect"] == "/books/"
    assert client.get(f"/books/{book.pk}/").status_code == 404
    listed = page(client, "/books/")
    assert f'data-url="/books/{book.pk}/restore/"' in listed
    bin_page = page(client, "/books/bin/")
    assert "Quo vadis" in bin_page
    assert "Ada" in bin_page
    client.post("/books/bin/restore/", {"selected": [book.pk]})
    assert page(client, f"/books/{book.pk}/")


def test_only_administrators_delete_for_good(client: Client, actor: Actor) -> None:
    book = make_book(actor, copies=[{"number": "1"}])
    write.delete(books, [book.pk], actor=actor)
    assert client.post("/books/bin/erase/", {"selected": [book.pk]}).status_code == 403
    root = signed_in(make_user("Root", admin=True))
    assert "Quo vadis" in page(root, f"/books/bin/confirm/?selected={book.pk}")
    assert root.post("/books/bin/erase/", {"selected": [book.pk]}).status_code == 302
    assert not Book.objects.exists()


def test_a_record_that_is_not_in_the_bin_is_never_erased(actor: Actor) -> None:
    book = make_book(actor)
    root = signed_in(make_user("Root", admin=True))
    assert root.post("/books/bin/erase/", {"selected": [book.pk]}).status_code == 404
    assert Book.objects.exists()


# Pickers


@pytest.mark.capability("C2")
def test_records_are_picked_by_the_words_of_their_titles(client: Client, actor: Actor) -> None:
    for title in ("Łódź guide", "Guide to Łódź", "Other"):
        make_book(actor, title=title)
    items = client.get("/pick/books/?q=lodz").json()["items"]
    assert [item["label"] for item in items] == ["Łódź guide", "Guide to Łódź"]
    assert [item["label"] for item in client.get("/pick/books/?q=to+gui").json()["items"]] == ["Guide to Łódź"]
    both = client.get("/pick/books+shelves/?q=lodz").json()["items"]
    assert both[0]["detail"].startswith("Book")


@pytest.mark.parametrize("target", ["users", "teams", "books", "any"])
def test_no_words_make_a_picker_fail(client: Client, target: str) -> None:
    for words in ("a%00b", "%C2%B2", "%25_", "%5C", "x" * 5000):
        assert client.get(f"/pick/{target}/?q={words}").json() == {"items": []}


def test_pickers_offer_only_what_may_be_seen(actor: Actor) -> None:
    make_book(actor)
    own = signed_in(make_user("Own", scope=Scope.OWN))
    assert own.get("/pick/books/?q=quo").json() == {"items": []}
    nobody = signed_in(make_user("Nobody"))
    assert nobody.get("/pick/books/?q=quo").status_code == 404
    assert Client().get("/pick/users/").status_code in (302, 401)


def test_colleagues_teams_and_used_words_are_picked(client: Client, actor: Actor) -> None:
    make_team("Sever", None)
    make_book(actor, labels=["Růže", "orchard"])
    assert [item["label"] for item in client.get("/pick/users/?q=ad").json()["items"]] == ["Ada"]
    assert [item["label"] for item in client.get("/pick/teams/?q=sev").json()["items"]] == ["Sever"]
    assert [item["value"] for item in client.get("/books/words/labels/?q=r").json()["items"]] == ["Růže", "orchard"]


def test_an_unknown_target_offers_nothing(client: Client) -> None:
    assert client.get("/pick/nothing/?q=").status_code == 404
