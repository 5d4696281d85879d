"""The filter as a tree in a browser: built by mouse and by keyboard, on a narrow screen, in two languages."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.pages.tests.test_lists_browser import ada, swapped, titles  # noqa: F401
from jantar.engine.testing.browser import NARROW

pytestmark = pytest.mark.django_db(transaction=True)


def opened(page):
    page.get_by_role("link", name="Add filter").click()
    page.get_by_role("dialog", name="Add filter").get_by_role("link", name="Edit all conditions").click()
    return page.get_by_role("dialog", name="All conditions")


@pytest.mark.capability("C71")
def test_a_tree_is_built_moved_counted_and_applied(ada, open_page):  # noqa: F811
    page = open_page(ada, "/books/?sort=title")
    dialog = opened(page)
    with swapped(page):
        dialog.get_by_label("Field").first.select_option("genre")
    with swapped(page):
        dialog.get_by_label("Comparison").select_option("is")
    dialog.get_by_label("Value").select_option("law")
    expect(dialog.locator(".filter-sentence")).to_have_text("Books where Genre is Law")
    expect(dialog.locator(".filter-found")).to_have_text("Found: 4")

    dialog.get_by_role("button", name="Add group").click()
    group = dialog.locator(".filter-below .filter-where")
    group.get_by_label("All, any or none").select_option("none")
    with swapped(page):
        group.get_by_label("Field").select_option("pages")
    with swapped(page):
        group.get_by_label("Comparison").select_option("gt")
    group.get_by_label("Value").fill("106")
    expect(dialog.locator(".filter-found")).to_have_text("Found: 2")
    expect(dialog.locator(".filter-sentence")).to_have_text("Books where Genre is Law and not (Pages is more than 106)")

    handle = dialog.get_by_role("button", name="Move condition").first
    handle.focus()
    page.keyboard.press("ArrowDown")
    expect(dialog.locator("[data-filter-handle]:focus")).to_have_count(1)
    neither = "Books where neither (Genre is Law nor Pages is more than 106)"
    expect(dialog.locator(".filter-sentence")).to_have_text(neither)
    page.keyboard.press("ArrowUp")
    expect(dialog.locator(".filter-found")).to_have_text("Found: 2")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 02", "Book 05"])

    page.get_by_role("link", name="Edit all conditions").click()
    dialog.get_by_role("button", name="Remove group").click()
    expect(dialog.locator(".filter-found")).to_have_text("Found: 4")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator("tbody .cell-title a")).to_have_count(4)


def test_a_condition_is_dragged_into_a_group(ada, open_page):  # noqa: F811
    tree = '{"all":[{"field":"genre","op":"is","value":"law"},{"any":[{"field":"lent","op":"is","value":true}]}]}'
    page = open_page(ada, f"/books/?filter={tree}")
    page.get_by_role("link", name="Edit all conditions").click()
    dialog = page.get_by_role("dialog", name="All conditions")
    expect(dialog.locator(".filter-found")).to_have_text("Found: 0")
    page.wait_for_load_state("networkidle")
    start = dialog.get_by_role("button", name="Move condition").first.bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, start["y"] + 15, steps=3)
    goal = dialog.locator(".filter-below .filter-below .filter-row").bounding_box()
    page.mouse.move(goal["x"] + 60, goal["y"] + goal["height"] - 4, steps=10)
    page.mouse.up()
    expect(dialog.locator(".filter-sentence")).to_have_text(re.compile("Genre is Law.* or |or .*Genre is Law"))
    expect(dialog.locator(".filter-found")).to_have_text("Found: 4")


def test_a_measure_and_a_period_of_ones_own_by_keyboard_on_a_narrow_screen(ada, open_page):  # noqa: F811
    page = open_page(ada, "/shelves/?sort=name", viewport=NARROW)
    page.get_by_role("link", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Add filter")
    with swapped(page):
        dialog.get_by_label("Field").first.select_option(label="Books")
    with swapped(page):
        dialog.get_by_label("How many").select_option("sum")
    with swapped(page):
        dialog.get_by_label("What is measured").select_option("pages")
    with swapped(page):
        dialog.get_by_label("Comparison").first.select_option("gte")
    dialog.get_by_label("Value").first.fill("634")
    expect(dialog.locator(".filter-sentence")).to_have_text("Shelves where Books: sum of Pages is at least 634")
    expect(dialog.locator(".filter-found")).to_have_text("Found: 1")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    page.keyboard.press("Enter")
    expect(page.locator("tbody .cell-title a")).to_have_text(["Cellar"])

    page.goto(page.url.split("/shelves")[0] + "/books/")
    page.get_by_role("link", name="Add filter").click()
    with swapped(page):
        dialog.get_by_label("Field").select_option("published_on")
    with swapped(page):
        dialog.get_by_label("Comparison").select_option("within")
    with swapped(page):
        dialog.get_by_label("Value").select_option("before_ago")
    dialog.get_by_label("Number").fill("45")
    expect(dialog.locator(".filter-sentence")).to_have_text("Books where Published is before 45 days ago")


def test_a_broken_filter_is_mended(ada, open_page):  # noqa: F811
    page = open_page(ada, '/books/?sort=title&filter={"all":[{"field":"gone","op":"is","value":1}]}')
    expect(page.get_by_text("This list can't be shown")).to_be_visible()
    page.locator(".chip-broken button").click()
    dialog = page.get_by_role("dialog", name="Change filter")
    expect(dialog.get_by_role("alert")).to_contain_text("This no longer exists")
    with swapped(page):
        dialog.get_by_label("Field").select_option("genre")
    with swapped(page):
        dialog.get_by_label("Comparison").select_option("is")
    dialog.get_by_label("Value").select_option("law")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator("tbody .cell-title a")).to_have_count(4)
    assert titles(page)[0] == "Book 02"


@pytest.mark.capability("N8")
def test_what_changed_since_is_chosen_by_clicking(ada, open_page):  # noqa: F811
    page = open_page(ada, "/books/?sort=title")
    page.get_by_role("link", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Add filter")
    with swapped(page):
        dialog.get_by_label("Field").select_option("changed:")
    with swapped(page):
        dialog.get_by_label("Comparison").select_option("within")
    dialog.get_by_label("Value").select_option("last 7 days")
    expect(dialog.locator(".filter-sentence")).to_contain_text("in the last 7 days")
    dialog.get_by_role("combobox", name="By whom").and_(page.locator("input")).click()
    dialog.locator(".ts-dropdown [data-value=me]").click()
    dialog.get_by_role("combobox", name="What changed").and_(page.locator("input")).click()
    dialog.locator(".ts-dropdown [data-value=genre]").click()
    expect(dialog.locator(".filter-sentence")).to_have_text("Books where Changed: Genre in the last 7 days by me")
    expect(dialog.locator(".filter-found")).to_have_text("Found: 0")
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")
    expect(dialog.locator(".filter-found")).not_to_have_text("Found: 0")
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator(".chip").first).to_contain_text("Changed in the last 7 days by me")
    page.locator("tbody tr a").first.click()
    page.get_by_role("tab", name="What changed").click()
    panel = page.locator(".history-panel")
    panel.get_by_label("Field").select_option("genre")
    expect(panel.locator(".change-list dt")).to_have_text(["Genre"])
