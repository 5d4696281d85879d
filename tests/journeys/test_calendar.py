"""Number 9 of the engine: a meeting that comes again is planned and one of them moved; a guest answers by mail."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.testing.browser import OpenPage
from jantar.modules.communications import invitations
from jantar.modules.communications.models import Activity, Participant
from jantar.platform.accounts.models import User
from jantar.platform.mail.models import SentMail
from tests.journeys.conftest import Say, starting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["hu", "pl"])]
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture
def monday() -> datetime:
    """Monday of next week, at nine."""
    now = timezone.now().astimezone(PRAGUE).replace(hour=9, minute=0, second=0, microsecond=0)
    return now + timedelta(days=7 - now.weekday())


def days() -> list[str]:
    rows = Activity.objects.filter(deleted_at=None).order_by("at")
    return [row.at.astimezone(PRAGUE).strftime("%a %H:%M") for row in rows]


@pytest.mark.capability("C22", "N7")
def test_a_weekly_meeting_is_planned_and_one_of_them_moved_and_put_back(
    open_page: OpenPage, boss: User, say: Say, monday: datetime
) -> None:
    page = open_page(boss, f"/activities/new/?kind=meeting&at={monday:%Y-%m-%dT%H:%M}&duration=60")
    page.get_by_label(starting(say("Subject"))).fill("Porada")
    page.locator("select[name=repeats-often]").select_option("WEEKLY")
    page.locator("select[name=repeats-end]").select_option("count")
    page.locator("input[name=repeats-count]").fill("3")
    page.locator("main form button[type=submit].btn-primary").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Porada")
    assert days() == ["Mon 09:00"] * 3

    second = Activity.objects.order_by("at")[1]
    page.goto(f"/calendar/?day={monday + timedelta(days=7):%Y-%m-%d}")
    entry = page.locator(f"#entry-activities-{second.pk}")
    expect(entry).to_contain_text("Porada")
    page.wait_for_load_state("networkidle")
    entry.focus()
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("dialog").get_by_role("button", name=say("Move only this one")).click()
    wednesday = f"{monday + timedelta(days=8):%Y-%m-%d}"
    expect(page.locator(f"[data-day='{wednesday}']")).to_contain_text("Porada")
    assert days() == ["Mon 09:00", "Tue 09:00", "Mon 09:00"]
    with page.expect_response(lambda answer: "/undo/" in answer.url and answer.request.method == "POST"):
        page.locator("[data-toast-action]").last.click()
    expect(page.locator(f"[data-day='{wednesday}']")).not_to_contain_text("Porada")
    assert days() == ["Mon 09:00"] * 3


@pytest.mark.capability("C22")
def test_a_guest_accepts_by_mail_and_the_feed_has_the_meeting(
    open_page: OpenPage, boss: User, say: Say, monday: datetime
) -> None:
    page = open_page(boss, f"/activities/new/?kind=meeting&subject=Porada&at={monday:%Y-%m-%dT%H:%M}&duration=60")
    part = page.locator("[data-part-rows-prefix-value=participants]")
    part.get_by_role("button").last.click()
    part.locator("[name$='email']").last.fill("guest@example.com")
    page.locator("[name=invites][type=checkbox]").check()
    page.locator("main form button[type=submit].btn-primary").first.click()
    expect(page.locator("#record-facts")).to_contain_text("guest@example.com")
    assert invitations.send_due(timezone.now() + timedelta(minutes=1)) == 1
    link = re.search(r"https?://[^/]+(/\S+&answer=accepted)", SentMail.objects.get().body)
    assert link
    guest = open_page(None, link[1])
    guest.locator("button.btn-primary").click()
    expect(guest.get_by_role("status").or_(guest.locator(".alert")).first).to_contain_text("Boss")
    assert Participant.objects.get().answer == "accepted"

    page.goto("/account/calendar/")
    page.get_by_role("button", name=say("Create an address")).click()
    address = page.locator("input[value*='/calendar.ics?key=']").input_value()
    answer = page.request.get(re.sub(r"https?://[^/]+", "", address))
    assert "SUMMARY:Porada" in answer.text()
