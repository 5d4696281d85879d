"""What undo left as it is can be read: in the toast's page, from the history, within rights."""

import json
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from jantar.engine.fields.services import create_custom_field
from jantar.engine.history.models import Kept, Operation
from jantar.engine.history.operations import operation
from jantar.engine.pages import undoing
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user, signed_in
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Any:
    return make_user("Ada", admin=True)


@pytest.fixture
def actor(ada: Any) -> Actor:
    create_custom_field(record_type="books", kind="text", label="Mood", actor=actor_for(ada))
    return actor_for(ada)


def cells(page: str) -> list[list[str]]:
    """The rows of the table as texts."""
    body = page[page.index("<tbody") : page.index("</tbody")]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub("<[^>]+>", "", cell)).strip() for cell in row] for row in found]


@pytest.fixture
def undone(actor: Actor) -> tuple[Book, Operation]:
    """A book whose genre, price, shelf and mood were changed after the change that is taken back."""
    north, south, west = (write.create(shelves, {"name": name}, actor=actor) for name in ("North", "South", "West"))
    first = {"title": "Quo vadis", "genre": "law", "price": Money(Decimal(5), "EUR"), "shelf": north, "x_mood": "calm"}
    book = write.create(books, first, actor=actor)
    price = Money(Decimal(6), "PLN")
    values = {"genre": "novel", "price": price, "shelf": south, "pages": 7, "x_mood": "gay"}
    write.update(books, book.pk, values, actor=actor)
    wanted = Operation.objects.latest("pk")
    later = {"genre": "poetry", "price": Money(Decimal(8), "PLN"), "shelf": west, "x_mood": "sad"}
    write.update(books, book.pk, later, actor=actor)
    return book, wanted


def test_each_later_change_is_listed_with_both_values(ada: Any, undone: tuple[Book, Operation]) -> None:
    book, wanted = undone
    answer = signed_in(ada, **{"HX-Request": "true"}).post(f"/operations/{wanted.pk}/undo/")
    toast = json.loads(answer["HX-Trigger"])["toast:show"]
    undoing = Operation.objects.latest("pk")
    assert toast["linkUrl"] == f"/operations/{undoing.pk}/kept/"
    page = signed_in(ada).get(toast["linkUrl"]).content.decode()
    assert sorted(cells(page)) == [
        ["Quo vadis", "Genre", "Poetry", "Law", "changed since"],
        ["Quo vadis", "Mood", "sad", "calm", "changed since"],
        ["Quo vadis", "Price", "PLN\xa08.00", "EUR\xa05.00", "changed since"],
        ["Quo vadis", "Shelf", "West", "North", "changed since"],
    ]
    assert f'href="/books/{book.pk}/"' in page
    assert Book.objects.get().pages is None
    history = signed_in(ada).get(f"/books/{book.pk}/history/").content.decode()
    assert history.count(f'href="{toast["linkUrl"]}"') == 2  # at the undoing and at what was undone


def test_the_message_after_a_plain_request_leads_there(ada: Any, undone: tuple[Book, Operation]) -> None:
    client = signed_in(ada)
    assert client.post(f"/operations/{undone[1].pk}/undo/").status_code == 204
    kept = f"/operations/{Operation.objects.latest('pk').pk}/kept/"
    assert f'href="{kept}"' in client.get("/books/").content.decode()


def test_records_that_may_not_be_seen_are_not_named(ada: Any, actor: Actor) -> None:
    eve = make_user("Eve", scope=Scope.OWN)
    owners = {"Mine": eve, "Secret": ada}
    stored = [write.create(books, {"title": title, "owner": owner}, actor=actor) for title, owner in owners.items()]
    with operation(actor, "bulk") as wanted:
        for book in stored:
            write.update(books, book.pk, {"genre": "law"}, actor=actor)
    for book in stored:
        write.update(books, book.pk, {"genre": "poetry"}, actor=actor)
    signed_in(ada).post(f"/operations/{wanted.pk}/undo/")
    kept = f"/operations/{Operation.objects.latest('pk').pk}/kept/"
    page = signed_in(eve).get(kept).content.decode()
    assert sorted(cells(page)) == [
        ["(not visible to you)", "", "", "", "changed since"],
        ["Mine", "Genre", "Poetry", "", "changed since"],
    ]
    assert "Secret" not in page
    assert signed_in(make_user("Eva", scope=Scope.OWN)).get(kept).status_code == 404
    assert signed_in(ada).get(f"/operations/{wanted.pk}/kept/").status_code == 404


def test_an_undo_without_conflicts_keeps_nothing(ada: Any, actor: Actor) -> None:
    write.create(books, {"title": "A"}, actor=actor)
    answer = signed_in(ada, **{"HX-Request": "true"}).post(f"/operations/{Operation.objects.latest('pk').pk}/undo/")
    assert json.loads(answer["HX-Trigger"])["toast:show"]["linkUrl"] == ""
    assert not Kept.objects.exists()


def test_a_large_operation_is_undone_by_a_job(ada: Any, undone: tuple[Book, Operation], monkeypatch: Any) -> None:
    book, wanted = undone
    monkeypatch.setattr(undoing, "AT_ONCE", 0)
    client = signed_in(ada, **{"HX-Request": "true"})
    toast = json.loads(client.post(f"/operations/{wanted.pk}/undo/")["HX-Trigger"])["toast:show"]
    assert (toast["message"][:11], toast["linkUrl"]) == ("This takes ", "/jobs/")
    run = JobRun.objects.get()
    assert run.label.startswith("Undo: ")
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert (run.state, run.error) == ("done", "")
    assert Book.objects.get(pk=book.pk).pages is None
    page = signed_in(ada).get("/jobs/").content.decode()
    assert "later changes were kept." in page
    assert f'href="/operations/{Operation.objects.latest("pk").pk}/kept/"' in page
    assert client.post(f"/operations/{wanted.pk}/undo/").status_code == 409
