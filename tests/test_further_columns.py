"""Columns of a list that show fields of the records its rows refer to: every type, every door, within rights."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.history.models import Change
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.further import further_columns
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user, signed_in
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.testing.samples import sample_record
from jantar.engine.transfer.sheets.read import open_sheet
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C108")]
TYPES = [one for one in registry.all() if one.area is not None or one.name in ("books", "shelves")]
LIST = "/books/?view=all&columns=title,shelf.city,shelf.owner"


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def client(root: User) -> Client:
    return signed_in(root)


@pytest.fixture
def book(root: User) -> Book:
    actor = actor_for(root)
    shelf = write.create(shelves, {"name": "Top", "city": "Brno", "capacity": 12}, actor=actor)
    found: Book = write.create(books, {"title": "Babička", "shelf": shelf}, actor=actor)
    write.create(books, {"title": "Nowhere"}, actor=actor)
    return found


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def exported(client: Client, columns: str, more: str = "") -> str:
    answer = client.get(f"/books/export/?columns={columns}&sort=title{more}")
    return b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]


@pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)
def test_every_column_of_every_type_is_shown_exported_and_answered(
    record_type: Any, root: User, client: Client
) -> None:
    create_field(record_type.name, label="Twin", kind="record", target=record_type.name, actor=system_actor())
    actor = actor_for(root)
    twin = sample_record(record_type, actor, 1, references=True)
    record = sample_record(record_type, actor, 2, references=True)
    write.update(record_type, record.pk, {"x_twin": twin}, actor=actor)
    names = [one.name for _at, found in further_columns(record_type, actor_for(root)) for one in found]
    assert "x_twin.owner" in names
    for start in range(0, len(names), 15):
        some = ",".join(names[start : start + 15])
        assert 'data-key="' in page(client, f"/{record_type.name}/?view=all&columns={some}"), some
        [item] = [one for one in data_of(ApiClient(root).get(f"/{record_type.name}", fields=f"id,{some}"))["items"]
                  if one["id"] == record.pk]  # fmt: skip
        assert set(some.split(",")) <= item.keys()
        assert item.get("x_twin.owner", {"title": "Root"})["title"] == "Root"
        assert data_of(ApiClient(root).get(f"/{record_type.name}/{record.pk}", fields=some)) == item
        answer = client.get(f"/{record_type.name}/export/?columns={some}")
        head = b"".join(answer).decode("utf-8-sig").splitlines()[0]  # type: ignore[arg-type]
        assert head.count("›") >= len(some.split(","))


def test_the_list_shows_them_as_a_list_of_those_records_would(client: Client, book: Book) -> None:
    shown = page(client, LIST)
    assert "Shelf › City" in shown
    assert '<td class="cell-text" data-label="Shelf › City">Brno</td>' in shown
    assert '<td class="cell-text" data-label="Shelf › City"></td>' in shown
    assert shown.count('data-label="Shelf › Owner"><span class="named">') == 1
    assert "sort=shelf.city" not in shown
    assert client.get("/books/?view=all&sort=shelf.city").status_code == 400


def test_the_chooser_offers_them_and_the_list_keeps_them(client: Client, root: User, book: Book) -> None:
    chooser = page(client, "/books/columns/")
    assert 'value="shelf.city"' in chooser
    assert 'value="shelf.name"' not in chooser
    client.post("/books/columns/", {"state": "view=all", "columns": ["genre", "shelf.city"]})
    assert SavedView.objects.get().columns == ["title", "genre", "shelf.city"]
    shown = page(client, "/books/")
    assert "Brno" in shown
    assert 'data-reorder-target="item"' in (chosen := page(client, "/books/columns/?view=all"))
    assert chosen.count('value="shelf.city"') == 1
    widths = {"state": "view=all", "width-shelf.city": "300"}
    assert client.post("/books/columns/widths/", widths).status_code == 204
    assert '<col data-column="shelf.city" width="300">' in page(client, "/books/?view=all")
    view = {"state": "view=all&columns=title,shelf.capacity", "name": "Mine", "audience": "private"}
    client.post("/books/views/new/", view)
    kept = SavedView.objects.get(name="Mine")
    assert "Shelf › Capacity" in page(client, f"/books/?view={kept.pk}")
    refused = client.post("/books/columns/", {"state": "view=all", "columns": ["shelf.secret"]})
    assert refused.status_code == 400


def test_rows_alone_groups_and_the_whole_list_have_them(client: Client, book: Book) -> None:
    assert "Brno" in page(client, f"/books/rows/{book.pk}/?columns=title,shelf.city")
    assert "Brno" in page(client, "/books/whole/?view=all&columns=title,shelf.city")
    assert client.get("/books/?view=all&columns=title,shelf.city,shelf.capacity&by=genre").status_code == 200
    assert client.get("/books/sums/?view=all&columns=title,shelf.capacity,pages&sums=pages").status_code == 200


def test_exports_have_them_under_a_name_that_says_the_way(client: Client, book: Book) -> None:
    lines = ["Title,Shelf › City,Shelf › Capacity", "Babička,Brno,12", "Nowhere,,"]
    assert exported(client, "title,shelf.city,shelf.capacity").splitlines() == lines
    assert exported(client, "title,shelf.city", "&names=fields").splitlines()[0] == "title,shelf.city"
    book_of_sheets = b"".join(client.get("/books/export/?format=xlsx&columns=title,shelf.capacity&sort=title"))  # type: ignore[arg-type]
    sheet = open_sheet(BytesIO(book_of_sheets))
    assert [one.header for one in sheet.columns] == ["Title", "Shelf › Capacity"]


def test_what_may_not_be_seen_is_empty_at_every_door(root: User, book: Book) -> None:
    seller = make_user("Seller", scope=Scope.OWN)
    write.update(books, book.pk, {"owner": seller}, actor=actor_for(root))
    client = signed_in(seller)
    shown = page(client, LIST)
    assert "Babička" in shown
    assert "Brno" not in shown
    assert "Brno" not in exported(client, "title,shelf.city")
    assert "Brno" not in page(client, "/books/whole/?view=all&columns=title,shelf.city")
    [item] = data_of(ApiClient(seller).get("/books", fields="title,shelf.city"))["items"]
    assert item["shelf.city"] is None
    Shelf.objects.update(owner=seller)
    assert "Brno" in page(client, LIST)
    write.delete(shelves, [book.shelf_id or 0], actor=actor_for(root))
    assert "Brno" not in page(client, LIST)


def test_types_one_has_no_right_to_are_not_offered_and_not_exported(root: User, book: Book) -> None:
    reader = make_user("Reader")
    grant(reader, dict.fromkeys(Action, Scope.ALL), "books")
    client = signed_in(reader)
    assert "shelf.city" not in page(client, "/books/columns/")
    assert "Brno" not in page(client, LIST)
    assert problem_in(ApiClient(reader).get("/books", fields="shelf.city"), 400)["errors"].keys() == {"fields"}
    grant(reader, {Action.SEE: Scope.ALL}, "shelves")
    assert "Brno" in page(client, LIST)
    refused = client.get("/books/export/?columns=title,shelf.city")
    assert refused.status_code == 403
    assert "Leave out the column “Shelf › City”" in refused.content.decode()
    assert client.get("/books/whole/?view=all&columns=title,shelf.city").status_code == 403


def test_the_past_shows_the_fields_of_then(client: Client, root: User, book: Book) -> None:
    Change.objects.update(at=timezone.now() - timedelta(days=2))
    Book.objects.update(created_at=timezone.now() - timedelta(days=3))
    Shelf.objects.update(created_at=timezone.now() - timedelta(days=3))
    moment = quote((timezone.now() - timedelta(days=1)).isoformat())
    write.update(shelves, book.shelf_id or 0, {"city": "Praha"}, actor=actor_for(root))
    assert "Praha" in page(client, LIST)
    then = page(client, f"{LIST}&as_of={moment}")
    assert "Brno" in then
    assert "Praha" not in then


def test_a_list_costs_the_same_for_one_row_and_for_many(client: Client, root: User, book: Book) -> None:
    create_field("shelves", label="Code", kind="text", actor=system_actor())
    address = f"{LIST},shelf.capacity,shelf.x_code"

    def statements(where: str) -> int:
        client.get(where)
        with CaptureQueriesContext(connection) as captured:
            page(client, where)
        return len(captured)

    plain, one = statements("/books/?view=all&columns=title,pages"), statements(address)
    assert one == plain + 1
    for number in range(20):
        shelf = write.create(shelves, {"name": f"S {number}", "city": "Plzeň"}, actor=actor_for(root))
        write.create(books, {"title": f"B {number}", "shelf": shelf}, actor=actor_for(root))
    assert statements(address) == one
