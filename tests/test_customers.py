"""Customers as a salesperson keeps them: firms, people in firms, consumers, their data and what they are to us."""

import re
from typing import Any

import pytest
from django.test import Client

from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.modules.contacts.models import Party
from jantar.modules.sales.models import Deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(make_user("Anna", scope=Scope.ALL))
    return client


def add(client: Client, record_type: str, **values: Any) -> int:
    """Saves the form of a new record with these fields; answers with its id."""
    typed = {"form_fields": ",".join(dict.fromkeys(name.split("-")[0] for name in values)), **values}
    answer = client.post(f"/{record_type}/new/", typed)
    assert answer.status_code == 200, answer.content.decode()[-3000:]
    found = re.fullmatch(rf"/{record_type}/(\d+)/", answer["HX-Redirect"])
    assert found
    return int(found[1])


def change(client: Client, firm: int, name: str, value: str) -> int:
    """Edits one field of a company in its place; answers with the status."""
    address = f"/companies/{firm}/fields/{name}/"
    version = re.search(r'name="version" value="(\d+)"', page(client, address))
    assert version
    return client.post(address, {name: value, "version": version[1]}).status_code


def listed(client: Client, tree: str) -> list[str]:
    """Titles of the companies that a filter leaves."""
    return re.findall(r'<a[^>]* href="/companies/\d+/"[^>]*>([^<]+)</a>', page(client, f"/companies/?filter={tree}"))


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.capability("C1")
@pytest.mark.capability("C112")
def test_a_firm_an_employee_and_a_consumer_can_each_buy(client: Client) -> None:
    firm = add(client, "companies", name="Amber s.r.o.")
    employee = add(client, "people", given_name="Jana", family_name="Malá", company=firm)
    consumer = add(client, "people", given_name="Jan", family_name="Novák")
    offered = client.get("/pick/companies+people/?q=a").json()["items"]
    assert {int(item["value"]) for item in offered} >= {firm}
    for buyer in (firm, employee, consumer):
        deal = add(client, "deals", name=f"Deal of {buyer}", customer=buyer)
        assert Deal.objects.get(pk=deal).customer_id == buyer
        assert str(Party.objects.get(pk=buyer)) in page(client, f"/deals/{deal}/")
    assert "Jana Malá" in page(client, f"/companies/{firm}/related/people/")


@pytest.mark.capability("C3")
def test_several_phones_mails_and_addresses_are_kept_with_a_main_one(client: Client) -> None:
    rows: dict[str, Any] = {}
    for number, (kind, value, main) in enumerate(
        [("phone", "+420 111 111 111", ""), ("phone", "+420 222 222 222", "1"), ("email", "a@amber.example", "")]
    ):
        prefix = f"contact_points-{number}"
        rows |= {f"{prefix}-id": "", f"{prefix}-kind": kind, f"{prefix}-value": value}
        rows |= {f"{prefix}-is_main": main} if main else {}
    for number, city in enumerate(("Brno", "Plzeň")):
        prefix = f"addresses-{number}"
        rows |= {f"{prefix}-id": "", f"{prefix}-kind": "seat", f"{prefix}-city": city}
    firm = Party.objects.get(pk=add(client, "companies", name="Amber", **rows))
    assert (firm.phone, firm.email, firm.city) == ("+420 222 222 222", "a@amber.example", "Brno")
    html = page(client, f"/companies/{firm.pk}/")
    for text in ("+420 111 111 111", "+420 222 222 222", "a@amber.example", "Plzeň"):
        assert text in html
    tree = '{"relation":"addresses","has":"any","where":{"field":"city","op":"is","value":"plzen"}}'
    assert listed(client, tree) == ["Amber"]
    assert listed(client, tree.replace("plzen", "ostrava")) == []


@pytest.mark.capability("C4")
def test_what_a_counterparty_is_to_us_can_be_set_and_listed(client: Client) -> None:
    firm = add(
        client, "companies", name="Amber", roles=["customer", "supplier"], lifecycle="customer", classification="A",
        tags=["jewels"],
    )  # fmt: skip
    add(client, "companies", name="Resin", classification="B")
    assert Party.objects.get(pk=firm).roles == ["customer", "supplier"]
    for field, op, value in (
        ("roles", "has_all", '["customer","supplier"]'), ("classification", "is", '"A"'),
        ("lifecycle", "is", '"customer"'), ("tags", "has_any", '["jewels"]'),
    ):  # fmt: skip
        tree = f'{{"field":"{field}","op":"{op}","value":{value}}}'
        assert listed(client, tree) == ["Amber"]


@pytest.mark.capability("C10")
def test_a_lost_customer_has_a_date_and_a_reason_and_can_be_listed(client: Client) -> None:
    firm = add(client, "companies", name="Amber", lifecycle="customer", won_at="2024-05-01", source="fair")
    for name, value in (("lifecycle", "lost"), ("lost_at", "2026-03-01"), ("lost_reason", "Moved to a rival")):
        assert change(client, firm, name, value) == 200
    html = page(client, f"/companies/{firm}/")
    for text in ("1 May 2024", "Trade fair", "Lost", "1 Mar 2026", "Moved to a rival"):
        assert text in html
    tree = (
        '{"all":[{"field":"lifecycle","op":"is","value":"lost"},{"field":"lost_at","op":"gte","value":"2026-01-01"}]}'
    )
    assert listed(client, tree) == ["Amber"]
    told = page(client, f"/companies/{firm}/history/")
    assert "<del>Customer</del>" in told


@pytest.mark.capability("C34")
def test_people_in_a_deal_have_roles(client: Client) -> None:
    firm = add(client, "companies", name="Amber")
    jana = add(client, "people", given_name="Jana", family_name="Malá")
    jan = add(client, "people", given_name="Jan", family_name="Novák")
    deal = add(client, "deals", name="Rings", customer=firm)
    typed = {"form_fields": "contacts", "version": "1"}
    for number, (person, role) in enumerate(((jana, "influencer"), (jan, "purchasing"))):
        prefix = f"contacts-{number}"
        typed |= {f"{prefix}-id": "", f"{prefix}-person": str(person), f"{prefix}-role": role}
    assert client.post(f"/deals/{deal}/parts/contacts/", typed).status_code == 204
    html = page(client, f"/deals/{deal}/facts/")
    for text in ("Jana Malá", "Influencer", "Jan Novák", "Purchasing"):
        assert text in html


@pytest.mark.capability("C42")
def test_who_is_responsible_can_be_changed_and_the_change_is_kept(client: Client) -> None:
    jan = make_user("Jan")
    firm = add(client, "companies", name="Amber")
    assert change(client, firm, "owner", str(jan.pk)) == 200
    told = page(client, f"/companies/{firm}/history/")
    assert re.search(r"<dt>Owner</dt>\s*<dd><del>Anna</del>.*<ins>Jan</ins>", told)
