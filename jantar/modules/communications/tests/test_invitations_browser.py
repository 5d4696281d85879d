"""A meeting is planned with participants, they are invited, and one answers without an account."""

import os
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import NARROW, WIDE, OpenPage, accessibility_faults
from jantar.modules.communications import invitations
from jantar.modules.communications.models import Activity, Participant
from jantar.platform.mail.models import SentMail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C22")]


def shoot(page: Any, name: str) -> None:
    if shots := os.environ.get("JANTAR_SHOTS"):
        page.screenshot(path=f"{shots}/{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "look"),
    [("en", {"viewport": WIDE, "color_scheme": "light"}), ("hu", {"viewport": NARROW, "color_scheme": "dark"})],
)
def test_a_meeting_is_planned_the_guest_invited_and_the_answer_shown(
    open_page: OpenPage, language: str, look: Any
) -> None:
    ada = make_user("Ada", make_team("North"), scope=Scope.TEAM)
    ada.language = language
    ada.save()
    address = "/activities/new/?kind=meeting&subject=Pump&at=2031-03-28T09:30&duration=60&location=Brno"
    page = open_page(ada, address, **look)
    part = page.locator("[data-part-rows-prefix-value=participants]")
    part.get_by_role("button").last.click()
    part.locator("[name$='email']").last.fill("guest@example.com")
    page.locator("[name=invites][type=checkbox]").check()
    shoot(page, f"invite-form-{language}")
    page.get_by_role("button", name="Mentés" if language == "hu" else "Save").first.click()
    expect(page.locator("#record-facts")).to_contain_text("guest@example.com")
    assert Activity.objects.get().invites
    assert invitations.send_due(timezone.now() + timedelta(minutes=1)) == 1
    link = re.search(r"https?://[^/]+(/\S+&answer=tentative)", SentMail.objects.get().body)
    assert link
    guest = open_page(None, link[1], **look)
    expect(guest.get_by_role("heading", name="Pump")).to_be_visible()
    expect(guest.get_by_text("Brno")).to_be_visible()
    assert accessibility_faults(guest) == []
    shoot(guest, f"answer-{language}")
    guest.locator("button.btn-primary").click()
    expect(guest.locator(".alert, [role=status]").first).to_contain_text("Ada")
    shoot(guest, f"answered-{language}")
    assert Participant.objects.get().answer == "tentative"
    page.reload()
    expect(page.locator("#record-facts")).to_contain_text("Feltételes" if language == "hu" else "Tentative")
    expect(page.locator("main")).to_contain_text("guest@example.com")
    shoot(page, f"answered-record-{language}")
    assert accessibility_faults(page) == []
