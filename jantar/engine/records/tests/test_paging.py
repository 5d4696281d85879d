"""Paging forwards and backwards meets every row once, in the same order."""

import itertools
from decimal import Decimal

import pytest

from jantar.engine.records import write
from jantar.engine.records.listing import Query, page_of
from jantar.engine.testing.actors import make_actor
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    actor = make_actor(admin=True)
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    prices = [None, 5, 7, 7, None, 1]
    for number, (genre, price) in enumerate(itertools.product(["law", "", "novel"], prices)):
        money = None if price is None else Money(Decimal(price), "EUR")
        values = {"title": f"Book {number}", "genre": genre, "price": money, "shelf": attic if number % 4 else None}
        write.create(books, values, actor=actor)
    return actor


@pytest.mark.parametrize(
    "sort",
    ["title", "-title", "price", "-price", "-price,genre", "shelf,-price", "-pages", "pages,title", "-created_at"],
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
