"""A hand-picked list from the first chosen row to its pin in the navigation, in the browser."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.lists.models import RecordList
from jantar.engine.permissions.actor import actor_for
from jantar.engine.testing.browser import NARROW, accessibility_faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C108")]


def choose(page, *titles):
    for title in titles:
        page.get_by_role("checkbox", name=f"Select {title}", exact=True).check()


@pytest.mark.parametrize("language", ["en", "hu"])
def test_a_list_is_picked_opened_pinned_filtered_by_and_emptied(librarian, open_page, language):
    librarian.language = language
    librarian.save(update_fields=["language"])
    words = {
        "en": ("Add to list", "Name", "Add 2", "2 records added to “Fair”.", "Everything", "Lists …",
               "Pin in the navigation", "Take out of list", "Take out 1", "Undo"),
        "hu": ("Felvétel listára", "Név", "2 felvétele", "2 rekord felkerült a(z) „Fair” listára.", "Minden",
               "Listák …", "Rögzítés a navigációban", "Levétel a listáról", "1 levétele", "Visszavonás"),
    }[language]  # fmt: skip
    add, name, run, said, everything, lists, pin, take, take_one, undo = words
    page = open_page(librarian, "/books/?sort=title")
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name=add, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label(name, exact=True)).to_be_visible()
    dialog.get_by_label(name, exact=True).fill("Fair")
    dialog.get_by_role("button", name=run, exact=True).click()
    expect(page.get_by_text(said)).to_be_visible()

    page.get_by_role("button", name=everything, exact=True).click()
    page.get_by_role("menuitem", name=lists).click()
    dialog.get_by_role("link", name="Fair", exact=True).click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 01", "Book 00"])

    page.get_by_role("button", name="Fair", exact=True).click()
    page.get_by_role("menuitem", name=pin).click()
    expect(page.get_by_role("navigation").get_by_role("link", name="Fair")).to_be_visible()

    boxes.nth(0).check()
    page.get_by_role("button", name=take, exact=True).click()
    dialog.get_by_role("button", name=take_one, exact=True).click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 00"])
    page.get_by_role("button", name=undo, exact=True).click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 01", "Book 00"])


def test_a_record_is_put_into_a_list_from_its_page_and_by_the_palette(librarian, open_page):
    from jantar.engine.lists.services import create_list
    from jantar.engine.testing.fake.records import books

    actor = actor_for(librarian)
    made = create_list(books, "Fair", actor=actor)
    book = books.visible_to(actor).get(title="Book 03")
    page = open_page(librarian, f"/books/{book.pk}/")
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("menuitem", name="Add to list").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name=re.compile("^List")).select_option(label="Fair")
    expect(dialog.get_by_label("Name", exact=True)).to_be_hidden()
    dialog.get_by_role("button", name="Add 1", exact=True).click()
    expect(page.get_by_text("1 record added to “Fair”.")).to_be_visible()
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name=re.compile("Search")).and_(page.locator("input")).fill("Add to list")
    page.get_by_role("option", name=re.compile("Add to list")).first.click()
    expect(dialog.get_by_role("link", name="Fair", exact=True)).to_be_visible()
    assert accessibility_faults(page) == []
    dialog.get_by_role("button", name="Take out of Fair").click()
    expect(page.get_by_text("1 record taken out of “Fair”.")).to_be_visible()
    assert made.members.count() == 0


def test_a_condition_on_lists_is_built_by_clicking(librarian, open_page):
    from jantar.engine.lists.services import add_records, create_list
    from jantar.engine.testing.fake.records import books

    actor = actor_for(librarian)
    made = create_list(books, "Fair", actor=actor)
    chosen = books.visible_to(actor).filter(title__in=["Book 03", "Book 04"]).values_list("pk", flat=True)
    add_records(made.pk, list(chosen), actor=actor)
    page = open_page(librarian, "/books/?sort=title", viewport=NARROW)
    page.get_by_role("link", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Add filter")
    with page.expect_response(lambda answer: "/filter/row/" in answer.url):
        dialog.get_by_label("Field").select_option("lists")
    expect(dialog.get_by_label("Comparison")).to_have_value("is")
    dialog.locator(".ts-control").click()
    page.get_by_role("option", name="Fair").click()
    expect(dialog.get_by_text("Books where in the list Fair")).to_be_visible()
    dialog.get_by_role("button", name="Apply filter").click()
    expect(page.locator(".chip")).to_have_text(re.compile(r"in the list\s*Fair"))
    expect(page.locator("tbody .cell-title a")).to_have_text(["Book 03", "Book 04"])
    assert RecordList.objects.count() == 1
