"""Where the parts of the demo company are stored, and columns that every record has."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jantar.project.demo.model import UserKey


@dataclass(slots=True)
class Places:
    """Ids by index or short name; `rates` by currency, the newest first."""

    users: dict[UserKey, int] = field(default_factory=dict)
    teams: dict[UserKey, int | None] = field(default_factory=dict)
    rates: dict[str, list[tuple[date, Decimal]]] = field(default_factory=dict)
    companies: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    stages: list[list[int]] = field(default_factory=list)
    pipelines: list[int] = field(default_factory=list)
    deals: list[int] = field(default_factory=list)
    activities: list[int] = field(default_factory=list)

    def book_keeping(self, owner: UserKey, created_at: datetime) -> dict[str, Any]:
        """The columns of a record that belongs to `owner` and was made by them at that moment."""
        return {
            "owner_id": self.users[owner],
            "team_id": self.teams[owner],
            "created_by_id": self.users[owner],
            "created_at": created_at,
            "updated_at": created_at,
        }

    def money(self, name: str, amount: Decimal | None, currency: str, day: date) -> dict[str, Any]:
        """The three columns of an amount, with its value in the base currency on that day."""
        if amount is None:
            return {}
        return {
            f"{name}_value": amount,
            f"{name}_currency": currency,
            f"{name}_base": round(amount * self._rate(currency, day), 2),
        }

    def _rate(self, currency: str, day: date) -> Decimal:
        known = self.rates.get(currency)
        if not known:
            return Decimal(1)
        return next((rate for valid_from, rate in known if valid_from <= day), known[-1][1])
