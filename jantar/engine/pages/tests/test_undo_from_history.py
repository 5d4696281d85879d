"""An operation in the history of a record is undone from there, after a look at what that would do."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jantar.engine.following.watching import watch_record
from jantar.engine.history.models import Change, Kept, Operation
from jantar.engine.history.operations import operation
from jantar.engine.lists.services import add_records, create_list
from jantar.engine.pages import undoing
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.links import key_of
from jantar.engine.testing.actors import grant, make_user, signed_in
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N7")]


@pytest.fixture
def ada() -> User:
    return make_user("Ada", admin=True)


@pytest.fixture
def actor(ada: User) -> Actor:
    return actor_for(ada)


@pytest.fixture
def client(ada: User) -> Client:
    return client_of(ada)


@pytest.fixture
def book(actor: Actor) -> Book:
    """Made, then given another genre and other pages, then another genre again."""
    made: Book = write.create(books, {"title": "Quo vadis", "genre": "law", "pages": 5}, actor=actor)
    write.update(books, made.pk, {"genre": "novel", "pages": 7}, actor=actor)
    write.update(books, made.pk, {"genre": "poetry"}, actor=actor)
    return made


def client_of(user: User) -> Client:
    return signed_in(user, **{"HX-Request": "true"})


def offered(client: Client, book: Book) -> list[int]:
    """The operations whose undo the history of the book offers, newest first."""
    page = client.get(f"/books/{book.pk}/history/").content.decode()
    return [int(pk) for pk in re.findall(rf"/operations/(\d+)/undo/preview/\?record=books/{book.pk}", page)]


def dialog(client: Client, pk: int) -> str:
    answer = client.get(f"/operations/{pk}/undo/preview/?record=books/1")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def operations() -> list[int]:
    return list(Operation.objects.order_by("-pk").values_list("pk", flat=True))


def test_every_operation_of_the_history_offers_it_until_it_is_undone(client: Client, book: Book) -> None:
    newest, middle, first = operations()[:3]
    assert offered(client, book) == [newest, middle, first]
    client.post(f"/operations/{newest}/undo/", {"record": f"books/{book.pk}"})
    assert offered(client, book) == [operations()[0], middle, first]


def test_the_dialog_says_what_would_be_kept_and_changes_nothing(client: Client, book: Book, actor: Actor) -> None:
    _newest, middle, _first = operations()[:3]
    picked = create_list(books, "Fair", actor=actor)
    add_records(picked.pk, [book.pk], actor=actor)
    watch_record(key_of(book), actor=actor)
    before = [Book.objects.values().get(), operations(), Change.objects.count(), JobRun.objects.count()]
    page = dialog(client, middle)
    assert "1 record will be as before. 1 later change will be kept." in page
    cells = [re.sub("<[^>]+>", "", one).strip() for one in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    assert cells == ["Quo vadis", "Genre", "Poetry", "Law", "changed since"]
    assert [Book.objects.values().get(), operations(), Change.objects.count(), JobRun.objects.count()] == before
    assert not Kept.objects.exists()


def test_undone_from_there_the_page_comes_anew_and_says_what_was_kept(client: Client, book: Book) -> None:
    answer = client.post(f"/operations/{operations()[1]}/undo/", {"record": f"books/{book.pk}"})
    assert answer["HX-Refresh"] == "true"
    book.refresh_from_db()
    assert (book.genre, book.pages) == ("poetry", 5)
    page = client.get(f"/books/{book.pk}/").content.decode()
    assert "1 record is as before. 1 later change was kept." in page
    assert f"/operations/{operations()[0]}/kept/" in page


def test_a_record_that_goes_with_its_making_leads_to_the_list(client: Client, actor: Actor) -> None:
    book = write.create(books, {"title": "Pharaoh"}, actor=actor)
    answer = client.post(f"/operations/{operations()[0]}/undo/", {"record": f"books/{book.pk}"})
    assert answer["HX-Redirect"] == "/books/"
    assert not Book.objects.exists()


def test_where_nothing_would_come_back_there_is_no_button(client: Client, book: Book, actor: Actor) -> None:
    write.update(books, book.pk, {"pages": 9}, actor=actor)
    middle = operations()[2]
    page = dialog(client, middle)
    assert "0 records will be as before. 2 later changes will be kept." in page
    assert 'type="submit"' not in page


def test_it_is_offered_to_whom_may_do_it(book: Book, actor: Actor) -> None:
    reader, editor = make_user("Reader"), make_user("Editor")
    for user, actions in ((reader, (Action.SEE,)), (editor, (Action.SEE, Action.EDIT))):
        grant(user, dict.fromkeys(actions, Scope.ALL), "books")
    newest, middle, first = operations()[:3]
    assert offered(client_of(reader), book) == []
    assert offered(client_of(editor), book) == [newest, middle]  # who may not delete can't undo the making
    assert client_of(reader).get(f"/operations/{middle}/undo/preview/").status_code == 403
    assert client_of(editor).get(f"/operations/{first}/undo/preview/").status_code == 403
    assert Book.objects.get().genre == "poetry"


def test_what_is_too_old_or_undone_is_not_offered_and_says_why(client: Client, book: Book) -> None:
    newest, middle, _first = operations()[:3]
    client.post(f"/operations/{newest}/undo/")
    assert client.get(f"/operations/{newest}/undo/preview/").status_code == 409
    long_ago = timezone.now() - timedelta(days=31)
    Change.objects.filter(operation=middle).update(at=long_ago)
    Operation.objects.filter(pk=middle).update(at=long_ago)
    assert middle not in offered(client, book)
    assert client.get(f"/operations/{middle}/undo/preview/").status_code == 409
    assert client.get("/operations/999999/undo/preview/").status_code == 404


def test_what_changed_very_much_is_not_tried_before(
    client: Client, book: Book, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    with operation(actor, "bulk", "Many") as done:
        for number in (10, 11):
            write.update(books, book.pk, {"pages": number}, actor=actor)
    assert "It is taken back in the background" in dialog(client, done.pk)


def test_the_history_costs_the_same_for_one_operation_and_for_many(
    client: Client, book: Book, actor: Actor, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        write.update(books, book.pk, {"pages": number + 20}, actor=actor)
    with django_assert_max_num_queries(15):
        assert len(offered(client, book)) == 15
