"""An address in a browser: typed in parts by keys, refused at the part, kept as a draft, changed where it stands."""

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import accessibility_faults, draft_with
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.kit.address import Address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C130")]
WORDS = {
    "en": ("Postal code", "City", "Country", "Hungary", "Save", "At most 100 characters fit here; this has 101."),
    "hu": (
        "Irányítószám",
        "Település",
        "Ország",
        "Magyarország",
        "Mentés",
        "Legfeljebb 100 karakter fér el itt; ez 101 karakter.",
    ),
}


@pytest.fixture
def ada(transactional_db):
    create_field("books", label="Site", kind="address", section="Book", actor=system_actor())
    return make_user("Ada", admin=True)


@pytest.mark.parametrize("language", ["en", "hu"])
def test_it_is_typed_by_keyboard_refused_at_the_part_and_kept_as_a_draft(ada, open_page, language):
    ada.language = language
    ada.save()
    code, city, country, hungary, save, too_long = WORDS[language]
    page = open_page(ada, "/books/new/")
    page.locator("#f-title").fill("Quo vadis")
    if not page.locator("#f-x_site-street").is_visible():
        page.locator("summary").last.click()  # further fields
    page.locator("#f-x_site-street").fill("Fő tér 1")
    page.keyboard.press("Tab")
    expect(page.get_by_label(code, exact=True)).to_be_focused()
    page.keyboard.type("9021")
    page.keyboard.press("Tab")
    page.keyboard.type("G" * 101)
    chosen = page.get_by_role("group", name="Site").get_by_role("combobox", name=country).and_(page.locator("input"))
    chosen.fill(hungary)
    expect(page.locator("#f-x_site-country-ts-dropdown [role=option]")).to_have_text([hungary])
    chosen.press("Enter")
    page.locator("#f-title").focus()
    page.get_by_role("button", name=save).click()

    expect(page.locator("#f-x_site-city-errors")).to_contain_text(too_long)
    expect(page.get_by_label(city, exact=True)).to_be_focused()
    expect(page.get_by_label(city, exact=True)).to_have_attribute("aria-describedby", "f-x_site-city-errors")
    expect(page.locator("#f-x_site-street-errors")).to_have_count(0)
    assert accessibility_faults(page) == []
    page.get_by_label(city, exact=True).fill("Győr")
    draft_with(page, "Győr")

    page.goto("/books/new/")
    expect(page.locator("#f-x_site-city")).to_have_value("Győr")
    expect(page.locator("#f-x_site-postal_code")).to_have_value("9021")
    page.get_by_role("button", name=save).click()
    fact = page.locator("#fact-x_site")
    expect(fact.locator(".address > span:not(.address-comma)")).to_have_text(["Győr", "Fő tér 1", "9021", hungary])
    assert Book.objects.get().custom["x_site"] == {
        "street": "Fő tér 1", "city": "Győr", "postal_code": "9021", "country": "HU",
    }  # fmt: skip


def test_it_is_changed_where_it_stands_on_a_narrow_screen_too(ada, open_page):
    site = Address("Stavbařů 12", "Brno", "602 00", "", "CZ")
    book = write.create(books, {"title": "Quo vadis", "x_site": site}, actor=actor_for(ada))
    page = open_page(ada, f"/books/{book.pk}/", viewport={"width": 390, "height": 844})
    fact = page.locator("#fact-x_site")
    fact.locator("span").first.click()
    street = fact.get_by_label("Street")
    expect(street).to_be_focused()
    street.fill("Dlouhá 3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    street.press("Tab")
    expect(fact.get_by_label("Postal code")).to_be_focused()
    fact.get_by_label("Postal code").press("Enter")
    expect(fact.locator(".address")).to_contain_text("Dlouhá 3")
    assert Book.objects.get().custom["x_site"]["street"] == "Dlouhá 3"
    assert Book.objects.get().custom["x_site"]["city"] == "Brno"
