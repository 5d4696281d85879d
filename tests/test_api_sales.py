"""A salesperson's work on deals, done by a program: the rules of the pages hold for it too."""

from typing import Any

import pytest

from jantar.engine.permissions.models import Role
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.modules.sales.models import Deal, Pipeline, Status
from jantar.modules.sales.services import create_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings: Any) -> ApiClient:
    settings.API_REQUESTS_PER_MINUTE = 0
    user = make_user("Anna", make_team("North"))
    Role.objects.get(key="seller").users.add(user)
    return ApiClient(user)


@pytest.fixture
def customer(api: ApiClient) -> int:
    return int(data_of(api.post("/companies", {"name": "Huta Kraków", "country": "PL"}), 201)["id"])


@pytest.fixture
def deal(api: ApiClient, customer: int) -> dict[str, Any]:
    sent = {"name": "Rolling mill", "customer": customer, "amount": {"amount": "250000.00", "currency": "PLN"}}
    created: dict[str, Any] = data_of(api.post("/deals", sent), 201)
    return created


def test_a_deal_starts_in_the_first_stage_and_is_won(api, deal, customer):
    assert (deal["stage"]["title"], deal["status"], deal["probability"]) == ("Contacted", "open", "10.00")
    assert deal["customer"] == {"id": customer, "title": "Huta Kraków"}
    won = data_of(api.post(f"/deals/{deal['id']}/actions/win"))
    assert (won["status"], won["stage"]["title"], won["probability"]) == ("won", "Won", "100.00")
    assert data_of(api.get(f"/companies/{customer}"))["lifecycle"] == "customer"
    found = data_of(
        api.get(
            "/companies",
            filter={"relation": "deals", "has": "any", "where": {"field": "status", "op": "is", "value": "won"}},
        )
    )
    assert [company["id"] for company in found["items"]] == [customer]


def test_a_deal_is_lost_with_a_reason_only(api, deal):
    problem = problem_in(api.post(f"/deals/{deal['id']}/actions/lose", {}), 422)
    assert problem["errors"] == {"loss_reason": ["This field is required."]}
    problem = problem_in(api.post(f"/deals/{deal['id']}/actions/lose", {"loss_reason": "weather"}), 422)
    assert set(problem["errors"]) == {"loss_reason"}
    assert data_of(api.get(f"/deals/{deal['id']}"))["status"] == "open"
    lost = data_of(api.post(f"/deals/{deal['id']}/actions/lose", {"loss_reason": "price"}))
    assert (lost["status"], lost["loss_reason"]) == ("lost", "price")


def test_a_stage_of_another_pipeline_is_refused(api, deal):
    other = create_pipeline("Renewals", [("Due", Status.OPEN, 50)]).stages.get()
    problem = problem_in(api.patch(f"/deals/{deal['id']}", {"stage": other.pk}), 422)
    assert problem["errors"] == {"stage": ["“Due” does not belong to “New business”."]}
    assert Deal.objects.get().stage_id == deal["stage"]["id"]
    moved = data_of(api.patch(f"/deals/{deal['id']}", {"stage": other.pk, "pipeline": other.pipeline_id}))
    assert (moved["pipeline"]["title"], moved["stage"]["title"]) == ("Renewals", "Due")


def test_the_deals_of_a_stage_are_listed_with_their_people(api, deal, customer):
    person = data_of(api.post("/people", {"family_name": "Nowak", "company": customer}), 201)["id"]
    contacts = [{"person": person, "role": "decision_maker"}]
    data_of(api.patch(f"/deals/{deal['id']}", {"contacts": contacts}))
    tree = {
        "all": [
            {"field": "stage", "op": "is", "value": deal["stage"]["id"]},
            {"field": "customer.country", "op": "is", "value": "PL"},
        ]
    }
    [item] = data_of(api.get("/deals", filter=tree, fields="name,contacts"))["items"]
    assert item["contacts"][0]["person"] == {"id": person, "title": "Nowak"}
    problem = problem_in(api.patch(f"/deals/{deal['id']}", {"contacts": contacts * 2}), 422)
    assert problem["errors"] == {"contacts": ["This person is already on the deal."]}
    assert Pipeline.objects.count() == 1
