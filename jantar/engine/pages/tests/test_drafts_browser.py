"""Nothing typed is lost: what stands in a form comes back after the page was left, until it is saved."""

import pytest
from playwright.sync_api import expect

from jantar.engine.testing.fake.models import Book

pytestmark = pytest.mark.django_db(transaction=True)


def new_record(page):
    page.goto("/books/new/")
    return page.get_by_label("Title")


def edited_record(page):
    page.goto(f"/books/{Book.objects.get(title='Book 00').pk}/edit/")
    return page.get_by_label("Title")


def composed_note(page):
    page.goto(f"/books/{Book.objects.get(title='Book 00').pk}/")
    page.locator("#composer").wait_for()
    box = page.locator("#note-text")
    if not box.is_visible():
        page.locator("#composer").get_by_role("tab", name="Note").click()
    return box


def saved_view(page):
    page.goto("/books/?sort=title")
    page.get_by_role("button", name="Everything").click()
    page.get_by_role("menuitem", name="Save as view").click()
    return page.locator("#dialog input[name=name]")


def settings_team(page):
    page.goto("/settings/teams/new/")
    return page.locator("main input[name=name]")


FORMS = [new_record, edited_record, composed_note, saved_view, settings_team]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_what_was_typed_is_back_after_the_page_was_left(librarian, open_page, form):
    page = open_page(librarian, "/books/")
    form(page).fill("Typed and left")
    page.wait_for_timeout(400)
    page.goto("/shelves/")
    box = form(page)
    expect(box).to_have_value("Typed and left")
    expect(page.get_by_text("What you typed before is back").filter(visible=True)).to_have_count(1)
    page.get_by_role("button", name="Discard it").filter(visible=True).click()
    expect(box).not_to_have_value("Typed and left")
    page.goto("/shelves/")
    expect(form(page)).not_to_have_value("Typed and left")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(
    "form",
    [new_record, composed_note, saved_view, settings_team],
    ids=lambda form: form.__name__,
)
def test_a_saved_form_leaves_no_draft(librarian, open_page, form):
    page = open_page(librarian, "/books/")
    box = form(page)
    box.fill("Typed and saved")
    page.wait_for_timeout(400)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Control+Enter")
    page.wait_for_load_state("networkidle")
    page.goto("/shelves/")
    stored = page.evaluate("Object.keys(localStorage).filter(key => key.includes(':draft:'))")
    assert stored == []
