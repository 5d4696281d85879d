"""The cells of a list by keyboard: from one to the next, edited by typing, and out again."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.testing.browser import accessibility_faults
from jantar.engine.testing.fake.models import Book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C108")]
PATH = "/books/?sort=title&columns=title,pages,genre,created_at"


def cell(page, row, column):
    return page.locator("tbody tr").nth(row).locator("td").nth(column)


def test_arrow_keys_go_from_cell_to_cell(librarian, open_page):
    page = open_page(librarian, PATH)
    page.get_by_role("link", name="Book 00", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 0, 2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, 3)).to_be_focused()
    expect(page.locator("tr.is-current .cell-title")).to_have_text("Book 01")
    page.keyboard.press("Home")
    expect(page.get_by_role("checkbox", name="Select Book 01", exact=True)).to_be_focused()
    page.keyboard.press("End")
    expect(cell(page, 1, 4)).to_be_focused()
    page.keyboard.press("Control+End")
    expect(cell(page, 11, 4)).to_be_focused()
    page.keyboard.press("Control+Home")
    expect(page.get_by_role("checkbox", name="Select Book 00", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="Book 00", exact=True)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Book 01", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    assert page.locator("tbody td[tabindex='0']").count() == 1
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Book 01", exact=True)).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Select Book 01", exact=True)).to_be_checked()


def test_typing_on_a_cell_begins_to_change_it(librarian, open_page):
    page = open_page(librarian, PATH)
    page.get_by_role("link", name="Book 02", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("77")
    expect(cell(page, 2, 2).get_by_role("textbox")).to_have_value("77")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(cell(page, 2, 2)).to_have_text("777")
    expect(cell(page, 2, 2)).to_be_focused()
    assert Book.objects.get(title="Book 02").pages == 777
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(cell(page, 3, 2).get_by_role("textbox")).to_have_value("103")
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    expect(cell(page, 3, 2)).to_have_text("103")
    expect(cell(page, 3, 2)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    expect(cell(page, 3, 3).get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    page.keyboard.press("z")
    expect(page.locator("tbody .is-editing")).to_have_count(0)


def test_a_cell_that_is_clicked_is_the_one_that_is_typed_into(librarian, open_page):
    page = open_page(librarian, PATH)
    cell(page, 2, 2).click()
    expect(cell(page, 2, 2)).to_be_focused()
    page.keyboard.type("n7")  # "n" alone is the key of a new record
    page.keyboard.press("Escape")
    expect(cell(page, 2, 2)).to_have_text("102")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(cell(page, 3, 2).get_by_role("textbox")).to_have_value("103")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Book 04", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Book 04")


@pytest.fixture
def held(librarian, open_page):
    """A list whose cells get no answer before `held.go_on()`."""

    class Held:
        def __init__(self):
            self.page = open_page(librarian, PATH)
            self.routes = []
            self.page.route("**/fields/**", lambda route: self.came(route))
            self.came = self.routes.append

        def begin(self, row, column, key):
            self.came = self.routes.append
            cell(self.page, row, 0).get_by_role("checkbox").focus()
            for _ in range(column):
                self.page.keyboard.press("ArrowRight")
            expect(cell(self.page, row, column)).to_be_focused()
            with self.page.expect_request("**/fields/**"):
                self.page.keyboard.press(key)

        def go_on(self):
            self.came = lambda route: route.continue_()
            while self.routes:
                self.routes.pop().continue_()

    return Held()


def test_what_is_typed_before_the_control_is_there_goes_into_it(held):
    page = held.page
    held.begin(2, 2, "7")
    page.keyboard.type("79")
    page.keyboard.press("Backspace")
    page.keyboard.type("8")
    held.go_on()
    expect(cell(page, 2, 2).get_by_role("textbox")).to_have_value("778")
    expect(cell(page, 2, 2).get_by_role("textbox")).to_be_focused()


def test_enter_typed_ahead_saves_and_the_keys_after_it_go_on_from_there(held):
    page = held.page
    held.begin(2, 2, "7")
    for key in ("7", "Enter", "ArrowDown", "8", "8", "Enter", "ArrowDown"):
        page.keyboard.press(key)
    held.go_on()
    expect(cell(page, 4, 2)).to_be_focused()
    expect(cell(page, 2, 2)).to_have_text("77")
    expect(cell(page, 3, 2)).to_have_text("88")
    pages = list(Book.objects.order_by("title").values_list("pages", flat=True))
    assert pages[2:5] == [77, 88, 104]


def test_escape_typed_ahead_leaves_the_value_and_tab_saves_it_and_goes_on(held):
    page = held.page
    held.begin(2, 2, "7")
    page.keyboard.press("Escape")
    held.go_on()
    expect(cell(page, 2, 2)).not_to_have_class(re.compile("is-busy|is-editing"))
    expect(cell(page, 2, 2)).to_be_focused()
    expect(cell(page, 2, 2)).to_have_text("102")
    held.begin(1, 2, "9")
    page.keyboard.press("Tab")
    held.go_on()
    expect(page.get_by_role("checkbox", name="Select Book 02", exact=True)).to_be_focused()
    expect(cell(page, 1, 2)).to_have_text("9")
    assert list(Book.objects.order_by("title").values_list("pages", flat=True))[1:3] == [9, 102]


def test_keys_typed_for_a_cell_that_was_left_do_not_go_into_the_next_one(held):
    page = held.page
    held.begin(2, 2, "7")
    page.keyboard.press("Escape")
    held.begin(1, 2, "9")
    page.keyboard.press("Enter")
    held.go_on()
    expect(cell(page, 1, 2)).to_have_text("9")
    expect(cell(page, 2, 2)).not_to_have_class(re.compile("is-busy|is-editing"))
    assert list(Book.objects.order_by("title").values_list("pages", flat=True))[1:3] == [9, 102]


def test_a_choice_takes_what_was_typed_ahead_and_who_went_away_is_left_there(held):
    page = held.page
    held.begin(0, 3, "l")
    page.keyboard.type("aw")
    page.keyboard.press("Enter")
    held.go_on()
    expect(cell(page, 0, 3)).to_have_text("Law")
    assert Book.objects.get(title="Book 00").genre == "law"
    held.begin(1, 2, "9")
    page.locator("[data-list-search]").click()
    held.go_on()
    page.keyboard.type("Book 01")
    expect(page.locator("tbody .is-editing, tbody .is-busy")).to_have_count(0)
    expect(page.locator("[data-list-search]")).to_have_value("Book 01")
    assert Book.objects.get(title="Book 01").pages == 101
