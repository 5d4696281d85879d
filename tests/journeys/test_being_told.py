"""Numbers 8, 9 and 11 of the engine: comments and who is told, the way by the palette, tasks in the calendar."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.following.models import Notification
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import OpenPage
from jantar.engine.timeline.models import Comment, Note
from jantar.platform.accounts.models import User
from tests.journeys.conftest import Say, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["en", "sk"])]


@pytest.mark.capability("C27", "N11")
def test_a_comment_is_told_to_who_watches_and_a_note_to_nobody(
    open_page: OpenPage, boss: User, language: str, say: Say
) -> None:
    firm = made(boss, "companies", name="Bizon")
    eva = make_user("Eva", scope=Scope.ALL)
    User.objects.filter(pk=eva.pk).update(language=language)
    hers = open_page(eva, f"/companies/{firm.pk}/")
    hers.get_by_role("button", name=say("Watch"), exact=True).click()
    expect(hers.get_by_role("button", name=say("Stop watching"))).to_be_visible()

    page = open_page(boss, "/")
    page.keyboard.press("Control+k")
    page.keyboard.type("bizon")
    page.get_by_role("option", name="Bizon").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bizon")
    composer = page.locator("#composer")
    composer.get_by_role("tab", name=say("Comment")).click()
    composer.get_by_role("textbox").filter(visible=True).first.fill("Call them on Monday")
    composer.get_by_role("button", name=say("Comment")).filter(visible=True).click()
    expect(page.get_by_role("tabpanel", name=say("Timeline"))).to_contain_text("Call them on Monday")
    composer.get_by_role("tab", name=say("Note")).click()
    page.locator("#note-text").fill("Between me and myself")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("tabpanel", name=say("Timeline"))).to_contain_text("Between me and myself")

    hers.goto("/notifications/")
    expect(hers.locator(".told")).to_have_count(1)
    hers.locator(".told-title").first.click()
    expect(hers.get_by_role("tabpanel", name=say("Timeline"))).to_contain_text("Call them on Monday")
    expect(hers.get_by_role("tabpanel", name=say("Timeline"))).not_to_contain_text("Between me and myself")
    assert (Comment.objects.count(), Note.objects.get().author) == (1, boss)
    assert Notification.objects.filter(user=eva).count() == 1


@pytest.mark.capability("C22", "C18")
def test_a_task_of_today_stands_in_calendar_and_on_the_first_page(open_page: OpenPage, boss: User, say: Say) -> None:
    task = made(boss, "tasks", title="Send the quote", due_at=timezone.now() - timedelta(minutes=1))
    page = open_page(boss, "/calendar/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(f"#entry-tasks-{task.pk}")).to_contain_text("Send the quote")
    page.goto("/")
    expect(page.get_by_role("main")).to_contain_text("Send the quote")
    page.get_by_role("link", name="Send the quote").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send the quote")
