"""Companies and people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from jantar.kit.text import slug
from jantar.project.demo.clock import DAYS, moment_between
from jantar.project.demo.countries import COUNTRIES, CZECHIA, HUNGARY, POLAND, SLOVAKIA, City, Country, Job, LegalForm
from jantar.project.demo.identifiers import account, mobile, registered_numbers
from jantar.project.demo.model import DemoCompany, DemoPerson, UserKey

T = TypeVar("T")

SHARES = {CZECHIA: 40, SLOVAKIA: 20, HUNGARY: 17, POLAND: 23}
SELLERS: dict[str, UserKey] = {"CZ": "anna", "SK": "anna", "HU": "jan", "PL": "jan"}
LIFECYCLES = {"customer": 38, "opportunity": 20, "qualified": 14, "lead": 20, "lost": 8}
SOURCES = {"web": 24, "referral": 22, "fair": 16, "call": 12, "email": 9, "advertising": 7, "partner": 6, "other": 4}
_TAGS = ("key account", "newsletter", "export", "public sector", "family business", "price sensitive")
_REVENUE_PER_HEAD = {"CZK": 2_400_000, "EUR": 95_000, "HUF": 34_000_000, "PLN": 420_000}


def make_companies(count: int, today: date, random: Random) -> list[DemoCompany]:
    """Return companies with names and domains used once, some belonging to another."""
    taken: set[str] = set()
    companies = [_company(random, _drawn(random, SHARES), today, taken) for _ in range(count)]
    for index in range(20, count, 23):
        parents = [other for other in range(index) if companies[other].country == companies[index].country]
        if parents:
            companies[index] = replace(companies[index], parent=random.choice(parents))
    return companies


def make_people(companies: Sequence[DemoCompany], count: int, today: date, random: Random) -> list[DemoPerson]:
    """Return people: one at least for every company, more for larger ones, one in twenty a consumer."""
    consumers = count // 20
    weights = [min(company.employees, 120) + 15 for company in companies]
    employers = [index for index in range(len(companies)) if index < count - consumers]
    employers += random.choices(range(len(companies)), weights, k=count - consumers - len(employers))
    taken: set[str] = set()
    colleagues: dict[int, int] = {}
    people = []
    for index in employers:
        people.append(_employee(random, index, companies[index], colleagues.get(index, 0), today, taken))
        colleagues[index] = colleagues.get(index, 0) + 1
    people += [_consumer(random, _drawn(random, SHARES), today, taken) for _ in range(consumers)]
    return people


def _company(random: Random, country: Country, today: date, taken: set[str]) -> DemoCompany:
    form = random.choices(country.legal_forms, [form.weight for form in country.legal_forms])[0]
    name, domain, industry = _company_name(random, country, form, taken)
    city, street = random.choice(country.cities), random.choice(country.streets)
    registration, tax, vat = registered_numbers(country, random, registered=form.registered)
    employees = random.choice((3, 5, 8, 12, 15, 22, 30, 45, 60, 85, 120, 180, 260, 400, 750))
    lifecycle = _drawn(random, LIFECYCLES)
    revenue = employees * _REVENUE_PER_HEAD[country.currency] * Decimal(random.randint(60, 160)) / 100
    return DemoCompany(
        name=name,
        country=country.code,
        language=country.language,
        street=country.street_line(street, random.randint(1, 180)),
        city=city.name,
        postal_code=city.postal_code,
        region=city.region,
        registration_number=registration,
        tax_number=tax,
        vat_number=vat,
        iban=account(country, random),
        email=f"info@{domain}",
        phone=mobile(country, random),
        website=f"https://www.{domain}",
        industry=industry,
        employees=employees,
        revenue=revenue.quantize(Decimal(1)),
        currency=country.currency,
        lifecycle=lifecycle,
        roles=_roles(random, lifecycle),
        classification=random.choice("ABBCCC") if lifecycle in ("customer", "opportunity") else "",
        source=_drawn(random, SOURCES),
        tags=tuple(sorted(random.sample(_TAGS, random.choice((0, 0, 1, 1, 2))))),
        description=random.choice(country.texts.company_notes) if random.random() < 0.4 else "",
        owner=_owner(random, country.code),
        created_at=moment_between(random, today - timedelta(days=DAYS), today - timedelta(days=20)),
    )


def _company_name(random: Random, country: Country, form: LegalForm, taken: set[str]) -> tuple[str, str, str]:
    """Return a name, its domain and the industry, none used before."""
    while True:
        brand = random.choice(country.brands)
        trade, industry = random.choice(country.trades)
        stem = brand if random.random() < 0.08 else f"{brand} {trade}"
        domain = f"{slug(stem)}.example"
        if domain not in taken:
            taken.add(domain)
            return f"{stem} {form.suffix}", domain, industry


def _employee(
    random: Random, index: int, company: DemoCompany, colleagues: int, today: date, taken: set[str]
) -> DemoPerson:
    country = by_code(company.country)
    jobs = country.jobs[:3] if colleagues == 0 else country.jobs[3:]
    city = City(company.city, company.postal_code, company.region)
    domain = company.email.partition("@")[2]
    first = company.created_at.date()
    created = max(company.created_at, moment_between(random, first, min(today, first + timedelta(days=120))))
    person = _person(random, country, random.choice(jobs), city, domain, created, taken)
    return replace(
        person,
        company=index,
        street=company.street,
        lifecycle=company.lifecycle,
        roles=company.roles,
        source=company.source,
        owner=company.owner,
    )


def _consumer(random: Random, country: Country, today: date, taken: set[str]) -> DemoPerson:
    created = moment_between(random, today - timedelta(days=DAYS), today - timedelta(days=3))
    person = _person(random, country, None, random.choice(country.cities), "post.example", created, taken)
    return replace(
        person,
        street=country.street_line(random.choice(country.streets), random.randint(1, 90)),
        birthday=today - timedelta(days=random.randint(20 * 365, 75 * 365)),
    )


def _person(
    random: Random, country: Country, job: Job | None, city: City, domain: str, created: datetime, taken: set[str]
) -> DemoPerson:
    is_woman = random.random() < 0.48
    given = random.choice(country.female_names if is_woman else country.male_names)
    family = random.choice(country.family_names)
    family = country.feminine(family) if is_woman else family
    lifecycle = _drawn(random, LIFECYCLES)
    return DemoPerson(
        given_name=given,
        family_name=family,
        title_before=random.choice(country.titles) if random.random() < 0.12 else "",
        title_after=random.choice(("MBA", "Ph.D.")) if random.random() < 0.03 else "",
        country=country.code,
        language=country.language,
        company=None,
        job_title=(job.female if is_woman else job.male) if job else "",
        buying_role=job.role if job else "",
        email=_address(f"{slug(given)}.{slug(family)}", domain, taken),
        phone=mobile(country, random),
        street="",
        city=city.name,
        postal_code=city.postal_code,
        region=city.region,
        lifecycle=lifecycle,
        roles=_roles(random, lifecycle),
        source=_drawn(random, SOURCES),
        tags=("newsletter",) if random.random() < 0.25 else (),
        birthday=None,
        owner=_owner(random, country.code),
        created_at=created,
    )


def by_code(code: str) -> Country:
    return next(country for country in COUNTRIES if country.code == code)


def _address(local: str, domain: str, taken: set[str]) -> str:
    number, address = 1, f"{local}@{domain}"
    while address in taken:
        number += 1
        address = f"{local}{number}@{domain}"
    taken.add(address)
    return address


def _owner(random: Random, country: str) -> UserKey:
    return "manager" if random.random() < 0.04 else SELLERS[country]


def _roles(random: Random, lifecycle: str) -> tuple[str, ...]:
    roles = ["customer"] if lifecycle == "customer" else ["prospect"] if lifecycle != "lost" else []
    roles += [role for role in ("supplier", "partner") if random.random() < 0.06]
    return tuple(roles)


def _drawn(random: Random, weights: dict[T, int]) -> T:
    return random.choices(list(weights), list(weights.values()))[0]
