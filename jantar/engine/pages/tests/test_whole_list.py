"""A list is copied and printed with the rows of all its pages; too large ones are exported."""

import pytest
from playwright.sync_api import expect

from jantar.engine.pages.lists import page as list_page
from jantar.engine.pages.lists import whole
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import grant, make_user

pytestmark = pytest.mark.capability("C108")


def test_the_rows_of_all_pages_come_in_order_without_boxes(client, make_book, monkeypatch):
    monkeypatch.setattr(whole, "MAX_LIMIT", 2)
    for number in range(5):
        make_book(f"Book {number}")
    html = client.get("/books/whole/?sort=-title&columns=title,pages").content.decode()
    places = [html.index(f"Book {number}</a>") for number in (4, 3, 2, 1, 0)]
    assert places == sorted(places)
    assert "checkbox" not in html
    assert html.count("<tr") == 5


def test_too_many_rows_are_not_given_but_the_export_is_offered(client, make_book, monkeypatch):
    monkeypatch.setattr(whole, "MOST_ROWS", 1)
    make_book("Dune")
    assert "<tr" in client.get("/books/whole/").content.decode()
    make_book("Solaris")
    told = client.get("/books/whole/?sort=title").json()
    assert told["message"] == "This list has more than 1 rows. Export it to a file instead."
    assert "format=xlsx" in told["url"]
    assert client.get(told["url"]).status_code == 200


def test_who_may_not_export_takes_no_whole_list(client_of, make_book):
    make_book("Dune")
    reader = make_user("Reader")
    grant(reader, {"see": Scope.ALL})
    assert client_of(reader).get("/books/whole/").status_code == 403
    assert "/books/whole/" not in client_of(reader).get("/books/").content.decode()
    grant(reader, {"see": Scope.ALL, "export": Scope.OWN})
    assert client_of(reader).get("/books/whole/").content.decode() == ""


@pytest.mark.django_db(transaction=True)
def test_all_rows_are_copied_and_printed_and_the_page_stays(librarian, open_page, monkeypatch):
    monkeypatch.setattr(list_page, "ROWS", 5)
    page = open_page(librarian, "/books/?sort=title&columns=genre", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Copy as table").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").replace("\r", "").split("\n")
    assert lines[0] == "Title\tGenre"
    assert lines[1:] == [f"Book {n:02}\t{['Novel', 'Poetry', 'Law'][n % 3]}" for n in range(12)]
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(5)
    page.evaluate("window.print = () => { window.printed = document.querySelectorAll('tbody tr').length }")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Print").click()
    page.wait_for_function("() => window.printed === 12")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(rows).to_have_count(5)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Book 00", exact=True)).to_be_focused()

    monkeypatch.setattr(whole, "MOST_ROWS", 7)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Copy as table").click()
    expect(page.get_by_text("This list has more than 7 rows.")).to_be_visible()
    expect(page.get_by_role("link", name="Export", exact=True)).to_be_visible()
