"""A request sent twice with one key is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from jantar.engine.api.idempotency import forget_old_answers
from jantar.engine.api.models import KeptAnswer
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book

KEY = {"Idempotency-Key": "4a7e3c"}


def test_the_same_request_is_answered_again_and_not_done_again(api):
    first = api.post("/books", {"title": "A"}, headers=KEY)
    second = api.post("/books", {"title": "A"}, headers=KEY)
    assert (data_of(second, 201), second["Location"]) == (data_of(first, 201), first["Location"])
    assert (second.get("Idempotent-Replayed"), first.get("Idempotent-Replayed")) == ("true", None)
    assert Book.objects.count() == 1


def test_another_request_with_the_key_is_refused(api):
    data_of(api.post("/books", {"title": "A"}, headers=KEY), 201)
    for path, data in (("/books", {"title": "B"}), ("/shelves", {"name": "A"})):
        problem = problem_in(api.post(path, data, headers=KEY), 422)
        assert problem["type"] == "urn:jantar:problem:key-used"
        assert set(problem["errors"]) == {"Idempotency-Key"}
    assert Book.objects.count() == 1


def test_a_refused_request_leaves_the_key_free(api):
    problem_in(api.post("/books", {"title": ""}, headers=KEY), 422)
    assert not KeptAnswer.objects.exists()
    assert data_of(api.post("/books", {"title": "A"}, headers=KEY), 201)["title"] == "A"


def test_keys_of_different_users_do_not_meet(api):
    data_of(api.post("/books", {"title": "A"}, headers=KEY), 201)
    other = ApiClient(make_user("Bob", scope=Scope.OWN))
    assert data_of(other.post("/books", {"title": "B"}, headers=KEY), 201)["title"] == "B"


def test_an_action_is_done_once_too(api):
    pk = data_of(api.post("/books", {"title": "A"}), 201)["id"]
    answers = [data_of(api.post(f"/books/{pk}/actions/lend", {}, headers=KEY)) for _number in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["version"] == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "č"])
def test_a_key_is_short_and_plain(api, key):
    problem = problem_in(api.post("/books", {"title": "A"}, headers={"Idempotency-Key": key}), 400)
    assert problem["where"] == "Idempotency-Key"
    assert not Book.objects.exists()


def test_answers_are_kept_for_a_day(api):
    for number, hours in enumerate((23, 25)):
        data_of(api.post("/books", {"title": "A"}, headers={"Idempotency-Key": str(number)}), 201)
        KeptAnswer.objects.filter(key=str(number)).update(created_at=timezone.now() - timedelta(hours=hours))
    assert forget_old_answers() == 1
    assert [kept.key for kept in KeptAnswer.objects.all()] == ["0"]


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_the_same_time_store_one_record(settings):
    settings.API_REQUESTS_PER_MINUTE = 0
    user = make_user("Ada", scope=Scope.ALL)
    clients = [ApiClient(user) for _number in range(4)]
    barrier = Barrier(len(clients))

    def send(api):
        barrier.wait()
        try:
            return data_of(api.post("/books", {"title": "A"}, headers=KEY), 201)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as threads:
        answers = list(threads.map(send, clients))
    assert all(answer == answers[0] for answer in answers)
    assert Book.objects.count() == 1
