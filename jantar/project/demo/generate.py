"""The whole demo company from a seed and a day."""

from datetime import date
from random import Random

from django.utils.translation import gettext_noop as _

from jantar.project.demo.model import Demo, DemoUser
from jantar.project.demo.parties import make_companies, make_people
from jantar.project.demo.sales import PIPELINES, make_deals
from jantar.project.demo.work import make_activities, make_remarks, make_tasks

HEAD_TEAM = _("Sales")
TEAMS = (_("Czechia and Slovakia"), _("Hungary and Poland"))
USERS = (
    DemoUser("admin", "Alice Adamová", "en", "Europe/Prague", ""),
    DemoUser("manager", "Marek Mráz", "en", "Europe/Prague", HEAD_TEAM),
    DemoUser("anna", "Anna Kovářová", "en", "Europe/Prague", TEAMS[0]),
    DemoUser("jan", "Jan Wójcik", "en", "Europe/Warsaw", TEAMS[1]),
)


def generate_demo(
    today: date,
    *,
    seed: int = 1,
    companies: int = 300,
    people: int = 900,
    deals: int = 250,
    activities: int = 4_000,
    tasks: int = 220,
    remarks: int = 360,
) -> Demo:
    """Return the demo company as it stands on `today`; equal arguments give equal data."""
    made = make_companies(companies, today, _random(seed, "companies"))
    staff = make_people(made, people, today, _random(seed, "people"))
    sales = make_deals(made, staff, deals, today, _random(seed, "deals"))
    work = make_activities(made, staff, sales, activities, today, _random(seed, "activities"))
    return Demo(
        today=today,
        users=USERS,
        companies=made,
        people=staff,
        pipelines=PIPELINES,
        deals=sales,
        activities=work,
        tasks=make_tasks(made, work, tasks, today, _random(seed, "tasks")),
        remarks=make_remarks(made, remarks, today, _random(seed, "remarks")),
    )


def _random(seed: int, part: str) -> Random:
    """A source of its own for each part, so that more companies do not change the deals."""
    return Random(f"{seed} {part}")  # noqa: S311 (made-up data, nothing secret)
