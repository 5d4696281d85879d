"""Nothing typed is lost: what stands in a form comes back after the page was left, until it is saved."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.testing.fake.models import Book, Shelf

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


def settings_role(page):
    page.goto("/settings/roles/new/")
    return page.locator("main input[name=name]")


def settings_company(page):
    page.goto("/settings/company/")
    return page.locator("main form[data-draft-key-value='/settings/company/'] input[name=name]")


def exchange_rate(page):
    page.goto("/settings/company/")
    return page.locator("main input[name=rate]")


def custom_field(page):
    page.goto("/settings/fields/books/")
    page.get_by_role("link", name="Add field").click()
    return page.locator("#dialog input[name=label]")


def pipeline(page):
    page.goto("/settings/pipelines/")
    page.get_by_role("link", name="Add pipeline").click()
    return page.locator("#dialog input[name=name]")


def webhook(page):
    page.goto("/settings/webhooks/new/")
    return page.locator("main input[name=url]")


def profile(page):
    page.goto("/account/")
    return page.locator("main input[name=full_name]")


def bulk_edit(page):
    page.goto("/books/?sort=title")
    page.get_by_role("checkbox", name="Book 00").check()
    page.locator(".bulk-bar").get_by_role("button", name="Change").click()
    page.wait_for_load_state("networkidle")  # until the dialog listens, a choice asks for nothing
    chosen = page.locator("#bulk-field")
    if chosen.input_value() != "title":
        chosen.select_option("title")
    return page.locator("#dialog [name=value]")


DIALOGS = [custom_field, pipeline, bulk_edit]
SETTINGS = [settings_role, settings_company, exchange_rate, webhook, profile]
FORMS = [new_record, edited_record, composed_note, saved_view, settings_team, *DIALOGS, *SETTINGS]


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


def test_the_form_of_all_fields_takes_over_what_was_typed_into_the_short_one(librarian, open_page):
    shelf = f"/shelves/{Shelf.objects.get(name='Attic').pk}/"

    def short_form():
        page.get_by_role("tab", name="Books").click()
        page.get_by_role("link", name="Add", exact=True).click()
        return page.get_by_role("dialog", name="New book")

    page = open_page(librarian, shelf)
    short = short_form()
    short.get_by_label("Title").fill("Typed in haste")
    short.get_by_label("Genre").select_option("law")
    short.get_by_role("link", name="All fields").click()
    expect(page).to_have_url(re.compile(r"/books/new/\?shelf=\d+$"))
    expect(page.get_by_label("Title")).to_have_value("Typed in haste")
    expect(page.get_by_label("Genre")).to_have_value("law")
    expect(page.get_by_text("What you typed before is back")).to_be_hidden()
    page.reload()  # the address is that of an ordinary form, which has its draft
    expect(page.get_by_label("Title")).to_have_value("Typed in haste")
    expect(page.get_by_text("What you typed before is back")).to_be_visible()
    page.get_by_label("Pages").fill("33")  # of the form of all fields alone
    page.goto(shelf)
    short = short_form()
    expect(short.get_by_label("Title")).to_have_value("")
    short.get_by_label("Title").fill("Second thought")
    short.get_by_role("link", name="All fields").click()
    expect(page.get_by_label("Title")).to_have_value("Second thought")
    expect(page.get_by_label("Pages")).to_have_value("33")
    expect(page.get_by_text("What you typed before is back")).to_be_visible()


def test_the_conditions_of_a_filter_come_back_as_they_were_put_together(librarian, open_page):
    page = open_page(librarian, "/books/")

    def dialog():
        page.get_by_role("link", name="Add filter").click()
        page.get_by_role("dialog", name="Add filter").get_by_role("link", name="Edit all conditions").click()
        return page.get_by_role("dialog", name="All conditions")

    shown = dialog()
    shown.get_by_role("button", name="Add condition").first.click()
    expect(shown.locator("[data-filter-field]")).to_have_count(2)
    for place, name in enumerate(("title", "pages")):
        field = shown.locator("select[data-filter-field]").nth(place)
        with page.expect_response("**/filter/row/**"):
            field.select_option(name)
    value = shown.get_by_role("textbox", name="Value").first
    value.fill("Typed and left")
    page.wait_for_timeout(400)
    page.goto("/shelves/")
    page.goto("/books/")
    shown = dialog()
    expect(shown.get_by_text("What you typed before is back")).to_be_visible()
    expect(shown.locator("select[data-filter-field]")).to_have_count(2)
    expect(shown.get_by_role("textbox", name="Value").first).to_have_value("Typed and left")
    expect(shown.locator("select[data-filter-field]").nth(1)).to_have_value("pages")
    shown.get_by_role("button", name="Discard it").click()
    expect(shown.get_by_text("Typed and left")).to_have_count(0)


def test_the_choices_of_a_merge_come_back(librarian, open_page):
    one, two = Book.objects.order_by("title")[:2]
    address = f"/books/merge/?with={one.pk}&with={two.pk}"
    page = open_page(librarian, address)
    choice = page.get_by_role("radio", name="Book 01").last
    choice.check()
    page.wait_for_timeout(400)
    page.goto("/shelves/")
    page.goto(address)
    expect(page.get_by_role("radio", name="Book 01").last).to_be_checked()
    expect(page.get_by_text("What you typed before is back")).to_be_visible()


def test_passwords_are_never_kept(librarian, open_page):
    page = open_page(librarian, "/account/password/")
    for box in page.locator("input[type=password]").all():
        box.fill("correct horse battery")
    page.wait_for_timeout(400)
    page.goto("/settings/users/new/")
    page.locator("main input[name=full_name]").fill("Typed")
    page.locator("main input[type=password]").first.fill("correct horse battery")
    page.wait_for_timeout(400)
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Typed" in kept
    assert "horse" not in kept
