"""Dates, numbers and money as text in a language (en, cs, hu, pl, sk). Pure functions over Babel."""

from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from babel import Locale, dates, numbers, units

# English is British: days before months, 24 hours, so that no date can be read two ways.
_LOCALES = {"en": "en_GB", "cs": "cs_CZ", "hu": "hu_HU", "pl": "pl_PL", "sk": "sk_SK"}
# Currencies written without minor units in daily use although ISO 4217 gives them two digits.
_WHOLE_CURRENCIES = {"HUF"}

Number: TypeAlias = int | float | Decimal


@lru_cache(maxsize=16)
def locale_for(language: str) -> Locale:
    """The Babel locale of a language code ("cs", "cs-cz", "pl"); English for one we do not have."""
    return Locale.parse(_LOCALES.get(language.lower().split("-")[0], "en_GB"))


def format_day(value: date, language: str, *, zone: tzinfo | None = None) -> str:
    """A day that cannot be misread: "22 Nov 2026", "22. 11. 2026", "2026. nov. 22.", "22 lis 2026".

    A date-time is shown as the day it is in `zone`.
    """
    if isinstance(value, datetime):
        value = _in_zone(value, zone).date()
    return dates.format_date(value, "medium", locale=locale_for(language))


def format_day_short(value: date, language: str) -> str:
    """A day of this year with its weekday: "Mon 2 Nov", "po 2. 11."."""
    return dates.format_skeleton("MMMEd", value, locale=locale_for(language))


def format_day_full(value: date, language: str) -> str:
    """A day in words: "Sunday, 22 November 2026", "neděle 22. listopadu 2026"."""
    return dates.format_date(value, "full", locale=locale_for(language))


def format_month(value: date, language: str) -> str:
    """A month with its year: "November 2026", "listopad 2026"."""
    return dates.format_skeleton("yMMMM", value, locale=locale_for(language))


def format_days(first: date, last: date, language: str) -> str:
    """A span of days: "23–29 Nov 2026", "23. – 29. 11. 2026"."""
    return str(dates.format_interval(first, last, "yMMMd", locale=locale_for(language)))


def format_weekday(value: date, language: str) -> str:
    """A weekday where room is scarce: "Mon", "po", "H"."""
    return dates.format_date(value, "ccc", locale=locale_for(language))


def format_month_short(value: date, language: str) -> str:
    """A month with its year where room is scarce: "Nov 2026", "lis 2026", "2026. nov."."""
    locale = locale_for(language)
    if locale.language == "hu":
        return dates.format_skeleton("yMMM", value, locale=locale)
    return dates.format_date(value, "LLL y", locale=locale)


def format_moment(value: datetime, language: str, *, zone: tzinfo | None = None) -> str:
    """Day and time to the minute, 24 hours, in `zone`: "22 Nov 2026, 14:05"."""
    local = _in_zone(value, zone)
    comma = " " if locale_for(language).language in ("cs", "hu") else ", "
    return f"{format_day(local, language)}{comma}{format_clock(local, language)}"


def format_clock(value: datetime, language: str, *, zone: tzinfo | None = None) -> str:
    """The time of day, 24 hours: "14:05"."""
    return dates.format_time(_in_zone(value, zone).time(), "HH:mm", locale=locale_for(language))


def format_relative(value: datetime, now: datetime, language: str) -> str:
    """How long ago or in how long: "3 hours ago", "za 3 dny"."""
    return dates.format_timedelta(value - now, add_direction=True, locale=locale_for(language))


def format_number(value: Number, language: str, *, decimals: int | None = None) -> str:
    """A number with the language's separators; `decimals` fixes the digits after the point (else up to 3)."""
    pattern = None if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, pattern, locale=locale_for(language))


def format_percentage(value: Number, language: str, *, decimals: int = 0) -> str:
    """A percentage from its number of percent: 12.5 gives "12.5%"."""
    pattern = locale_for(language).percent_formats[None].pattern
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_percent(
        Decimal(str(value)) / 100, pattern.replace("#,##0", digits), locale=locale_for(language)
    )


def format_money(amount: Number, currency: str, language: str, *, whole: bool = False) -> str:
    """An amount in `currency` (ISO 4217): "EUR 1,234.50", "1 234,50 Kč", "1 235 Ft".

    `whole` leaves out minor units. English shows the code, since a sign alone is ambiguous.
    """
    locale = locale_for(language)
    value = Decimal(str(amount))
    plain = whole or (currency in _WHOLE_CURRENCIES and value == value.to_integral_value())
    digits = 0 if plain else numbers.get_currency_precision(currency)
    number = "#,##0" + ("." + "0" * digits if digits else "")
    pattern = f"¤¤\xa0{number}" if locale.language == "en" else f"{number}\xa0¤"
    return numbers.format_currency(value, currency, pattern, locale=locale, currency_digits=False)


def format_money_short(amount: Number, currency: str, language: str) -> str:
    """An amount rounded for a tile or a chart: "EUR 1.2M", "1,2 mil. Kč"."""
    locale = locale_for(language)
    value = Decimal(str(amount))
    if abs(value) < 10_000:
        return format_money(value, currency, language, whole=True)
    if locale.language == "en":
        return f"{currency}\xa0{numbers.format_compact_decimal(value, locale=locale, fraction_digits=1)}"
    return numbers.format_compact_currency(value, currency, locale=locale, fraction_digits=1)


def format_duration(minutes: int, language: str) -> str:
    """Minutes as hours and minutes: 85 gives "1 hr 25 mins"."""
    locale = locale_for(language)
    hours, rest = divmod(abs(minutes), 60)
    parts = [units.format_unit(hours, "hour", length="short", locale=locale)] if hours else []
    if rest or not hours:
        parts.append(units.format_unit(rest, "minute", length="short", locale=locale))
    return ("-" if minutes < 0 else "") + " ".join(parts)


def format_bytes(size: int, language: str) -> str:
    """A file size: "840 kB", "1,2 MB"."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            decimals = 1 if size < 10 * factor else 0
            return f"{format_number(size / factor, language, decimals=decimals)}\xa0{unit}"
    return f"{format_number(size, language)}\xa0B"


def _in_zone(value: datetime, zone: tzinfo | None) -> datetime:
    return value.astimezone(zone) if zone and value.tzinfo else value
