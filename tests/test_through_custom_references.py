"""Filters look through a reference that an administrator added, as through one of the model, on every type."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.models import CustomField
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.grouping import grouping_of, groups_of, in_group
from jantar.engine.records.listing import Query, count_of, page_of, sorted_rows
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.testing.samples import sample_record
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
TYPES = [one for one in registry.all() if one.area is not None or one.name in ("books", "shelves")]
IN_BRNO = {"field": "x_spare.city", "op": "is", "value": "Brno"}


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def spare() -> CustomField:
    return create_field("books", label="Spare", kind="record", target="shelves", actor=system_actor())


@pytest.fixture
def in_brno(spare: CustomField, root: User) -> Any:
    """A book with a spare shelf in Brno, beside one with a shelf in Olomouc and one without."""
    actor = actor_for(root)
    brno, olomouc = (write.create(shelves, {"name": city, "city": city}, actor=actor) for city in ("Brno", "Olomouc"))
    write.create(books, {"title": "Olomouc", "x_spare": olomouc}, actor=actor)
    write.create(books, {"title": "Nowhere"}, actor=actor)
    return write.create(books, {"title": "Brno", "x_spare": brno}, actor=actor)


def titles(actor: Any, tree: Any) -> list[str]:
    return [row.title for row in sorted_rows(Query(books, actor, filter=tree, sort="title"))]


@pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)
def test_records_of_every_type_are_found_by_what_they_refer_to(record_type: Any, root: User) -> None:
    create_field(record_type.name, label="Twin", kind="record", target=record_type.name, actor=system_actor())
    create_field(record_type.name, label="Mark", kind="text", actor=system_actor())
    actor = actor_for(root)
    twin = sample_record(record_type, actor)
    write.update(record_type, twin.pk, {"x_mark": "here"}, actor=actor)
    record = sample_record(record_type, actor, 2)
    write.update(record_type, record.pk, {"x_twin": twin, "x_mark": "there"}, actor=actor)
    api = ApiClient(root)
    here = {"field": "x_twin.x_mark", "op": "is", "value": "here"}
    assert [one["id"] for one in data_of(api.get(f"/{record_type.name}", filter=here))["items"]] == [record.pk]
    there = {"field": "x_twin.x_mark", "op": "is", "value": "there"}
    assert data_of(api.get(f"/{record_type.name}", filter=there))["items"] == []
    opposite = {"none": [here]}
    found = {one["id"] for one in data_of(api.get(f"/{record_type.name}", filter=opposite))["items"]}
    assert (twin.pk in found, record.pk in found) == (True, False)


def test_conditions_and_their_opposites_and_two_steps(in_brno: Any, root: User) -> None:
    actor = actor_for(root)
    assert titles(actor, IN_BRNO) == ["Brno"]
    assert titles(actor, {"none": [IN_BRNO]}) == ["Nowhere", "Olomouc"]
    assert titles(actor, {"any": [IN_BRNO, {"field": "x_spare", "op": "empty"}]}) == ["Brno", "Nowhere"]
    owner = {"field": "x_spare.owner", "op": "is", "value": "me"}
    assert titles(actor, owner) == ["Brno", "Olomouc"]
    relation = {"relation": "books", "has": "any", "where": IN_BRNO}
    shelf = write.create(shelves, {"name": "Top"}, actor=actor)
    write.update(books, in_brno.pk, {"shelf": shelf}, actor=actor)
    assert [row.pk for row in sorted_rows(Query(shelves, actor, filter=relation))] == [shelf.pk]


def test_what_may_not_be_seen_is_not_found(in_brno: Any, root: User) -> None:
    seller = make_user("Seller", scope=Scope.OWN)
    write.update(books, in_brno.pk, {"owner": seller}, actor=actor_for(root))
    theirs = actor_for(seller)
    assert titles(theirs, {}) == ["Brno"]
    assert titles(theirs, IN_BRNO) == []
    write.delete(shelves, [in_brno.custom["x_spare"]], actor=actor_for(root))
    assert titles(actor_for(root), IN_BRNO) == []


def test_a_list_filtered_through_it_takes_no_statement_more_and_says_it(in_brno: Any, root: User) -> None:
    client = Client()
    client.force_login(root)

    def statements(tree: Any) -> tuple[int, str]:
        address = f"/books/?filter={quote(json.dumps({'all': [tree]}))}"
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            answer = client.get(address)
        return len(found), answer.content.decode()

    plain, _page = statements({"field": "title", "op": "is", "value": "Brno"})
    through, page = statements(IN_BRNO)
    assert through == plain
    assert "Spare › City" in page
    assert str(Speaker(books, actor_for(root), [IN_BRNO]).say(IN_BRNO)) == "Spare › City is Brno"


def test_the_dialog_offers_the_fields_behind_it(in_brno: Any, root: User) -> None:
    client = Client()
    client.force_login(root)
    page = client.post("/books/filter/row/").content.decode()
    assert 'value="x_spare.city"' in page
    sent = {"node": ["n1", ""], "n1-field": "x_spare.city", "n1-op": "is", "n1-value": "Brno"}
    preview = client.post("/books/filter/preview/", sent).content.decode()
    assert "Spare › City is Brno" in preview


def test_a_field_that_leads_nowhere_is_refused_by_its_name(spare: CustomField, root: User) -> None:
    create_field("books", label="Keeper", kind="user", actor=system_actor())
    create_field("books", label="Note", kind="text", actor=system_actor())
    for path, said in (
        ("x_keeper.email", "“Keeper” can't be looked into."),
        ("x_note.city", "“Note” refers to nothing."),
        ("x_spare.gone", "There is no field “gone”."),
    ):
        with pytest.raises(BadQuery) as refused:
            compile_filter({"field": path, "op": "empty"}, books, actor_for(root))
        assert refused.value.message == said


@pytest.mark.django_db(transaction=True)
def test_an_index_of_the_field_serves_the_filter(root: User) -> None:
    from jantar.engine.records.field_indexes import build_indexes

    field = create_field("books", label="Spare", kind="record", target="shelves", indexed=True, actor=system_actor())
    actor = actor_for(root)
    brno = write.create(shelves, {"name": "Brno", "city": "Brno"}, actor=actor)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fake_shelf (name, city, custom, version, created_at, updated_at) "
            "SELECT 'Shelf ' || n, 'City ' || n, '{}', 1, now(), now() FROM generate_series(1, 3000) n"
        )
        cursor.execute(
            "INSERT INTO fake_book (title, custom, version, created_at, updated_at, summary, price_currency, lent, "
            "genre, labels, formats, author_email, phone, website, country) "
            "SELECT 'Book ' || n, jsonb_build_object('x_spare', %s + n %% 3000), 1, now(), now(), "
            "'', '', false, '', '{}', '{}', '', '', '', '' FROM generate_series(0, 29999) n",
            [brno.pk],
        )
    build_indexes(lambda done, total: None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fake_book, fake_shelf")
    query = Query(books, actor, filter=IN_BRNO)
    assert count_of(query) == (10, True)
    assert "jantar_custom_" in str(sorted_rows(query).explain())
    field.delete()
    build_indexes(lambda done, total: None)


def test_lists_are_grouped_by_it_and_by_colleagues_and_teams(in_brno: Any, root: User) -> None:
    create_field("books", label="Keeper", kind="user", actor=system_actor())
    write.update(books, in_brno.pk, {"x_keeper": root}, actor=actor_for(root))
    actor = actor_for(root)
    for name, expected in (
        ("x_spare", [("Brno", ["Brno"]), ("Olomouc", ["Olomouc"]), ("", ["Nowhere"])]),
        ("x_keeper", [("Root", ["Brno"]), ("", ["Nowhere", "Olomouc"])]),
    ):
        by = grouping_of(name, books.fields(actor))
        assert by is not None
        groups, has_more = groups_of(Query(books, actor), by)
        assert not has_more
        rows = {
            group.label: Query(books, actor, sort="title", condition=in_group(by, group.key, actor)) for group in groups
        }
        assert [(label, [row.title for row in sorted_rows(query)]) for label, query in rows.items()] == expected
        assert [group.count for group in groups] == [len(found) for _label, found in expected]
    client = Client()
    client.force_login(root)
    assert "Olomouc" in client.get("/books/?by=x_spare").content.decode()


def test_groups_tell_nothing_of_what_may_not_be_seen(in_brno: Any, root: User) -> None:
    seller = make_user("Seller", scope=Scope.OWN)
    write.update(books, in_brno.pk, {"owner": seller}, actor=actor_for(root))
    theirs = actor_for(seller)
    by = grouping_of("x_spare", books.fields(theirs))
    assert by is not None
    [group], _more = groups_of(Query(books, theirs), by)
    assert (group.key, group.label, group.count) == ("", "", 1)
    shown = Query(books, theirs, condition=in_group(by, "", theirs))
    assert [row.title for row in sorted_rows(shown)] == ["Brno"]
    hidden = Query(books, theirs, condition=in_group(by, str(in_brno.custom["x_spare"]), theirs))
    assert not list(sorted_rows(hidden))


def test_lists_are_sorted_by_the_titles_of_what_may_be_seen(in_brno: Any, root: User) -> None:
    create_field("books", label="Keeper", kind="user", actor=system_actor())
    write.update(books, in_brno.pk, {"x_keeper": root}, actor=actor_for(root))
    actor = actor_for(root)

    def sorted_titles(sort: str, actor: Any) -> list[str]:
        """Page by page, forwards."""
        found, cursor = [], ""
        while True:
            page = page_of(Query(books, actor, sort=sort, limit=1, cursor=cursor, columns=["title", "x_spare"]))
            found += [row.title for row in page.rows]
            if not page.next_cursor:
                return found
            cursor = page.next_cursor

    assert sorted_titles("x_spare", actor) == ["Brno", "Olomouc", "Nowhere"]
    assert sorted_titles("-x_spare", actor) == ["Olomouc", "Brno", "Nowhere"]
    assert sorted_titles("x_keeper,-title", actor) == ["Brno", "Olomouc", "Nowhere"]
    seller = make_user("Seller", scope=Scope.OWN)
    books.model.objects.update(owner=seller)
    assert sorted_titles("x_spare,title", actor_for(seller)) == ["Brno", "Nowhere", "Olomouc"]
    assert sorted_titles("-x_spare,-title", actor_for(seller)) == ["Olomouc", "Nowhere", "Brno"]
    client = Client()
    client.force_login(root)
    assert "sort=-x_spare" in client.get("/books/?columns=title,x_spare&sort=x_spare").content.decode()
