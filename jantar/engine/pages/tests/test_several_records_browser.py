"""A field of several records in a browser: chosen and taken away by keyboard; what one may not see stays."""

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C130")]


def stored_names():
    return [Shelf.objects.get(pk=int(pk)).name for pk in Book.objects.get().custom.get("x_spares", [])]


@pytest.mark.parametrize("language", ["en", "hu"])
def test_records_are_chosen_and_taken_away_by_keyboard(transactional_db, open_page, language):
    create_field("books", label="Spares", kind="records", target="shelves", actor=system_actor())
    root, eva = make_user("Root", admin=True), make_user("Eva", scope=Scope.OWN)
    eva.language = language
    eva.save()
    secret = write.create(shelves, {"name": "Secret"}, actor=actor_for(root))
    for name in ("Attic", "Cellar"):
        write.create(shelves, {"name": name}, actor=actor_for(eva))
    book = write.create(books, {"title": "Quo vadis", "x_spares": [secret], "owner": eva}, actor=actor_for(root))
    unseen = "(not visible to you)" if language == "en" else "(az Ön számára nem látható)"

    page = open_page(eva, f"/books/{book.pk}/edit/")
    chosen = page.get_by_role("combobox", name="Spares").and_(page.locator("input"))
    chips = page.locator("#f-x_spares ~ .ts-wrapper .item")
    expect(chips).to_contain_text([unseen])
    for name in ("Attic", "Cellar"):
        chosen.fill(name)
        offered = page.get_by_role("listbox", name="Spares").get_by_role("option")
        expect(offered).to_have_text([name])  # what was offered before is gone
        chosen.press("Enter")
    expect(chips).to_contain_text([unseen, "Attic", "Cellar"])
    chosen.press("Escape")
    chosen.press("Backspace")
    expect(chips).to_contain_text([unseen, "Attic"])
    page.get_by_role("button", name="Save" if language == "en" else "Mentés").click()

    fact = page.locator("#fact-x_spares")
    expect(fact).to_contain_text("Attic")
    expect(fact).to_contain_text(unseen)
    assert stored_names() == ["Secret", "Attic"]
    expect(fact.get_by_role("link", name="Attic")).to_have_attribute(
        "href", f"/shelves/{Shelf.objects.get(name='Attic').pk}/"
    )
