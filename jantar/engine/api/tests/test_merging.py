"""Merging through the API."""

import pytest

from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book

pytestmark = pytest.mark.capability("C2")
books = registry.get("books")


@pytest.fixture
def pair(actor):
    one = write.create(books, {"title": "Máj", "genre": "poetry", "labels": ["old"]}, actor=actor)
    return one, write.create(books, {"title": "Maj", "genre": "novel", "pages": 90, "labels": ["new"]}, actor=actor)


def test_others_become_one_with_the_record(api, pair):
    one, two = pair
    sent = {"with": [two.pk], "take": {"genre": two.pk}, "values": {"title": "May"}}
    merged = data_of(api.post(f"/books/{one.pk}/merge", sent))
    record = merged["record"]
    assert [record[name] for name in ("id", "title", "genre", "pages", "labels")] == [
        one.pk, "May", "novel", 90, ["old", "new"],
    ]  # fmt: skip
    assert {"label": "genre", "text": "Poetry"} in merged["left_out"]
    assert problem_in(api.get(f"/books/{two.pk}"), 404)["merged_into"] == one.pk


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "with"),
        ({"with": []}, "with"),
        ({"with": ["1"]}, "with"),
        ({"with": [10**9]}, "with"),
        ({"with": "SELF"}, "with"),
        ({"with": "OTHER", "take": {"genre": 10**9}}, "genre"),
        ({"with": "OTHER", "take": {"nonsense": 1}}, "nonsense"),
        ({"with": "OTHER", "take": []}, "take"),
        ({"with": "OTHER", "values": {"pages": "many"}}, "pages"),
        ({"with": "OTHER", "values": {"copies": []}}, "copies"),
        ({"with": "OTHER", "values": {"title": "forbidden"}}, "title"),
        ({"with": "OTHER", "more": 1}, "more"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_the_field_named(api, pair, sent, field):
    one, two = pair
    ids = {"SELF": [one.pk], "OTHER": [two.pk]}
    problem = problem_in(
        api.post(f"/books/{one.pk}/merge", {**sent, "with": ids.get(str(sent.get("with")), sent.get("with"))}), 422
    )
    assert field in problem["errors"]
    assert Book.objects.filter(deleted_at=None).count() == 2


def test_a_record_one_may_not_see_is_as_good_as_none(pair):
    one, two = pair
    user = make_user("Clerk")
    grant(user, dict.fromkeys(Action, Scope.OWN))
    Book.objects.filter(pk=one.pk).update(owner=user)
    clerk = ApiClient(user)
    problem = problem_in(clerk.post(f"/books/{one.pk}/merge", {"with": [two.pk]}), 422)
    assert problem["errors"] == {"with": [f"There is no such record: {two.pk}"]}
    problem_in(clerk.post(f"/books/{two.pk}/merge", {"with": [one.pk]}), 404)


def test_a_call_sent_twice_with_a_key_merges_once(api, pair):
    one, two = pair
    sent = [
        api.post(f"/books/{one.pk}/merge", {"with": [two.pk]}, headers={"Idempotency-Key": "once"}) for _n in (1, 2)
    ]
    assert data_of(sent[0]) == data_of(sent[1])
