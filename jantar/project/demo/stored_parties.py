"""Storing companies and people with their contact points, addresses and relationships."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.apps import apps

from jantar.modules.contacts.choices import AddressKind, PartyKind, RelationshipKind
from jantar.modules.contacts.mirrors import MAIN_COLUMNS
from jantar.modules.contacts.services import display_name
from jantar.project.bulk import copy_rows, reserve_ids
from jantar.project.demo.model import Demo, DemoCompany, DemoPerson
from jantar.project.demo.places import Places
from jantar.project.demo.stored_history import adopt_created

Row = dict[str, Any]
_ADDRESS = ("street", "city", "postal_code", "region", "country")
_SHARED = (*_ADDRESS, "language", "lifecycle", "source", "email", "phone")


def store_companies(demo: Demo, places: Places) -> None:
    party = apps.get_model("contacts", "Party")
    won = _when_won(demo, places)
    rows = [_company(company, won.get(index, {}), places) for index, company in enumerate(demo.companies)]
    places.companies = reserve_ids(party, len(rows))
    for row, company in zip(rows, demo.companies, strict=True):
        row["parent_id"] = None if company.parent is None else places.companies[company.parent]
    copy_rows(party, rows, places.companies)
    _store_contact_points(places.companies, rows)
    _store_addresses(places.companies, rows, AddressKind.SEAT)
    _store_subsidiaries(demo, places)
    adopt_created("contacts_party")


def store_people(demo: Demo, places: Places) -> None:
    rows = [_person(person, places) for person in demo.people]
    places.people = copy_rows(apps.get_model("contacts", "Party"), rows)
    _store_contact_points(places.people, rows)
    consumers = [index for index, person in enumerate(demo.people) if person.company is None]
    _store_addresses(
        [places.people[index] for index in consumers], [rows[index] for index in consumers], AddressKind.HOME
    )
    copy_rows(
        apps.get_model("contacts", "Relationship"),
        [
            {
                "party_id": places.people[index],
                "other_id": places.companies[person.company],
                "kind": _position(person),
                "since": person.created_at.date(),
            }
            for index, person in enumerate(demo.people)
            if person.company is not None
        ],
    )
    adopt_created("contacts_party")


def _company(company: DemoCompany, won: Row, places: Places) -> Row:
    names = (*_SHARED, "name", "website", "industry", "employees", "classification", "description")
    row = {name: getattr(company, name) for name in (*names, "registration_number", "tax_number", "vat_number")}
    row |= _book_keeping(company, places)
    row |= places.money("annual_revenue", company.revenue, company.currency, company.created_at.date())
    return row | won | {"kind": PartyKind.COMPANY}


def _person(person: DemoPerson, places: Places) -> Row:
    names = (*_SHARED, "given_name", "family_name", "title_before", "title_after", "job_title", "birthday")
    row = {name: getattr(person, name) for name in names}
    row |= _book_keeping(person, places)
    is_customer = person.company is None and person.lifecycle == "customer"
    return row | {
        "kind": PartyKind.PERSON,
        "name": display_name(person),
        "company_id": None if person.company is None else places.companies[person.company],
        "won_at": person.created_at.date() if is_customer else None,
        "won_by_id": places.users[person.owner] if is_customer else None,
    }


def _book_keeping(party: DemoCompany | DemoPerson, places: Places) -> Row:
    lists = {"roles": list(party.roles), "tags": list(party.tags)}
    return lists | places.book_keeping(party.owner, party.created_at)


def _when_won(demo: Demo, places: Places) -> dict[int, Row]:
    """Customers were won by their first won deal, or from the start; the lost ones gave up after a while."""
    found: dict[int, Row] = {}
    for index, company in enumerate(demo.companies):
        if company.lifecycle == "customer":
            found[index] = {"won_at": company.created_at.date(), "won_by_id": places.users[company.owner]}
        elif company.lifecycle == "lost":
            found[index] = {"lost_at": min(demo.today, company.created_at.date() + timedelta(days=75))}
    closed = ((deal.stages[-1][1].date(), deal) for deal in demo.deals if deal.status == "won")
    for day, deal in sorted(closed, key=lambda pair: pair[0], reverse=True):
        found[deal.company] = {"won_at": day, "won_by_id": places.users[deal.owner]}
    return found


def _store_contact_points(ids: Sequence[int], rows: Sequence[Row]) -> None:
    """The main ones, which the write path copies from the columns of the record."""
    copy_rows(
        apps.get_model("contacts", "ContactPoint"),
        [
            {"party_id": pk, "kind": kind, "value": row[column], "is_main": True}
            for pk, row in zip(ids, rows, strict=True)
            for column, kind in MAIN_COLUMNS.items()
            if row.get(column)
        ],
    )


def _store_addresses(ids: Sequence[int], rows: Sequence[Row], kind: str) -> None:
    copy_rows(
        apps.get_model("contacts", "PostalAddress"),
        [
            {"party_id": pk, "kind": kind, "is_main": True, **{name: row[name] for name in _ADDRESS}}
            for pk, row in zip(ids, rows, strict=True)
        ],
    )


def _store_subsidiaries(demo: Demo, places: Places) -> None:
    owned = [(index, company.parent) for index, company in enumerate(demo.companies) if company.parent is not None]
    copy_rows(
        apps.get_model("contacts", "Relationship"),
        [
            {
                "party_id": places.companies[index],
                "other_id": places.companies[parent],
                "kind": RelationshipKind.SUBSIDIARY,
            }
            for index, parent in owned
        ],
    )


def _position(person: DemoPerson) -> str:
    decides = person.buying_role == "decision_maker"
    return RelationshipKind.DECISION_MAKER if decides else RelationshipKind.EMPLOYEE
