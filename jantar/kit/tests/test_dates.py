from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from jantar.kit.dates import from_serial, parse_date, parse_datetime
from jantar.kit.errors import InputError

FIRST = date(2026, 12, 1)
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.parametrize("day_first", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01", "20261201", "2026. 12. 01.", "2026.12.1", "2026/12/01", "1. 12. 2026",
        "1.12.2026", "01.12.2026", "1.12.26", " 1.\u00a012.\u00a02026 ", "1. prosince 2026",
        "1. prosinec 2026", "2026. december 1.", "1 grudnia 2026", "1 gru 2026",
        "1. decembra 2026", "December 1, 2026", "1 December 2026", "Dec 1, 2026", "1st Dec 2026",
        "1-Dec-26", "2026-12-01T23:30:00Z", "2026-12-01 23:30", "1. 12. 2026, 9:30", "46357",
        "46357.0", "46357,75", "2026-12-01 11:16:05.123",
    ],
)  # fmt: skip
def test_what_is_understood_without_a_hint(text: str, day_first: bool) -> None:
    assert parse_date(text, day_first=day_first) == FIRST


def test_the_hint_decides_the_order_of_slashes_and_hyphens() -> None:
    assert parse_date("1/12/2026", day_first=True) == date(2026, 12, 1)
    assert parse_date("1/12/2026", day_first=False) == date(2026, 1, 12)
    assert parse_date("01-12-26", day_first=True) == date(2026, 12, 1)
    assert parse_date("01-12-26", day_first=False) == date(2026, 1, 12)


def test_two_digit_years() -> None:
    assert parse_date("1.1.68").year == 2068
    assert parse_date("1.1.69").year == 1969


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "yesterday", "12", "2026", "12/2026", "1.2", "1.12.206", "1/12-2026", "٣.١.٢٠٢٦",
        "1 xyz 2026", "1.12.2026 x", "=A1", "9999", "1.12.2026 25:00", "2026-12-01 13:00 PM",
        "1" * 5000, "99999999999",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a date") as refused:
        parse_datetime(text, time_zone=UTC)
    assert refused.value.params == {"text": text[:60]}


@pytest.mark.parametrize("text", ["31.2.2026", "29. 2. 2025", "2026-13-01", "13/13/2026", "0.1.2026"])
def test_a_day_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not in the calendar"):
        parse_date(text)


def test_a_month_is_not_taken_for_a_day_against_the_hint() -> None:
    with pytest.raises(InputError, match="is not in the calendar"):
        parse_date("12/31/2026", day_first=True)


@given(
    st.dates(date(1970, 1, 1), date(2068, 12, 31)),
    st.sampled_from(["en", "en_GB", "cs", "hu", "pl", "sk"]),
    st.sampled_from(["short", "medium", "long"]),
)
def test_dates_formatted_for_a_language_are_read_back(day: date, locale: str, width: str) -> None:
    text = format_date(day, width, locale)
    assert parse_date(text, day_first=locale != "en") == day


@given(st.text(max_size=30), st.booleans())
def test_any_text_gives_a_date_or_an_input_error(text: str, day_first: bool) -> None:
    try:
        parse_datetime(text, time_zone=PRAGUE, day_first=day_first)
    except InputError:
        return
    assert any(char.isdigit() for char in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01T09:30Z", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        ("2026-07-01T09:30:15.25+02:00", datetime(2026, 7, 1, 7, 30, 15, 250000, tzinfo=UTC)),
        ("2026-07-01T09:30:00-0530", datetime(2026, 7, 1, 15, 0, tzinfo=UTC)),
        ("1. 7. 2026 9:30", datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
        ("1. 1. 2026 9:30", datetime(2026, 1, 1, 8, 30, tzinfo=UTC)),
        ("1/7/2026, 9:30 PM", datetime(2026, 7, 1, 19, 30, tzinfo=UTC)),
        ("1/7/2026 12:05 a.m.", datetime(2026, 6, 30, 22, 5, tzinfo=UTC)),
        ("2021-04-01 17:32:47.123456789 UTC", datetime(2021, 4, 1, 17, 32, 47, 123456, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
        ("46204.5", datetime(2026, 7, 1, 10, 0, tzinfo=UTC)),
        ("46204,999999", datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_the_time_zone_of_the_writer(text: str, expected: datetime) -> None:
    assert parse_datetime(text, time_zone=PRAGUE) == expected


def test_a_moment_before_the_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="is not in the calendar"):
        parse_datetime("0001-01-01", time_zone=timezone(timedelta(hours=2)))


def test_serial_numbers() -> None:
    assert from_serial(45631) == date(2024, 12, 5)
    assert from_serial(45631.9) == date(2024, 12, 5)
    assert from_serial(2_958_465) == date(9999, 12, 31)
    for serial in (9_999, -1, 2_958_466, float("nan"), float("inf")):
        with pytest.raises(InputError, match="is not a date"):
            from_serial(serial)
