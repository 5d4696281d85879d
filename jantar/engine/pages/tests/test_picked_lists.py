"""Hand-picked lists on pages: filled from the bulk bar and from a record, opened as a view, pinned, seen by whom."""

import json

import pytest
from django.utils import translation

from jantar.engine.lists.models import Audience, Member, RecordList
from jantar.engine.lists.services import add_records, create_list
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.lists import picked
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.records import books
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C108")]


@pytest.fixture
def three(make_book):
    return [make_book(f"Book {number}") for number in range(3)]


@pytest.fixture
def fair(actor, three):
    made = create_list(books, "Fair", actor=actor)
    add_records(made.pk, [three[0].pk], actor=actor)
    return made


def add(client, chosen, **given):
    body = {"state": "", "selected": [book.pk for book in chosen], "run": "1", **given}
    return client.post("/books/bulk/list/", body)


def trigger(response):
    return json.loads(response["HX-Trigger"])


def members(made):
    return set(Member.objects.filter(list=made).values_list("record_id", flat=True))


def test_chosen_rows_are_put_into_a_list_and_taken_out_by_undo(client, fair, three):
    dialog = client.post("/books/bulk/list/", {"state": "", "selected": [one.pk for one in three]}).content.decode()
    assert "3 records are chosen." in dialog
    assert "Fair" in dialog
    toast = trigger(add(client, three, list=fair.pk))["toast:show"]
    assert toast["message"] == "2 records added to “Fair”. 1 was in it already."
    assert members(fair) == {one.pk for one in three}
    assert client.post(toast["actionUrl"]).status_code == 204
    assert members(fair) == {three[0].pk}


def test_a_new_list_is_made_on_the_way_and_taken_back_with_its_members(client, three):
    refused = add(client, three, list="new", name=" ")
    assert refused.status_code == 422
    assert "Give the new list a name." in refused.content.decode()
    assert not RecordList.objects.exists()
    toast = trigger(add(client, three[:2], list="new", name="Dinner", audience="everyone"))["toast:show"]
    made = RecordList.objects.get()
    assert (made.name, made.of, made.audience, len(members(made))) == ("Dinner", "books", "everyone", 2)
    client.post(toast["actionUrl"])
    assert not RecordList.objects.exists()
    assert not Member.objects.exists()


@pytest.mark.parametrize(("audience", "name"), [("everyone", "Fair"), ("private", "…")])
def test_everything_a_list_shows_goes_in_as_a_job(client, ada, fair, three, monkeypatch, audience, name):
    monkeypatch.setattr(picked, "AT_ONCE", 1)
    RecordList.objects.filter(pk=fair.pk).update(audience=audience)
    body = {"state": "search=&sort=title", "select_all": "1", "list": fair.pk, "run": "1"}
    assert 'data-controller="job-progress"' in client.post("/books/bulk/list/", body).content.decode()
    run = JobRun.objects.latest("pk")
    assert run.label == f"Add to the list “{name}”"
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert run.result["message"] == f"2 records added to “{name}”. 1 was in it already."
    assert members(fair) == {one.pk for one in three}
    assert f"/operations/{run.result['operation']}/undo/" in client.get(f"/bulk/{run.pk}/").content.decode()


def test_records_are_taken_out_after_a_question(client, fair, three):
    body = {"state": f"view=list-{fair.pk}", "selected": [three[0].pk], "list": fair.pk}
    assert "Take out 1" in client.post("/books/bulk/unlist/", body).content.decode()
    assert members(fair) == {three[0].pk}
    toast = trigger(client.post("/books/bulk/unlist/", {**body, "run": "1"}))["toast:show"]
    assert toast["message"] == "1 record taken out of “Fair”."
    assert members(fair) == set()


def test_a_list_opens_as_a_view_and_can_be_pinned_and_opened_with(client, ada, fair, three):
    address = f"/books/?view=list-{fair.pk}"
    page = client.get(address).content.decode()
    assert "Book 0" in page
    assert "Book 1" not in page
    assert "in the list" in page
    client.post(f"/books/lists/{fair.pk}/pin/", {"state": f"view=list-{fair.pk}"})
    assert f'href="{address}"' in client.get("/").content.decode()
    write.update(registry.get("lists"), fair.pk, {"name": "Fair 2027"}, actor=actor_for(ada))
    assert "Fair 2027" in client.get("/").content.decode()
    client.post("/books/views/open-with/", {"state": f"view=list-{fair.pk}"})
    assert "Book 1" not in client.get("/books/").content.decode()
    client.post(f"/lists/{fair.pk}/delete/")
    assert client.get(address).status_code == 404
    assert "Book 1" in client.get("/books/").content.decode()


def test_the_lists_of_a_type_are_listed_with_what_one_sees_of_them(client, client_of, actor, fair, three):
    own = make_user("Own", scope=Scope.OWN)
    grant(own, {"see": Scope.ALL}, "lists")
    shared = create_list(books, "Shared", audience=Audience.EVERYONE, actor=actor)
    add_records(shared.pk, [one.pk for one in three], actor=actor)
    page = client.get("/books/lists/").content.decode()
    assert [name in page for name in ("Fair", "Shared")] == [True, True]
    theirs = client_of(own).get("/books/lists/").content.decode()
    assert "Fair" not in theirs
    assert '<span class="count">0</span>' in theirs
    assert client.get("/lists/lists/").status_code == 404


def test_a_record_says_which_lists_it_is_in(client, fair, three):
    page = client.get(f"/books/{three[0].pk}/").content.decode()
    assert "/books/bulk/list/" in page
    dialog = client.post("/books/bulk/list/", {"selected": three[0].pk}).content.decode()
    assert "In these lists already:" in dialog
    assert f"/books/?view=list-{fair.pk}" in dialog


def test_a_list_has_a_page_of_its_own(client, fair):
    assert "In this list" in client.get(f"/lists/{fair.pk}/").content.decode()
    records = client.get(f"/lists/{fair.pk}/records/").content.decode()
    assert "Book 0" in records
    assert f"/books/?view=list-{fair.pk}" in records


def test_a_private_list_is_nowhere_for_others(client_of, fair, three):
    root = client_of(make_user("Root", admin=True))
    assert root.get(f"/books/?view=list-{fair.pk}").status_code == 404
    assert root.get(f"/lists/{fair.pk}/").status_code == 404
    assert root.get(f"/lists/{fair.pk}/records/").status_code == 404
    assert root.post(f"/books/lists/{fair.pk}/pin/", {"state": ""}).status_code == 404
    assert "Fair" not in root.get("/books/lists/").content.decode()
    assert add(root, three, list=fair.pk).status_code == 422
    unlisted = {"state": "", "selected": [three[0].pk], "list": fair.pk, "run": "1"}
    assert root.post("/books/bulk/unlist/", unlisted).status_code == 404
    assert members(fair) == {three[0].pk}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Books where in the list Fair"),
        ("cs", "Books, kde je v seznamu Fair"),
        ("sk", "Books, kde je v zozname Fair"),
        ("hu", "rajta van a listán: Fair"),
        ("pl", "jest na liście Fair"),
    ],
)
def test_the_condition_reads_as_a_sentence(ada, fair, language, said):
    tree = {"all": [{"field": "lists", "op": "is", "value": fair.pk}]}
    with translation.override(language):
        assert said in Speaker(books, actor_for(ada), [tree]).sentence(tree)
