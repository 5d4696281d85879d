"""The calendar by mouse and by keyboard, in a real browser."""

import os
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import NARROW, WIDE, OpenPage, accessibility_faults
from jantar.modules.communications.models import Activity, Task
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C22")]
PRAGUE = ZoneInfo("Europe/Prague")
WEEK = "/calendar/?day=2026-11-24"


@pytest.fixture
def ada() -> User:
    return make_user("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def meeting(ada: User) -> Any:
    at = datetime(2026, 11, 24, 10, 0, tzinfo=PRAGUE)
    actor = actor_for(ada)
    write.create(registry.get("tasks"), {"title": "Send the offer", "due_at": at.replace(hour=9)}, actor=actor)
    write.create(
        registry.get("activities"), {"kind": "visit", "subject": "Fair", "at": at, "duration": 2880, "all_day": True},
        actor=actor,
    )  # fmt: skip
    values = {"kind": "meeting", "subject": "Pump", "at": at, "duration": 60}
    return write.create(registry.get("activities"), values, actor=actor)


def stored(meeting: Any) -> tuple[str, int]:
    meeting.refresh_from_db()
    return meeting.at.astimezone(PRAGUE).strftime("%d %H:%M"), meeting.duration


def ready(page: Page) -> None:
    page.locator(".is-timed").first.wait_for()
    page.wait_for_load_state("networkidle")


def drag(page: Page, start: Any, to: Any, *, dy: float = 0) -> None:
    a, b = start.bounding_box(), to.bounding_box()
    page.mouse.move(a["x"] + a["width"] / 2, a["y"] + min(8, a["height"] / 2))
    page.mouse.down()
    page.mouse.move(b["x"] + b["width"] / 2, a["y"] + min(8, a["height"] / 2) + dy, steps=4)
    page.mouse.up()


def test_an_entry_is_dragged_made_longer_and_put_back(open_page: OpenPage, ada: User, meeting: Any) -> None:
    page = open_page(ada, WEEK)
    ready(page)
    entry = page.locator(f"li:has(#entry-activities-{meeting.pk})")
    drag(page, entry, page.locator("[data-day='2026-11-26'] .calendar-column"), dy=48)
    expect(page.locator(".toast-text")).to_contain_text("“Pump” is now on Thu 26 Nov, 11:00.")
    expect(page.locator("[data-day='2026-11-26']")).to_contain_text("11:00–12:00")
    assert stored(meeting) == ("26 11:00", 60)
    expect(entry).to_have_attribute("data-version", "2")
    grip = entry.locator(".calendar-grip")
    drag(page, grip, grip, dy=24)
    expect(page.locator("[data-day='2026-11-26']")).to_contain_text("11:00–12:30")
    expect(page.locator(".toast-text")).to_have_count(2)
    assert stored(meeting) == ("26 11:00", 90)
    page.locator("[data-toast-action]").last.click()
    expect(page.locator("[data-day='2026-11-26']")).to_contain_text("11:00–12:00")
    assert stored(meeting) == ("26 11:00", 60)


def test_an_entry_is_moved_and_made_longer_by_keyboard(open_page: OpenPage, ada: User, meeting: Any) -> None:
    page = open_page(ada, WEEK)
    ready(page)
    page.locator(f"#entry-activities-{meeting.pk}").focus()
    for key in ("Space", "ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    status = page.locator("[data-calendar-target=status]")
    expect(status).to_have_text("Pump: Wednesday, 25 November 2026, 10:30 to Wednesday, 25 November 2026, 11:45.")
    page.keyboard.press("Escape")
    expect(status).to_have_text("Move cancelled. Pump stays where it was.")
    assert stored(meeting) == ("24 10:00", 60)
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    there = page.locator(f"[data-day='2026-11-25'] li:has(#entry-activities-{meeting.pk})")
    expect(there).to_have_attribute("data-version", "2")  # what is stored, not what was shown ahead of it
    expect(there).to_contain_text("10:00–11:00")
    expect(page.locator(f"#entry-activities-{meeting.pk}")).to_be_focused()
    assert stored(meeting) == ("25 10:00", 60)


def test_a_dragged_span_becomes_a_meeting(open_page: OpenPage, ada: User) -> None:
    page = open_page(ada, WEEK)
    ready(page)
    column = page.locator("[data-day='2026-11-25'] .calendar-column")
    box = column.bounding_box()
    assert box is not None
    x, y = box["x"] + 20, box["y"] + 48 * 9
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 72, steps=4)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Wed 25 Nov, 09:00–10:30")
    dialog.get_by_role("link", name="Activity").click()
    dialog.get_by_label("Subject").fill("Price of the pump")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("[data-day='2026-11-25']")).to_contain_text("Price of the pump")
    assert (stored(Activity.objects.get()), Activity.objects.get().kind) == (("25 09:00", 90), "meeting")


def test_a_task_is_made_from_a_day_by_keyboard_and_moved_in_the_month(open_page: OpenPage, ada: User) -> None:
    page = open_page(ada, WEEK)
    ready(page)
    page.get_by_role("link", name="Add on Tuesday, 24 November 2026").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(":focus")).to_have_count(1)
    dialog.get_by_role("link", name="Task").press("Enter")
    dialog.get_by_label("Title").fill("Send the offer")
    dialog.get_by_label("Title").press("Control+Enter")
    expect(page.locator("[data-day='2026-11-24']")).to_contain_text("Send the offer")
    page.keyboard.press("m")
    page.wait_for_url("**show=month**")
    page.wait_for_load_state("networkidle")
    task = Task.objects.get()
    page.locator(f"#entry-tasks-{task.pk}").focus()
    for key in ("Space", "ArrowDown", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(f"[data-day='2026-11-30'] li:has(#entry-tasks-{task.pk})")).to_have_attribute(
        "data-version", "2"
    )
    task.refresh_from_db()
    assert task.due_at == datetime(2026, 11, 30, 9, 0, tzinfo=PRAGUE)


LOOKS = pytest.mark.parametrize(
    "look", [{"viewport": WIDE, "color_scheme": "light"}, {"viewport": NARROW, "color_scheme": "dark"}],
    ids=["wide", "narrow"],
)  # fmt: skip


@LOOKS
@pytest.mark.parametrize("language", ["en", "hu"])
def test_every_view_fits_and_axe_finds_nothing(
    open_page: OpenPage, ada: User, meeting: Any, look: Any, language: str
) -> None:
    eva = make_user("Eva", ada.teams.get(), scope=Scope.TEAM)
    values = {"subject": "Lunch", "at": meeting.at, "duration": 90}
    write.create(registry.get("activities"), values, actor=actor_for(eva))
    User.objects.filter(pk=ada.pk).update(language=language)
    page = open_page(ada, WEEK, **look)
    for show in ("week", "day", "month", "agenda"):
        page.goto(f"{WEEK}&show={show}&users={ada.pk},{eva.pk}")
        page.wait_for_load_state("networkidle")
        if shots := os.environ.get("JANTAR_SHOTS"):
            page.screenshot(path=f"{shots}/{language}-{look['color_scheme']}-{show}.png")
        assert accessibility_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(page.locator(f"#entry-activities-{meeting.pk}")).to_be_visible()
