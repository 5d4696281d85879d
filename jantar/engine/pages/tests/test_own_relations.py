"""Records that point to a record through a custom field stand on its page, as those that do by a column."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field, retire_field, revive_field
from jantar.engine.records.field_indexes import build_indexes
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.related import counts_of, filter_of, related_to
from jantar.engine.testing.actors import grant, make_user, signed_in
from jantar.engine.testing.fake.models import Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
#: By the kind of the field: what its value is when it points to the record.
KINDS = {"record": lambda shelf: shelf, "records": lambda shelf: [shelf]}


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture(params=KINDS)
def spare(request: Any) -> CustomField:
    return create_field("books", label="Spare", kind=request.param, target="shelves", actor=system_actor())


@pytest.fixture
def attic(root: User) -> Shelf:
    found: Shelf = write.create(shelves, {"name": "Attic"}, actor=actor_for(root))
    return found


def add_book(user: User, title: str, spare: CustomField, shelf: Shelf) -> Any:
    values = {"title": title, spare.key: KINDS[spare.kind](shelf)}
    return write.create(books, values, actor=actor_for(user))


def counted(client: Client, shelf: Shelf) -> dict[str, str]:
    answer = client.get(f"/shelves/{shelf.pk}/related/", headers={"hx-request": "true"})
    found: dict[str, str] = json.loads(answer["HX-Trigger"])["tabs:counted"]
    return found


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_they_are_counted_listed_and_opened_as_a_list(root: User, spare: CustomField, attic: Shelf) -> None:
    client = signed_in(root)
    other = write.create(shelves, {"name": "Cellar"}, actor=actor_for(root))
    for number in range(7):
        add_book(root, f"Book {number}", spare, attic)
    add_book(root, "Elsewhere", spare, other)
    assert 'data-label="Books (Spare)"' in page(client, f"/shelves/{attic.pk}/")
    assert counted(client, attic)["books.x_spare"] == "7"
    panel = page(client, f"/shelves/{attic.pk}/related/books.x_spare/")
    assert len(re.findall(r'class="cell-title"', panel)) == 5
    assert f"/books/new/?x_spare={attic.pk}&dialog=1&stay=1" in panel
    address = re.search(r'href="(/books/\?filter=[^"]+)">Show all', panel)
    assert address
    listed = page(client, unquote(address[1]))
    assert [f"Book {n}" in listed for n in range(7)] == [True] * 7
    assert "Elsewhere" not in listed


def test_a_new_one_points_there_already(root: User, spare: CustomField, attic: Shelf) -> None:
    form = page(signed_in(root), f"/books/new/?x_spare={attic.pk}&dialog=1&stay=1")
    assert f'value="{attic.pk}"' in form
    assert "Attic" in form


def test_the_panel_comes_and_goes_with_the_field(root: User, attic: Shelf) -> None:
    client = signed_in(root)
    address = f"/shelves/{attic.pk}/"
    assert "books.x_spare" not in page(client, address)
    field = create_field("books", label="Spare", kind="record", target="shelves", actor=system_actor())
    add_book(root, "One", field, attic)
    assert "Books (Spare)" in page(client, address)
    retire_field(field, actor=system_actor())
    assert "Books (Spare)" not in page(client, address)
    assert "books.x_spare" not in counted(client, attic)
    assert client.get(f"{address}related/books.x_spare/").status_code == 404
    revive_field(field, actor=system_actor())
    assert "Books (Spare)" in page(client, address)


def test_only_what_one_may_see_is_counted_and_told(root: User, spare: CustomField, attic: Shelf) -> None:
    add_book(root, "Hidden", spare, attic)
    reader, stranger = make_user("Reader"), make_user("Stranger")
    for user in (reader, stranger):
        grant(user, {Action.SEE: Scope.ALL}, "shelves")
    grant(reader, {Action.SEE: Scope.OWN}, "books")
    client, address = signed_in(reader), f"/shelves/{attic.pk}/"
    assert counted(client, attic)["books.x_spare"] == "0"
    assert "Hidden" not in page(client, f"{address}related/books.x_spare/")
    client = signed_in(stranger)
    assert "Books (Spare)" not in page(client, address)
    assert "books.x_spare" not in counted(client, attic)
    assert client.get(f"{address}related/books.x_spare/").status_code == 404


def test_pages_cost_the_same_however_many_fields_and_records_there_are(root: User, attic: Shelf) -> None:
    client = signed_in(root)
    addresses = [f"/shelves/{attic.pk}/", f"/shelves/{attic.pk}/related/"]

    def statements() -> list[int]:
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            found.append(len(captured))
        return found

    before = statements()
    for number, kind in enumerate((*KINDS, *KINDS)):
        field = create_field("books", label=f"Field {number}", kind=kind, target="shelves", actor=system_actor())
        for copy in range(3):
            add_book(root, f"{number} {copy}", field, attic)
    assert statements() == before
    assert before[0] <= 15


@pytest.fixture
def no_indexes_left() -> Iterator[None]:
    yield
    CustomField.objects.all().delete()
    build_indexes(lambda done, total: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "end"), [("record", "up"), ("records", "items")])
def test_they_are_found_by_an_index_that_nobody_has_to_ask_for(
    root: User, attic: Shelf, no_indexes_left: None, kind: str, end: str
) -> None:
    field = create_field("books", label="Spare", kind=kind, target="shelves", actor=system_actor())
    value = "to_jsonb(n + 1000)" if kind == "record" else "jsonb_build_array((n + 1000)::text)"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fake_book (title, custom, version, created_at, updated_at, summary, price_currency, lent, "
            "genre, labels, formats, author_email, phone, website, country) "
            f"SELECT 'Book ' || n, jsonb_build_object('x_spare', {value}), 1, now(), "
            "now(), '', '', false, '', '{}', '{}', '', '', '', '' FROM generate_series(1, 20000) n"
        )
    build_indexes(lambda done, total: None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fake_book")
    actor = actor_for(root)
    relation = related_to(shelves, actor)["books.x_spare"]
    rows = rows_of(Query(books, actor, filter=filter_of(relation, shelves, attic.pk)))
    plan = str(rows.order_by().values("pk")[:1001].explain())
    assert f"jantar_custom_{field.pk}_{end}" in plan
    assert "Seq Scan" not in plan
    add_book(root, "One", field, attic)
    assert counts_of({"books.x_spare": relation}, shelves, attic.pk, actor) == {"books.x_spare": "1"}
