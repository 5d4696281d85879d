"""Widths of columns: kept per user and view, in the first answer, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.pages.models import Audience, SavedView
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults

pytestmark = pytest.mark.capability("C108")


def keep(client, state="", **widths):
    return client.post(
        "/books/columns/widths/", {"state": state, **{f"width-{name}": value for name, value in widths.items()}}
    )


def drawn(client, address="/books/"):
    """Widths of the columns in the page, by name; "" for those as wide as their texts."""
    html = client.get(address).content.decode()
    return dict(re.findall(r'<col data-column="(\w+)"(?: width="(\d+)")?>', html))


def test_widths_are_in_the_first_answer_and_only_for_who_drew_them(client, client_of, make_book):
    make_book("One")
    assert set(drawn(client).values()) == {""}
    assert keep(client, title=300, price=90).status_code == 204
    widths = drawn(client)
    assert (widths["title"], widths["price"]) == ("300", "90")
    assert all(widths.values())  # the others get a usual width, or they would move
    assert set(drawn(client_of(make_user("Bob", admin=True))).values()) == {""}


def test_a_view_has_widths_of_its_own_and_starts_with_those_it_was_saved_from(client, ada, make_book):
    make_book("One")
    keep(client, title=300)
    client.post("/books/views/new/", {"state": "sort=title", "name": "Mine", "audience": "private"})
    view = SavedView.objects.get(name="Mine")
    assert drawn(client, f"/books/?view={view.pk}")["title"] == "300"
    keep(client, f"view={view.pk}", title=200)
    assert drawn(client, f"/books/?view={view.pk}")["title"] == "200"
    assert drawn(client)["title"] == "300"


def test_another_users_shared_view_keeps_its_own_widths(client, client_of, make_book):
    make_book("One")
    bob = make_user("Bob", admin=True)
    view = SavedView.objects.create(record_type="books", owner=bob, name="Shared", audience=Audience.EVERYONE)
    keep(client, f"view={view.pk}", title=222)
    assert drawn(client, f"/books/?view={view.pk}")["title"] == "222"
    assert drawn(client_of(bob), f"/books/?view={view.pk}")["title"] == ""


def test_usual_widths_forget_those_of_the_view_shown_only(client, make_book):
    make_book("One")
    keep(client, title=300)
    keep(client, "view=all", title=310)
    assert "Usual widths" in client.get("/books/columns/").content.decode()
    client.post("/books/columns/", {"state": "", "reset": "widths"})
    assert set(drawn(client).values()) == {""}
    assert "Usual widths" not in client.get("/books/columns/").content.decode()


@pytest.mark.parametrize(("given", "kept"), [("1", "48"), ("99999", "900"), ("250", "250")])
def test_widths_stay_within_limits(client, make_book, given, kept):
    make_book("One")
    keep(client, title=given)
    assert drawn(client)["title"] == kept


@pytest.mark.parametrize("widths", [{"no_such": 100}, {"title": "wide"}, {"title": ""}, {"title": "-5"}])
def test_a_wrong_width_is_refused_and_nothing_is_kept(client, make_book, widths):
    make_book("One")
    assert keep(client, **widths).status_code == 400
    assert not SavedView.objects.exists()


def test_choosing_columns_leaves_widths_alone(client, make_book):
    make_book("One")
    keep(client, title=300)
    client.post("/books/columns/", {"state": "", "columns": ["title", "genre"]})
    assert drawn(client)["title"] == "300"


def width(page, name):
    return page.locator(f"th[data-column={name}]").evaluate("head => head.offsetWidth")


def edge(page, name):
    return page.locator(f"th[data-column={name}] .column-edge")


@pytest.mark.django_db(transaction=True)
def test_a_column_is_dragged_and_the_others_stay(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title")
    before = {name: width(page, name) for name in ("title", "genre", "price")}
    box = edge(page, "genre").bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 44, box["y"] + 8, steps=4)
    with page.expect_response("**/columns/widths/"):
        page.mouse.up()
    assert width(page, "genre") == before["genre"] + 40
    assert (width(page, "title"), width(page, "price")) == (before["title"], before["price"])
    page.reload()
    assert width(page, "genre") == before["genre"] + 40
    assert (width(page, "title"), width(page, "price")) == (before["title"], before["price"])
    assert page.url.endswith("?sort=title")  # the press on the edge did not sort


@pytest.mark.django_db(transaction=True)
def test_widths_by_keyboard_and_the_way_back(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title")
    before = width(page, "title")
    edge(page, "title").focus()
    page.keyboard.press("ArrowRight")
    with page.expect_response("**/columns/widths/"):
        page.keyboard.press("Shift+ArrowRight")
    assert width(page, "title") == before + 80
    expect(edge(page, "title")).to_have_attribute("aria-valuenow", str(before + 80))
    with page.expect_response("**/columns/widths/"):
        page.keyboard.press("Enter")
    fitted = width(page, "title")
    assert 48 <= fitted < before + 80
    assert not page.locator("tbody .cell-title").first.evaluate("cell => cell.scrollWidth > cell.clientWidth")
    with page.expect_response("**/columns/widths/"):
        for _step in range(20):
            page.keyboard.press("ArrowLeft")
    assert width(page, "title") == 48
    with page.expect_response("**/columns/widths/"):
        edge(page, "title").dblclick()
    assert width(page, "title") == fitted
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("button", name="Usual widths").click()
    expect(page.locator(".table-sized")).to_have_count(0)
    assert width(page, "title") == before


@pytest.mark.django_db(transaction=True)
def test_narrow_screens_and_print_know_no_widths(librarian, open_page):
    wide = {"title": 900, "genre": 900, "price": 900}
    SavedView.objects.create(record_type="books", owner=librarian, name="", widths={"": wide})
    page = open_page(librarian, "/books/", viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".column-edge").first).to_be_hidden()
    printed = open_page(librarian, "/books/")
    assert printed.locator("table").evaluate("table => table.offsetWidth") > 2000
    printed.emulate_media(media="print")
    assert printed.locator("table").evaluate("table => table.offsetWidth") < 1300
