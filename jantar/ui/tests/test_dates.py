"""Dates are typed and shown in the user's language, and sent as ISO."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from jantar.engine.testing.browser import WIDE

NOW = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)
YEAR = NOW.year


@pytest.fixture
def born(chromium, gallery):
    """Opens the form in a language; gives the field people see and the one that is sent."""
    contexts = []

    def open_in(language: str, **options):
        context = chromium.new_context(viewport=WIDE, locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        page.goto(f"{gallery}form/")
        page.locator("[data-date-text]").wait_for()
        return page.get_by_label("Date of birth"), page.locator("input[name=born]")

    yield open_in
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("language", "typed", "shown", "iso"),
    [
        ("en-GB", "22/11/1987", "22 Nov 1987", "1987-11-22"),
        ("en-GB", "3 march 2026", "3 Mar 2026", "2026-03-03"),
        ("cs", "22.11.1987", "22. 11. 1987", "1987-11-22"),
        ("cs", "5. listopadu 2026", "5. 11. 2026", "2026-11-05"),
        ("hu", "1987. 11. 22.", "1987. 11. 22.", "1987-11-22"),
        ("hu", "11. 22.", f"{YEAR}. 11. 22.", f"{YEAR}-11-22"),
        ("pl", "22 lis 1987", "22.11.1987", "1987-11-22"),
        ("sk", "22-11-87", "22. 11. 1987", "1987-11-22"),
        ("sk", "2026-02-28", "28. 2. 2026", "2026-02-28"),
    ],
)
def test_a_date_is_typed_as_people_write_it(born, language, typed, shown, iso):
    field, sent = born(language)
    field.fill(typed)
    field.press("Tab")
    expect(field).to_have_value(shown)
    expect(sent).to_have_value(iso)


@pytest.mark.parametrize("typed", ["31. 2. 2026", "zítra", "12"])
def test_what_is_no_date_is_sent_as_it_was_typed(born, typed):
    field, sent = born("cs")
    field.fill(typed)
    field.press("Tab")
    expect(field).to_have_value(typed)
    expect(sent).to_have_value(typed)


def test_a_day_is_chosen_in_the_calendar_by_keyboard(born):
    field, sent = born("pl")
    field.fill("30.1.2026")
    field.press("ArrowDown")
    calendar = field.page.locator(".calendar")
    expect(calendar).to_contain_text("styczeń 2026")
    expect(calendar.get_by_label("piątek, 30 stycznia 2026")).to_be_focused()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "PageDown"):
        field.page.keyboard.press(key)
    expect(calendar).to_contain_text("luty 2026")
    field.page.keyboard.press("Enter")
    expect(sent).to_have_value("2026-02-25")
    expect(field).to_have_value("25.02.2026")
    expect(field).to_be_focused()
    expect(calendar).to_be_hidden()


def test_today_is_the_day_in_the_time_zone_of_the_user_wherever_the_browser_is(born):
    """The gallery is shown in UTC, where it is still the day before."""
    field, sent = born("en-GB", timezone_id="Pacific/Kiritimati")
    field.fill("+1")
    field.press("Tab")
    expect(sent).to_have_value("2026-05-05")
