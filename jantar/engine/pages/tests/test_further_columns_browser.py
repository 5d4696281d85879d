"""Columns through references in a browser: found in the chooser, shown, only read."""

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.records import books, shelves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C108")]


@pytest.mark.parametrize("language", ["en", "hu"])
def test_a_field_of_the_record_referred_to_is_chosen_as_a_column(transactional_db, open_page, language):
    ada = make_user("Ada", admin=True)
    ada.language = language
    ada.save()
    shelf = write.create(shelves, {"name": "Attic", "city": "Brno"}, actor=actor_for(ada))
    write.create(books, {"title": "Babička", "shelf": shelf}, actor=actor_for(ada))

    page = open_page(ada, "/books/")
    title = "Columns" if language == "en" else "Oszlopok"
    page.get_by_role("link", name=title).click()
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    choice = dialog.get_by_label("Shelf › City")
    expect(choice).to_be_hidden()
    dialog.locator("summary", has_text="Shelf ›").press("Enter")
    choice.press("Space")
    expect(choice).to_be_checked()
    dialog.get_by_role("button", name="Show columns" if language == "en" else "Oszlopok megjelenítése").click()

    expect(page.get_by_role("columnheader", name="Shelf › City")).to_be_visible()
    cell = page.locator("tbody td[data-label='Shelf › City']")
    expect(cell).to_have_text("Brno")
    expect(page.locator("tbody td[data-field='shelf.city']")).to_have_count(0)
    page.get_by_role("link", name=title).click()
    expect(dialog.get_by_label("Shelf › City", exact=True)).to_be_checked()
