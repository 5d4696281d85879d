"""Activities over two years, and the tasks that came out of them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from jantar.project.demo.clock import moment_between, moment_on, on_the_quarter, working_moment
from jantar.project.demo.countries import Country
from jantar.project.demo.model import (
    ActivityKind,
    DemoActivity,
    DemoCompany,
    DemoDeal,
    DemoPerson,
    DemoRemark,
    DemoTask,
)
from jantar.project.demo.parties import by_code

KINDS: dict[ActivityKind, int] = {"call": 42, "email": 26, "meeting": 16, "visit": 10, "letter": 6}
_MINUTES: dict[ActivityKind, tuple[int, ...]] = {
    "call": (3, 5, 8, 10, 15, 20, 25),
    "email": (5, 10, 15),
    "meeting": (30, 45, 60, 90, 120),
    "visit": (60, 90, 120, 180, 240),
    "letter": (10, 15),
}
_OUTCOMES: dict[ActivityKind, tuple[str, ...]] = {
    "call": ("agreed", "interested", "interested", "not_reached", "call_back", "refused"),
    "email": ("done",),
    "meeting": ("agreed", "interested", "done"),
    "visit": ("done", "done", "agreed"),
    "letter": ("done",),
}
_TRAVEL = {"CZK": Decimal(9), "EUR": Decimal("0.35"), "HUF": Decimal(140), "PLN": Decimal("1.15")}
_WEIGHTS = {"customer": 9, "opportunity": 7, "qualified": 4, "lead": 2, "lost": 2}
_PLANNED_SHARE = 0.008
_TODAY_SHARE = 0.12


def make_activities(
    companies: Sequence[DemoCompany],
    people: Sequence[DemoPerson],
    deals: Sequence[DemoDeal],
    count: int,
    today: date,
    random: Random,
) -> list[DemoActivity]:
    """Return activities by time: about half belong to deals, a few are planned for the next weeks."""
    staff: dict[int, list[int]] = {}
    for index, person in enumerate(people):
        if person.company is not None:
            staff.setdefault(person.company, []).append(index)
    weights = [_WEIGHTS[company.lifecycle] for company in companies]
    activities = []
    for number in range(count):
        if deals and number % 2 == 0:
            deal = random.randrange(len(deals))
            company = deals[deal].company
            moment = _during(random, deals[deal], today)
        else:
            company = random.choices(range(len(companies)), weights)[0]
            moment = moment_between(random, companies[company].created_at.date(), today - timedelta(days=1))
            deal = -1
        if random.random() < _PLANNED_SHARE:
            moment = on_the_quarter(working_moment(random, today + timedelta(days=random.randint(3, 25))))
        known = [index for index in staff.get(company, ()) if people[index].created_at <= moment]
        activities.append(
            _activity(random, company, companies[company], known, deal if deal >= 0 else None, moment, today)
        )
    return sorted(activities, key=lambda activity: activity.at)


def make_tasks(
    companies: Sequence[DemoCompany], activities: Sequence[DemoActivity], count: int, today: date, random: Random
) -> list[DemoTask]:
    """Return tasks that came out of activities: the recent ones mostly open, the old ones done."""
    past = [index for index, activity in enumerate(activities) if activity.at.date() < today]
    recent = past[-count:]
    chosen = sorted({*random.sample(recent, min(len(recent), count // 3)), *random.sample(past, min(len(past), count))})
    return [_task(random, index, activities[index], companies, today) for index in chosen[-count:]]


def make_remarks(companies: Sequence[DemoCompany], count: int, today: date, random: Random) -> list[DemoRemark]:
    """Return comments and, one in three, private notes about companies, some of them shared with the manager."""
    weights = [_WEIGHTS[company.lifecycle] for company in companies]
    remarks = []
    for index in random.choices(range(len(companies)), weights, k=count):
        company = companies[index]
        texts = by_code(company.country).texts
        is_private = random.random() < 0.34
        shared = is_private and company.owner != "manager" and random.random() < 0.5
        remarks.append(
            DemoRemark(
                text=random.choice(texts.company_notes if is_private else texts.sentences["call"]),
                company=index,
                author=company.owner,
                at=moment_between(random, company.created_at.date(), today - timedelta(days=1)),
                is_private=is_private,
                readers=("manager",) if shared else (),
            )
        )
    return sorted(remarks, key=lambda remark: remark.at)


def _activity(
    random: Random,
    index: int,
    company: DemoCompany,
    people: Sequence[int],
    deal: int | None,
    moment: datetime,
    today: date,
) -> DemoActivity:
    kind: ActivityKind = random.choices(list(KINDS), list(KINDS.values()))[0]
    planned = moment.date() > today
    if planned and kind in ("email", "letter"):
        kind = "meeting"
    country = by_code(company.country)
    present = 1 if kind in ("call", "email", "letter") else random.choice((1, 2, 2, 3))
    distance = random.choice((12, 35, 60, 110, 180))
    travelled = kind == "visit" and not planned
    return DemoActivity(
        kind=kind,
        subject=_filled(random, random.choice(country.texts.subjects[kind]), country, company),
        body="" if planned else _minutes_of(random, kind, country),
        at=moment,
        minutes=random.choice(_MINUTES[kind]),
        outcome="" if planned else random.choice(_OUTCOMES[kind]),
        cost=(distance * _TRAVEL[company.currency]).quantize(Decimal(1)) if travelled else None,
        currency=company.currency,
        company=index,
        people=tuple(random.sample(people, min(len(people), present))),
        deal=deal,
        owner=company.owner,
        created_at=moment_between(random, today - timedelta(days=9), today - timedelta(days=1)) if planned else moment,
    )


def _task(
    random: Random, index: int, activity: DemoActivity, companies: Sequence[DemoCompany], today: date
) -> DemoTask:
    company = companies[activity.company]
    country = by_code(company.country)
    due = activity.at.date() + timedelta(days=random.randint(3, 21))
    done = due < today - timedelta(days=random.randint(0, 9))
    done_at = working_moment(random, due - timedelta(days=random.randint(0, 2))) if done else None
    for_today = not done and random.random() < _TODAY_SHARE
    return DemoTask(
        title=_filled(random, random.choice(country.texts.tasks), country, company),
        due_at=on_the_quarter(moment_on(random, today) if for_today else working_moment(random, due)),
        done_at=max(done_at, activity.at) if done_at else None,
        priority=random.choice(("low", "normal", "normal", "normal", "high")),
        owner=activity.owner,
        activity=index,
        created_at=activity.at,
    )


def _during(random: Random, deal: DemoDeal, today: date) -> datetime:
    first = deal.created_at.date()
    last = today - timedelta(days=1) if deal.status == "open" else deal.stages[-1][1].date()
    return max(deal.created_at, moment_between(random, first, max(first, last)))


def _minutes_of(random: Random, kind: ActivityKind, country: Country) -> str:
    sentences = country.texts.sentences[kind]
    wanted = {"meeting": 3, "visit": 2, "call": 2}.get(kind, 1)
    return " ".join(random.sample(sentences, random.randint(1, min(wanted, len(sentences)))))


def _filled(random: Random, text: str, country: Country, company: DemoCompany) -> str:
    return text.format(product=random.choice(country.texts.products), city=company.city, company=company.name)
