"""What one did in the last days is listed with the way back; the bin leads back from a merge, too."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.history.models import Operation
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid
from jantar.engine.records.merging.service import merge
from jantar.engine.testing.actors import make_team, make_user, signed_in
from jantar.engine.testing.api_client import ApiClient, problem_in
from jantar.engine.testing.browser import OpenPage
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N7")]


@pytest.fixture
def ada() -> Any:
    return make_user("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def actor(ada: Any) -> Actor:
    return actor_for(ada)


def acts(client: Client, address: str = "/changes/") -> list[list[str]]:
    """The rows of the page as texts, of each: what, record, (who,) when, and what can be done."""
    page = client.get(address).content.decode()
    rows = re.findall(r'<tr id="act-\d+">(.*?)</tr>', page, re.DOTALL)
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[" ".join(unescape(re.sub("<[^>]+>", "", cell)).split()) for cell in row] for row in found]


def made(actor: Actor, *titles: str) -> list[Book]:
    return [write.create(books, {"title": title}, actor=actor) for title in titles]


def test_acts_are_listed_newest_first_and_undone_from_there(ada: Any, actor: Actor) -> None:
    client, found = signed_in(ada), made(actor, "Máj", "Kytice")
    write.update_many(books, [book.pk for book in found], {"genre": "poetry"}, actor=actor, label="Bulk edit: Genre")
    Operation.objects.create(actor=ada, cause="page", label="Changed nothing")

    what, record, _when, way = acts(client)[0]
    assert (what, record, way) == ("Bulk edit: Genre", "2 records", "Undo")
    assert [row[:2] for row in acts(client)[1:]] == [["Created", "Kytice"], ["Created", "Máj"]]

    bulk = Operation.objects.get(label="Bulk edit: Genre")
    assert client.post(f"/operations/{bulk.pk}/undo/").status_code == 204
    assert set(Book.objects.values_list("genre", flat=True)) == {""}
    assert [(row[0], row[-1]) for row in acts(client)[:2]] == [
        ("Undo: Bulk edit: Genre", "Undo"), ("Bulk edit: Genre", "undone"),
    ]  # fmt: skip


def test_acts_of_others_and_old_ones_are_not_listed_and_administrators_read_no_words_of_others(
    ada: Any, actor: Actor
) -> None:
    other, root = make_user("Bob", scope=Scope.ALL), make_user("Root", admin=True)
    with operation(actor, "page", "A secret plan"):
        made(actor, "Máj")
    old = Operation.objects.get(label="A secret plan")
    assert [row[0] for row in acts(signed_in(ada))] == ["A secret plan"]
    assert acts(signed_in(other)) == []
    assert acts(signed_in(other), "/changes/?who=all") == []
    everybody = acts(signed_in(root), "/changes/?who=all")
    assert [row[:3] for row in everybody] == [["Created", "Máj", "Ada"]]

    Operation.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))
    assert acts(signed_in(ada)) == []


def test_a_record_that_is_no_longer_seen_is_not_named(ada: Any, actor: Actor) -> None:
    made(actor, "Máj")
    stranger = make_user("Stranger", make_team("South"), scope=Scope.TEAM)
    Operation.objects.update(actor=stranger)
    assert [row[:2] for row in acts(signed_in(stranger))] == [["Created", "(not visible to you)"]]


def test_many_acts_cost_as_many_statements_as_few(ada: Any, actor: Actor) -> None:
    client = signed_in(ada)
    made(actor, "Máj")
    acts(client)
    with CaptureQueriesContext(connection) as few:
        assert len(acts(client)) == 1
    made(actor, *map(str, range(60)))
    with CaptureQueriesContext(connection) as many:
        assert len(acts(client)) == 50
    assert len(many) == len(few)
    last = re.search(r"\?before=\d+", client.get("/changes/").content.decode())
    assert last is not None
    assert len(acts(client, f"/changes/{last.group()}")) == 11


def test_a_merged_record_comes_back_by_undoing_the_merge_and_not_alone(ada: Any, actor: Actor) -> None:
    client = signed_in(ada)
    stays, goes, plain = made(actor, "Máj", "Maj", "Kytice")
    write.update(books, goes.pk, {"copies": [{"number": "7"}]}, actor=actor)
    merged = merge(books, stays.pk, [goes.pk], actor=actor).operation_id
    write.delete(books, [plain.pk], actor=actor)

    said = client.post("/books/bin/restore/", {"selected": [goes.pk, plain.pk]}, follow=True).content.decode()
    assert "1 record restored." in said
    assert "1 record was merged: undo the merge" in said
    assert Book.objects.get(pk=goes.pk).merged_into == stays.pk
    assert Book.objects.get(pk=plain.pk).deleted_at is None
    with pytest.raises(Invalid, match="Maj"):
        write.restore(books, [goes.pk], actor=actor)
    api = ApiClient(ada)
    assert "Undo the merge" in str(problem_in(api.post(f"/books/{goes.pk}/restore"), 422))

    assert f"/operations/{merged}/undo/" in client.get("/books/bin/").content.decode()
    client.post(f"/operations/{merged}/undo/")
    back = Book.objects.get(pk=goes.pk)
    assert (back.deleted_at, [copy.number for copy in back.copies.all()]) == (None, ["7"])


def test_who_may_not_see_a_merged_record_is_not_told_of_it(ada: Any, actor: Actor) -> None:
    stays, goes = made(actor, "Máj", "Maj")
    merge(books, stays.pk, [goes.pk], actor=actor)
    stranger = make_user("Stranger", make_team("South"), scope=Scope.TEAM)
    assert "Maj" not in str(problem_in(ApiClient(stranger).post(f"/books/{goes.pk}/restore"), 404))
    answer = signed_in(stranger).post("/books/bin/restore/", {"selected": [goes.pk]}, follow=True)
    assert answer.status_code == 404
    assert "was merged" not in answer.content.decode()


def test_a_merge_that_is_too_old_to_be_undone_lets_the_record_come_back_alone(ada: Any, actor: Actor) -> None:
    stays, goes = made(actor, "Máj", "Maj")
    merged = merge(books, stays.pk, [goes.pk], actor=actor).operation_id
    Operation.objects.filter(pk=merged).update(at=timezone.now() - timedelta(days=31))
    assert write.restore(books, [goes.pk], actor=actor) == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_follows_what_is_undone_on_it(open_page: OpenPage, ada: Any, actor: Actor) -> None:
    made(actor, "Máj")
    page = open_page(ada, "/changes/")
    page.get_by_role("button", name="Undo: Created").click()
    expect(page.get_by_text("undone", exact=True)).to_have_count(1)
    expect(page.locator("tr", has_text="Undo: In Jantar").get_by_role("button")).to_be_visible()
