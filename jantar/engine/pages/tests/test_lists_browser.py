"""What needs a browser: the filter dialog, columns in order, keys, selection, the board by mouse and keyboard."""

import re
from contextlib import contextmanager
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, end_session
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money

GENRES = ["novel", "poetry", "law"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(transactional_db):
    """An administrator with a library of twelve books on two shelves."""
    user = make_user("Ada", admin=True)
    actor = actor_for(user)
    places = [write.create(shelves, {"name": name}, actor=actor) for name in ("Attic", "Cellar")]
    for number in range(12):
        values = {
            "title": f"Book {number:02}", "genre": GENRES[number % 3], "pages": 100 + number,
            "shelf": places[number % 2], "price": Money(Decimal(number), "EUR"), "labels": ["old"],
        }  # fmt: skip
        write.create(books, values, actor=actor)
    return user


def titles(page):
    return page.locator("tbody .cell-title a").all_inner_texts()


@contextmanager
def swapped(page):
    """Waits until a filter row that the act inside asks for stands in the dialog."""
    with page.expect_response(lambda answer: "/filter/row/" in answer.url):
        yield
    page.wait_for_function("() => !document.querySelector('[data-filter-loading], .htmx-swapping, .htmx-settling')")


def test_a_filter_is_built_by_clicking_shared_and_gone_back_from(ada, open_page):
    page = open_page(ada, "/books/?sort=title")
    page.get_by_role("link", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Add filter")
    with swapped(page):
        dialog.get_by_label("Field").select_option("genre")
    dialog.get_by_label("Comparison").focus()
    with swapped(page):
        dialog.get_by_label("Comparison").select_option("is_not")
    with swapped(page):
        dialog.get_by_label("Comparison").select_option("is")
    expect(dialog.get_by_label("Comparison")).to_be_focused()
    dialog.get_by_label("Value").select_option("law")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator(".chip")).to_have_text(re.compile(r"Genre\s*is\s*Law"))
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 02", "Book 05", "Book 08", "Book 11"])

    page.get_by_role("link", name="Add filter").click()
    with swapped(page):
        dialog.get_by_label("Field").select_option("shelf")
    dialog.locator(".ts-control").click()
    page.get_by_role("option", name="Attic").click()
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 02", "Book 08"])
    shared = page.url

    page.get_by_role("button", name="All of").click()
    page.get_by_role("menuitem", name="Any condition is enough").click()
    expect(page.locator("tbody .cell-title a")).to_have_count(8)
    page.go_back()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 02", "Book 08"])
    page.get_by_role("link", name=re.compile("Remove condition: Shelf")).click()
    expect(page.locator("tbody .cell-title a")).to_have_count(4)
    assert titles(open_page(ada, shared)) == ["Book 02", "Book 08"]


def test_a_condition_on_related_records_is_built_by_clicking(ada, open_page):
    page = open_page(ada, "/shelves/")
    page.get_by_role("link", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Add filter")
    with swapped(page):
        dialog.get_by_label("Field").first.select_option(label="Books")
    with swapped(page):
        dialog.get_by_label("How many").select_option("none")
    inner = dialog.locator(".filter-where")
    with swapped(page):
        inner.get_by_label("Field").select_option("title")
    with swapped(page):
        inner.get_by_label("Comparison").select_option("is")
    page.wait_for_load_state("networkidle")
    inner.get_by_role("button", name="Add condition").click()
    expect(inner.get_by_label("Field")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    inner.get_by_role("button", name="Remove condition").last.click()
    expect(inner.get_by_label("Field")).to_have_count(1)
    expect(dialog.get_by_label("How many")).to_have_value("none")
    inner.get_by_label("Value").fill("book 00")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Cellar"])
    page.locator(".chip button").click()
    expect(page.get_by_role("dialog").locator(".filter-where").get_by_label("Value")).to_have_value("book 00")


def test_a_wrong_value_is_told_in_the_dialog_and_kept(ada, open_page):
    page = open_page(ada, "/books/")
    page.get_by_role("link", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Add filter")
    with swapped(page):
        dialog.get_by_label("Field").select_option("pages")
    dialog.get_by_label("Value").fill("many")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is not a number")
    expect(dialog.get_by_label("Value")).to_have_value("many")


def test_what_is_typed_while_an_operator_changes_is_kept(ada, open_page):
    page = open_page(ada, "/books/")
    page.get_by_role("link", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Add filter")
    with swapped(page):
        dialog.get_by_label("Field").select_option("title")
    held = []
    page.route("**/books/filter/row/**", lambda route: held.append(route))
    dialog.get_by_label("Comparison").select_option("starts_with")
    dialog.get_by_label("Value").fill("Book 0")
    page.wait_for_timeout(100)  # the answer is on its way
    with swapped(page):
        held[0].continue_()
    expect(dialog.get_by_label("Value")).to_have_value("Book 0")
    page.keyboard.type("7")  # the cursor stays where it was
    expect(dialog.get_by_label("Value")).to_have_value("Book 07")
    expect(dialog.get_by_label("Comparison")).to_have_value("starts_with")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 07"])


def test_columns_are_ticked_and_put_in_order_by_keys(ada, open_page):
    page = open_page(ada, "/books/")
    page.get_by_role("link", name="Columns").click()
    dialog = page.get_by_role("dialog", name="Columns")
    dialog.get_by_label("Pages", exact=True).check()
    dialog.get_by_role("checkbox", name="Shelf", exact=True).uncheck()
    handle = dialog.get_by_role("button", name="Move column “Pages”")
    handle.focus()
    for _step in range(20):
        handle.press("ArrowUp")
    dialog.get_by_role("button", name="Show columns").click()
    heads = page.locator("thead th:not(.cell-check)")
    expect(heads.nth(1)).to_have_text("Pages")
    expect(page.locator("thead")).not_to_contain_text("Shelf")
    page.reload()
    expect(heads.nth(1)).to_have_text("Pages")


def test_shift_and_a_press_on_a_head_adds_a_second_key(ada, open_page):
    page = open_page(ada, "/books/?columns=title,genre,pages&sort=genre")
    page.locator("thead").get_by_role("link", name="Title").click(modifiers=["Shift"])
    page.wait_for_url("**/books/?sort=genre,title&columns=title,genre,pages")
    assert titles(page)[:3] == ["Book 02", "Book 05", "Book 08"]


def test_rows_are_walked_chosen_and_opened_by_keys(ada, open_page):
    page = open_page(ada, "/books/?sort=title")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.is-current .cell-title")).to_have_text("Book 01")
    page.keyboard.press("x")
    expect(page.locator(".bulk-bar")).to_contain_text("1 selected")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/books/\d+/$"))
    expect(page.get_by_role("heading", name="Book 00")).to_be_visible()


def test_a_selection_over_all_pages_is_changed_and_put_back(ada, open_page, monkeypatch):
    monkeypatch.setattr("jantar.engine.pages.lists.page.ROWS", 5)
    page = open_page(ada, "/books/?sort=title")
    expect(page.locator(".page-title .count")).to_have_text("12")
    page.get_by_label("Select all on this page").check()
    expect(page.locator(".bulk-bar")).to_contain_text("5 selected")
    page.get_by_role("button", name="Select all that match").click()
    expect(page.locator(".bulk-bar")).to_contain_text("12 selected")
    page.locator(".bulk-bar").get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog", name="Change many records")
    expect(dialog).to_contain_text("12 records are chosen.")
    page.wait_for_load_state("networkidle")  # until the dialog listens, a choice asks for nothing
    dialog.get_by_label("Field").select_option("genre")
    dialog.get_by_label("Genre").select_option("poetry")
    dialog.get_by_role("button", name="Change 12").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("8 records changed.")  # the others are poetry already
    expect(page.locator("tbody .badge")).to_have_text(["Poetry"] * 5)
    assert Book.objects.filter(genre="poetry").count() == 12
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("8 records are as before.")
    assert Book.objects.filter(genre="poetry").count() == 4


def column(page, name):
    return page.locator(f".board-column[data-title='{name}']")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_card_is_moved(ada, open_page, by):
    page = open_page(ada, "/books/board/?sort=title")
    expect(column(page, "Law").locator("[data-board-count]")).to_have_text("4")
    card = column(page, "Poetry").locator(".board-card").first
    expect(card).to_contain_text("Book 01")
    if by == "mouse":
        card.hover()
        page.mouse.down()
        page.mouse.move(*middle(column(page, "Law")), steps=12)
        page.mouse.up()
    else:
        card.focus()
        for key in ("Space", "ArrowRight", "Enter"):
            page.keyboard.press(key)
    expect(column(page, "Law").locator("[data-board-count]")).to_have_text("5")
    expect(column(page, "Poetry").locator("[data-board-count]")).to_have_text("3")
    expect(column(page, "Law").locator("[data-board-sum]")).to_have_text("EUR\xa027")
    expect(page.locator("[data-board-target=status]")).to_contain_text("Book 01 moved to Law.")
    assert Book.objects.get(title="Book 01").genre == "law"


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + 120


def test_a_refused_card_goes_back_with_the_reason(ada, open_page):
    page = open_page(ada, "/books/board/?sort=title")
    card = column(page, "Poetry").locator(".board-card").first
    expect(card).to_contain_text("Book 01")
    write.update(books, Book.objects.get(title="Book 01").pk, {"genre": "novel"}, actor=actor_for(ada))
    card.focus()
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("Somebody else changed this meanwhile.")
    expect(column(page, "Poetry").locator(".board-card").first).to_contain_text("Book 01")
    assert Book.objects.get(title="Book 01").genre == "novel"


def test_narrow_screens_show_rows_as_cards_without_sideways_scrolling(ada, open_page):
    page = open_page(ada, "/books/", viewport=NARROW)
    expect(page.locator("tbody tr")).to_have_count(12)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    page.locator("tbody input[type=checkbox]").first.check()
    expect(page.locator(".bulk-bar")).to_be_visible()


def test_a_cell_is_edited_in_place_by_mouse_and_by_key(ada, open_page):
    page = open_page(ada, "/books/?sort=title&columns=title,pages,created_at")
    cells = page.locator("tbody tr").first.locator("td")
    cells.nth(2).dblclick()
    cells.nth(2).get_by_role("textbox").fill("777")
    page.keyboard.press("Enter")
    expect(cells.nth(2)).to_have_text("777")
    assert Book.objects.get(title="Book 00").pages == 777
    cells.nth(3).dblclick()
    expect(page.locator("tbody .is-editing")).to_have_count(0)

    page.locator("tbody .cell-title a").nth(1).focus()
    page.keyboard.press("F2")
    second = page.locator("tbody tr").nth(1).locator("td").nth(2)
    second.get_by_role("textbox").fill("many")
    page.keyboard.press("Enter")
    expect(second).to_contain_text("is not a number")
    page.keyboard.press("Escape")
    expect(second).to_have_text("101")


FILL_AT_ONCE = """() => document.addEventListener("htmx:afterSwap", async (event) => {
    const control = event.target.querySelector("input:not([type=hidden])");
    await null;
    await null;
    control.value = "777";
}, {once: true})"""


def test_what_is_filled_in_the_moment_the_control_comes_is_saved(ada, open_page):
    page = open_page(ada, "/books/?sort=title&columns=title,pages")
    page.wait_for_load_state("networkidle")
    page.evaluate(FILL_AT_ONCE)
    cell = page.locator("tbody tr").first.locator("td").nth(2)
    cell.dblclick()
    page.keyboard.press("Enter")
    expect(cell).to_have_text("777")
    expect(page.locator("tbody .is-editing")).to_have_count(0)
    assert Book.objects.get(title="Book 00").pages == 777


def test_a_session_that_ends_asks_for_the_password_on_the_same_page(ada, open_page):
    ada.set_password("correct horse battery")
    ada.save()
    page = open_page(ada, "/books/?sort=title")
    page.get_by_label("Search in this list").fill("typed before")
    end_session(page)
    page.get_by_role("link", name="Columns").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("E-mail").fill("ada@jantar.example")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("E-mail and password do not match.")
    dialog.get_by_label("Password").fill("correct horse battery")
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Search in this list")).to_have_value("typed before")
    page.get_by_role("link", name="Columns").click()
    expect(page.get_by_role("dialog", name="Columns")).to_be_visible()
