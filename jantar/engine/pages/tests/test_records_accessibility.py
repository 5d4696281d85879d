"""axe over the record page, its dialogs, the forms and the settings, in light and dark, wide and narrow."""

from decimal import Decimal
from typing import Any

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import NARROW, WIDE, OpenPage, accessibility_faults
from jantar.engine.testing.fake.records import books
from jantar.kit.money import Money
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = pytest.mark.parametrize(
    "look", [{"viewport": WIDE, "color_scheme": "light"}, {"viewport": NARROW, "color_scheme": "dark"}]
)


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def book(root: User) -> Any:
    price = Money(Decimal(-5), "EUR")
    values = {"title": "Quo vadis", "price": price, "labels": ["old"], "copies": [{"number": "1", "is_main": True}]}
    return write.create(books, values, actor=actor_for(root))


@LOOKS
def test_axe_finds_nothing_on_record_pages(open_page: OpenPage, root: User, book: Any, look: Any) -> None:
    page = open_page(root, f"/books/{book.pk}/", **look)
    page.wait_for_load_state("networkidle")
    assert accessibility_faults(page) == []
    page.get_by_role("tab", name="What changed").click()
    page.locator(".change-list").first.wait_for()
    assert accessibility_faults(page) == []
    page.locator("#fact-genre").dblclick()
    page.locator("#fact-genre select").wait_for()
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Edit: Copies").click()
    page.locator("#dialog .part-row").first.wait_for()
    assert accessibility_faults(page) == []


@LOOKS
def test_axe_finds_nothing_on_forms(open_page: OpenPage, root: User, book: Any, look: Any) -> None:
    page = open_page(root, "/books/new/", **look)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".field-errors").first.wait_for()
    assert accessibility_faults(page) == []
    page.goto(f"/books/{book.pk}/edit/")
    page.fill("[name=title]", "Mine")
    write.update(books, book.pk, {"title": "Theirs"}, actor=actor_for(root))
    page.get_by_role("button", name="Save changes").click()
    page.locator("#dialog .conflict").first.wait_for()
    assert accessibility_faults(page) == []


@LOOKS
def test_axe_finds_nothing_in_the_settings_and_the_bin(open_page: OpenPage, root: User, book: Any, look: Any) -> None:
    make_team("North")
    write.delete(books, [book.pk], actor=actor_for(root))
    page = open_page(root, "/books/bin/", **look)
    found = {"/books/bin/": accessibility_faults(page)}
    for name in ("users", f"users/{root.pk}", "teams", "teams/new", "roles", "roles/new", "company", "fields/books"):
        page.goto(f"/settings/{name}/")
        found[name] = accessibility_faults(page)
    page.get_by_role("link", name="Add field").click()
    page.locator("#field-form").wait_for()
    found["field"] = accessibility_faults(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
