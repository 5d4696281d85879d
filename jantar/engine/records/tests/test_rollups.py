"""Roll-up fields: what they measure, for whom, that they are always right, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import change_field, create_field, retire_field
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
NOVELS = {"all": [{"field": "genre", "op": "is", "value": "novel"}]}


def rollup(label: str = "Result", record_type: str = "shelves", **what: Any) -> CustomField:
    return create_field(record_type, label=label, kind="rollup", rollup=what, actor=system_actor())


def value_of(definition: CustomField, shelf: Any) -> Any:
    actor = system_actor()
    return shelves.fields(actor)[definition.key].read(Shelf.objects.get(pk=shelf.pk))


@pytest.fixture
def shelf(db: None) -> Any:
    actor = system_actor()
    shelf = write.create(shelves, {"name": "Attic"}, actor=actor)
    rows = [("A", "novel", 100, 10, 3), ("B", "poetry", 300, 20, 1), ("C", "novel", None, None, None)]
    for title, genre, pages, price, day in rows:
        given = {"price": Money(Decimal(price), "EUR")} if price else {}
        published = date(2026, 3, day) if day else None
        values = {"title": title, "genre": genre, "pages": pages, "shelf": shelf, "published_on": published, **given}
        write.create(books, values, actor=actor)
    return shelf


@pytest.mark.parametrize(
    ("what", "expected", "of_none"),
    [
        ({"measure": "count"}, 3, 0),
        ({"measure": "count", "where": NOVELS}, 2, 0),
        ({"measure": "sum", "field": "pages"}, 400, 0),
        ({"measure": "sum", "field": "pages", "where": NOVELS}, 100, 0),
        ({"measure": "average", "field": "pages"}, Decimal("200.00"), None),
        ({"measure": "least", "field": "pages"}, 100, None),
        ({"measure": "most", "field": "pages"}, 300, None),
        ({"measure": "sum", "field": "price"}, Money(Decimal("30.00"), "EUR"), Money(Decimal("0.00"), "EUR")),
        ({"measure": "latest", "field": "published_on"}, date(2026, 3, 3), None),
        ({"measure": "earliest", "field": "published_on"}, date(2026, 3, 1), None),
    ],
)
def test_a_roll_up_measures(shelf: Any, what: dict[str, Any], expected: Any, of_none: Any) -> None:
    definition = rollup(relation="books", **what)
    assert value_of(definition, shelf) == expected
    empty = write.create(shelves, {"name": "Cellar"}, actor=system_actor())
    found = value_of(definition, empty)
    assert found == of_none
    assert type(found) is type(of_none)


def test_a_roll_up_is_right_whatever_door_a_change_comes_by(shelf: Any) -> None:
    actor, count = system_actor(), rollup(relation="books", measure="count")
    other = write.create(shelves, {"name": "Cellar"}, actor=actor)
    pks = list(Book.objects.order_by("pk").values_list("pk", flat=True))
    write.update(books, pks[0], {"shelf": other}, actor=actor)
    assert [value_of(count, one) for one in (shelf, other)] == [2, 1]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fake_book SET shelf_id = %s WHERE id = %s", [other.pk, pks[1]])
    assert [value_of(count, one) for one in (shelf, other)] == [1, 2]
    write.delete(books, [pks[0]], actor=actor)
    assert value_of(count, other) == 1
    undo(Operation.objects.latest("pk").pk, actor=actor)
    assert value_of(count, other) == 2
    shelf.refresh_from_db()
    assert shelf.version == 1


def test_lists_are_sorted_and_filtered_by_roll_ups_and_formulas_use_them(shelf: Any) -> None:
    rollup(relation="books", measure="sum", field="pages", label="Pages")
    create_field("shelves", label="Twice", kind="formula", formula="[x_pages] * 2", actor=system_actor())
    actor = system_actor()
    write.create(shelves, {"name": "Cellar"}, actor=actor)
    query = Query(shelves, actor, sort="-x_pages", columns=("name", "x_pages", "x_twice"))
    rows = page_of(query).rows
    fields = shelves.fields(actor)
    assert [(row.name, fields["x_twice"].read(row)) for row in rows] == [("Attic", 800), ("Cellar", 0)]
    tree = {"field": "x_twice", "op": "gte", "value": 800}
    assert [row.name for row in page_of(Query(shelves, actor, filter=tree)).rows] == ["Attic"]


def test_a_roll_up_is_the_same_for_everybody(shelf: Any) -> None:
    definition = rollup(relation="books", measure="count")
    reader = make_user("Reader")
    grant(reader, {"see": Scope.ALL}, "shelves")
    actor = actor_for(reader)
    [row] = page_of(Query(shelves, actor, columns=(definition.key,))).rows
    assert shelves.fields(actor)[definition.key].read(row) == 3
    with pytest.raises(Invalid) as refused:
        rollup(relation="books", measure="count", where={"field": "owner", "op": "is", "value": "me"}, label="Mine")
    assert "the same for everybody" in refused.value.errors["rollup"][0]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({}, "Choose what is measured."),
        ({"relation": "wibble", "measure": "count"}, "There is no relation “wibble”."),
        ({"relation": "books", "measure": "wibble"}, "This can't be measured."),
        ({"relation": "books", "measure": "sum", "field": "title"}, "This can't be measured."),
        ({"relation": "books", "measure": "count", "where": {"field": "wibble"}}, "There is no field “wibble”."),
    ],
)
def test_what_cannot_be_measured_is_refused(what: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid) as refused:
        rollup(**what)
    assert refused.value.errors == {"rollup": [message]}


def test_circles_through_roll_ups_are_refused_with_the_chain() -> None:
    actor = system_actor()
    thick = create_field("books", label="Thick", kind="formula", formula="pages > 300", actor=actor)
    where = {"all": [{"field": "x_thick", "op": "is", "value": True}]}
    rollup(relation="books", measure="count", where=where, label="Thick ones")
    with pytest.raises(Invalid) as refused:
        change_field(thick, formula="[Shelf › Thick ones] > 3", actor=actor)
    assert "Thick → Thick ones → Thick" in refused.value.errors["formula"][0]
    with pytest.raises(Invalid) as refused:
        retire_field(thick, actor=actor)
    assert refused.value.errors == {"": ["“Thick” is used in “Thick ones”. Change that first."]}
