"""Who may call the API, and in whose language it answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from jantar.engine.api.limits import spend
from jantar.engine.api.models import SpentMinute
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.platform.accounts.models import ApiToken


def with_header(header: str) -> ApiClient:
    api = ApiClient()
    api.headers["Authorization"] = header
    return api


def test_a_token_stands_for_its_user(api, ada):
    me = data_of(api.get("/me"))
    assert (me["id"], me["name"], me["email"], me["is_admin"]) == (ada.pk, "Ada", "ada@jantar.example", False)
    assert [team["title"] for team in me["teams"]] == ["Readers"]
    assert me["rights"]["books"]["see"] == "team"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer", "Basic dTpw", "Bearer \u017elu\u0165", "bearer  ", "Token x", ""]
)
def test_anything_but_a_valid_token_is_refused(header):
    answer = with_header(header).get("/me")
    assert problem_in(answer, 401)["type"] == "urn:jantar:problem:not-signed-in"
    assert answer["WWW-Authenticate"] == 'Bearer realm="jantar"'


@pytest.mark.django_db
def test_without_credentials_nothing_is_told(client):
    for method in ("get", "post", "patch", "delete"):
        problem_in(getattr(client, method)("/api/v1/books/1"), 401 if method != "post" else 405)
    problem_in(client.get("/api/v1/types"), 401)


def test_an_expired_token_is_refused(ada):
    _row, text = ApiToken.issue(ada, "old", expires_at=timezone.now() - timedelta(seconds=1))
    problem_in(with_header(f"Bearer {text}").get("/me"), 401)


def test_the_token_of_a_disabled_user_is_refused(api, ada):
    ada.is_active = False
    ada.save()
    problem_in(api.get("/me"), 401)


def test_a_page_of_the_site_may_read_with_its_session_and_change_with_its_csrf_token(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert data_of(client.get("/api/v1/me"))["name"] == "Ada"
    problem_in(client.post("/api/v1/shelves", {"name": "Top"}, content_type="application/json"), 403)
    token = "a" * 32
    client.cookies["csrftoken"] = token
    answer = client.post(
        "/api/v1/shelves", {"name": "Top"}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert data_of(answer, 201)["name"] == "Top"


def test_a_wrong_token_is_refused_in_spite_of_a_session(ada):
    client = Client()
    client.force_login(ada)
    problem_in(client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"}), 401)


def country_names(answer: HttpResponse) -> list[str]:
    [books] = [one for one in data_of(answer)["items"] if one["name"] == "books"]
    [country] = [field for field in books["fields"] if field["name"] == "country"]
    return [choice["label"] for choice in country["choices"][:2]]


def test_answers_are_in_the_language_asked_for_or_that_of_the_user(api, ada):
    assert country_names(api.get("/types")) == ["Czechia", "Slovakia"]
    ada.language = "hu"
    ada.save()
    assert country_names(api.get("/types")) == ["Csehország", "Szlovákia"]
    answer = api.get("/types", headers={"Accept-Language": "de-AT, cs-CZ;q=0.8, en;q=0.5"})
    assert country_names(answer) == ["Česko", "Slovensko"]
    assert answer["Content-Language"] == "cs"
    assert {"Authorization", "Cookie", "Accept-Language"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_times_without_a_zone_are_those_of_the_user(api, ada):
    ada.time_zone = "Europe/Budapest"
    ada.save()
    book = data_of(api.post("/books", {"title": "Egri csillagok", "lent_at": "2026-07-01T10:00"}), 201)
    assert book["lent_at"] == "2026-07-01T08:00:00.000000Z"


def test_too_many_requests_are_told_to_wait(api, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    answers = [api.get("/me") for _number in range(4)]
    assert {answer.status_code for answer in answers} <= {200, 429}
    refused = answers[-1] if answers[-1].status_code == 429 else answers[-2]
    assert problem_in(refused, 429)["type"] == "urn:jantar:problem:too-many-requests"
    assert 0 < int(refused["Retry-After"]) <= 60


def test_a_limit_holds_for_one_token_and_one_minute(ada, django_assert_num_queries):
    (_a, a), (_b, b) = (ApiToken.issue(ada, name) for name in ("a", "b"))
    with django_assert_num_queries(3):
        assert [spend(a, 2, now=60.0) for _number in range(3)] == [0, 0, 60]
    assert spend(b, 2, now=61.0) == 0
    assert spend(a, 2, now=119.0) == 1
    assert spend(a, 2, now=120.0) == 0
    with django_assert_num_queries(0):
        assert spend(a, 0, now=120.0) == 0


def test_unknown_tokens_leave_no_rows(ada):
    assert spend("guessed", 1) == 0
    assert not SpentMinute.objects.exists()


def test_a_failing_request_counts_without_a_transaction_of_its_own(api, settings):
    settings.API_REQUESTS_PER_MINUTE = 100
    api.get("/books/999999")
    api.get("/me")
    assert SpentMinute.objects.get().requests == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'api_spentminute'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db(transaction=True)
def test_processes_count_together(settings):
    """Each thread has a connection of its own, as another process would."""
    token = ApiToken.issue(make_user("Ada", admin=True), "a")[1]

    def ask(_number: int) -> int:
        try:
            return spend(token, 10, now=60.0)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        waits = list(pool.map(ask, range(30)))
    assert SpentMinute.objects.get().requests == 30
    assert sorted(waits) == [0] * 10 + [60] * 20


def test_rights_of_types_are_told(db):
    api = ApiClient(make_user("Nobody"))
    assert data_of(api.get("/types"))["items"] == []
    api = ApiClient(make_user("Reader", scope=Scope.OWN))
    names = {one["name"]: one["may"] for one in data_of(api.get("/types"))["items"]}
    assert "see" in names["books"]
