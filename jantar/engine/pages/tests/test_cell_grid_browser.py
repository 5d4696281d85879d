"""The cells of a list by keyboard: from one to the next, edited by typing, and out again."""

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
