"""The palette with what can be done here, and the help sheet: every key it lists does what it says."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.browser import accessibility_faults
from jantar.engine.testing.fake.models import Book, Shelf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C108")]


def open_palette(page, words=""):
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    return page.locator("#palette")


def offers(page, heading):
    return page.locator("#palette").get_by_role("group", name=heading).get_by_role("option")


@pytest.fixture
def book(librarian):
    return Book.objects.get(title="Book 00")


def test_the_palette_offers_what_the_record_offers(librarian, book, open_page):
    page = open_page(librarian, f"/books/{book.pk}/")
    open_palette(page)
    names = offers(page, "Book 00").locator(".name").all_inner_texts()
    shown = [name for name in names if name]
    assert {"Lend", "Edit", "Delete", "Copy the address"} <= set(shown)
    assert "Change: Pages" not in shown  # only when asked for
    expect(offers(page, "Book 00").filter(has_text="Edit").locator(".kbd").first).to_have_text("e")
    assert accessibility_faults(page) == []


def test_a_field_is_changed_from_the_palette(librarian, book, open_page):
    page = open_page(librarian, f"/books/{book.pk}/")
    open_palette(page, "change pages")
    page.keyboard.press("Enter")
    box = page.locator("#fact-pages").get_by_role("textbox")
    expect(box).to_be_focused()
    box.fill("321")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-pages")).to_have_text("321")


def test_an_act_and_the_bin_from_the_palette(librarian, book, open_page):
    page = open_page(librarian, f"/books/{book.pk}/")
    open_palette(page, "lend")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    book.refresh_from_db()
    assert book.lent
    open_palette(page, "delete")
    page.keyboard.press("Enter")
    page.wait_for_url("**/books/")
    expect(page.locator(".toast")).to_contain_text("is in the bin")


def test_something_new_that_points_here_from_the_palette(librarian, open_page):
    shelf = Shelf.objects.get(name="Attic")
    page = open_page(librarian, f"/shelves/{shelf.pk}/")
    open_palette(page, "add books")
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    dialog.get_by_label("Title").fill("Brand new")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert Book.objects.get(title="Brand new").shelf == shelf


def test_the_palette_works_on_what_is_selected_in_a_list(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title")
    open_palette(page)
    assert "Merge" not in page.locator("#palette").inner_text()
    page.keyboard.press("Escape")
    for place in (0, 1):
        page.locator("tbody input[type=checkbox]").nth(place).check()
    open_palette(page, "delete")
    expect(offers(page, "2 selected").filter(has_text="Delete")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").filter(has_text="2")).to_be_visible()


def test_who_may_only_look_is_offered_nothing_to_change(librarian, book, open_page):
    reader = make_user("Rita")
    grant(reader, {"see": Scope.ALL}, "books")
    page = open_page(reader, f"/books/{book.pk}/")
    open_palette(page)
    names = set(offers(page, "Book 00").locator(".name").all_inner_texts())
    assert not names & {"Edit", "Delete", "Lend"}
    page.keyboard.type("change")
    expect(offers(page, "Book 00").filter(visible=True)).to_have_count(0)


def test_the_record_beside_a_list_is_at_hand_too(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title&beside=first")
    expect(page.locator("#record-title")).to_have_text("Book 00")
    open_palette(page, "lend")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    assert Book.objects.get(title="Book 00").lent


# The help sheet -------------------------------------------------------------------------------------


def search_opens(page, book):
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def list_search_is_reached(page, book):
    page.keyboard.press("/")
    expect(page.get_by_label("Search in this list")).to_be_focused()


def a_record_is_added(page, book):
    page.keyboard.press("n")
    page.wait_for_url("**/books/new/")


def rows_are_walked(page, book):
    for key, title in (("j", "Book 00"), ("j", "Book 01"), ("k", "Book 00")):
        page.keyboard.press(key)
        expect(page.locator("tr.is-current .cell-title")).to_have_text(title)


def a_row_is_selected(page, book):
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".bulk-bar")).to_contain_text("1 selected")


def a_row_is_opened(page, book):
    for key in ("Enter", "o"):
        page.goto("/books/?sort=title")
        page.keyboard.press("j")
        page.keyboard.press(key)
        page.wait_for_url(f"**/books/{book.pk}/")


def a_record_is_edited(page, book):
    page.goto(f"/books/{book.pk}/")
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")


def the_other_side_is_reached(page, book):
    page.goto("/books/?sort=title&beside=first")
    expect(page.locator("#record-title")).to_be_visible()
    page.keyboard.press("F6")
    expect(page.locator(".beside")).to_be_focused()
    page.keyboard.press("F6")
    expect(page.locator("tbody .cell-title a").first).to_be_focused()


def a_value_is_edited(page, book):
    for key in ("Enter", "F2"):
        page.goto(f"/books/{book.pk}/")
        page.locator("#fact-pages").focus()
        page.keyboard.press(key)
        expect(page.locator("#fact-pages").get_by_role("textbox")).to_be_focused()


def a_cell_is_gone_to(page, book):
    page.locator("tbody .cell-title a").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("tbody tr").nth(1).locator("td").nth(2)).to_be_focused()


def a_column_is_drawn(page, book):
    head = page.locator("thead th").nth(1)
    before = head.evaluate("head => head.offsetWidth")
    head.locator(".column-edge").focus()
    for key, step in (("ArrowRight", 16), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        expect(head).to_have_js_property("offsetWidth", before + step)
    page.keyboard.press("Enter")
    expect(head).not_to_have_js_property("offsetWidth", before)


def a_form_is_saved(page, book):
    page.goto(f"/books/{book.pk}/edit/")
    page.get_by_label("Title").fill("By key")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/books/{book.pk}/")
    expect(page.locator("#record-title")).to_have_text("By key")


def a_card_is_moved(page, book):
    page.goto("/books/board/?sort=title")
    page.wait_for_load_state("networkidle")
    card = page.locator(".board-card").first
    card.focus()
    page.keyboard.press("Space")
    expect(card).to_have_class(re.compile("is-held"))
    page.keyboard.press("Escape")


def the_sheet_opens(page, book):
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


WORKS = {
    "Search and commands": search_opens,
    "Search in this list": list_search_is_reached,
    "Add a record here": a_record_is_added,
    "Next and previous row": rows_are_walked,
    "From the list to the record beside it, and back": the_other_side_is_reached,
    "Select the row": a_row_is_selected,
    "Open the row": a_row_is_opened,
    "Edit the record": a_record_is_edited,
    "Edit the focused value": a_value_is_edited,
    "Width of the focused column, as wide as its content": a_column_is_drawn,
    "From cell to cell of a list; letters change the cell": a_cell_is_gone_to,
    "Save the form": a_form_is_saved,
    "Pick up and drop a card on a board": a_card_is_moved,
    "Keyboard shortcuts": the_sheet_opens,
}


def test_every_key_of_the_help_sheet_does_what_it_says(librarian, book, open_page):
    page = open_page(librarian, "/books/?sort=title")
    listed = page.locator("#shortcuts dt").all_text_contents()
    places = page.locator("#shortcuts dd[data-go]").evaluate_all(
        "all => all.map(one => [one.dataset.go, one.dataset.href])"
    )
    others = {one for one in listed if one.startswith(("Go to ", "Calendar: "))}  # the calendar's have tests beside it
    assert set(listed) - set(WORKS) == others
    assert set(WORKS) <= set(listed)
    for works in WORKS.values():
        page.goto("/books/?sort=title")
        works(page, book)
    for key, href in places:
        page.goto("/books/?sort=title")
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{href}**")
