"""The pages of sales: pipeline value with its drill-down, and the panels of the Today page."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import unquote_plus

import pytest
from django.utils import timezone

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.checks import problems
from jantar.engine.records.grouping import groups_of
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browserless import fields_of
from jantar.kit.money import Money
from jantar.modules.sales import queries, services, today
from jantar.modules.sales.models import Deal, Pipeline
from jantar.modules.sales.pages import value as pages

pytestmark = pytest.mark.django_db
companies, deals = registry.get("companies"), registry.get("deals")


@pytest.fixture
def seller(client):
    user = make_user("Anna", make_team("North"), scope=Scope.TEAM)
    client.force_login(user)
    return actor_for(user)


@pytest.fixture
def deal(seller):
    customer = write.create(companies, {"name": "Żubr"}, actor=seller)
    values = {"name": "Machine <b>", "customer": customer, "amount": Money(Decimal(1200), "EUR")}
    return write.create(deals, {**values, "expected_close": timezone.localdate()}, actor=seller)


@pytest.mark.capability("C100")
def test_each_figure_of_the_pipeline_leads_to_the_deals_it_counts(client, seller, deal):
    late = {"name": "Late", "customer": deal.customer, "amount": Money(Decimal(50), "EUR")}
    write.create(deals, {**late, "expected_close": date(2020, 1, 1)}, actor=seller)
    write.create(deals, {**late, "name": "Undated"}, actor=seller)
    pipeline = Pipeline.objects.first().pk
    cells = queries.pipeline_value(seller, pipeline)
    stages = queries.stage_columns(seller, pipeline)
    row = pages.row_of(stages[0].value, stages[0].label, pipeline, cells, seller.today)
    for cell in [*row["values"], row["total"]]:
        [tree] = re.findall(r"filter=(.*)", cell["href"])
        listed = rows_of(Query(deals, seller, filter=json.loads(unquote_plus(tree))))
        assert (cell["deals"], cell["value"]) == (listed.count(), sum(deal.amount.amount for deal in listed))
    assert row["total"]["deals"] == 3


@pytest.mark.capability("C100")
def test_a_deal_is_overdue_from_the_day_after_its_expected_close(client, seller, deal):
    values = {"name": "Late", "customer": deal.customer, "amount": Money(Decimal(50), "EUR")}
    write.create(deals, {**values, "expected_close": seller.today - timedelta(days=1)}, actor=seller)
    cells = queries.pipeline_value(seller, deal.pipeline_id)
    columns = pages.months_from(seller.today)
    row = pages.row_of(deal.stage_id, "", deal.pipeline_id, cells, seller.today)
    worth = {column: cell["value"] for column, cell in zip(columns, row["values"], strict=True) if cell["deals"]}
    assert worth == {pages.BEFORE: Decimal(50), seller.today.replace(day=1): Decimal(1200)}


def test_the_pipeline_page_shows_stages_and_months_and_escapes_names(client, seller, deal):
    text = unescape(client.get("/deals/pipeline/").content.decode())
    assert "Contacted" in text
    assert "1,200" in text


@pytest.mark.parametrize("wanted", ["999", "x", "²", "٣"])
def test_an_unknown_pipeline_is_not_found(client, seller, wanted):
    assert client.get("/deals/pipeline/", {"pipeline": wanted}).status_code == 404


def test_who_may_not_see_deals_finds_no_pipeline_page(client):
    client.force_login(make_user("Nobody"))
    assert client.get("/deals/pipeline/").status_code == 404


def test_today_shows_deals_without_a_next_step_to_their_owner_only(client, seller, deal):
    assert "Machine &lt;b&gt;" in client.get("/").content.decode()
    client.force_login(make_user("Bob", make_team("South"), scope=Scope.TEAM))
    assert "Machine" not in client.get("/").content.decode()


def test_a_new_deal_is_shown_where_it_would_be_stored(client, seller, deal):
    renewals = services.create_pipeline("Renewals", [("Due", "open", 60), ("Signed", "won", 100)])
    page = fields_of(client.get("/deals/new/").content.decode())
    assert (page["pipeline"], page["stage"]) == ([str(deal.pipeline_id)], [str(deal.stage_id)])
    page = fields_of(client.get(f"/deals/new/?pipeline={renewals.pk}").content.decode())
    assert (page["pipeline"], page["stage"]) == ([str(renewals.pk)], [str(renewals.stages.get(name="Due").pk)])


def test_a_stage_that_does_not_fit_is_named_and_kept_in_a_form_without_scripts(client, seller, deal):
    renewals = services.create_pipeline("Renewals", [("Due", "open", 60), ("Signed", "won", 100)])
    page = client.get("/deals/new/").content.decode()
    typed = {**fields_of(page), "name": "Service", "customer": str(deal.customer_id)}
    typed |= {"pipeline": str(renewals.pk), "stage": str(deal.stage_id)}
    answer = client.post("/deals/new/", typed)
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f"“{deal.stage}” does not belong to “Renewals”." in text
    assert fields_of(text)["stage"] == [str(deal.stage_id)]
    options = re.findall(
        r"<option[^>]*>([^<]+)", re.findall(r'<select[^>]*name="stage".*?</select>', text, re.DOTALL)[0]
    )
    assert options == ["Due", "Signed", str(deal.stage)]
    assert Deal.objects.count() == 1


def heads_of(query: Query) -> list[str]:
    return [group.label for group in groups_of(query, deals.fields(query.actor)["stage"])[0]]


@pytest.mark.capability("C108")
def test_groups_of_stages_name_their_pipeline_where_there_are_several(client, seller, deal):
    renewals = services.create_pipeline("Renewals", [("Contacted", "open", 60), ("Signed", "won", 100)])
    assert heads_of(Query(deals, seller)) == ["Contacted"]
    values = {"name": "Again", "customer": deal.customer, "pipeline": renewals}
    write.create(deals, {**values, "stage": renewals.stages.get(name="Contacted")}, actor=seller)
    assert heads_of(Query(deals, seller)) == ["New business · Contacted", "Renewals · Contacted"]
    only = {"field": "pipeline", "op": "is", "value": renewals.pk}
    assert heads_of(Query(deals, seller, filter=only)) == ["Contacted"]
    page = client.get("/deals/?by=stage&view=all").content.decode()
    assert "Renewals · Contacted" in page


def test_the_choices_of_a_stage_are_those_of_the_pipeline(client, seller, deal):
    renewals = services.create_pipeline("Renewals", [("Due", "open", 60), ("Signed", "won", 100)])
    stay = renewals.stages.get(name="Signed")
    text = client.get(f"/deals/choices/stage/?pipeline={renewals.pk}&stage={stay.pk}").content.decode()
    assert re.findall(r"<option[^>]*>([^<]+)", text) == ["Due", "Signed"]
    assert f'value="{stay.pk}" selected' in text
    assert (
        "selected"
        not in client.get(f"/deals/choices/stage/?pipeline={renewals.pk}&stage={deal.stage_id}").content.decode()
    )
    everything = client.get("/deals/choices/stage/?pipeline=nonsense").content.decode()
    assert "Renewals · Due" in everything
    assert client.get("/deals/choices/owner/").status_code == 404


@pytest.mark.parametrize(
    ("depends", "hint"),
    [
        ({"name": "pipeline"}, "both have to be references."),
        ({"stage": "customer"}, "neither may point to records."),
        ({"pipeline": "stage"}, "Pipeline has no reference 'stage' to Stage."),
    ],
)
def test_a_dependency_that_can_not_hold_is_found_at_the_start(depends, hint):
    [problem] = problems(replace(deals, depends=depends))
    assert (problem.id, problem.hint) == ("records.E003", hint)


@pytest.mark.capability("C21")
def test_waiting_deals_tell_whom_to_call_and_lead_to_all_of_them(client, seller, monkeypatch):
    monkeypatch.setattr(today, "SHOWN", 1)
    customer = write.create(companies, {"name": "Żubr", "phone": "+48 22 123 45 67"}, actor=seller)
    values = {"name": "Machine", "customer": customer, "expected_close": date(2020, 1, 1)}
    write.create(deals, values, actor=seller)
    write.create(deals, {**values, "name": "Other", "next_step_at": timezone.localdate()}, actor=seller)
    write.create(
        deals, {**values, "name": "Far", "next_step_at": timezone.localdate() + timedelta(days=9)}, actor=seller
    )
    page = unescape(client.get("/").content.decode())
    assert 'href="tel:+48 22 123 45 67"' in page
    assert "past its close" in page
    [href] = re.findall(r'href="(/deals/\?filter=[^"]*next_step_at[^"]*)"', page)
    listed = client.get(href).content.decode()
    assert [name in listed for name in (">Machine<", ">Other<", ">Far<")] == [True, True, False]


def test_a_bell_stands_beside_the_expected_close_and_not_beside_when_a_deal_was_won(client, seller, deal):
    services.win_deal(deal, actor=seller)
    page = client.get(f"/deals/{deal.pk}/").content.decode()
    assert f'href="/deals/{deal.pk}/dates/expected_close/"' in page
    assert "closed_at" in page
    assert f"/deals/{deal.pk}/dates/closed_at/" not in page
    assert client.get(f"/deals/{deal.pk}/dates/closed_at/").status_code == 200
