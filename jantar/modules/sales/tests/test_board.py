"""The board of deals: a pipeline at a time, losing asks why."""

import re
from decimal import Decimal

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.kit.money import Money
from jantar.modules.sales.models import Deal, Pipeline, Stage

FETCH = {"X-Requested-With": "fetch"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(client):
    user = make_user("Ada", admin=True)
    client.force_login(user)
    actor = actor_for(user)
    party = write.create(registry.get("companies"), {"name": "Dolina"}, actor=actor)
    values = {"name": "Robots", "customer": party, "amount": Money(Decimal(1000), "EUR")}
    return write.create(registry.get("deals"), values, actor=actor)


@pytest.fixture
def renewals():
    pipeline = Pipeline.objects.create(name="Renewals")
    Stage.objects.create(pipeline=pipeline, name="Asked", position=1, probability=50)
    return pipeline


def move(client, deal, stage):
    body = {"card": deal.pk, "column": stage.pk, "before": "", "version": deal.version}
    return client.post(f"/deals/board/move/?group={deal.pipeline_id}", body, headers=FETCH)


@pytest.mark.capability("C35")
def test_a_board_shows_one_pipeline_and_leads_to_the_others(client, deal, renewals):
    page = client.get("/deals/board/").content.decode()
    assert f'href="/deals/board/?group={renewals.pk}"' in page
    stages = Stage.objects.filter(pipeline=deal.pipeline_id)
    assert re.findall(r"<h2>([^<]*)</h2>", page.split("board-column")[1] + page)[-1] == stages.last().name
    other = client.get(f"/deals/board/?group={renewals.pk}").content.decode()
    assert "<h2>Asked</h2>" in other
    assert f"<h2>{stages.first().name}</h2>" not in other
    assert client.get("/deals/board/?group=999").status_code == 400


def test_a_card_can_not_be_dropped_on_a_stage_of_another_pipeline(client, deal, renewals):
    answer = move(client, deal, renewals.stages.get())
    assert answer.status_code == 400
    assert "This board has no such column." in answer.content.decode()
    assert Deal.objects.get().stage_id == deal.stage_id


def test_losing_by_dropping_asks_for_the_reason(client, deal):
    lost = Stage.objects.get(pipeline=deal.pipeline_id, status="lost")
    answer = move(client, deal, lost).json()
    assert Deal.objects.get().stage_id == deal.stage_id
    dialog = client.get(answer["dialog"]).content.decode()
    assert 'name="loss_reason"' in dialog
    assert client.post(answer["dialog"], {"loss_reason": ""}).status_code == 422
    reason = dict(registry.get("deals").own_fields["loss_reason"].choices)
    done = client.post(answer["dialog"], {"loss_reason": next(iter(reason))})
    assert done.status_code == 204
    assert Deal.objects.get().status == "lost"


def test_dropping_on_the_won_stage_wins_and_counts_in_the_base_currency(client, deal):
    won = Stage.objects.get(pipeline=deal.pipeline_id, status="won")
    answer = move(client, deal, won).json()
    assert answer["columns"][str(won.pk)] == {"count": "1", "sum": "EUR\xa01,000"}
    assert answer["columns"][str(deal.stage_id)] == {"count": "0", "sum": "EUR\xa00"}
    assert Deal.objects.get().status == "won"
