from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jantar.kit.errors import InputError
from jantar.kit.periods import Period, RelativeDate, parse_relative_date

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", date(2026, 11, 22), date(2026, 11, 23)),
        ("yesterday", date(2026, 11, 21), date(2026, 11, 22)),
        ("tomorrow", date(2026, 11, 23), date(2026, 11, 24)),
        ("in 3 days", date(2026, 11, 25), date(2026, 11, 26)),
        ("1 week ago", date(2026, 11, 15), date(2026, 11, 16)),
        ("this week", date(2026, 11, 16), date(2026, 11, 23)),
        ("last week", date(2026, 11, 9), date(2026, 11, 16)),
        ("next week", date(2026, 11, 23), date(2026, 11, 30)),
        ("this month", date(2026, 11, 1), date(2026, 12, 1)),
        ("next month", date(2026, 12, 1), date(2027, 1, 1)),
        ("last month", date(2026, 10, 1), date(2026, 11, 1)),
        ("this quarter", date(2026, 10, 1), date(2027, 1, 1)),
        ("last quarter", date(2026, 7, 1), date(2026, 10, 1)),
        ("next quarter", date(2027, 1, 1), date(2027, 4, 1)),
        ("this year", date(2026, 1, 1), date(2027, 1, 1)),
        ("last year", date(2025, 1, 1), date(2026, 1, 1)),
        ("last 30 days", date(2026, 10, 23), date(2026, 11, 23)),
        ("past 1 day", date(2026, 11, 21), date(2026, 11, 23)),
        ("in the next 14 days", date(2026, 11, 22), date(2026, 12, 7)),
        ("Next  3 Months", date(2026, 11, 22), date(2027, 2, 23)),
        ("last 2 quarters", date(2026, 5, 22), date(2026, 11, 23)),
        ("before today", None, date(2026, 11, 22)),
        ("past", None, date(2026, 11, 22)),
        ("before 30 days ago", None, date(2026, 10, 23)),
        ("before 14 days", None, date(2026, 12, 6)),
        ("after today", date(2026, 11, 23), None),
        ("future", date(2026, 11, 23), None),
        ("after in 2 weeks", date(2026, 12, 7), None),
        ("after 1 year ago", date(2025, 11, 23), None),
    ],
)
def test_relative_dates(text: str, start: date | None, end: date | None) -> None:
    assert parse_relative_date(text).period(TODAY) == Period(start, end)


def test_weeks_begin_on_the_day_given() -> None:
    this_week = parse_relative_date("this week")
    assert this_week.period(TODAY, week_start=6) == Period(TODAY, TODAY + timedelta(days=7))


def test_a_month_back_from_the_last_day_of_a_longer_month() -> None:
    assert parse_relative_date("1 month ago").period(date(2026, 3, 31)).start == date(2026, 2, 28)
    assert parse_relative_date("in 1 year").period(date(2024, 2, 29)).start == date(2025, 2, 28)


@pytest.mark.parametrize(
    "text",
    ["", "now", "last", "last 0 days", "last -1 days", "next 10001 days", "this fortnight",
     "in 3 days ago", "before", "before this week", "next 1.5 days", "next ٣ days", "1 day"[:1]],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a period"):
        parse_relative_date(text)


@pytest.mark.parametrize("text", ["last 9999 years", "in 9999 years", "before 9999 quarters ago"])
def test_a_period_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="beyond the calendar"):
        parse_relative_date(text).period(TODAY)


UNITS = st.sampled_from(["day", "week", "month", "quarter", "year"])
RELATIVE = st.one_of(
    st.builds(RelativeDate, st.just("this"), st.integers(-1, 1), UNITS),
    st.builds(RelativeDate, st.sampled_from(["last", "next"]), st.integers(1, 200), UNITS),
    st.builds(RelativeDate, st.sampled_from(["on", "before", "after"]), st.integers(-200, 200), UNITS),
)


@given(RELATIVE, st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 6))
def test_the_text_form_means_the_same_days(relative: RelativeDate, today: date, week_start: int) -> None:
    again = parse_relative_date(str(relative))
    assert again.period(today, week_start) == relative.period(today, week_start)


@given(RELATIVE, st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_today_lies_in_what_surrounds_it(relative: RelativeDate, today: date) -> None:
    surrounds = relative.kind in ("last", "next") or (relative.kind == "this" and not relative.count)
    if surrounds:
        assert today in relative.period(today)


def test_bounds_as_moments_are_midnights_of_the_reader() -> None:
    period = Period(date(2026, 3, 29), date(2026, 3, 30))  # the clocks go forward that day
    assert period.instants(ZoneInfo("Europe/Budapest")) == (
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    )
    assert Period(None, None).instants(UTC) == (None, None)
