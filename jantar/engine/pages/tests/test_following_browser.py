"""What only a browser shows of notifications: the bell that loads itself, and its panel."""

from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following.watching import watch_record
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import OpenPage, accessibility_faults
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eva() -> Any:
    """Watches a book that Ada has changed and commented on; reads Hungarian."""
    ada, eva = actor_for(make_user("Ada", admin=True)), make_user("Eva", scope=Scope.ALL)
    eva.language = "hu"
    eva.save()
    book = write.create(books, {"title": "Quo vadis"}, actor=ada)
    watch_record(RecordKey("books", book.pk), actor=actor_for(eva))
    write.update(books, book.pk, {"pages": 650, "genre": "novel"}, actor=ada)
    services.add_comment(book, text="Kérem, olvassa el a második fejezetet.", actor=ada)
    return eva


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_the_bell_opens_and_leads_to_the_record(open_page: OpenPage, eva: Any, width: int, scheme: str) -> None:
    page = open_page(eva, "/books/", viewport={"width": width, "height": 800}, color_scheme=scheme)
    bell = page.locator(".bell")
    expect(bell).to_have_accessible_name("Értesítések, 2 olvasatlan")
    bell.click()
    expect(page.locator(".told")).to_have_count(2)
    assert accessibility_faults(page) == []
    page.locator(".told").first.get_by_role("button").click()
    expect(page.locator(".bell")).to_have_accessible_name("Értesítések, 1 olvasatlan")
    expect(page.locator(".told-title").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".told-title").first).to_be_hidden()
    page.goto("/notifications/")
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Beállítások").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saját fiók")
    assert accessibility_faults(page) == []
    page.go_back()
    page.locator(".told-title").last.click()
    expect(page.locator("h1")).to_have_text("Quo vadis")
    button = page.get_by_role("button", name="Követés leállítása")
    button.click()
    expect(page.get_by_role("button", name="Követés", exact=True)).to_be_visible()
    expect(page.locator(".bell")).to_have_accessible_name("Értesítések")
