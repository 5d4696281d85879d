"""Rates that are kept in the process."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jantar.engine.fields import rates
from jantar.kit.money import Money

pytestmark = pytest.mark.django_db


def test_what_other_threads_read_before_the_commit_is_not_kept_after_it(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    known = {"EUR": Decimal(20)}
    monkeypatch.setattr(rates, "rate_to_base", lambda currency, day: known[currency])
    with django_capture_on_commit_callbacks(execute=True):
        rates.forget_rates()
        assert rates.to_base(Money(Decimal(2), "EUR"), date(2026, 5, 4)) == 40
        known["EUR"] = Decimal(25)
    assert rates.to_base(Money(Decimal(2), "EUR"), date(2026, 5, 4)) == 50
    rates.forget_rates()
