"""A combobox of records in a browser: Enter waits for the answer to what is typed."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import OpenPage
from jantar.engine.testing.fake.records import shelves

pytestmark = pytest.mark.django_db(transaction=True)
#: What is asked once “Cellar” is typed, and once nothing that is there is.
HELD = re.compile(r"[?&]q=(Cellar|Nowhere)")


@pytest.fixture
def held() -> list[Route]:
    """The questions whose answers are held back."""
    return []


@pytest.fixture
def page(transactional_db: None, open_page: OpenPage, held: list[Route]) -> Page:
    root = make_user("Root", admin=True)
    for name in ("Attic", "Cellar"):
        write.create(shelves, {"name": name}, actor=actor_for(root))
    page = open_page(root, "/books/new/")
    page.route(HELD, lambda route: held.append(route))
    return page


def shelf_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Shelf").and_(page.locator("input"))


def offered_of(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Shelf").get_by_role("option")


def type_early(page: Page, words: str) -> None:
    """Types and presses Enter while the answer to the words typed before is offered."""
    box = shelf_of(page)
    box.fill("Attic")
    expect(offered_of(page)).to_have_text(["Attic"])
    with page.expect_request(HELD):
        box.fill(words)
        box.press("Enter")


def answer(page: Page, held: list[Route]) -> None:
    while not held:  # the browser has asked, its question is on the way to the test
        page.wait_for_timeout(20)
    held.pop().continue_()


def test_enter_picks_from_the_answer_to_what_is_typed(page: Page, held: list[Route]) -> None:
    type_early(page, "Cellar")
    page.keyboard.press("Tab")
    item = page.locator("#f-shelf ~ .ts-wrapper .item")
    expect(item).to_have_count(0)
    expect(shelf_of(page)).to_have_value("Cellar")
    answer(page, held)
    expect(item).to_have_text("Cellar")
    expect(shelf_of(page)).not_to_be_focused()  # the key after Enter waited, too


def test_nothing_is_picked_and_it_stays_open_where_nothing_matches(page: Page, held: list[Route]) -> None:
    type_early(page, "Nowhere")
    answer(page, held)
    expect(page.locator("#f-shelf ~ .ts-wrapper .no-results")).to_be_visible()
    expect(page.locator("#f-shelf ~ .ts-wrapper .item")).to_have_count(0)
    expect(shelf_of(page)).to_have_value("Nowhere")
    expect(shelf_of(page)).to_be_focused()


def test_an_answer_that_comes_late_does_not_replace_what_is_offered(page: Page, held: list[Route]) -> None:
    box = shelf_of(page)
    with page.expect_request(HELD):
        box.fill("Cellar")
    box.fill("Attic")
    expect(offered_of(page)).to_have_text(["Attic"])
    with page.expect_response(HELD):
        answer(page, held)
    box.press("Enter")
    expect(page.locator("#f-shelf ~ .ts-wrapper .item")).to_have_text("Attic")
