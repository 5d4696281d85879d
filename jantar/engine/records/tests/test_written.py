"""Statements are written once for everybody with the same rights, and answer as if written anew."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.services import create_custom_field
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write, written
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.engine.testing.fake.models import Book

books = registry.get("books")
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db):
    return make_user("Ann", make_team("North"), scope=Scope.ALL)


def visible(actor):
    return lambda: books.visible_to(actor)


def titles(actor, **asked):
    return [row.title for row in page_of(Query(books, actor, columns=books.columns, **asked)).rows]


def test_one_statement_serves_every_key(ann):
    one, other = (Book.objects.create(title=title) for title in ("Emma", "Persuasion"))
    actor = actor_for(ann)
    written.forget()
    assert [written.read_one("test", actor, row.pk, visible(actor)) for row in (one, other)] == [one, other]
    assert len(written._kept) == 1
    assert written.read_one("test", actor, -1, visible(actor)) is None
    assert written.read_one("test", actor, 2**70, visible(actor)) is None
    with CaptureQueriesContext(connection) as queries:
        written.read_one("test", actor, one.pk, visible(actor))
    assert len(queries) == 1


def test_other_rights_have_another_statement(ann):
    book = Book.objects.create(title="Emma", owner=ann)
    ben, eve = make_user("Ben", scope=Scope.OWN), make_user("Eve")
    seen = [written.read_one("test", actor, book.pk, visible(actor)) for actor in map(actor_for, (ann, ben, eve))]
    assert seen == [book, None, None]
    grant(eve, {Action.SEE: Scope.ALL}, "books")
    actor = actor_for(eve)
    assert written.read_one("test", actor, book.pk, visible(actor)) == book
    Book.objects.filter(pk=book.pk).update(owner=ben)
    actor = actor_for(ben)
    assert written.read_one("test", actor, book.pk, visible(actor)) == book


def test_a_new_custom_field_is_read_at_once(ann):
    assert titles(actor_for(ann)) == []
    field = create_custom_field(record_type="books", label="Shelf mark", kind="text", actor=system_actor())
    actor = actor_for(ann)
    book = write.create(books, {"title": "Emma", field.key: "A 7"}, actor=actor)
    found = page_of(Query(books, actor, columns=["title", field.key], narrow=True, sort=field.key)).rows
    assert [actor.custom_fields["books"][field.key].read(row) for row in found] == ["A 7"]
    assert found == [book]


def test_pages_of_a_list_follow_each_other_as_if_written_anew(ann):
    Book.objects.bulk_create(
        Book(title=f"Book {number:02}", pages=None if number % 5 == 0 else number % 3) for number in range(40)
    )
    actor = actor_for(ann)
    for sort in ("title", "-pages,title", "pages", "owner,-title", "-created_at"):
        whole, cursor, found = titles(actor, sort=sort, limit=100), "", []
        while cursor is not None:
            page = page_of(Query(books, actor, columns=books.columns, sort=sort, limit=7, cursor=cursor))
            found += [row.title for row in page.rows]
            cursor = page.next_cursor
        assert found == whole
        written.forget()
        assert titles(actor, sort=sort, limit=100) == whole


def test_the_past_and_actors_made_by_hand_are_written_anew(ann):
    book = Book.objects.create(title="Emma")
    written.forget()
    system = system_actor()
    assert written.read_one("test", system, book.pk, visible(system)) == book
    then = actor_for(ann).at(datetime(2020, 1, 1, tzinfo=UTC))
    titles(then)
    assert not written._kept


def test_the_statement_not_asked_for_longest_goes_first(ann, monkeypatch):
    monkeypatch.setattr(written, "KEPT", 2)
    actor = actor_for(ann)
    written.forget()
    for name in ("one", "two", "one", "three"):
        written.read_one(name, actor, 1, visible(actor))
    assert [name for (name, _one), *_rest in written._kept] == ["one", "three"]


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_statement_and_not_a_connection(ann):
    pks = [Book.objects.create(title=f"Book {number}").pk for number in range(8)]
    actor = actor_for(ann)

    def read(pk):
        try:
            return written.read_one("test", actor, pk, visible(actor)).title
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, pks * 5)) == [f"Book {number}" for number in range(8)] * 5
