"""The demo company is the same for the same seed, hangs together and passes every checksum."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import phonenumbers
import pytest
from stdnum import iban
from stdnum.cz import dic
from stdnum.hu import anum
from stdnum.pl import nip, regon
from stdnum.sk import dph

from jantar.project.demo.countries import COUNTRIES
from jantar.project.demo.countries.cz import feminine as czech_feminine
from jantar.project.demo.countries.pl import feminine as polish_feminine
from jantar.project.demo.countries.sk import feminine as slovak_feminine
from jantar.project.demo.generate import generate_demo
from jantar.project.demo.model import Demo
from jantar.project.demo.sales import PIPELINES

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def demo() -> Demo:
    return generate_demo(TODAY)


def test_equal_seeds_give_equal_companies_and_others_do_not(demo: Demo) -> None:
    assert generate_demo(TODAY) == demo
    assert generate_demo(TODAY, seed=2).companies != demo.companies


def test_sizes(demo: Demo) -> None:
    sizes = [len(part) for part in (demo.companies, demo.people, demo.deals, demo.activities, demo.tasks)]
    assert sizes == [300, 900, 250, 4000, 220]
    assert len(demo.pipelines) == 2
    assert {company.country for company in demo.companies} == {"CZ", "SK", "HU", "PL"}


def test_identifiers_pass_their_checksums(demo: Demo) -> None:
    for company in demo.companies:
        assert iban.validate(company.iban).startswith(company.country)
        assert phonenumbers.is_valid_number(phonenumbers.parse(company.phone))
        match company.country:
            case "CZ":
                assert dic.validate(company.registration_number) == company.registration_number
                assert dic.validate(company.vat_number) == company.registration_number
            case "SK":
                assert dic.validate(company.registration_number) == company.registration_number
                assert dph.validate(company.vat_number) == company.tax_number
            case "HU":
                assert anum.validate(company.vat_number) == company.tax_number[:8]
            case "PL":
                assert nip.validate(company.vat_number.removeprefix("PL")) == company.tax_number
                if company.name.endswith("s.c."):
                    assert regon.validate(company.registration_number)
                else:
                    assert len(company.registration_number) == 10
    for person in demo.people:
        assert phonenumbers.is_valid_number(phonenumbers.parse(person.phone))


def test_names_identifiers_and_addresses_are_used_once(demo: Demo) -> None:
    for values in (
        [company.name for company in demo.companies],
        [company.registration_number for company in demo.companies],
        [company.website for company in demo.companies],
        [person.email for person in demo.people] + [company.email for company in demo.companies],
    ):
        assert [value for value, times in Counter(values).items() if times > 1] == []
    assert all(person.email.endswith(".example") for person in demo.people)


def test_every_company_has_somebody_and_staff_write_from_its_domain(demo: Demo) -> None:
    employers = {person.company for person in demo.people if person.company is not None}
    assert employers == set(range(300))
    for person in demo.people:
        if person.company is not None:
            company = demo.companies[person.company]
            assert person.email.split("@")[1] == company.email.split("@")[1]
            assert (person.country, person.owner) == (company.country, company.owner)
            assert person.created_at >= company.created_at


def test_sellers_work_in_their_countries(demo: Demo) -> None:
    for company in demo.companies:
        assert company.owner in ("manager", "anna" if company.country in ("CZ", "SK") else "jan")


def test_deals_agree_with_their_stages_and_customers(demo: Demo) -> None:
    for deal in demo.deals:
        stage = PIPELINES[deal.pipeline].stages[deal.stages[-1][0]]
        assert (stage.status, stage.probability) == (deal.status, deal.probability)
        assert all(earlier[1] <= later[1] for earlier, later in pairwise(deal.stages))
        assert demo.companies[deal.company].created_at <= deal.created_at
        assert deal.stages[-1][1].date() <= TODAY
        assert deal.amount > 0
        assert bool(deal.loss_reason) == (deal.status == "lost")
        assert all(demo.people[person].company == deal.company for person, _ in deal.contacts)
        if deal.status == "won":
            assert demo.companies[deal.company].lifecycle == "customer"
    assert min(Counter(deal.status for deal in demo.deals).values()) >= 40
    assert {deal.currency for deal in demo.deals} == {"CZK", "EUR", "HUF", "PLN"}


def test_activities_fill_two_years_and_a_few_are_planned(demo: Demo) -> None:
    days = [activity.at.date() for activity in demo.activities]
    assert days == sorted(days)
    assert TODAY - timedelta(days=731) <= days[0] < TODAY - timedelta(days=650)
    planned = [activity for activity in demo.activities if activity.at.date() > TODAY]
    assert 15 <= len(planned) <= 60
    assert all(not activity.body and not activity.outcome for activity in planned)
    for activity in demo.activities:
        assert all(demo.people[person].company == activity.company for person in activity.people)
        assert all(demo.people[person].created_at <= activity.at for person in activity.people)
        assert "{" not in activity.subject + activity.body
        if activity.deal is not None:
            assert demo.deals[activity.deal].company == activity.company


def test_tasks_come_from_activities_and_some_are_late(demo: Demo) -> None:
    for task in demo.tasks:
        assert task.created_at == demo.activities[task.activity].at <= task.due_at
        assert task.done_at is None or task.done_at >= task.created_at
    undone = [task for task in demo.tasks if task.done_at is None]
    assert any(task.due_at.date() < TODAY for task in undone)
    assert any(task.due_at.date() > TODAY for task in undone)
    for seller in ("anna", "jan"):
        assert any(task.due_at.date() == TODAY for task in undone if task.owner == seller)


def test_remarks_are_comments_and_notes_of_those_who_know_the_company(demo: Demo) -> None:
    assert {remark.is_private for remark in demo.remarks} == {False, True}
    for remark in demo.remarks:
        company = demo.companies[remark.company]
        assert remark.author == company.owner
        assert company.created_at.date() <= remark.at.date() < TODAY
        assert remark.readers in ((), ("manager",) if remark.is_private else ())


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_lists_hold_no_word_twice(country) -> None:
    for values in (
        country.male_names, country.female_names, country.family_names, country.streets, country.brands,
        country.mobile_prefixes, country.cities, country.jobs, country.texts.products,
    ):  # fmt: skip
        assert [value for value, times in Counter(values).items() if times > 1] == []
    assert (
        set(country.texts.subjects) == set(country.texts.sentences) == {"call", "meeting", "visit", "email", "letter"}
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Novák", "Nováková"), ("Černý", "Černá"), ("Svoboda", "Svobodová"), ("Hájek", "Hájková"),
        ("Vaněk", "Vaňková"), ("Němec", "Němcová"), ("Krejčí", "Krejčí"), ("Janů", "Janů"), ("Kříž", "Křížová"),
    ],
)  # fmt: skip
def test_czech_surnames_of_women(name: str, expected: str) -> None:
    assert czech_feminine(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kováč", "Kováčová"), ("Ďurčanský", "Ďurčanská"), ("Čierny", "Čierna"), ("Nagy", "Nagyová"),
        ("Varga", "Vargová"), ("Beňo", "Beňová"), ("Oravec", "Oravcová"), ("Hudec", "Hudecová"),
    ],
)  # fmt: skip
def test_slovak_surnames_of_women(name: str, expected: str) -> None:
    assert slovak_feminine(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Kowalski", "Kowalska"), ("Nowicki", "Nowicka"), ("Zawadzki", "Zawadzka"), ("Wójcik", "Wójcik")],
)
def test_polish_surnames_of_women(name: str, expected: str) -> None:
    assert polish_feminine(name) == expected
