"""Pipelines and deals. Names in English are put into the language of the demo when they are stored."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import cast

from django.utils.translation import gettext_noop as _

from jantar.project import first_run
from jantar.project.demo.clock import moment_between, working_moment
from jantar.project.demo.model import (
    DealStatus,
    DemoCompany,
    DemoDeal,
    DemoPerson,
    DemoPipeline,
    DemoStage,
)
from jantar.project.demo.parties import by_code

PIPELINES = (
    DemoPipeline(
        first_run.PIPELINE,
        tuple(DemoStage(name, cast(DealStatus, status.value), chance) for name, status, chance in first_run.STAGES),
    ),
    DemoPipeline(
        _("Service contracts"),
        (
            DemoStage(_("Due for renewal"), "open", 40),
            DemoStage(_("Quote sent"), "open", 60),
            DemoStage(_("Agreed"), "open", 90),
            DemoStage(_("Won"), "won", 100),
            DemoStage(_("Lost"), "lost", 0),
        ),
    ),
)
STATUSES: dict[DealStatus, int] = {"open": 44, "won": 36, "lost": 20}
_CUSTOMERS: dict[DealStatus, tuple[str, ...]] = {
    "open": ("customer", "opportunity", "qualified"),
    "won": ("customer",),
    "lost": ("customer", "opportunity", "lost"),
}
LOSS_REASONS = ("price", "price", "competitor", "competitor", "no_budget", "no_decision", "timing", "not_fitting")
_SOURCES = {
    "web": _("Web site"), "referral": _("Referral"), "fair": _("Trade fair"), "call": _("Cold call"),
    "partner": _("Partner"),
}  # fmt: skip
PER_EURO = {"EUR": 1, "CZK": 25, "PLN": 4, "HUF": 400}


def make_deals(
    companies: Sequence[DemoCompany], people: Sequence[DemoPerson], count: int, today: date, random: Random
) -> list[DemoDeal]:
    """Return deals whose end agrees with the lifecycle of their customer."""
    staff: dict[int, list[int]] = {}
    for index, person in enumerate(people):
        if person.company is not None:
            staff.setdefault(person.company, []).append(index)
    by_lifecycle: dict[str, list[int]] = {}
    for index, company in enumerate(companies):
        by_lifecycle.setdefault(company.lifecycle, []).append(index)

    statuses = random.choices(list(STATUSES), list(STATUSES.values()), k=count)
    deals = []
    for status in statuses:
        candidates = [index for kind in _CUSTOMERS[status] for index in by_lifecycle.get(kind, ())]
        customer = random.choice(candidates or range(len(companies)))
        deals.append(_deal(random, customer, companies[customer], people, staff.get(customer, []), status, today))
    return deals


def _deal(
    random: Random,
    customer: int,
    company: DemoCompany,
    people: Sequence[DemoPerson],
    staff: Sequence[int],
    status: DealStatus,
    today: date,
) -> DemoDeal:
    pipeline = 0 if random.random() < 0.68 else 1
    stages = _stages(random, pipeline, status, company, today)
    stage = PIPELINES[pipeline].stages[stages[-1][0]]
    texts = by_code(company.country).texts
    product = random.choice(texts.products if pipeline == 0 else texts.services)
    contacts = random.sample(staff, min(len(staff), random.choice((1, 1, 2, 2, 3))))
    is_open = status == "open"
    return DemoDeal(
        name=f"{product[0].upper()}{product[1:]} – {short_name(company)}",
        company=customer,
        pipeline=pipeline,
        stages=stages,
        status=status,
        amount=_amount(random, company.currency, small=pipeline == 1),
        currency=company.currency,
        probability=stage.probability,
        expected_close=_expected_close(random, stages, status, today),
        next_step=random.choice(texts.next_steps) if is_open else "",
        next_step_at=today + timedelta(days=random.randint(-4, 21)) if is_open else None,
        loss_reason=random.choice(LOSS_REASONS) if status == "lost" else "",
        source=_SOURCES.get(company.source, ""),
        tags=("tender",) if random.random() < 0.1 else (),
        contacts=tuple((index, people[index].buying_role) for index in contacts),
        owner=company.owner,
    )


def short_name(company: DemoCompany) -> str:
    """The name without its legal form."""
    forms = (form.suffix for form in by_code(company.country).legal_forms)
    return next(company.name.removesuffix(f" {form}") for form in forms if company.name.endswith(f" {form}"))


def _stages(
    random: Random, pipeline: int, status: DealStatus, company: DemoCompany, today: date
) -> tuple[tuple[int, datetime], ...]:
    """Return the stages passed, with rising times from the beginning of the deal to at most today."""
    stages = PIPELINES[pipeline].stages
    open_stages = [index for index, stage in enumerate(stages) if stage.status == "open"]
    reached = len(open_stages) if status == "won" else random.randint(1, len(open_stages))
    path = open_stages[:reached]
    if status != "open":
        path.append(next(index for index, stage in enumerate(stages) if stage.status == status))
    known = company.created_at.date()
    earliest = max(known, today - timedelta(days=140)) if status == "open" else known
    earliest = min(earliest, today - timedelta(days=14))
    begin = moment_between(random, earliest, max(earliest, today - timedelta(days=10)))
    begin = max(begin, company.created_at)
    last = today - timedelta(days=1)
    span = min((last - begin.date()).days, random.randint(20, 150))
    days = sorted(random.randint(0, max(0, span)) for _ in path[1:])
    moments = [working_moment(random, begin.date() + timedelta(days=day)) for day in days]
    return tuple(zip(path, sorted([begin, *(max(begin, moment) for moment in moments)]), strict=True))


def _expected_close(random: Random, stages: tuple[tuple[int, datetime], ...], status: DealStatus, today: date) -> date:
    if status == "open":
        return today + timedelta(days=random.randint(-12, 150))
    return stages[-1][1].date() + timedelta(days=random.randint(-15, 25))


def _amount(random: Random, currency: str, *, small: bool) -> Decimal:
    """Return a round amount, most of them modest and a few large."""
    euros = random.lognormvariate(7.6 if small else 9.1, 0.9)
    amount = Decimal(int(euros * PER_EURO[currency]))
    step = Decimal(10) ** max(0, amount.adjusted() - 1)
    return max(step, (amount / step).quantize(Decimal(1)) * step)
