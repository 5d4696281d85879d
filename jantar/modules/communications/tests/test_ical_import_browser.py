"""A calendar of another program brought in by somebody at the screen: checked, stored, brought again, taken out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, OpenPage, accessibility_faults
from jantar.modules.communications.models import Activity, Participant
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C22")]

FILE = "\r\n".join(
    [
        *("BEGIN:VCALENDAR", "VERSION:2.0"),
        *("BEGIN:VEVENT", "UID:weekly@x", "SUMMARY:Weekly round", "DTSTART;TZID=Europe/Prague:20270104T090000"),
        *("DTEND;TZID=Europe/Prague:20270104T093000", "RRULE:FREQ=WEEKLY;COUNT=3"),
        *("ORGANIZER:mailto:petr@kunde.example", "ATTENDEE;PARTSTAT=DECLINED:mailto:guest@kunde.example"),
        *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT30M", "END:VALARM", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:broken@x", "SUMMARY:Broken", "DTSTART:soon", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:gone@x", "SUMMARY:Gone", "DTSTART:20270104T090000Z", "STATUS:CANCELLED", "END:VEVENT"),
        *("END:VCALENDAR", ""),
    ]
)
Upload = Callable[..., Page]


@pytest.fixture
def uploaded(open_page: OpenPage) -> Upload:
    user = make_user("Anna", admin=True)
    values = {"given_name": "Petr", "family_name": "Novák", "email": "petr@kunde.example"}
    write.create(registry.get("people"), values, actor=actor_for(user))

    def upload(language: str = "en", theme: str = "light") -> Page:
        User.objects.filter(pk=user.pk).update(language=language, theme=theme)
        page = open_page(user, "/activities/import/")
        send_file(page)
        return page

    return upload


def send_file(page: Page) -> None:
    file = {"name": "calendar.ics", "mimeType": "text/calendar", "buffer": FILE.encode()}
    page.set_input_files("input[type=file]", [file])  # type: ignore[arg-type]
    expect(page.get_by_role("heading", level=1)).to_have_text("calendar.ics")


def address_of(page: Page, path: str) -> str:
    """A page of the same server."""
    return re.sub(r"(https?://[^/]+)/.*", rf"\1{path}", page.url)


def do_import(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Import 2 rows")).click()
    expect(page.get_by_text("Importing", exact=True).first).to_be_visible()
    run_waiting_jobs()
    expect(page.get_by_text("The import is done")).to_be_visible()


def test_a_calendar_comes_in_with_its_people_and_goes_again(uploaded: Upload) -> None:
    page = uploaded()
    columns = page.get_by_role("table", name="Columns of the file")
    expect(columns.get_by_label("Participants")).to_have_value("participants")
    expect(columns.get_by_label("Reminder")).to_have_value("reminder")
    preview = page.get_by_role("table", name="The first rows as they would be stored")
    expect(preview).to_contain_text("“soon” is not a time.")
    expect(page.get_by_text("Cancelled entries were left out")).to_be_visible()
    do_import(page)
    first = Activity.objects.order_by("at").first()
    assert first
    rows = first.participants.order_by("pk")
    assert [(str(row), row.answer) for row in rows] == [("guest@kunde.example", "declined"), ("Petr Novák", "accepted")]
    assert (first.reminder, Activity.objects.count()) == ("30", 3)
    page.goto(address_of(page, f"/activities/{first.pk}/"))
    expect(page.get_by_role("heading", name="Weekly round")).to_be_visible()
    expect(page.get_by_text("guest@kunde.example")).to_be_visible()


def test_brought_again_it_changes_nothing_and_undone_it_is_gone(uploaded: Upload) -> None:
    page = uploaded()
    do_import(page)
    done = page.url
    before = list(Activity.objects.order_by("pk").values_list("pk", "version"))
    page.goto(address_of(page, "/activities/import/"))
    send_file(page)
    do_import(page)
    assert list(Activity.objects.order_by("pk").values_list("pk", "version")) == before
    assert Participant.objects.count() == 6
    page.goto(done)
    page.get_by_role("button", name="Undo import").click()
    expect(page.get_by_text("This import was undone")).to_be_visible()
    assert not Activity.objects.filter(deleted_at=None).exists()


@pytest.mark.parametrize("how", ["narrow", "dark"])
def test_the_page_works_on_a_phone_and_in_hungarian(uploaded: Upload, how: str, tmp_path: Any) -> None:
    page = uploaded("hu", "dark" if how == "dark" else "light")
    if how == "narrow":
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    expect(page.get_by_role("table").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []
    page.screenshot(path=tmp_path / f"{how}.png", full_page=True)
