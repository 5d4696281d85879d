"""Who has time is shown while a meeting is planned, and a press finds when all have."""

import os
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import NARROW, WIDE, OpenPage, accessibility_faults
from jantar.modules.communications.models import Activity

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C22")]
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.parametrize(
    ("language", "look"),
    [("en", {"viewport": WIDE, "color_scheme": "light"}), ("hu", {"viewport": NARROW, "color_scheme": "dark"})],
)
def test_the_strip_follows_the_form_and_the_free_time_goes_into_it(
    open_page: OpenPage, language: str, look: Any
) -> None:
    north = make_team("North")
    ada, eva = make_user("Ada", north, scope=Scope.OWN), make_user("Eva", north, scope=Scope.OWN)
    ada.language = language
    ada.save()
    at = datetime(2031, 3, 27, 10, tzinfo=PRAGUE)
    values = {"kind": "meeting", "subject": "Secret merger", "at": at, "duration": 90}
    write.create(registry.get("activities"), values, actor=actor_for(eva))
    address = "/activities/new/?kind=meeting&subject=Pump&at=2031-03-27T10:30&duration=60"
    page = open_page(ada, address, **look)
    strip = page.locator(".free-times")
    strip.scroll_into_view_if_needed()
    expect(strip.locator(".free-rows > li")).to_have_count(1)
    part = page.locator("[data-part-rows-prefix-value=participants]")
    part.get_by_role("button").last.click()
    label = "Kolléga" if language == "hu" else "Colleague"
    part.get_by_role("combobox", name=label).and_(page.locator("input")).fill("Eva")
    page.get_by_role("option", name="Eva").click()
    busy = strip.locator("li", has_text="Eva").locator(".is-taken").last
    expect(busy).to_contain_text("10:00")
    expect(strip).not_to_contain_text("Secret")
    if shots := os.environ.get("JANTAR_SHOTS"):
        strip.scroll_into_view_if_needed()
        page.screenshot(path=f"{shots}/free-{language}.png")
    page.locator("#free-next").click()
    expect(strip.locator(".free-note")).to_contain_text("11:30")
    expect(strip.locator(".free-says.is-taken")).to_have_count(0)
    assert page.viewport_size
    page.set_viewport_size({**page.viewport_size, "height": 2400})  # what is scrolled half away counts as too small
    assert accessibility_faults(page) == []
    if shots:
        page.screenshot(path=f"{shots}/free-found-{language}.png")
    page.get_by_role("button", name="Mentés" if language == "hu" else "Save").first.click()
    expect(page.locator("#record-facts")).to_contain_text("11:30")
    assert Activity.objects.get(subject="Pump").at.astimezone(PRAGUE).hour == 11
