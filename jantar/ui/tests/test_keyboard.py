"""Palette, menus, shortcuts, rows and tabs by keyboard."""

import re

from playwright.sync_api import expect


def test_the_palette_finds_records_and_runs_by_keyboard(page, gallery, violations):
    page.goto(gallery)
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    box.press_sequentially("szől", delay=10)
    page.keyboard.press("Backspace")
    hit = page.locator("#palette").get_by_role("option", name="Szőke Gergő")
    expect(hit).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == hit.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")
    page.goto(gallery)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Recent").get_by_role("option")).to_contain_text(["Żaneta Łukasiewicz"])
    assert violations == []


def test_the_palette_offers_commands_by_unaccented_words_and_escape_closes_it(page, gallery):
    page.goto(gallery)
    page.locator("[data-palette-open]").first.click()
    page.keyboard.type("deal")
    expect(page.locator(".palette-item[aria-selected=true]")).to_contain_text("Deals")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search")).to_have_value("")


def test_a_menu_command_runs_from_the_palette(page, gallery):
    page.goto(gallery)
    page.keyboard.press("Control+k")
    page.keyboard.type("dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_rows_are_selected_by_range_and_walked_by_keyboard(page, gallery):
    page.goto(f"{gallery}list/")
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("4 selected")
    expect(page.locator("[data-selection-target=allOffer]")).to_be_hidden()
    page.get_by_label("Select all on this page").click()
    expect(bar).to_contain_text("40 selected")
    page.get_by_role("button", name="Select all 1,240").click()
    expect(bar).to_contain_text("1,240 selected")
    page.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tbody tr").nth(1)).to_have_class(re.compile("is-selected"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")


def test_shortcuts_go_places_but_never_while_typing(page, gallery):
    page.goto(gallery)
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/board/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search", exact=True).first).to_be_focused()
    page.keyboard.type("gp?")
    assert page.url.endswith("/board/")
    expect(page.locator("[data-list-search]")).to_have_value("gp?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Go to Deals")


def test_a_menu_is_worked_by_keyboard(page, gallery):
    page.goto(gallery)
    button = page.get_by_role("button", name="Actions")
    button.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Edit")).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_tabs_are_remembered(page, gallery):
    page.goto(gallery)
    page.get_by_role("tab", name="Deals").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="People")).to_be_visible()
    page.reload()
    expect(page.get_by_role("tab", name="People")).to_have_attribute("aria-selected", "true")
