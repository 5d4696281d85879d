"""Records in groups: counts and sums by any field with few values, within rights, in one statement."""

from decimal import Decimal

import pytest

from jantar.engine.fields.services import create_custom_field
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.grouping import groups_of, in_group, is_groupable, is_summable, totals_of
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.patience import TooSlow, at_most
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return actor_for(make_user("Ada", admin=True))


def book(title, actor, euros=None, **values):
    if euros is not None:
        values["price"] = Money(Decimal(euros), "EUR")
    return write.create(books, {"title": title, **values}, actor=actor)


def grouped(by, actor, *sums, **options):
    fields = books.fields(actor)
    groups, more = groups_of(Query(books, actor, **options), fields[by], [fields[name] for name in sums])
    assert not more
    return [(one.key, one.label, one.count, *one.sums.values()) for one in groups]


def test_groups_of_a_choice_stand_in_its_order_and_add_up(actor):
    book("A", actor, 5, genre="law", pages=10)
    book("B", actor, 7, genre="novel", pages=20)
    book("C", actor, 9, genre="law")
    book("D", actor)
    assert grouped("genre", actor, "price", "pages") == [
        ("novel", "Novel", 1, Decimal("7.00"), 20),
        ("law", "Law", 2, Decimal("14.00"), 10),
        ("", "", 1, None, None),
    ]
    tree = {"field": "genre", "op": "not_empty"}
    assert [row[:3] for row in grouped("genre", actor, filter=tree)] == [("novel", "Novel", 1), ("law", "Law", 2)]
    fields = books.fields(actor)
    assert totals_of(Query(books, actor), [fields["price"], fields["pages"]]) == {
        "price": Decimal("21.00"),
        "pages": 30,
    }


@pytest.mark.parametrize("by", ["genre", "lent", "shelf", "owner", "team", "country"])
def test_every_record_is_in_exactly_one_group(actor, by):
    shelf = write.create(shelves, {"name": "Attic"}, actor=actor)
    book("A", actor, genre="law", shelf=shelf, lent=True, country="PL")
    book("B", actor, genre="", country="CZ", owner=None)
    book("C", actor)
    found = []
    for key, _label, count in grouped(by, actor):
        rows = rows_of(Query(books, actor, condition=in_group(books.fields(actor)[by], key, actor)))
        titles = sorted(row.title for row in rows)
        assert len(titles) == count
        found += titles
    assert sorted(found) == ["A", "B", "C"]


def test_references_group_by_title_and_what_may_not_be_seen_is_no_group(actor):
    for name in ("Zenith", "attic", "Łódź"):
        shelf = write.create(shelves, {"name": name}, actor=actor)
        book(f"In {name}", actor, shelf=shelf)
    book("Loose", actor)
    assert [row[1] for row in grouped("shelf", actor)] == ["attic", "Łódź", "Zenith", ""]
    eva = make_user("Eva", make_team("North"))
    grant(eva, {Action.SEE: Scope.ALL}, "books")
    grant(eva, {Action.SEE: Scope.OWN}, "shelves")
    reader = actor_for(eva)
    assert grouped("shelf", reader) == [("", "", 4)]
    by = books.fields(reader)["shelf"]
    assert rows_of(Query(books, reader, condition=in_group(by, str(shelf.pk), reader))).count() == 0
    assert rows_of(Query(books, reader, condition=in_group(by, "", reader))).count() == 4


def test_words_are_grouped_without_regard_to_case_and_accents_as_filters_ask_for_them(actor, django_assert_num_queries):
    for number, city in enumerate(("Łódź", "LODZ", "Brno", "", "brno", "Żory")):
        write.create(shelves, {"name": f"Shelf {number}", "city": city}, actor=actor)
    by = shelves.fields(actor)["city"]
    with django_assert_num_queries(1):
        groups, more = groups_of(Query(shelves, actor), by)
    assert not more
    assert [(one.key, one.count) for one in groups] == [("brno", 2), ("lodz", 2), ("zory", 1), ("", 1)]
    assert [one.label for one in groups][1:] == ["Łódź", "Żory", ""]
    for one in groups:
        rows = rows_of(Query(shelves, actor, condition=in_group(by, one.key, actor)))
        assert rows.count() == one.count


def test_words_of_a_field_of_ones_own_are_grouped(actor):
    create_custom_field(record_type="books", label="Series", kind="text", actor=actor)
    actor = actor_for(make_user("Eva", admin=True))
    book("A", actor, x_series="Discworld")
    book("B", actor, x_series="discworld")
    book("C", actor)
    groups, _more = groups_of(Query(books, actor), books.fields(actor)["x_series"])
    assert [(one.key, one.count) for one in groups] == [("discworld", 2), ("", 1)]
    by = books.fields(actor)["x_series"]
    for one in groups:
        assert rows_of(Query(books, actor, condition=in_group(by, one.key, actor))).count() == one.count


def test_names_and_what_is_unique_are_no_groups(actor):
    assert {name for name, one in shelves.fields(actor).items() if is_groupable(one)} == {
        "city", "owner", "team", "created_by",
    }  # fmt: skip


def test_heads_are_one_statement(actor, django_assert_num_queries):
    book("A", actor, genre="law")
    with django_assert_num_queries(1):
        grouped("genre", actor, "price", "pages", "weight")


def test_what_can_be_grouped_and_added_up(actor):
    fields = books.fields(actor)
    groupable = {name for name, one in fields.items() if is_groupable(one)}
    assert groupable == {"genre", "lent", "shelf", "owner", "team", "country", "created_by"}
    summable = {name for name, one in fields.items() if is_summable(one)}
    assert summable == {"price", "pages", "weight", "reading_time"}
    with pytest.raises(BadQuery):
        in_group(fields["shelf"], "x", actor)


def test_statements_that_take_too_long_are_stopped():
    from django.db import connection

    with connection.cursor() as cursor:
        with pytest.raises(TooSlow), at_most(50):
            cursor.execute("SELECT pg_sleep(5)")
        with at_most(1000):
            cursor.execute("SELECT 1")
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
