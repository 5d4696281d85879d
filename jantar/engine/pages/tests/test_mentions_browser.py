"""Naming people in a comment by keyboard, and answering one."""

import pytest
from playwright.sync_api import expect

from jantar.engine.following.models import Notification
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import OpenPage, accessibility_faults
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline.models import Comment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_colleague_is_named_by_keyboard_and_a_comment_is_answered(
    open_page: OpenPage, width: int, scheme: str
) -> None:
    ada = make_user("Ada", admin=True)
    ada.language = "hu"
    ada.save()
    eva, otto = make_user("Eva Nová", scope=Scope.ALL), make_user("Otto", scope=Scope.OWN)
    book = write.create(books, {"title": "Quo vadis"}, actor=actor_for(ada))
    page = open_page(ada, f"/books/{book.pk}/", viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.get_by_role("tab", name="Hozzászólás").click()
    text = page.locator("#comment-text")
    text.press_sequentially("Szia @nov")
    options = page.locator("#comment-text-people [role=option]")
    expect(options).to_have_count(1)
    expect(text).to_have_attribute("aria-activedescendant", "comment-text-people-0")
    assert accessibility_faults(page) == []
    text.press("Enter")
    expect(text).to_have_value("Szia @Eva Nová ")
    expect(options).to_have_count(0)
    text.press_sequentially("és @ott")
    expect(options).to_contain_text(["Otto"])
    text.press("Tab")
    page.locator("[data-composer]:visible button[type=submit]").click()
    expect(page.locator("[data-composer]:visible .field-errors")).to_contain_text("Otto")
    assert page.locator("#comment-text").input_value().strip() == "Szia @Eva Nová és @Otto"
    page.locator("#comment-text").fill("Szia @Eva Nová!")
    page.locator("[data-composer]:visible button[type=submit]").click()
    expect(page.locator(".timeline .mention")).to_have_text("@Eva Nová")
    assert list(Notification.objects.values_list("user", "kind")) == [(eva.pk, "mention")]
    page.get_by_role("button", name="Válasz").click()
    page.locator("#written-text").fill("Rendben")
    assert accessibility_faults(page) == []
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(".timeline .timeline-quote")).to_contain_text("Szia @Eva Nová!")
    assert Comment.objects.filter(begins__isnull=False).count() == 1
    assert list(Notification.objects.filter(user=eva).order_by("pk").values_list("kind", flat=True)) == [
        "mention",
        "reply",
    ]
    assert not Notification.objects.filter(user=otto).exists()
    assert accessibility_faults(page) == []


def test_who_was_named_in_a_comment_that_was_left_is_told_when_it_is_sent(open_page: OpenPage) -> None:
    ada, eva = make_user("Ada", admin=True), make_user("Eva", scope=Scope.ALL)
    book = write.create(books, {"title": "Quo vadis"}, actor=actor_for(ada))
    page = open_page(ada, f"/books/{book.pk}/")
    page.get_by_role("tab", name="Comment").click()
    page.locator("#comment-text").press_sequentially("Look, @ev")
    expect(page.locator("#comment-text-people [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    page.goto("/books/")
    page.goto(f"/books/{book.pk}/")
    expect(page.locator("#comment-text")).to_have_value("Look, @Eva ")
    page.locator("[data-composer]:visible button[type=submit]").click()
    expect(page.locator(".timeline .mention")).to_have_text("@Eva")
    assert list(Notification.objects.values_list("user", "kind")) == [(eva.pk, "mention")]
