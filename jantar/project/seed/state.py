"""What the steps of seeding hand on to each other."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from jantar.engine.permissions.models import Role
from jantar.platform.accounts.models import Membership, Team, User
from jantar.platform.settings.models import ExchangeRate, Workspace
from jantar.project.demo.load import RATES
from jantar.project.seed.sql import Draw, literal

SELLERS = 20
TEAMS = 4
YEARS = 3


@dataclass(frozen=True, slots=True)
class Range:
    """Ids of the rows that were numbered 1 to `count`: number n has the id `base + n`."""

    base: int = 0
    count: int = 0

    @property
    def first(self) -> int:
        return self.base + 1

    @property
    def last(self) -> int:
        return self.base + self.count


@dataclass(slots=True)
class State:
    """`sellers` and `teams` are ids of the same length: who works where. `rates` lead to the base currency."""

    seed: int
    today: date
    sellers: list[int] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)
    rates: dict[str, Decimal] = field(default_factory=dict)
    companies: Range = field(default_factory=Range)
    people: Range = field(default_factory=Range)
    deals: Range = field(default_factory=Range)
    activities: Range = field(default_factory=Range)

    def book_keeping(self, draw: Draw) -> dict[str, str]:
        """Owner, team, who made it and when, drawn for row `n`."""
        place = f"[1 + {draw.below(len(self.sellers), 'owner')}]"
        owner, team = f"({literal(self.sellers)}::bigint[]){place}", f"({literal(self.teams)}::bigint[]){place}"
        age = f"make_interval(secs => {draw.below(YEARS * 365 * 86_400, 'age')})"
        moment = f"{self.now} - {age}"
        return {
            "owner_id": owner,
            "team_id": team,
            "created_by_id": owner,
            "created_at": moment,
            "updated_at": moment,
        }

    @property
    def now(self) -> str:
        """The end of all times drawn, as SQL."""
        return f"timestamptz '{self.today} 00:00:00+00'"

    def in_base_currency(self, amount: str, currency: str) -> str:
        """SQL of `amount` in the base currency at today's rate; NULL where none is known."""
        cases = " ".join(f"WHEN {literal(code)} THEN {rate}" for code, rate in self.rates.items())
        return f"round({amount} * CASE {currency} {cases} END, 2)"


def prepare(seed: int, today: date) -> State:
    """Make sure that there are sellers in teams and rates of exchange, and return the state to begin with."""
    state = State(seed, today)
    connection.ensure_connection()
    head, _ = Team.objects.get_or_create(name="Seed: all sellers")
    teams = [
        Team.objects.get_or_create(name=f"Seed: team {n}", defaults={"parent": head})[0] for n in range(1, TEAMS + 1)
    ]
    role = Role.objects.get(key="seller")
    for number in range(1, SELLERS + 1):
        team = teams[number % TEAMS]
        user, made = User.objects.get_or_create(
            email=f"seller{number:02}@seed.example", defaults={"full_name": f"Seller {number:02}", "password": "!"}
        )
        if made:
            Membership.objects.create(user=user, team=team, is_main=True)
            role.users.add(user)
        state.sellers.append(user.pk)
        state.teams.append(team.pk)
    _add_rates(today)
    state.rates = {rate.currency: rate.rate for rate in ExchangeRate.objects.order_by("valid_from")}
    state.rates[Workspace.get().base_currency] = Decimal(1)
    return state


def _add_rates(today: date) -> None:
    """Rates for the currencies of the four countries, unless there are any."""
    if ExchangeRate.objects.exists() or Workspace.get().base_currency != "EUR":
        return
    valid_from = today - timedelta(days=YEARS * 366)
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency=currency, valid_from=valid_from, rate=Decimal(rates.split()[-1]))
        for currency, rates in RATES.items()
    )
