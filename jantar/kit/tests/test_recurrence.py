# ruff: noqa: DTZ001 - rules count by the clock, without a zone
"""Rules by which something comes again: read and written, counted out as dateutil does, right by every clock."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from jantar.kit.errors import InputError
from jantar.kit.recurrence import Rule, first_on, follow_start, moments, moved_rule, occurrences, read_rule

PRAGUE = ZoneInfo("Europe/Prague")
DAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
STARTS = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(
    lambda one: one.replace(second=0, microsecond=0, fold=0)
)
plain = st.builds(
    lambda often, every, count: f"FREQ={often};INTERVAL={every};COUNT={count}",
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), st.integers(1, 5), st.integers(1, 40),
)  # fmt: skip
weekly = st.builds(lambda days: "FREQ=WEEKLY;BYDAY=" + ",".join(sorted(days)), st.sets(DAYS, min_size=1))
monthly = st.builds(lambda n, day: f"FREQ=MONTHLY;BYDAY={n}{day}", st.sampled_from([1, 2, 3, 4, 5, -1]), DAYS)
month_day = st.builds(lambda day: f"FREQ=MONTHLY;BYMONTHDAY={day}", st.sampled_from([*range(1, 32), -1]))
positions = st.builds(lambda n: f"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={n}", st.sampled_from([1, 2, -1]))
yearly = st.builds(lambda m, d: f"FREQ=YEARLY;BYMONTH={m};BYMONTHDAY={d}", st.integers(1, 12), st.integers(1, 31))
rules = st.one_of(plain, weekly, monthly, month_day, positions, yearly)


@settings(deadline=None)
@given(rules, STARTS)
def test_days_are_those_of_dateutil_and_the_time_stays(text, start):
    until = start + timedelta(days=1500)
    expected = [one for one in islice(rrule.rrulestr(text, dtstart=start), 600) if one <= until]
    found = list(islice(occurrences(read_rule(text), start, until), 600))
    assert found == expected[: len(found)]
    assert len(found) == min(len(expected), 600)
    assert {one.time() for one in found} <= {start.time()}


@settings(deadline=None)
@given(rules, STARTS, st.integers(0, 4000), st.integers(1, 4))
def test_times_from_a_day_on_are_those_of_the_whole_rule(text, start, days, every):
    rule = read_rule(text)
    rule = replace(rule, every=every) if rule.every == 1 else rule
    since = start + timedelta(days=days, hours=-1)
    until = since + timedelta(days=900)
    expected = [one for one in occurrences(rule, start, until) if one >= since]
    assert list(occurrences(rule, start, until, since)) == expected


@settings(deadline=None)
@given(rules)
def test_a_rule_is_written_as_it_is_read(text):
    rule = read_rule(text)
    assert read_rule(str(rule)) == rule
    assert str(read_rule(str(rule))) == str(rule)


@settings(deadline=None)
@given(rules, STARTS)
def test_days_taken_from_the_start_are_the_same_days(text, start):
    until = start + timedelta(days=800)
    rule = read_rule(text)
    explicit = follow_start(rule, start.date())
    assert list(occurrences(explicit, start, until)) == list(occurrences(rule, start, until))


@settings(deadline=None)
@given(rules, STARTS)
def test_the_clock_of_the_zone_stays_through_the_year(text, start):
    found = list(
        islice(moments(read_rule(text), start, PRAGUE, start.replace(tzinfo=PRAGUE) + timedelta(days=800)), 300)
    )
    assert found == sorted(set(found))
    for moment in found:
        local = moment.astimezone(PRAGUE)
        was_left_out = datetime.combine(local.date(), start.time(), tzinfo=PRAGUE).astimezone(UTC) == moment
        assert local.time() == start.time() or was_left_out


@settings(deadline=None)
@given(
    st.text(max_size=40) | st.builds(lambda one: f"FREQ=DAILY;{one}", st.text("=;,0123456789BYMOUNTIL-+", max_size=30))
)
def test_any_text_is_a_rule_or_refused(text):
    with suppress(InputError):
        assert str(read_rule(text)).startswith("FREQ=")


def test_an_end_that_is_a_moment_becomes_a_day_of_the_zone():
    start = datetime(2026, 10, 5, 9, 0)
    assert read_rule("FREQ=DAILY;UNTIL=20261031T080000Z", PRAGUE, start).until == date(2026, 10, 31)
    assert read_rule("FREQ=DAILY;UNTIL=20261031T073000Z", PRAGUE, start).until == date(2026, 10, 30)
    assert read_rule("FREQ=DAILY;UNTIL=20261031T230000Z", PRAGUE, start).until == date(2026, 10, 31)


@pytest.mark.parametrize("day", ["00010101", "09991231", "99991231"])
def test_an_end_in_any_year_is_written_as_it_is_read(day):
    assert str(read_rule(f"FREQ=DAILY;UNTIL={day};EXDATE={day}")) == f"FREQ=DAILY;UNTIL={day};EXDATE={day}"


@pytest.mark.parametrize(("until", "zone"), [("00010101T000000Z", "UTC"), ("99991231T235959Z", "Europe/Prague")])
def test_an_end_beyond_all_days_is_refused(until, zone):
    with pytest.raises(InputError, match="not a day on which a rule ends"):
        read_rule(f"FREQ=DAILY;UNTIL={until}", ZoneInfo(zone), datetime(2026, 10, 5, 9, 0))


@settings(deadline=None)
@given(rules, STARTS)
def test_the_first_time_is_the_first_of_all(text, start):
    rule = read_rule(text)
    assert first_on(rule, start) == next(occurrences(rule, start, start + timedelta(days=366 * 12)), None)


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", datetime(2026, 1, 1)),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", datetime(2095, 1, 1)),
        ("FREQ=WEEKLY;BYDAY=MO;BYMONTH=2;BYMONTHDAY=30", datetime(1900, 1, 1)),
        ("FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=366", datetime(2026, 1, 1)),
    ],
)
def test_a_day_that_never_comes_is_not_looked_for_to_the_end_of_time(rule, start):
    began = process_time()
    assert first_on(read_rule(rule), start) is None
    assert process_time() - began < 3  # by days up to the year 9999 it is many times that


@pytest.mark.parametrize(
    ("rule", "before", "after", "moved"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE", date(2026, 11, 23), date(2026, 11, 24), "FREQ=WEEKLY;BYDAY=TU,WE"),
        ("FREQ=MONTHLY;BYMONTHDAY=24", date(2026, 11, 24), date(2026, 11, 26), "FREQ=MONTHLY;BYMONTHDAY=26"),
        ("FREQ=MONTHLY;BYDAY=2TU", date(2026, 11, 10), date(2026, 11, 18), "FREQ=MONTHLY;BYDAY=3WE"),
        ("FREQ=MONTHLY;BYDAY=-1TU", date(2026, 11, 24), date(2026, 11, 26), "FREQ=MONTHLY;BYDAY=-1TH"),
        (
            "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=4", date(2026, 5, 4), date(2027, 1, 7),
            "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=7",
        ),
        ("FREQ=DAILY", date(2026, 11, 24), date(2026, 11, 26), "FREQ=DAILY"),
    ],
)  # fmt: skip
def test_a_rule_goes_along_with_what_is_moved(rule, before, after, moved):
    assert str(moved_rule(read_rule(rule), before, after)) == moved
    start = datetime.combine(after, datetime.min.time())
    assert first_on(read_rule(moved), start) == start


def test_a_day_that_never_comes_is_found_to_be_none_at_once():
    assert first_on(read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), datetime(2026, 1, 1)) is None
    assert first_on(read_rule("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29"), datetime(2026, 1, 1)) is None
    leap = read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")
    assert first_on(leap, datetime(2026, 1, 1)) == datetime(2028, 2, 29)
    assert isinstance(leap, Rule)


def test_a_rule_that_comes_rarely_or_late_does_not_leave_the_calendar():
    start = datetime(2026, 1, 1)
    assert first_on(read_rule("FREQ=DAILY;INTERVAL=1000"), start) == start
    assert first_on(read_rule("FREQ=YEARLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29"), start) is None
    assert first_on(read_rule("FREQ=DAILY"), datetime(9999, 12, 31, 23)) == datetime(9999, 12, 31, 23)
