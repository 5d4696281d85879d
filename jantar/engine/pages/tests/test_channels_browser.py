"""Talking in the channel of a team, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.following.models import Notification
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import OpenPage, accessibility_faults
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services
from jantar.engine.timeline.models import Comment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C27")]


@pytest.mark.parametrize(
    ("language", "width", "scheme", "send", "reply", "name"),
    [
        ("en", 1280, "light", "Send message", "Reply", "Channel of North"),
        ("hu", 390, "dark", "Üzenet küldése", "Válasz", "A(z) North csatornája"),
    ],
)
def test_two_colleagues_talk_in_the_channel_of_their_team(
    open_page: OpenPage, live_server, language: str, width: int, scheme: str, send: str, reply: str, name: str
) -> None:
    north = make_team("North")
    ada, eva = make_user("Ada", north, scope=Scope.ALL), make_user("Eva Nová", north, scope=Scope.ALL)
    ada.language = language
    ada.save()
    book = write.create(books, {"title": "Quo vadis"}, actor=actor_for(ada))
    services.add_comment(north, text="Good morning", actor=actor_for(eva))
    page = open_page(ada, "/books/", viewport={"width": width, "height": 800}, color_scheme=scheme)
    expect(page.locator("#nav-count-channels [aria-hidden]")).to_have_text("1")
    page.goto(f"/channels/{north.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".timeline-item[data-unread]")).to_contain_text("Good morning")
    expect(page.locator("#nav-count-channels [aria-hidden]")).to_have_count(0)
    assert not Notification.objects.filter(user=ada, read_at=None).exists()
    text = page.locator("#message-text")
    text.press_sequentially("Look, @nov")
    expect(page.locator("#message-text-people [role=option]")).to_have_count(1)
    assert accessibility_faults(page) == []
    text.press("Enter")
    text.press_sequentially(f"{live_server.url}/books/{book.pk}/")
    page.get_by_role("button", name=send).click()
    newest = page.locator(".timeline-item").first
    expect(newest.locator(".mention")).to_have_text("@Eva Nová")
    expect(newest.get_by_role("link", name="Quo vadis")).to_be_visible()
    expect(page.locator("#message-text")).to_have_value("")
    expect(page.locator("#message-text")).to_be_focused()
    # What others write appears by itself, with an answer to it.
    services.add_comment(north, text="Nice", actor=actor_for(eva))
    newest = page.locator(".timeline-item").first
    expect(newest).to_contain_text("Nice", timeout=60_000)
    expect(page.locator(".timeline-item")).to_have_count(3)
    newest.get_by_role("button", name=reply).click()
    page.locator("#written-text").fill("Indeed")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(".timeline-item").first.locator(".timeline-quote")).to_contain_text("Nice")
    assert accessibility_faults(page) == []
    assert Comment.objects.filter(begins__isnull=False).count() == 1
    assert list(Notification.objects.filter(user=eva).order_by("pk").values_list("kind", flat=True)) == [
        "mention",
        "reply",
    ]


def test_what_others_change_and_delete_changes_on_the_open_page(open_page: OpenPage) -> None:
    north = make_team("North")
    ada, eva = make_user("Ada", north, scope=Scope.ALL), make_user("Eva", north, scope=Scope.ALL)
    first, second = (services.add_comment(north, text=text, actor=actor_for(eva)) for text in ("First", "Second"))
    page = open_page(ada, f"/channels/{north.pk}/")
    expect(page.locator(".timeline-item")).to_contain_text(["Second", "First"])
    page.locator("#message-text").fill("Half a thought")
    services.edit_comment(first.pk, text="The very first", actor=actor_for(eva))
    services.delete_comment(second.pk, actor=actor_for(eva))
    expect(page.locator(f"#message-{first.pk}")).to_contain_text("The very first", timeout=60_000)
    expect(page.locator(f"#message-{first.pk}")).to_contain_text("edited")
    expect(page.locator(f"#message-{second.pk}")).to_have_count(0)
    expect(page.locator(".timeline-item")).to_have_count(1)
    expect(page.locator("#message-text")).to_have_value("Half a thought")
    expect(page.locator("#message-text")).to_be_focused()
    page.locator(f"#message-{first.pk}").get_by_role("button", name="Reply").click()
    expect(page.get_by_role("dialog")).to_contain_text("Reply")
    assert accessibility_faults(page) == []


def test_what_was_typed_is_kept_and_the_channel_is_reached_by_keyboard(open_page: OpenPage) -> None:
    north = make_team("North")
    ada = make_user("Ada", north, scope=Scope.ALL)
    page = open_page(ada, "/books/")
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile(r"/channels/$"))
    expect(page.locator("main").get_by_role("link", name="North")).to_be_visible()
    assert accessibility_faults(page) == []
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("north")
    option = page.locator("#palette [role=option]", has_text="Channel of North")
    expect(option).to_be_visible()
    option.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Channel of North")
    page.locator("#message-text").fill("Half a thought")
    for _try in range(100):
        if "Half a thought" in page.evaluate("JSON.stringify(localStorage)"):
            break
        page.wait_for_timeout(100)
    page.goto("/books/")
    page.goto(f"/channels/{north.pk}/")
    expect(page.locator("#message-text")).to_have_value("Half a thought")
    page.locator("#message-text").press("Control+Enter")
    expect(page.locator(".timeline-item")).to_contain_text(["Half a thought"])
