"""An administrator sets a webhook up by clicking, also on a phone, and finds in the log what came of it."""

import os
import re

import pytest
from playwright.sync_api import expect

from jantar.engine.pages.tests.test_lists_browser import swapped
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults
from jantar.engine.testing.fake.records import shelves
from jantar.engine.testing.receiver import plain
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C125")]


@pytest.fixture
def ada(transactional_db):
    return make_user("Ada", admin=True)


def look(page, name: str) -> None:
    assert accessibility_faults(page) == []
    if folder := os.environ.get("JANTAR_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("size", [{}, {"viewport": NARROW}], ids=["wide", "narrow"])
def test_a_webhook_is_set_up_and_its_messages_are_seen(ada, open_page, receiver, size) -> None:
    page = open_page(ada, "/settings/webhooks/", **size)
    look(page, f"empty-{len(size)}")
    page.get_by_role("link", name="Add webhook").click()
    page.get_by_role("link", name="Shelves", exact=True).click()
    page.locator("#id_name").fill("Shop")
    page.locator("#id_url").fill(receiver.url)
    with swapped(page):
        page.get_by_label("Field", exact=True).first.select_option("city")
    with swapped(page):
        page.get_by_label("Comparison").select_option("is")
    page.get_by_label("Value", exact=True).fill("Brno")
    look(page, f"form-{len(size)}")
    page.get_by_role("button", name="Save webhook").click()
    expect(page.get_by_label("Secret", exact=True)).to_have_value(re.compile(r"whsec_.{44}"))
    look(page, f"secret-{len(size)}")
    page.get_by_role("link", name="Continue").click()
    receiver.answer = plain(500, "out of order")
    for city in ("Brno", "Praha"):
        write.create(shelves, {"name": f"Shelf in {city}", "city": city}, actor=actor_for(ada))
    run_waiting_jobs()
    page.reload()
    look(page, f"log-{len(size)}")
    page.get_by_role("link", name="Shelves: created").click()
    expect(page.get_by_text("out of order")).to_be_visible()
    expect(page.get_by_text("Shelf in Brno")).to_be_visible()
    look(page, f"message-{len(size)}")
