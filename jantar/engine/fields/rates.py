"""Amounts in the base currency, with rates kept for a minute per process."""

import time
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db import transaction

from jantar.kit.money import Money
from jantar.platform.settings.models import rate_to_base

KEPT_SECONDS = 60


def to_base(money: Money, day: date) -> Decimal | None:
    """The amount in the base currency, rounded to two places; None when no rate is known for that day."""
    rate = kept_rate(money.currency, day, int(time.monotonic()) // KEPT_SECONDS)
    return None if rate is None else round(money.amount * rate, 2)


def forget_rates() -> None:
    """After rates were changed: this process reads them anew, others within a minute.

    Once more at commit: until then other threads go on reading, and keeping, the rates of before.
    """
    _forget()
    transaction.on_commit(_forget)


def rates_known() -> tuple[int, int]:
    """Changes whenever `to_base` may answer otherwise than before."""
    return _forgotten, int(time.monotonic()) // KEPT_SECONDS


def _forget() -> None:
    global _forgotten
    _forgotten += 1
    kept_rate.cache_clear()


_forgotten = 0


@lru_cache(maxsize=1000)
def kept_rate(currency: str, day: date, _period: int) -> Decimal | None:
    return rate_to_base(currency, day)
