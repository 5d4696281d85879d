from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from jantar.ui import formats

NB = "\u00a0"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "22 Nov 2026"),
        ("cs", "22. 11. 2026"),
        ("hu", "2026. nov. 22."),
        ("pl", "22 lis 2026"),
        ("sk", "22. 11. 2026"),
        ("cs-cz", "22. 11. 2026"),
        ("de", "22 Nov 2026"),
    ],
)
def test_a_day_is_written_as_in_the_country(language, text):
    assert formats.format_day(date(2026, 11, 22), language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Sunday, 22 November 2026"),
        ("cs", "neděle 22. listopadu 2026"),
        ("hu", "2026. november 22., vasárnap"),
        ("pl", "niedziela, 22 listopada 2026"),
        ("sk", "nedeľa 22. novembra 2026"),
    ],
)
def test_a_day_in_words_names_the_day_of_the_week(language, text):
    assert formats.format_day_full(date(2026, 11, 22), language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Nov 2026"), ("cs", "lis 2026"), ("hu", "2026. nov."), ("pl", "lis 2026"), ("sk", "nov 2026")],
)
def test_a_month_is_short_where_room_is_scarce(language, text):
    assert formats.format_month_short(date(2026, 11, 1), language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "23 Nov 2026, 00:30"),
        ("cs", "23. 11. 2026 00:30"),
        ("hu", "2026. nov. 23. 00:30"),
        ("pl", "23 lis 2026, 00:30"),
        ("sk", "23. 11. 2026, 00:30"),
    ],
)
def test_a_moment_is_shown_in_the_time_zone_of_the_user(language, text):
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert formats.format_moment(moment, language, zone=ZoneInfo("Europe/Prague")) == text


def test_the_day_of_a_moment_is_the_day_in_the_time_zone_of_the_user():
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert formats.format_day(moment, "en", zone=ZoneInfo("Europe/Prague")) == "23 Nov 2026"


@pytest.mark.parametrize(
    ("language", "currency", "amount", "text"),
    [
        ("en", "PLN", "1234567.5", f"PLN{NB}1,234,567.50"),
        ("cs", "CZK", "1234567.5", f"1{NB}234{NB}567,50{NB}Kč"),
        ("hu", "HUF", "1234567", f"1{NB}234{NB}567{NB}Ft"),
        ("hu", "HUF", "1234567.4", f"1{NB}234{NB}567,40{NB}Ft"),
        ("pl", "PLN", "-15", f"-15,00{NB}zł"),
        ("sk", "EUR", "0", f"0,00{NB}€"),
        ("en", "JPY", "1200", f"JPY{NB}1,200"),
    ],
)
def test_money_is_written_as_in_the_country(language, currency, amount, text):
    assert formats.format_money(Decimal(amount), currency, language) == text


@pytest.mark.parametrize(
    ("amount", "language", "text"),
    [
        ("4820000", "en", f"CZK{NB}4.8M"),
        ("4820000", "cs", f"4,8{NB}mil.{NB}Kč"),
        ("950.5", "cs", f"950{NB}Kč"),
    ],
)
def test_money_is_rounded_for_a_tile(amount, language, text):
    assert formats.format_money_short(Decimal(amount), "CZK", language) == text


def test_numbers_percentages_and_durations_follow_the_language():
    assert formats.format_number(Decimal("1234.5"), "cs") == f"1{NB}234,5"
    assert formats.format_number(1234, "en", decimals=2) == "1,234.00"
    assert formats.format_percentage(Decimal("12.5"), "hu", decimals=1) == "12,5%"
    assert formats.format_percentage(40, "cs") == f"40{NB}%"
    assert formats.format_duration(85, "pl") == "1 godz. 25 min"
    assert formats.format_duration(0, "cs") == "0 min"


def test_file_sizes_are_short():
    assert formats.format_bytes(840_000, "en") == f"840{NB}kB"
    assert formats.format_bytes(1_240_000, "cs") == f"1,2{NB}MB"
    assert formats.format_bytes(12, "en") == f"12{NB}B"


def test_relative_times_speak_the_language():
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert formats.format_relative(datetime(2026, 11, 22, 9, tzinfo=UTC), now, "cs") == "před 3 hodinami"
    assert formats.format_relative(datetime(2026, 11, 25, 12, tzinfo=UTC), now, "hu") == "3 nap múlva"
