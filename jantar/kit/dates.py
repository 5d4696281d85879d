"""Dates the way people write them, in the five languages and in spreadsheets."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Final

from babel.dates import get_month_names

from jantar.kit.errors import InputError, gettext_noop
from jantar.kit.text import fold

_LANGUAGES: Final = ("en", "cs", "hu", "pl", "sk")
_MAX_LENGTH = 60
_TWO_DIGIT_YEARS_UP_TO = 68  # 68 is 2068, 69 is 1969, as in POSIX

# Day 60 of a spreadsheet is 29 February 1900, which never was; serial numbers below 10000
# (before May 1927) are more likely a year or a count than a date.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_FIRST_SERIAL: Final = 10_000
_LAST_SERIAL: Final = 2_958_465


def parse_date(text: str, *, day_first: bool = True) -> date:
    """Read a date; a time after it is dropped.

    Understood: 2026-12-01, 20261201, 1. 12. 2026, 1.12.26, 2026. 12. 01., 2026/12/01, 1/12/2026
    and 1-12-2026 in the order `day_first` says (with dots the day always stands first), month
    names and abbreviations in the five languages, spreadsheet serial numbers (45631.0).
    Raises InputError when the text is no date or the calendar has no such day.
    """
    day, _ = _split_time(text)
    return _read_date(day, text, day_first)


def parse_datetime(text: str, *, time_zone: tzinfo, day_first: bool = True) -> datetime:
    """Read a date with an optional time and return it in UTC.

    `time_zone` is that of the writer and counts when the text names no offset. Dates as in
    parse_date; times 9:30, 09:30:15.250, 9:30 PM, T09:30Z, +02:00. Raises InputError.
    """
    day, clock = _split_time(text)
    moment, offset = _read_time(clock, text)
    if not clock and (serial := _serial(day)) is not None:
        moment = _time_of_serial(serial)
    local = datetime.combine(_read_date(day, text, day_first), moment, tzinfo=offset or time_zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        raise _no_such_day(text) from None


def from_serial(serial: float) -> date:
    """Return the date of a spreadsheet's serial number (1900 system); raises InputError."""
    if not _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        raise _not_a_date(str(serial))
    return _SERIAL_ZERO + timedelta(days=int(serial))


_TIME = re.compile(
    r"(?:T|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$",
    re.ASCII,
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\.?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\s*\.\s*(\d{1,2})\s*\.\s*(\d{4}|\d{2})\.?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})\s*([-/])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})", re.ASCII)
_DAY_NAME = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)?[\s-]*([a-z]+)\.?[\s,-]*(\d{4}|\d{2})\.?")
_NAME_DAY = re.compile(r"([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?\.?,?\s+(\d{4})")
_YEAR_NAME = re.compile(r"(\d{4})\.?\s*([a-z]+)\.?\s*(\d{1,2})\.?")
_SERIAL = re.compile(r"\d{5,7}(?:[.,]\d+)?", re.ASCII)


def _split_time(text: str) -> tuple[str, re.Match[str] | None]:
    plain = re.sub(r"\s+", " ", text).strip()
    if len(plain) > _MAX_LENGTH:
        raise _not_a_date(text)
    clock = _TIME.search(plain)
    return (plain[: clock.start()].strip() if clock else plain), clock


def _read_date(day: str, text: str, day_first: bool) -> date:
    if (serial := _serial(day)) is not None:
        return from_serial(serial)
    parts = _numbers(day, day_first) or _named(fold(day))
    if not parts:
        raise _not_a_date(text)
    year, month, number = parts
    try:
        return date(year, month, number)
    except ValueError:
        raise _no_such_day(text) from None


def _numbers(day: str, day_first: bool) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.fullmatch(day) or _COMPACT.fullmatch(day):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _DOTTED.fullmatch(day):
        return _full_year(match[3]), int(match[2]), int(match[1])
    if match := _SLASHED.fullmatch(day):
        first, second = int(match[1]), int(match[3])
        number, month = (first, second) if day_first else (second, first)
        return _full_year(match[4]), month, number
    return None


def _named(day: str) -> tuple[int, int, int] | None:
    if match := _DAY_NAME.fullmatch(day):
        number, name, year = match.groups()
    elif match := _NAME_DAY.fullmatch(day):
        name, number, year = match.groups()
    elif match := _YEAR_NAME.fullmatch(day):
        year, name, number = match.groups()
    else:
        return None
    month = _months().get(name)
    return (_full_year(year), month, int(number)) if month else None


def _serial(day: str) -> float | None:
    return float(day.replace(",", ".")) if _SERIAL.fullmatch(day) else None


def _time_of_serial(serial: float) -> time:
    seconds = round(serial % 1 * 86_400)
    return (datetime.min + timedelta(seconds=min(seconds, 86_399))).time()


def _read_time(clock: re.Match[str] | None, text: str) -> tuple[time, tzinfo | None]:
    if not clock:
        return time(), None
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            raise _not_a_date(text)
        hour = hour % 12 + (12 if clock["half"] in "pP" else 0)
    fraction = int((clock["part"] or "").ljust(6, "0")[:6])
    try:
        moment = time(hour, int(clock["minute"]), int(clock["second"] or 0), fraction)
        return moment, _offset(clock["offset"])
    except ValueError:
        raise _not_a_date(text) from None


def _offset(offset: str | None) -> tzinfo | None:
    if not offset:
        return None
    if offset[0] not in "+-":
        return UTC
    return datetime.strptime(offset.replace(":", ""), "%z").tzinfo


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) > 2:
        return number
    return number + (2000 if number <= _TWO_DIGIT_YEARS_UP_TO else 1900)


@cache
def _months() -> dict[str, int]:
    """Map folded month names and abbreviations of the five languages to their number."""
    names: dict[str, int] = {"sept": 9}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    names.setdefault(fold(name).rstrip("."), number)
    return {name: number for name, number in names.items() if name.isalpha()}


def _not_a_date(text: str) -> InputError:
    return InputError(
        gettext_noop("“%(text)s” is not a date. Write it like 31.12.2026 or 2026-12-31."),
        text=text[:_MAX_LENGTH],
    )


def _no_such_day(text: str) -> InputError:
    return InputError(
        gettext_noop("“%(text)s” is not in the calendar. Check the day and the month."),
        text=text[:_MAX_LENGTH],
    )
