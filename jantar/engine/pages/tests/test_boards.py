"""The board: columns that load by themselves, cards that move through the write path."""

import json
import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake import records
from jantar.engine.testing.fake.models import Book

FETCH = {"X-Requested-With": "fetch"}


def column(client, key, query=""):
    response = client.get(f"/books/board/column/?column={key}{query}")
    assert response.status_code == 200
    return response.content.decode()


def cards(page):
    return re.findall(r'data-title="([^"]*)" data-href', page)


def move(client, book, to, query="", **more):
    body = {"card": book.pk, "column": to, "before": "", "version": book.version, **more}
    return client.post(f"/books/board/move/{query}", body, headers=FETCH)


def test_a_board_has_a_column_for_each_value(client):
    page = client.get("/books/board/").content.decode()
    assert re.findall(r'hx-get="/books/board/column/\?place=board&amp;column=(\w*)"', page) == [
        "",
        "novel",
        "poetry",
        "law",
    ]
    assert 'data-board-url-value="/books/board/move/"' in page
    assert client.get("/shelves/board/").status_code == 404


def test_a_column_shows_its_cards_count_and_sum(client, make_book, attic):
    make_book("Kosmos", genre="novel", price=100, shelf=attic)
    make_book("Solaris", genre="novel", price=20)
    make_book("Civil code", genre="law", price=7)
    page = column(client, "novel")
    assert sorted(cards(page)) == ["Kosmos", "Solaris"]
    assert re.search(r"data-board-count>2<", page)
    assert re.search(r"data-board-sum>EUR.120<", page)
    assert re.search(r'class="board-card-amount">EUR.100\.00<', page)
    assert "Attic" in page
    assert cards(column(client, "")) == []


def test_further_cards_come_on_demand(client, make_book):
    for number in range(23):
        make_book(f"Book {number:02}", genre="novel")
    first = column(client, "novel", "&sort=title")
    assert cards(first) == [f"Book {number:02}" for number in range(20)]
    more = re.search(r'hx-get="([^"]*after[^"]*)"', first)[1].replace("&amp;", "&")
    rest = client.get(more).content.decode()
    assert cards(rest) == ["Book 20", "Book 21", "Book 22"]
    assert 'hx-swap-oob="true"' in rest
    assert "Show more" not in rest


def test_a_column_costs_the_same_statements_for_one_card_and_for_many(client, make_book, attic):
    make_book("Book", genre="novel", shelf=attic, price=5)
    with CaptureQueriesContext(connection) as few:
        column(client, "novel")
    for number in range(30):
        make_book(f"Book {number}", genre="novel", shelf=attic, price=5)
    with CaptureQueriesContext(connection) as many:
        column(client, "novel")
    assert len(few) == len(many)
    assert len([one for one in many if "SAVEPOINT" not in one["sql"]]) <= 8


def test_filter_and_search_hold_for_the_board_too(client, make_book):
    make_book("Kosmos", genre="novel", pages=10)
    make_book("Solaris", genre="novel", pages=200)
    tree = quote(json.dumps({"field": "pages", "op": "gt", "value": 100}))
    assert cards(column(client, "novel", f"&filter={tree}")) == ["Solaris"]
    page = client.get(f"/books/board/?filter={tree}").content.decode()
    assert '<span class="chip-value truncate">100</span>' in page


def test_a_moved_card_is_changed_and_both_columns_are_counted_anew(client, make_book, ada):
    book = make_book("Kosmos", genre="novel", price=100)
    make_book("Solaris", genre="novel", price=20)
    answer = move(client, book, "law")
    assert answer.status_code == 200
    assert answer.json() == {
        "version": 2,
        "columns": {
            "novel": {"count": "1", "sum": "EUR\xa020"},
            "law": {"count": "1", "sum": "EUR\xa0100"},
        },
    }
    book.refresh_from_db()
    assert (book.genre, book.version) == ("law", 2)
    assert Operation.objects.latest("id").actor == ada


def test_a_move_within_a_column_changes_nothing(client, make_book):
    book = make_book("Kosmos", genre="novel")
    assert move(client, book, "novel").json() == {"version": 1}
    book.refresh_from_db()
    assert book.version == 1


def test_a_card_moves_to_the_column_without_a_value(client, make_book):
    book = make_book("Kosmos", genre="novel")
    assert move(client, book, "").status_code == 200
    book.refresh_from_db()
    assert book.genre == ""


def test_a_card_that_somebody_else_moved_meanwhile_is_refused(client, make_book, actor):
    book = make_book("Kosmos", genre="novel")
    write.update(records.books, book.pk, {"genre": "poetry"}, actor=actor)
    answer = move(client, book, "law")
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in answer.content.decode()
    assert Book.objects.get(pk=book.pk).genre == "poetry"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"column": "cooking"}, 400),
        ({"card": "x"}, 400),
        ({"card": "999999"}, 404),
        ({"card": "9" * 30}, 400),
        ({"version": "-1"}, 400),
        ({"version": ""}, 400),
    ],
)
def test_an_odd_move_is_refused_with_a_sentence_and_nothing_changes(client, make_book, body, status):
    book = make_book("Kosmos", genre="novel")
    answer = move(client, book, "law", **body)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content
    book.refresh_from_db()
    assert book.genre == "novel"


def test_what_one_may_not_change_does_not_move(client_of, make_book):
    team = make_team("North")
    boss, clerk = make_user("Boss", team, scope=Scope.ALL), make_user("Clerk", team)
    from jantar.engine.testing.actors import grant

    grant(clerk, {"see": Scope.ALL, "edit": Scope.OWN})
    book = make_book("Kosmos", genre="novel", by=actor_for(boss))
    assert move(client_of(clerk), book, "law").status_code == 403
    stranger = make_user("Stranger", make_team("South"), scope=Scope.OWN)
    assert move(client_of(stranger), book, "law").status_code == 404
    book.refresh_from_db()
    assert book.genre == "novel"


def test_a_move_that_needs_more_asks_for_it(client, make_book, monkeypatch):
    def validate(book, changed, actor):
        if book.genre == "law" and not book.summary:
            raise Invalid({"summary": ["Say what it is about."]})

    original = records.books.validate
    object.__setattr__(records.books, "validate", validate)
    try:
        book = make_book("Code", genre="novel")
        answer = move(client, book, "law").json()
        dialog = client.get(answer["dialog"]).content.decode()
        assert 'name="summary"' in dialog
        refused = client.post(answer["dialog"], {"summary": ""})
        assert refused.status_code == 422
        assert "Say what it is about." in refused.content.decode()
        moved = client.post(answer["dialog"], {"summary": "Contracts"})
        assert moved.status_code == 204
        assert "board:changed" in moved["HX-Trigger"]
    finally:
        object.__setattr__(records.books, "validate", original)
    book.refresh_from_db()
    assert (book.genre, book.summary) == ("law", "Contracts")


@pytest.mark.parametrize("query", ["filter=x", "sort=nope", "group=7"])
def test_a_hostile_address_of_a_board_gets_a_message(client, query):
    response = client.get(f"/books/board/column/?column=law&{query}", headers={"HX-Request": "true"})
    assert response.status_code == (200 if query == "group=7" else 400)
    assert client.get(f"/books/board/?{query}").status_code == (200 if query == "group=7" else 400)
