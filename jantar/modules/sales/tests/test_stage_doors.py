"""A stage of another pipeline is refused at every door, in the user's language and with the field named."""

import io
from typing import Any

import pytest
from django.test import Client

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, problem_in
from jantar.engine.testing.browserless import fields_of
from jantar.engine.transfer import services as transfer
from jantar.modules.sales.models import Deal, Pipeline, Stage
from jantar.modules.sales.services import create_pipeline
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = pytest.mark.django_db
REFUSED = "„Due“ nepatří k „New business“."
deals = registry.get("deals")


@pytest.fixture
def ada() -> User:
    user = make_user("Ada", admin=True)
    user.language = "cs"
    user.save()
    return user


@pytest.fixture
def client(ada: User) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(ada)
    return client


@pytest.fixture
def deal(ada: User) -> Deal:
    actor = actor_for(ada)
    customer = write.create(registry.get("companies"), {"name": "Dolina"}, actor=actor)
    found: Deal = write.create(deals, {"name": "Robots", "customer": customer}, actor=actor)
    return found


@pytest.fixture
def due(db: None) -> Stage:
    pipeline = create_pipeline("Renewals", [("Due", "open", 60), ("Signed", "won", 100), ("Gone", "lost", 0)])
    return pipeline.stages.get(name="Due")


def assert_untouched(deal: Deal) -> None:
    now = Deal.objects.get(pk=deal.pk)
    assert (now.stage_id, now.pipeline_id, now.version) == (deal.stage_id, deal.pipeline_id, deal.version)


def test_in_the_form(client: Client, deal: Deal, due: Stage) -> None:
    typed = fields_of(client.get(f"/deals/{deal.pk}/edit/").content.decode())
    answer = client.post(f"/deals/{deal.pk}/edit/", {**typed, "stage": str(due.pk), "next_step": "Call on Monday"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert REFUSED in html.split('id="f-stage-errors"')[1][:400]
    assert 'value="Call on Monday"' in html
    assert_untouched(deal)


def test_in_its_place(client: Client, deal: Deal, due: Stage) -> None:
    answer = client.post(f"/deals/{deal.pk}/fields/stage/", {"stage": str(due.pk), "version": str(deal.version)})
    assert (answer.status_code, REFUSED in answer.content.decode()) == (422, True)
    assert_untouched(deal)


def test_in_bulk(client: Client, deal: Deal, due: Stage) -> None:
    body = {"state": "", "selected": [deal.pk], "field": "stage", "value": str(due.pk), "run": "1"}
    answer = client.post("/deals/bulk/edit/", body)
    assert (answer.status_code, REFUSED in answer.content.decode()) == (422, True)
    assert_untouched(deal)


def test_on_the_board(client: Client, deal: Deal, due: Stage) -> None:
    body = {"card": deal.pk, "column": due.pk, "before": "", "version": deal.version}
    answer = client.post(f"/deals/board/move/?group={deal.pipeline_id}", body)
    assert (answer.status_code, answer.content.decode()) == (400, "Nástěnka takový sloupec nemá.")
    assert_untouched(deal)


def test_through_the_api(ada: User, deal: Deal, due: Stage) -> None:
    problem = problem_in(ApiClient(ada).patch(f"/deals/{deal.pk}", {"stage": due.pk}), 422)
    assert problem["errors"] == {"stage": [REFUSED]}
    assert_untouched(deal)


def test_from_a_file(ada: User, deal: Deal, due: Stage, settings: Any, tmp_path: Any) -> None:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    text = (
        f"Název;Zákazník;Proces;Fáze\nRobots;Dolina;{deal.pipeline};Due\n"
        f"Nový;Dolina;{deal.pipeline};Due\nObnova;Dolina;Renewals;Due\n"
    )
    mapping = {"Název": "name", "Zákazník": "customer", "Proces": "pipeline", "Fáze": "stage"}
    run = transfer.start_import(io.BytesIO(text.encode()), "deals.csv", "deals", actor=actor_for(ada), mapping=mapping)
    run_waiting_jobs()
    run.refresh_from_db()
    assert [(row.number, row.reason) for row in run.refused.all()] == [(2, f"Fáze: {REFUSED}"), (3, f"Fáze: {REFUSED}")]
    assert_untouched(deal)
    assert Deal.objects.exclude(pk=deal.pk).get().stage_id == due.pk


def test_a_name_that_both_pipelines_have_means_the_stage_of_the_deal(
    ada: User, deal: Deal, settings: Any, tmp_path: Any
) -> None:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    name = deal.stage.name
    other = create_pipeline("Renewals", [(name, "open", 60), ("Signed", "won", 100)])
    text = f"Name;Customer;Pipeline;Stage\nOne;Dolina;Renewals;{name}\nTwo;Dolina;{deal.pipeline};{name}\n"
    run = transfer.start_import(io.BytesIO(text.encode()), "deals.csv", "deals", actor=actor_for(ada))
    run_waiting_jobs()
    run.refresh_from_db()
    assert [(row.number, row.reason) for row in run.refused.all()] == []
    assert Deal.objects.get(name="One").pipeline_id == other.pk
    assert Deal.objects.get(name="Two").stage_id == deal.stage_id
    assert Pipeline.objects.count() >= 2
