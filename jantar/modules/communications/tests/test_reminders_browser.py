"""Reminders on an open page, wherever one is."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import NARROW, WIDE, OpenPage, accessibility_faults
from jantar.modules.communications import reminding
from jantar.modules.communications.models import Reminder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C23", "C24")]


@pytest.mark.parametrize(
    "look", [{"viewport": WIDE, "color_scheme": "light"}, {"viewport": NARROW, "color_scheme": "dark"}]
)
def test_a_call_is_reminded_of_with_its_number_and_dismissed_by_keyboard(open_page: OpenPage, look: Any) -> None:
    ada = make_user("Ada", make_team("North"), scope=Scope.TEAM)
    actor = actor_for(ada)
    person = write.create(
        registry.get("people"), {"given_name": "Jan", "family_name": "Nowak", "phone": "+48 601 234 567"}, actor=actor
    )
    page = open_page(ada, "/tasks/", **look)
    page.wait_for_load_state("networkidle")
    values = {"subject": "Price", "at": timezone.now() + timedelta(minutes=10), "text": "He wants 20 pieces."}
    write.create(
        registry.get("activities"), {**values, "links": [{"record": RecordKey("people", person.pk)}]}, actor=actor
    )
    reminding.remind()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    card = page.locator(".reminder")
    expect(card).to_contain_text("Call: Price")
    expect(card.get_by_role("link", name="+48 601 234 567")).to_have_attribute("href", "tel:+48 601 234 567")
    if shots := os.environ.get("JANTAR_SHOTS"):
        page.screenshot(path=f"{shots}/reminder-{look['color_scheme']}.png")
    assert accessibility_faults(page) == []
    page.goto("/deals/")
    expect(card).to_contain_text("Call: Price")
    card.get_by_role("button", name="Dismiss").press("Enter")
    expect(card).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert Reminder.objects.get().dismissed_at is not None
    page.goto("/account/reminders/")
    assert accessibility_faults(page) == []


def test_several_reminders_do_not_cover_the_page(open_page: OpenPage) -> None:
    """One is shown; the others are unfolded by keyboard and stay so while they are worked off."""
    ada = make_user("Ada", make_team("North"), scope=Scope.TEAM)
    for number in (1, 2, 3):
        values = {"subject": f"Price {number}", "at": timezone.now() + timedelta(minutes=number)}
        write.create(registry.get("activities"), values, actor=actor_for(ada))
    reminding.remind()
    page = open_page(ada, "/tasks/", viewport=NARROW)
    card = page.locator(".reminder")
    expect(card.filter(visible=True)).to_have_count(1)
    expect(card.first).to_contain_text("Price 1")
    page.get_by_text("2 more reminders").press("Enter")
    expect(card.filter(visible=True)).to_have_count(3)
    assert accessibility_faults(page) == []
    with page.expect_response(lambda answer: "/dismiss/" in answer.url):
        card.filter(has_text="Price 3").get_by_role("button", name="Dismiss").press("Enter")
    expect(card.filter(visible=True)).to_have_count(2)
    page.wait_for_function("() => !document.querySelector('.htmx-swapping, .htmx-settling, .htmx-added')")
    card.filter(has_text="Price 1").get_by_role("button", name="Remind in 10 minutes").press("Enter")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Price 2")
    expect(page.get_by_text("more reminder")).to_have_count(0)


def test_hidden_reminders_stay_a_number_until_there_is_another_one(open_page: OpenPage) -> None:
    ada = make_user("Ada", make_team("North"), scope=Scope.TEAM)

    def plan(subject: str) -> None:
        values = {"subject": subject, "at": timezone.now() + timedelta(minutes=10)}
        write.create(registry.get("activities"), values, actor=actor_for(ada))
        reminding.remind()

    plan("Price")
    page = open_page(ada, "/tasks/", viewport=WIDE)
    card = page.locator(".reminder").filter(has_text="Price")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Hide reminders for now").press("Enter")
    expect(card).to_be_hidden()
    expect(page.get_by_role("button", name="1 reminder")).to_be_focused()
    page.goto("/deals/")
    expect(page.get_by_role("button", name="1 reminder")).to_be_visible()
    expect(card).to_be_hidden()
    page.get_by_role("button", name="1 reminder").press("Enter")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Hide reminders for now").click()
    plan("Delivery")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".reminder").first).to_be_visible()
