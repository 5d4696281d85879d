"""Seeding from beginning to end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import system_actor
from jantar.modules.communications.services import tell_stored_work
from jantar.project.seed.lifting import lifted, timed
from jantar.project.seed.parties import seed_companies, seed_people
from jantar.project.seed.sales import seed_deals
from jantar.project.seed.state import State, prepare
from jantar.project.seed.words import TABLES, store_words
from jantar.project.seed.work import seed_activities

#: From so many records on it is faster to build indexes and history at once than row by row.
LIFT_FROM = 5_000
LABEL = "Synthetic data"

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each; `entries` are activities on timelines, from which further tasks come."""

    people: int
    companies: int
    deals: int
    entries: int

    @property
    def total(self) -> int:
        return self.people + self.companies + self.deals + self.entries


def seed_database(
    sizes: Sizes, *, seed: int = 1, today: date, lift: bool | None = None, report: Report = lambda _: None
) -> None:
    """Add synthetic records beside those that are there. Equal seeds and days give equal data.

    `lift` chooses between triggers (False) and making up for them afterwards (True); the result is the same.
    `report` is told each finished step. All or nothing is stored.
    """
    lift = sizes.total >= LIFT_FROM if lift is None else lift
    with transaction.atomic():
        state = prepare(seed, today)
        store_words(seed)
        with lifted(LABEL, report) if lift else operation(system_actor(), "import", LABEL):
            _fill(state, sizes, report)
        _drop_temporary()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill(state: State, sizes: Sizes, report: Report) -> None:
    steps = (
        ("companies", seed_companies, sizes.companies),
        ("people", seed_people, sizes.people),
        ("deals", seed_deals, sizes.deals),
        ("activities", seed_activities, sizes.entries),
    )
    for name, step, count in steps:
        if count:
            with timed(f"{count} {name}", report):
                step(state, count)
    with timed("timelines", report):
        tell_stored_work()


def _drop_temporary() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TABLES)}, seed_pipelines, seed_deals, seed_about")
