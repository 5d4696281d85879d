"""Bulk acts: preview, one operation, within rights, as a job when many, and undone."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.db import connection

from jantar.engine.history.models import Operation
from jantar.engine.pages.lists import bulk, bulk_work
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute


@pytest.fixture
def three(make_book):
    return [make_book(f"Book {number}", genre="novel", labels=["old", f"n{number}"]) for number in range(3)]


def edit(client, books, field, value, **more):
    body = {"state": "", "selected": [book.pk for book in books], "field": field, "value": value, "run": "1", **more}
    return client.post("/books/bulk/edit/", body)


def trigger(response):
    return json.loads(response["HX-Trigger"])


def test_the_dialog_says_how_many_may_be_changed(client_of, make_book):
    clerk = make_user("Clerk", make_team("North"))
    grant(clerk, {"see": Scope.ALL, "edit": Scope.OWN, "bulk": Scope.OWN, "create": Scope.OWN})
    own, other = make_book("Own", by=actor_for(clerk)), make_book("Other")
    client = client_of(clerk)
    body = {"state": "", "selected": [own.pk, other.pk], "field": "genre"}
    page = client.post("/books/bulk/edit/", body).content.decode()
    assert "1 of the 2 chosen records; the others are not yours to change." in page
    assert "Change 1" in page
    response = edit(client, [own, other], "genre", "law")
    assert trigger(response)["toast:show"]["message"] == "1 record changed."
    assert [Book.objects.get(pk=book.pk).genre for book in (own, other)] == ["law", ""]


@pytest.mark.capability("N7")
def test_many_records_are_changed_in_one_operation_and_put_back(client, three):
    response = edit(client, three, "genre", "law")
    assert response.status_code == 204
    assert set(trigger(response)) >= {"list:changed", "dialog:close", "toast:show"}
    assert list(Book.objects.values_list("genre", flat=True)) == ["law"] * 3
    operation = Operation.objects.latest("id")
    assert (operation.cause, operation.label) == ("bulk", "Bulk edit: genre")
    assert operation.changes.count() == 3
    toast = trigger(response)["toast:show"]
    assert toast["actionUrl"] == f"/operations/{operation.pk}/undo/"
    assert client.post(toast["actionUrl"]).status_code == 204
    assert list(Book.objects.values_list("genre", flat=True)) == ["novel"] * 3
    again = client.post(toast["actionUrl"], headers={"X-Requested-With": "fetch"})
    assert again.status_code == 409
    assert again.content.decode() == "This was already undone."


@pytest.mark.parametrize(
    ("mode", "words", "expected"),
    [
        ("add", ["new", "old"], [["old", "n0", "new"], ["old", "n1", "new"], ["old", "n2", "new"]]),
        ("remove", ["old"], [["n0"], ["n1"], ["n2"]]),
        ("set", ["new"], [["new"], ["new"], ["new"]]),
    ],
)
def test_tags_are_added_removed_or_replaced(client, three, mode, words, expected):
    before = Operation.objects.count()
    edit(client, three, "labels", words, mode=mode)
    found = [sorted(labels) for labels in Book.objects.order_by("pk").values_list("labels", flat=True)]
    assert found == [sorted(labels) for labels in expected]
    assert Operation.objects.count() == before + 1


def test_everything_that_matches_is_changed_across_pages(client, three, make_book):
    other = make_book("Other", genre="poetry")
    state = "filter=" + quote(json.dumps({"field": "genre", "op": "is", "value": "novel"}))
    body = {"state": state, "selected": [three[0].pk], "select_all": "1", "field": "pages", "value": "7", "run": "1"}
    assert trigger(client.post("/books/bulk/edit/", body))["toast:show"]["message"] == "3 records changed."
    assert [book.pages for book in Book.objects.order_by("pk")] == [7, 7, 7, None]
    other.refresh_from_db()
    assert other.pages is None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("pages", "many", "is not a number"),
        ("pages", "-4", "at least 0"),
        ("title", "", "This field is required."),
        ("genre", "cooking", "is not one of the listed values"),
        ("title", "forbidden", "This title is forbidden."),
    ],
)
def test_a_wrong_value_is_refused_beside_the_field_and_nothing_changes(client, three, field, value, message):
    response = edit(client, three, field, value)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert list(Book.objects.order_by("pk").values_list("title", "genre", "pages")) == [
        (f"Book {number}", "novel", None) for number in range(3)
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"selected": []}, 400),
        ({"selected": ["x"]}, 400),
        ({"selected": ["1"], "field": "nope"}, 400),
        ({"selected": ["1"], "field": "created_at"}, 400),
        ({"selected": ["1"], "state": "filter=x"}, 400),
        ({"selected": ["9" * 18], "field": "genre"}, 200),
    ],
)
def test_odd_requests_are_refused(client, three, body, status):
    assert client.post("/books/bulk/edit/", {"state": "", **body}).status_code == status


def test_bulk_acts_need_their_right(client_of, three):
    clerk = make_user("Clerk")
    grant(clerk, {"see": Scope.ALL, "edit": Scope.ALL, "delete": Scope.ALL})
    client = client_of(clerk)
    assert edit(client, three, "genre", "law").status_code == 403
    assert client.post("/books/bulk/delete/", {"state": "", "selected": [three[0].pk], "run": "1"}).status_code == 403
    page = client.get("/books/").content.decode()
    assert "/books/bulk/list/" in page
    assert not {"/books/bulk/edit/", "/books/bulk/merge/", "/books/bulk/delete/"} & set(
        re.findall(r'"(/books/bulk/\w+/)"', page)
    )
    assert Book.objects.filter(genre="novel", deleted_at=None).count() == 3
    reader = make_user("Reader")
    grant(reader, {"see": Scope.ALL})
    assert 'class="form-check-input"' not in client_of(reader).get("/books/").content.decode()


def test_many_are_moved_to_the_bin_after_a_question_and_come_back(client, three):
    body = {"state": "", "selected": [book.pk for book in three[:2]]}
    question = client.post("/books/bulk/delete/", body).content.decode()
    assert "Move 2 to the bin" in question
    assert Book.objects.filter(deleted_at=None).count() == 3
    response = client.post("/books/bulk/delete/", {**body, "run": "1"})
    assert trigger(response)["toast:show"]["message"] == "2 records moved to the bin."
    assert Book.objects.filter(deleted_at=None).count() == 1
    client.post(trigger(response)["toast:show"]["actionUrl"])
    assert Book.objects.filter(deleted_at=None).count() == 3


def test_more_than_a_request_should_do_becomes_a_job(client, three, monkeypatch, ada):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    page = edit(client, three, "labels", ["new"], mode="add").content.decode()
    run = JobRun.objects.get()
    assert (run.owner, run.kind) == (ada, "pages.bulk_change")
    assert f'data-job-progress-url-value="/bulk/{run.pk}/"' in page
    assert not Book.objects.filter(labels__contains=["new"]).exists()
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert run.state == "done", run.error
    assert Book.objects.filter(labels__contains=["new"]).count() == 3
    done = client.get(f"/bulk/{run.pk}/")
    assert "3 records changed." in done.content.decode()
    assert f"/operations/{run.result['operation']}/undo/" in done.content.decode()
    assert "list:changed" in done["HX-Trigger"]


def test_a_job_of_somebody_else_is_not_shown(client, client_of, three, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    client.post("/books/bulk/delete/", {"state": "", "select_all": "1", "run": "1"})
    run = JobRun.objects.get()
    assert client_of(make_user("Eva")).get(f"/bulk/{run.pk}/").status_code == 404
    execute(run.pk, aside=False)
    assert not Book.objects.filter(deleted_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_tags_that_two_add_at_once_are_all_kept(make_book, ada):
    book = make_book("Two at once", labels=["old"])
    actor = actor_for(ada)

    def add(word):
        try:
            change = bulk_work.Change("labels", [word], "add")
            bulk_work.change_records(books, [book.pk], change, actor=actor, label="Tags")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, ["a", "b", "c", "d"]))
    assert sorted(Book.objects.get(pk=book.pk).labels) == ["a", "b", "c", "d", "old"]
