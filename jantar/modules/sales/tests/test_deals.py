"""Deals: stages, winning and losing, refusals that hold at every door."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_team
from jantar.kit.money import Money
from jantar.modules.sales import queries, services
from jantar.modules.sales.models import Deal, Pipeline, Stage, StageChange, Status
from jantar.platform.settings.models import ExchangeRate

pytestmark = pytest.mark.django_db
companies, people, deals = (registry.get(name) for name in ("companies", "people", "deals"))


@pytest.fixture
def ada():
    return make_actor("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def customer(ada):
    return write.create(companies, {"name": "Żubr sp. z o.o.", "country": "PL"}, actor=ada)


@pytest.fixture
def renewals():
    return services.create_pipeline("Renewals", [("Due", "open", 60), ("Signed", "won", 100), ("Gone", "lost", 0)])


def make_deal(ada, party, **values):
    return write.create(deals, {"name": "Machine", "customer": party, **values}, actor=ada)


def stage(name):
    return Stage.objects.get(name=name)


@pytest.mark.capability("C32")
def test_a_new_deal_starts_in_the_first_open_stage_with_its_probability(ada, customer):
    deal = make_deal(ada, customer)
    assert (deal.pipeline.name, deal.stage.name, deal.status) == ("New business", "Contacted", Status.OPEN)
    assert deal.probability == 10
    assert list(deal.stage_changes.values_list("from_stage", "to_stage", "by")) == [(None, deal.stage_id, ada.user_id)]


@pytest.mark.capability("C35")
def test_a_deal_can_start_in_another_pipeline(ada, customer, renewals):
    assert make_deal(ada, customer, pipeline=renewals).stage.name == "Due"
    assert make_deal(ada, customer, stage=stage("Due")).pipeline == renewals


def test_winning_closes_the_deal_and_makes_the_party_a_customer(ada, customer):
    deal = services.win_deal(make_deal(ada, customer), actor=ada)
    assert (deal.stage.name, deal.status, deal.probability) == ("Won", Status.WON, 100)
    assert deal.closed_at is not None
    customer.refresh_from_db()
    assert (customer.lifecycle, customer.roles) == ("customer", ["customer"])
    assert (customer.won_at, customer.won_by_id) == (timezone.localdate(), ada.user_id)


def test_a_party_that_is_called_a_customer_already_gets_the_role_only_once(ada, customer):
    write.update(companies, customer.pk, {"roles": ["customer", "prospect", "supplier"]}, actor=ada)
    services.win_deal(make_deal(ada, customer), actor=ada)
    customer.refresh_from_db()
    assert (customer.lifecycle, customer.roles) == ("customer", ["customer", "supplier"])


def test_winning_the_customers_of_many_deals_costs_the_same_as_of_one(ada):
    def statements(number):
        parties = [write.create(companies, {"name": f"Firm {number} {n}"}, actor=ada) for n in range(number)]
        won = [{"name": "Machine", "customer": one, "stage": stage("Won")} for one in parties]
        with CaptureQueriesContext(connection) as queries:
            write.store_new(deals, won, actor=ada)
        assert {one.lifecycle for one in companies.visible_to(ada).filter(pk__in=[p.pk for p in parties])} == {
            "customer"
        }
        return len(queries)

    assert statements(1) == statements(12)


@pytest.mark.capability("C9")
def test_who_won_a_customer_first_stays(ada, customer):
    services.win_deal(make_deal(ada, customer), actor=ada)
    bob = make_actor("Bob", admin=True)
    services.win_deal(write.create(deals, {"name": "Second", "customer": customer}, actor=bob), actor=bob)
    customer.refresh_from_db()
    assert customer.won_by_id == ada.user_id


def test_dropping_a_deal_on_the_won_stage_is_the_same_as_winning_it(ada, customer):
    deal = make_deal(ada, customer)
    moved = write.update(deals, deal.pk, {"stage": stage("Won")}, actor=ada)
    assert (moved.status, moved.closed_at is not None) == (Status.WON, True)


def test_losing_needs_a_reason_at_every_door(ada, customer):
    deal = make_deal(ada, customer)
    for attempt in (
        lambda: services.lose_deal(deal, actor=ada, loss_reason=""),
        lambda: write.update(deals, deal.pk, {"stage": stage("Lost")}, actor=ada),
        lambda: write.update_many(deals, [deal.pk], {"stage": stage("Lost")}, actor=ada),
        lambda: make_deal(ada, customer, stage=stage("Lost")),
    ):
        with pytest.raises(Invalid) as refusal:
            attempt()
        assert refusal.value.errors == {"loss_reason": ["Say why the deal was lost."]}
    assert list(Deal.objects.values_list("status", "version")) == [("open", 1)]


def test_a_lost_deal_can_be_reopened_where_it_was(ada, customer):
    deal = write.update(deals, make_deal(ada, customer).pk, {"stage": stage("Negotiation")}, actor=ada)
    lost = services.lose_deal(deal, actor=ada, loss_reason="price")
    again = services.reopen_deal(lost, actor=ada)
    assert (again.stage.name, again.status, again.closed_at, again.loss_reason) == ("Negotiation", "open", None, "")


def test_a_stage_of_another_pipeline_is_refused_with_the_field_named(ada, customer, renewals):
    deal = make_deal(ada, customer)
    with pytest.raises(Invalid) as refusal:
        write.update(deals, deal.pk, {"stage": stage("Due")}, actor=ada)
    assert refusal.value.errors == {"stage": ["“Due” does not belong to “New business”."]}
    deal.refresh_from_db()
    assert (deal.stage.name, deal.version) == ("Contacted", 1)
    moved = write.update(deals, deal.pk, {"pipeline": renewals, "stage": stage("Due")}, actor=ada)
    assert moved.stage.name == "Due"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": Money(Decimal(-1), "EUR")}, "amount"),
        ({"probability": Decimal(101)}, "probability"),
        ({"name": ""}, "name"),
        ({"customer": None}, "customer"),
    ],
)
def test_wrong_values_are_refused_with_the_field_named(ada, customer, values, field):
    with pytest.raises(Invalid) as refusal:
        make_deal(ada, customer, **values)
    assert list(refusal.value.errors) == [field]
    assert not Deal.objects.exists()


def test_stage_changes_are_rows_and_only_real_moves_count(ada, customer):
    deal = make_deal(ada, customer)
    for name in ("Quote sent", "Quote sent", "Negotiation"):
        write.update(deals, deal.pk, {"stage": stage(name)}, actor=ada)
    names = StageChange.objects.order_by("id").values_list("from_stage__name", "to_stage__name")
    assert list(names) == [(None, "Contacted"), ("Contacted", "Quote sent"), ("Quote sent", "Negotiation")]


@pytest.mark.capability("C34")
def test_people_take_part_in_a_deal_with_their_roles(ada, customer):
    person = write.create(people, {"given_name": "Jan", "family_name": "Kowalski", "company": customer}, actor=ada)
    deal = make_deal(ada, customer, contacts=[{"person": person, "role": "champion"}])
    assert [(contact.person.name, contact.role) for contact in deal.contacts.all()] == [("Jan Kowalski", "champion")]


def test_many_deals_move_with_a_constant_number_of_statements(ada, customer):
    counts = []
    for number in (2, 20):
        made = [make_deal(ada, customer, name=f"D{n}").pk for n in range(number)]
        with CaptureQueriesContext(connection) as statements:
            write.update_many(deals, made, {"stage": stage("Quote sent")}, actor=ada)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.capability("C100")
def test_pipeline_value_by_stage_and_month_is_in_the_base_currency_and_within_rights(ada, customer):
    ExchangeRate.objects.create(currency="PLN", valid_from=date(2020, 1, 1), rate=Decimal("0.25"))
    month = date(2099, 12, 1)
    make_deal(ada, customer, amount=Money(Decimal(1000), "PLN"), expected_close=date(2099, 12, 5))
    make_deal(ada, customer, amount=Money(Decimal(100), "EUR"), expected_close=date(2099, 12, 31))
    make_deal(ada, customer, amount=Money(Decimal(10), "EUR"), stage=stage("Negotiation"))
    services.win_deal(make_deal(ada, customer, amount=Money(Decimal(7), "EUR")), actor=ada)
    other = make_actor("Bob", make_team("South"), scope=Scope.TEAM)
    pipeline = Pipeline.objects.get(name="New business").pk
    contacted, negotiation = stage("Contacted").pk, stage("Negotiation").pk
    assert queries.pipeline_value(ada, pipeline) == [
        queries.Cell(contacted, month, False, 2, Decimal("350.00"), Decimal("35.00")),
        queries.Cell(negotiation, None, False, 1, Decimal("10.00"), Decimal("7.50")),
    ]
    assert queries.pipeline_value(other, pipeline) == []
