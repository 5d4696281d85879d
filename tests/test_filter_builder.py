"""The filter builder on the real record types: steps away, measures of deals, said in five languages."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from django.utils import translation

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.pages.filters.places import Place
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.tests.test_filter_editor import form
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.kit.money import Money

pytestmark = pytest.mark.django_db
companies, people, deals = registry.get("companies"), registry.get("people"), registry.get("deals")
RICH = {
    "relation": "deals", "has": "sum", "field": "amount", "op": "gte", "value": 100000,
    "where": {"any": [{"field": "name", "op": "contains", "value": "x"}, {"field": "amount", "op": "not_empty"}]},
}  # fmt: skip


@pytest.fixture
def chief() -> Any:
    return make_user("Chief", admin=True)


@pytest.mark.capability("C71")
def test_a_field_two_steps_away_is_chosen_and_compared(chief: Any) -> None:
    actor = actor_for(chief)
    holding = write.create(companies, {"name": "Holding", "country": "PL"}, actor=actor)
    works = write.create(companies, {"name": "Works", "parent": holding}, actor=actor)
    for name, company in (("Anna", works), ("Eva", holding)):
        write.create(people, {"given_name": name, "family_name": "Nowak", "company": company}, actor=actor)
    place = Place(people, actor)
    assert "company.parent." in [value for value, _label in place.groups[-1].options]
    client = Client()
    client.force_login(chief)
    step = client.post("/people/filter/row/", form([({"field": "company.parent."}, [])])).content.decode()
    assert '<option value="company.parent." selected>' in step
    assert '<option value="company.parent.name">' in step
    rows = form([({"field": "company.parent.name", "op": "is", "value": "holding"}, [])])
    response = client.post("/people/filter/", {"state": "", "at": "", **rows})
    tree = json.loads(parse_qs(urlsplit(response["HX-Redirect"]).query)["filter"][0])
    assert tree == {"all": [{"field": "company.parent.name", "op": "is", "value": "holding"}]}
    page = client.get(response["HX-Redirect"]).content.decode()
    assert "Anna" in page
    assert "Eva" not in page


def test_what_deals_sum_up_to_finds_companies(chief: Any) -> None:
    actor = actor_for(chief)
    for name, amounts in (("Rich", (60000, 70000)), ("Poor", (90000,))):
        company = write.create(companies, {"name": name}, actor=actor)
        for number, amount in enumerate(amounts):
            values = {"name": f"Deal {number}", "customer": company, "amount": Money(Decimal(amount), "EUR")}
            write.create(deals, values, actor=actor)
    client = Client()
    client.force_login(chief)
    page = client.get(f"/companies/?filter={quote(json.dumps(RICH))}").content.decode()
    assert "Rich</a>" in page
    assert "Poor</a>" not in page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Companies where Deals: sum of Amount is at least 100,000 where Name contains x or Amount is filled in"),
        ("cs", "Firmy, kde Obchody: součet (Částka) je alespoň 100 000, kde Název obsahuje x nebo"),
        ("hu", "Cégek, ahol Ügyletek: Összeg összege legalább 100 000, ahol"),
        ("pl", "Firmy, gdzie Szanse: suma (Kwota) wynosi co najmniej 100 000, gdzie"),
        ("sk", "Firmy, kde Obchody: súčet (Suma) je aspoň 100 000, kde"),
    ],
)
def test_a_measure_is_said_in_every_language(chief: Any, language: str, sentence: str) -> None:
    with translation.override(language):
        said = Speaker(companies, actor_for(chief), [RICH]).sentence(RICH)
    assert said.replace("\xa0", " ").startswith(sentence)


@pytest.mark.parametrize(
    "asked",
    [
        {"has": "any"},
        {"has": "at_least", "count": 1},
        {"has": "sum", "field": "duration", "op": "gte", "value": 1},
        {"has": "latest", "field": "created_at", "op": "not_empty"},
    ],
)
def test_what_is_about_another_record_with_the_same_number_does_not_count(chief: Any, asked: dict[str, Any]) -> None:
    """An activity linked to a company, and to a deal that has the number of another company."""
    actor = actor_for(chief)
    meant, other = (write.create(companies, {"name": name}, actor=actor) for name in ("Meant", "Other"))
    links = [{"record": RecordKey("companies", meant.pk)}]
    values = {"kind": "call", "subject": "Offer", "duration": 30, "links": links}
    activity = write.create(registry.get("activities"), values, actor=actor)
    activity.links.create(record_type="deals", record_id=other.pk)
    query = Query(companies, actor, filter={"relation": "activities", **asked})
    assert [row.name for row in rows_of(query)] == ["Meant"]
    none = Query(companies, actor, filter={"none": [query.filter]})
    assert [row.name for row in rows_of(none)] == ["Other"]
