"""The pages of sales: pipeline value with its drill-down, and the panels of the Today page."""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape
from urllib.parse import unquote_plus

import pytest
from django.utils import timezone

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.kit.money import Money
from jantar.modules.sales import pages, queries
from jantar.modules.sales.models import Pipeline

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
    months = pages.months_from(seller.today)
    cells = queries.pipeline_value(seller, pipeline)
    stages = queries.stage_columns(seller, pipeline)
    row = pages.row_of(stages[0].value, stages[0].label, pipeline, cells, months)
    for cell in [*row["values"], row["total"]]:
        [tree] = re.findall(r"filter=(.*)", cell["href"])
        listed = rows_of(Query(deals, seller, filter=json.loads(unquote_plus(tree))))
        assert (cell["deals"], cell["value"]) == (listed.count(), sum(deal.amount.amount for deal in listed))
    assert row["total"]["deals"] == 3


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
