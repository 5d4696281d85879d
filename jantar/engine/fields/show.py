"""Values as text in the language and time zone in force."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone, translation

from jantar.kit.money import Money
from jantar.ui import formats


def language() -> str:
    return (translation.get_language() or "en")[:2]


def number(value: Decimal | int, places: int | None = None) -> str:
    return formats.format_number(value, language(), decimals=places)


def percent(value: Decimal | int) -> str:
    places = 0 if Decimal(value) % 1 == 0 else 2
    return formats.format_percentage(value, language(), decimals=places)


def money(value: Money) -> str:
    return formats.format_money(value.amount, value.currency, language())


def duration(minutes: int) -> str:
    return formats.format_duration(minutes, language())


def day(value: date) -> str:
    return formats.format_day(value, language())


def moment(value: datetime) -> str:
    return formats.format_moment(value, language(), zone=timezone.get_current_timezone())
