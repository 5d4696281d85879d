"""A form sent twice stores one record, also when both come at the same moment."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.models import CreatedOnce
from jantar.engine.records.once import create_once, forget_old_keys
from jantar.engine.records.registry import registry
from jantar.platform.accounts.models import User

COMPANIES = registry.get("companies")


def store(actor: Actor, key: str) -> tuple[int, bool]:
    return create_once(
        key, lambda: write.create(COMPANIES, {"name": "Amber"}, actor=actor), record_type=COMPANIES, actor=actor
    )


def admin(email: str = "a@demo.example") -> Actor:
    return actor_for(User.objects.create_user(email, full_name="A", is_admin=True))


@pytest.mark.django_db
def test_the_second_call_answers_with_the_record_of_the_first() -> None:
    actor = admin()
    pk, first = store(actor, "k")
    assert store(actor, "k") == (pk, False)
    assert first
    assert COMPANIES.model.objects.count() == 1


@pytest.mark.django_db
def test_keys_belong_to_their_user_and_an_empty_key_is_none() -> None:
    assert store(admin(), "k")[0] != store(admin("b@demo.example"), "k")[0]
    assert store(admin("c@demo.example"), "")[0] != store(admin("d@demo.example"), "")[0]


@pytest.mark.django_db
def test_a_failed_call_leaves_the_key_free() -> None:
    actor = admin()
    with pytest.raises(RuntimeError):
        create_once("k", lambda: exec("raise RuntimeError"), record_type=COMPANIES, actor=actor)
    assert store(actor, "k")[1]


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_the_same_moment_store_one_record() -> None:
    actor, start = admin(), threading.Barrier(4)
    results: list[tuple[int, bool]] = []

    def run() -> None:
        start.wait()
        results.append(store(actor, "k"))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({pk for pk, _ in results}) == 1
    assert sorted(created for _, created in results) == [False, False, False, True]
    assert COMPANIES.model.objects.count() == 1


@pytest.mark.django_db
def test_keys_are_forgotten_after_thirty_days() -> None:
    actor = admin()
    for key, days in (("old", 31), ("new", 29)):
        store(actor, key)
        CreatedOnce.objects.filter(key=key).update(at=timezone.now() - timedelta(days=days))
    assert forget_old_keys() == 1
    assert [entry.key for entry in CreatedOnce.objects.all()] == ["new"]
