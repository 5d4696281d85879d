"""Storing the demo company: users, teams, rates, and all its records with their history."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from jantar.engine.permissions.models import Role
from jantar.modules.communications.services import tell_stored_work
from jantar.platform.accounts.models import Membership, Team, User
from jantar.platform.settings.models import ExchangeRate, Workspace
from jantar.project import first_run
from jantar.project.demo.generate import HEAD_TEAM, TEAMS, generate_demo
from jantar.project.demo.model import Demo, UserKey
from jantar.project.demo.places import Places
from jantar.project.demo.stored_examples import store_examples
from jantar.project.demo.stored_parties import store_companies, store_people
from jantar.project.demo.stored_sales import store_deals, store_pipelines
from jantar.project.demo.stored_work import store_activities, store_remarks, store_tasks
from jantar.project.moves import tell_moves

PASSWORD = "demo"  # noqa: S105 (meant to be known)
ROLES = {"manager": "manager", "anna": "seller", "jan": "seller"}
#: What they do, as the sign-ins tell it.
WORK: dict[UserKey, str] = {
    "anna": "salesperson", "jan": "salesperson", "manager": "head of sales", "admin": "administrator",
}  # fmt: skip
#: Rates of a quarter, oldest first: units of the base currency for one unit.
RATES = {
    "CZK": "0.0396 0.0398 0.0400 0.0402 0.0403 0.0404 0.0406 0.0408 0.0409",
    "PLN": "0.2318 0.2331 0.2349 0.2356 0.2345 0.2352 0.2361 0.2366 0.2372",
    "HUF": "0.00243 0.00247 0.00249 0.00251 0.00253 0.00256 0.00258 0.00260 0.00262",
}


def load_demo(today: date | None = None, language: str = "") -> list[str]:
    """Store the demo company as of `today` unless there are other users; return the sign-ins.

    Everything or nothing is stored. Dates lie in the two years before `today`. Its users, and what they named, speak
    `language` (else that of new installations); what customers said is in the language of their country.
    """
    language = language or settings.COMPANY_LANGUAGE
    demo = generate_demo(today or timezone.localdate())
    demo = replace(demo, users=tuple(replace(user, language=language) for user in demo.users))
    emails = [user.email for user in demo.users]
    with transaction.atomic(), translation.override(language):
        if User.objects.filter(email__in=emails).exists():
            return _sign_ins(demo)
        if User.objects.exists():
            return ["There are users already, so the demo company was left out."]
        first_run.speak(language)
        store_examples(demo, store(demo))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return _sign_ins(demo)


def store(demo: Demo) -> Places:
    """Store everything and return where it went. Runs in the transaction of the caller."""
    places = Places()
    _store_users(demo, places)
    _store_rates(demo.today, places)
    store_pipelines(demo, places)
    store_companies(demo, places)
    store_people(demo, places)
    store_deals(demo, places)
    store_activities(demo, places)
    store_tasks(demo, places)
    store_remarks(demo, places)
    tell_moves(after=0)
    tell_stored_work()
    return places


def _store_users(demo: Demo, places: Places) -> None:
    head = Team.objects.create(name=gettext(HEAD_TEAM))
    teams = {HEAD_TEAM: head} | {name: Team.objects.create(name=gettext(name), parent=head) for name in TEAMS}
    password = make_password(PASSWORD)
    for user in demo.users:
        stored = User.objects.create(
            email=user.email,
            password=password,
            full_name=user.full_name,
            language=user.language,
            time_zone=user.time_zone,
            is_admin=user.key == "admin",
        )
        places.users[user.key] = stored.pk
        places.teams[user.key] = teams[user.team].pk if user.team else None
        if user.team:
            Membership.objects.create(user=stored, team=teams[user.team], is_main=True)
        if role := ROLES.get(user.key):
            Role.objects.get(key=role).users.add(stored)


def _store_rates(today: date, places: Places) -> None:
    """Quarterly rates over the two years and a bit, so that amounts have a value in the base currency."""
    workspace = Workspace.get()
    workspace.name, workspace.base_currency = "Jantar Demo", "EUR"
    workspace.save()
    rates = []
    for currency, values in RATES.items():
        for index, rate in enumerate(reversed(values.split())):
            valid_from = today - timedelta(days=91 * index + 5)
            rates.append(ExchangeRate(currency=currency, valid_from=valid_from, rate=Decimal(rate)))
            places.rates.setdefault(currency, []).append((valid_from, Decimal(rate)))
    ExchangeRate.objects.bulk_create(rates)


def _sign_ins(demo: Demo) -> list[str]:
    """Those whose work fills the pages come first."""
    users = {user.key: user for user in demo.users}
    return [
        f"Sign in as {users[key].email} with the password {PASSWORD} ({users[key].full_name}, {what})"
        for key, what in WORK.items()
    ]
