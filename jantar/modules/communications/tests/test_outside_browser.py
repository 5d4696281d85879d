"""A calendar elsewhere is added by its address and stands in the calendar."""

import os
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import NARROW, WIDE, OpenPage, accessibility_faults
from jantar.engine.testing.receiver import Receiver, plain
from jantar.modules.communications.models import OutsideEntry
from jantar.modules.communications.tests.test_outside_calendars import ics
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C22")]


@pytest.mark.parametrize(
    ("language", "look"),
    [("en", {"viewport": WIDE, "color_scheme": "light"}), ("hu", {"viewport": NARROW, "color_scheme": "dark"})],
)
def test_a_calendar_is_added_read_and_shown(open_page: OpenPage, settings: Any, language: str, look: Any) -> None:
    settings.OUTGOING_NETWORKS = ["127.0.0.1/32"]
    ada = make_user("Ada", make_team("North"), scope=Scope.OWN)
    ada.language = language
    ada.save()
    start = (timezone.now() + timedelta(days=1)).astimezone(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    text = ics(f"SUMMARY:Dentist|DTSTART:{start:%Y%m%dT%H%M%SZ}|DURATION:PT1H")
    with Receiver(plain(200, text)) as other:
        page = open_page(ada, "/account/calendars/", **look)
        page.locator("#outside-name").fill("Private")
        page.locator("#outside-address").fill(other.url)
        page.get_by_role("button", name="Naptár hozzáadása" if language == "hu" else "Add calendar").click()
        expect(page.locator("main")).to_contain_text("127.0.0.1")
        run_waiting_jobs()
    assert OutsideEntry.objects.count() == 1
    page.reload()
    expect(page.locator("main")).to_contain_text("Utoljára beolvasva" if language == "hu" else "Last read")
    assert accessibility_faults(page) == []
    if shots := os.environ.get("JANTAR_SHOTS"):
        page.screenshot(path=f"{shots}/outside-{language}.png")
    page.goto(f"/calendar/?day={start:%Y-%m-%d}&show=day")
    expect(page.locator(".calendar-entry", has_text="Dentist")).to_be_visible()
    assert accessibility_faults(page) == []
    if shots:
        page.screenshot(path=f"{shots}/outside-calendar-{language}.png")
