"""Custom fields in a browser: asked what belongs to their kind, put in order by keys, filled in a form."""

import pytest
from playwright.sync_api import expect

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import draft_with
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books, shelves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C130")]


@pytest.fixture
def ada(transactional_db):
    return make_user("Ada", admin=True)


def add_field(page, label, kind, **more):
    page.get_by_role("link", name="Add field").click()
    dialog = page.get_by_role("dialog", name="New field of books")
    dialog.get_by_label("Label").fill(label)
    dialog.get_by_label("Kind").select_option(kind)
    for name, value in more.items():
        dialog.get_by_label(name.replace("_", " ")).select_option(value)
    dialog.get_by_role("button", name="Save field").click()
    expect(page.get_by_role("cell", name=label, exact=True)).to_be_visible()


def test_the_dialog_asks_what_belongs_to_the_kind(ada, open_page):
    page = open_page(ada, "/settings/fields/books/")
    page.get_by_role("link", name="Add field").click()
    dialog = page.get_by_role("dialog", name="New field of books")
    kinds = {
        "text": (False, False, True, True),
        "choice": (False, True, True, False),
        "record": (True, False, False, False),
    }
    labels = ("Refers to", "Values of the list", "New records start with", "No two records may have the same value")
    for kind, visible in kinds.items():
        dialog.get_by_label("Kind").select_option(kind)
        assert tuple(dialog.get_by_label(label).is_visible() for label in labels) == visible, kind


@pytest.mark.parametrize("language", ["en", "hu"])
def test_fields_are_added_put_in_order_by_keys_and_filled_in(ada, open_page, language):
    write.create(shelves, {"name": "Attic"}, actor=actor_for(ada))
    page = open_page(ada, "/settings/fields/books/")
    add_field(page, "Advance", "money")
    add_field(page, "Spare shelf", "record", Refers_to="shelves")
    with page.expect_response(lambda answer: answer.url.endswith("/order/")):
        page.get_by_role("button", name="Move Spare shelf").press("ArrowUp")
    assert [field.label for field in CustomField.objects.all()] == ["Spare shelf", "Advance"]

    ada.language = language
    ada.save()
    page.goto("/books/new/")
    page.locator("#f-title").fill("Quo vadis")
    page.locator("summary").last.click()  # further fields
    page.locator("#f-x_advance").fill("1250.50" if language == "en" else "1250,50")
    with page.expect_response(lambda answer: "q=Att" in answer.url):
        page.locator("#f-x_spare_shelf-ts-control").fill("Att")
    page.get_by_role("option", name="Attic").click()
    page.locator("#f-title").focus()
    page.get_by_role("button", name="Save" if language == "en" else "Mentés").click()
    page.locator("#fact-x_spare_shelf").wait_for()
    shelf = shelves.model.objects.get().pk
    stored = Book.objects.get().custom
    assert (stored["x_spare_shelf"], stored["x_advance"]["amount"]) == (shelf, "1250.50")
    expect(page.locator("#fact-x_spare_shelf")).to_contain_text("Attic")


@pytest.mark.parametrize("language", ["en", "cs"])
def test_a_formula_is_put_together_by_clicks_checked_while_typing_and_tried(ada, open_page, language):
    ada.language = language
    ada.save()
    write.create(books, {"title": "Quo vadis", "pages": 120}, actor=actor_for(ada))
    page = open_page(ada, "/settings/fields/books/")
    page.locator("a[data-shortcut='n']").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#id_label").fill("Double")
    expect(dialog.locator("#id_formula")).to_be_hidden()
    dialog.locator("#id_kind").select_option("formula")
    expect(dialog.locator("#id_required")).to_be_hidden()
    dialog.locator("select").filter(has=page.locator("option[value='[Pages]']")).select_option("[Pages]")
    expect(dialog.locator("#id_formula")).to_have_value("[Pages]")
    dialog.locator("#id_formula").press_sequentially(" * ")
    expect(dialog.locator(".field-errors")).to_contain_text("At the end" if language == "en" else "Na konci")
    dialog.locator("#id_formula").press_sequentially("2")
    expect(dialog.locator("dd")).to_have_text("240")
    dialog.get_by_role("button", name="Save field" if language == "en" else "Uložit pole").click()
    expect(page.get_by_role("cell", name="Double", exact=True)).to_be_visible()
    assert CustomField.objects.get().formula == "[pages] * 2"


@pytest.mark.parametrize("language", ["en", "sk"])
def test_a_roll_up_is_put_together_by_clicks_and_tried(ada, open_page, language):
    ada.language = language
    ada.save()
    attic = write.create(shelves, {"name": "Attic"}, actor=actor_for(ada))
    for pages in (100, 400):
        write.create(books, {"title": f"B{pages}", "pages": pages, "shelf": attic}, actor=actor_for(ada))
    page = open_page(ada, "/settings/fields/shelves/")
    page.locator("a[data-shortcut='n']").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#id_label").fill("Thick books")
    dialog.locator("#id_kind").select_option("rollup")
    expect(dialog.locator("#id_indexed")).to_be_visible()
    dialog.locator("#id_rollup").select_option("books|count")
    expect(dialog.locator("dd")).to_have_text("2")
    counted = dialog.locator("#rollup-where")
    counted.locator("[data-filter-field]").select_option("pages")
    counted.locator("[data-filter-operator]").select_option("gt")
    counted.locator("input[name$='-value']").fill("300")
    expect(dialog.locator("dd")).to_have_text("1")
    dialog.locator("button[type=submit]").click()
    expect(page.get_by_role("cell", name="Thick books", exact=True)).to_be_visible()
    where = {"all": [{"field": "pages", "op": "gt", "value": 300}]}
    assert CustomField.objects.get().rollup == {"relation": "books", "measure": "count", "where": where}


WORDS = {
    "en": ("Shown only when", "Save field", "Shown when Genre is Poetry", "This field is required."),
    "hu": ("Csak akkor jelenik meg, ha", "Mező mentése", "Megjelenik, ha: Genre", "A mező kitöltése kötelező."),
}


@pytest.mark.parametrize("language", ["en", "hu"])
def test_a_field_is_shown_while_its_condition_holds_and_keeps_what_was_typed(ada, open_page, language):
    ada.language = language
    ada.save()
    label, save, said, required = WORDS[language]
    page = open_page(ada, "/settings/fields/books/")
    page.locator("a[data-shortcut='n']").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#id_label").fill("Metre")
    condition = dialog.get_by_role("group", name=label)
    condition.locator("[data-filter-field]").select_option("genre")
    condition.locator("select[name$='-value']").select_option("poetry")
    dialog.locator("#id_required").check()
    dialog.get_by_role("button", name=save).click()
    row = page.get_by_role("row").filter(has_text="Metre")
    expect(row).to_contain_text(said)
    row.get_by_role("link", name="Metre").click()
    expect(dialog.locator("#id_label")).to_have_value("Metre")
    expect(condition.locator("select[name$='-value']")).to_have_value("poetry")

    page.goto("/books/new/")
    page.locator("#f-title").fill("Máj")
    metre = page.locator("#f-x_metre")
    expect(metre).to_be_hidden()
    page.locator("#f-genre").select_option("poetry")
    expect(metre).to_be_visible()
    page.locator("#record-form button[type=submit]").click()
    expect(page.locator("#f-x_metre-errors")).to_contain_text(required)
    metre.fill("iamb")
    page.locator("#f-genre").select_option("novel")
    expect(metre).to_be_hidden()
    page.locator("#f-genre").select_option("poetry")
    expect(metre).to_have_value("iamb")
    expect(metre).to_be_visible()
    page.locator("#record-form button[type=submit]").click()
    expect(page.locator("#fact-x_metre")).to_contain_text("iamb")
    assert Book.objects.get().custom == {"x_metre": "iamb"}

    page.locator("#fact-genre .inline-edit, #fact-genre").last.click()
    page.locator("#fact-genre select").select_option("novel")
    page.locator("#fact-genre select").press("Enter")
    expect(page.locator("#fact-x_metre")).to_have_count(0)


@pytest.mark.parametrize("address", ["/books/new/", "/books/new/?dialog=1"])
def test_a_draft_that_comes_back_shows_the_fields_whose_condition_it_fulfils(ada, open_page, address):
    of_poems = {"shown_when": {"field": "genre", "op": "is", "value": "poetry"}, "actor": actor_for(ada)}
    create_field("books", label="Metre", kind="text", section="Book", **of_poems)
    create_field("books", label="Rhyme", kind="text", **of_poems)
    page = open_page(ada, address)
    metre, rhyme = page.locator("#f-x_metre"), page.locator("#f-x_rhyme")
    is_whole = "dialog" not in address
    page.locator("#f-genre").select_option("poetry")
    expect(metre).to_be_visible()
    metre.fill("iamb of five feet")
    if is_whole:
        expect(rhyme).to_be_visible()
    draft_with(page, "iamb of five feet")

    page.goto("/books/")
    page.goto(address)
    expect(page.locator("#f-genre")).to_have_value("poetry")
    expect(metre).to_be_visible()
    expect(metre).to_have_value("iamb of five feet")
    if is_whole:
        expect(rhyme).to_be_visible()
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("#f-genre")).not_to_have_value("poetry")
    expect(metre).to_be_hidden()


def test_a_section_in_which_something_was_typed_is_open_after_an_error_and_in_a_draft(ada, open_page):
    create_field("books", label="Metre", kind="text", actor=actor_for(ada))
    page = open_page(ada, "/books/new/")
    metre = page.locator("#f-x_metre")
    expect(metre).to_be_hidden()
    page.locator("summary").last.click()  # further fields
    metre.fill("iamb of five feet")
    page.locator("#record-form button[type=submit]").click()
    expect(page.locator("#f-title-errors")).to_be_visible()
    expect(metre).to_be_visible()
    draft_with(page, "iamb of five feet")

    page.goto("/books/new/")
    expect(metre).to_have_value("iamb of five feet")
    expect(metre).to_be_visible()
