"""What comes again, in a real browser: a rule chosen in plain words, moved and deleted with those that follow."""

import os
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import NARROW, WIDE, OpenPage, accessibility_faults
from jantar.modules.communications.models import Activity
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C22")]
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture
def ada() -> User:
    return make_user("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def monday() -> datetime:
    """Monday of next week, at nine."""
    now = timezone.now().astimezone(PRAGUE).replace(hour=9, minute=0, second=0, microsecond=0)
    return now + timedelta(days=7 - now.weekday())


def sentence(page: Page, words: str) -> None:
    expect(page.locator(".rule-sentence")).to_contain_text(words)


def days() -> list[str]:
    rows = Activity.objects.filter(deleted_at=None).order_by("at")
    return [row.at.astimezone(PRAGUE).strftime("%a %H:%M") for row in rows]


def test_a_rule_is_chosen_in_plain_words_and_read_back(open_page: OpenPage, ada: User, monday: datetime) -> None:
    page = open_page(ada, f"/activities/new/?at={monday:%Y-%m-%dT%H:%M}")
    page.get_by_label("Subject").fill("Stand-up")
    repeats = page.get_by_role("group", name="Repeats")
    repeats.locator("select[name=repeats-often]").select_option("MONTHLY")
    sentence(page, f"Every month on day {monday.day}")
    repeats.get_by_role("combobox", name="On which days").select_option("weekday")
    repeats.get_by_role("combobox", name="Which one").select_option("2")
    repeats.get_by_role("combobox", name="Weekday").select_option("TU")
    sentence(page, "Every month on the 2nd Tuesday")
    repeats.get_by_role("combobox", name="Which one").select_option("-1")
    repeats.get_by_role("combobox", name="Weekday").select_option("WORK")
    sentence(page, "Every month on the last working day")
    repeats.locator("select[name=repeats-often]").select_option("WEEKLY")
    repeats.get_by_label("on Monday").check()
    repeats.get_by_label("on Thursday").check()
    repeats.get_by_label("Only every").fill("2")
    repeats.get_by_role("combobox", name="How long").select_option("count")
    repeats.get_by_role("spinbutton", name="times").fill("4")
    sentence(page, "Every 2 weeks on Monday and on Thursday, 4 times")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Stand-up")).to_be_visible()
    expect(page.locator("body")).to_contain_text("Every 2 weeks on Monday and on Thursday, 4 times")
    assert days() == ["Mon 09:00", "Thu 09:00"] * 2


def series_of(user: User, monday: datetime) -> Any:
    values = {"kind": "meeting", "subject": "Stand-up", "at": monday, "duration": 60, "repeats": "FREQ=WEEKLY;COUNT=4"}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def test_those_that_follow_are_moved_by_drag_and_put_back(open_page: OpenPage, ada: User, monday: datetime) -> None:
    series_of(ada, monday)
    second = Activity.objects.order_by("at")[1]
    page = open_page(ada, f"/calendar/?day={monday + timedelta(days=7):%Y-%m-%d}")
    page.locator(".is-timed").first.wait_for()
    entry = page.locator(f"#entry-activities-{second.pk}")
    entry.focus()
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("dialog").get_by_role("button", name="Move this and all that follow").click()
    expect(page.locator(".toast-text")).to_contain_text("“Stand-up” is now on Tue")
    assert days() == ["Mon 09:00", "Tue 09:00", "Tue 09:00", "Tue 09:00"]
    with page.expect_response(lambda answer: "/undo/" in answer.url and answer.request.method == "POST") as undone:
        page.locator("[data-toast-action]").last.click()
    assert undone.value.ok
    tuesday = f"{monday + timedelta(days=8):%Y-%m-%d}"
    expect(page.locator(f"[data-day='{tuesday}'] .calendar-entry")).to_have_count(0)
    assert days() == ["Mon 09:00"] * 4


def test_one_far_ahead_is_opened_and_dragged(open_page: OpenPage, ada: User, monday: datetime) -> None:
    write.create(
        registry.get("activities"),
        {"kind": "meeting", "subject": "Stand-up", "at": monday, "duration": 60, "repeats": "FREQ=WEEKLY"},
        actor=actor_for(ada),
    )
    far = (monday.replace(tzinfo=None) + timedelta(days=140)).replace(tzinfo=PRAGUE)
    page = open_page(ada, f"/calendar/?day={far:%Y-%m-%d}")
    page.locator(".is-timed").first.wait_for()
    entry = page.locator(".calendar-entry.is-coming > a")
    entry.focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("dialog").get_by_role("button", name="Move only this one").click()
    expect(page.locator(".toast-text")).to_contain_text("“Stand-up” is now on Wed")
    wednesday = page.locator(f"[data-day='{far + timedelta(days=2):%Y-%m-%d}'] .calendar-entry")
    expect(wednesday).to_have_count(1)
    assert Activity.objects.get(made_apart=True).at == far + timedelta(days=2)
    page.locator("[data-toast-action]").last.click()
    expect(page.locator(f"[data-day='{far:%Y-%m-%d}'] .calendar-entry")).to_have_count(1)
    page.goto(f"{page.url.partition('?')[0]}?day={far + timedelta(days=7):%Y-%m-%d}")
    page.locator(".is-timed").first.wait_for()
    page.locator(".calendar-entry.is-coming > a").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Every week on Monday")
    dialog.get_by_role("button", name="Open this one").click()
    page.wait_for_url("**/activities/*/")
    expect(page.get_by_role("heading", name="Stand-up")).to_be_visible()
    assert Activity.objects.filter(made_apart=True).count() == 2


def test_what_is_meant_is_asked_when_one_is_edited_or_deleted(open_page: OpenPage, ada: User, monday: datetime) -> None:
    first = series_of(ada, monday)
    page = open_page(ada, f"/activities/{first.pk}/edit/")
    page.get_by_label("Subject").fill("Review")
    page.get_by_role("radio", name="All of them").check()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    assert set(Activity.objects.values_list("subject", flat=True)) == {"Review"}
    third = Activity.objects.order_by("at")[2]
    page.goto(page.url.replace(f"/{first.pk}/", f"/{third.pk}/"))
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Every week on Monday, 4 times")
    dialog.get_by_role("button", name="Delete this and all that follow").click()
    expect(page.locator(".toast-text")).to_contain_text("2 records deleted.")
    assert days() == ["Mon 09:00"] * 2


@pytest.mark.parametrize(
    "look", [{"viewport": WIDE, "color_scheme": "light"}, {"viewport": NARROW, "color_scheme": "dark"}],
    ids=["wide", "narrow"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Every week on Monday, 4 times"), ("hu", "Minden héten hétfőn, összesen 4 alkalommal")],
)
def test_the_controls_fit_and_can_be_read(
    open_page: OpenPage, ada: User, monday: datetime, look: Any, language: str, words: str
) -> None:
    User.objects.filter(pk=ada.pk).update(language=language)
    first = series_of(ada, monday)
    page = open_page(ada, f"/activities/{first.pk}/edit/", **look)
    sentence(page, words)
    if shots := os.environ.get("JANTAR_SHOTS"):
        page.screenshot(path=f"{shots}/{language}-{look['color_scheme']}-rule.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []
