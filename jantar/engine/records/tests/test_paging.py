"""Paging forwards and backwards meets every row once, in the same order."""

import itertools
from decimal import Decimal

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.listing import Query, page_of, sorted_rows
from jantar.engine.testing.actors import make_actor, make_team, make_user
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    actor = make_actor(admin=True)
    standing = [*(write.create(shelves, {"name": name}, actor=actor) for name in ("Cellar", "Attic")), None]
    prices = [None, 5, 7, 7, None, 1]
    for number, (genre, price) in enumerate(itertools.product(["law", "", "novel"], prices)):
        money = None if price is None else Money(Decimal(price), "EUR")
        values = {"title": f"Book {number}", "genre": genre, "price": money, "shelf": standing[number % 3]}
        write.create(books, values, actor=actor)
    return actor


@pytest.mark.parametrize(
    "sort",
    [
        "title",
        "-title",
        "price",
        "-price",
        "-price,genre",
        "shelf",
        "-shelf",
        "shelf,-price",
        "genre,-shelf",
        "-pages",
        "pages,title",
        "-created_at",
    ],
)
def test_pages_forwards_and_back_show_the_same_rows(actor, sort):
    whole = [book.pk for book in page_of(Query(books, actor, sort=sort, limit=100)).rows]
    forwards, cursor, pages = [], "", []
    while cursor is not None:
        page = page_of(Query(books, actor, sort=sort, limit=4, cursor=cursor))
        pages.append(page)
        forwards += [book.pk for book in page.rows]
        cursor = page.next_cursor
    assert forwards == whole
    assert len(whole) == 18
    assert [book.pk for book in sorted_rows(Query(books, actor, sort=sort))] == whole
    assert pages[0].previous_cursor is None

    backwards = [book.pk for book in pages[-1].rows]
    cursor = pages[-1].previous_cursor
    while cursor is not None:
        page = page_of(Query(books, actor, sort=sort, limit=4, cursor=cursor))
        assert page.next_cursor is not None
        backwards = [book.pk for book in page.rows] + backwards
        cursor = page.previous_cursor
    assert backwards == whole


@pytest.mark.parametrize("sort", ["price", "-price"])
def test_missing_values_stand_last_in_both_directions(actor, sort):
    prices = [book.price for book in page_of(Query(books, actor, sort=sort, limit=100)).rows]
    assert prices[-6:] == [None] * 6
    assert None not in prices[:-6]


@pytest.mark.parametrize("sort", ["shelf", "-shelf"])
def test_titles_that_may_not_be_seen_leave_no_trace_in_the_order(sort):
    team = make_team("Library")
    users = [make_user("Ada", team, scope=Scope.TEAM), make_user("Ben", team, scope=Scope.OWN)]
    (ada, ben), (hers, his) = map(actor_for, users), ({"owner": user, "team": team} for user in users)
    shown = write.create(shelves, {"name": "M", **his}, actor=ada)
    hidden = [write.create(shelves, {"name": name, **hers}, actor=ada) for name in ("Z", "A")]
    binned = write.create(shelves, {"name": "B", **his}, actor=ada)
    found = [
        write.create(books, {"title": "Book", "shelf": shelf, **his}, actor=ada)
        for shelf in (hidden[0], binned, hidden[1], shown, None)
    ]
    write.delete(shelves, [binned.pk], actor=ada)
    untold = [found[0].pk, found[1].pk, found[2].pk, found[4].pk]
    rows, cursor = [], ""
    while cursor is not None:
        page = page_of(Query(books, ben, sort=sort, limit=2, cursor=cursor))
        rows += [book.pk for book in page.rows]
        cursor = page.next_cursor
    assert rows == [found[3].pk, *(untold if sort == "shelf" else reversed(untold))]


def test_a_list_by_a_title_costs_one_statement_and_a_second_where_titles_end(actor, django_assert_num_queries):
    with django_assert_num_queries(1):
        page = page_of(Query(books, actor, sort="shelf", limit=10))
    with django_assert_num_queries(2):
        page_of(Query(books, actor, sort="shelf", limit=10, cursor=page.next_cursor))
