"""Formula fields: what they give, where they work, what is refused and what they never tell."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import change_field, create_field, retire_field, revive_field
from jantar.engine.records.listing import Query, page_of
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]


@pytest.fixture
def ada(db):
    return make_user("Ada", admin=True)


def formula(text, label="Result", record_type="books", **more):
    return create_field(record_type, label=label, kind="formula", formula=text, actor=system_actor(), **more)


def value_of(text, **values):
    """What a formula gives on a new book, as lists read it."""
    definition = formula(text, label=f"Result {timezone.now().timestamp()}")
    actor = system_actor()
    book = write.create(books, {"title": "Quo vadis", **values}, actor=actor)
    page = page_of(Query(books, actor, columns=(definition.key,), filter={"field": "id", "op": "is", "value": book.pk}))
    [row] = page.rows
    return books.fields(actor)[definition.key].read(row)


TODAY = timezone.now().date()


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("[Pages] * 2 + 1", {"pages": 100}, 201),
        ("pages / 3", {"pages": 100}, Decimal("33.33")),
        ("-pages", {"pages": 5}, -5),
        ("(1 + 2) * 3 - 4 / 2", {}, Decimal("7.00")),
        ("[Weight] + 0.005", {"weight": Decimal("1.200")}, Decimal("1.21")),
        ("pages / 0", {"pages": 5}, None),
        ("pages / (pages - 5)", {"pages": 5}, None),
        ("pages + weight", {"pages": 5}, None),
        ('date("2026-01-01")' + " - 100000" * 40, {}, None),
        ('date("2026-01-01")' + " + 100000" * 90, {}, None),
        ("coalesce(pages, 7)", {}, 7),
        ("empty(pages)", {}, True),
        ("if(pages > 300, \"thick\", \"thin\")", {"pages": 301}, "thick"),
        ("if(pages > 300, \"thick\", \"thin\")", {}, "thin"),
        ("if(pages > 300, 1)", {"pages": 1}, None),
        ("pages >= 10 and not lent or false", {"pages": 10}, True),
        ("not (pages > 5)", {}, True),
        ("[Genre] = \"Poetry\"", {"genre": "poetry"}, True),
        ("[Genre] = \"\"", {}, True),
        ("[Title] = \"QUO VADIS\"", {}, True),
        ("contains([Title], \"váď\")", {}, True),
        ("concat([Title], \", \", pages, \" p.\")", {"pages": 5}, "Quo vadis, 5 p."),
        ("[Title] & \"!\"", {}, "Quo vadis!"),
        ("length(\"\")", {}, None),
        ("round(2.5)", {}, 3),
        ("round(10 / 3, 1)", {}, Decimal("3.30")),
        ("floor(2.7) + ceiling(2.1) + abs(-1)", {}, 6),
        ("min(pages, 3, 7)", {"pages": 5}, 3),
        ("max(pages, 3)", {}, 3),
        ("today() + 2", {}, TODAY + timedelta(days=2)),
        ("days([Published], date(\"2026-03-31\"))", {"published_on": TODAY.replace(2026, 3, 1)}, 30),
        ("date(\"2026-03-31\") - published_on", {"published_on": TODAY.replace(2026, 3, 1)}, 30),
        ("years(date(\"2000-03-01\"), date(\"2026-02-28\"))", {}, 25),
        ("months(date(\"2025-12-31\"), date(\"2026-03-31\"))", {}, 3),
        ("year([Published]) * 100 + month([Published])", {"published_on": TODAY.replace(2026, 3, 1)}, 202603),
        ("[Price] * 2", {"price": Money(Decimal("10.05"), "EUR")}, Money(Decimal("20.10"), "EUR")),
        ("[Price] / [Price]", {"price": Money(Decimal(10), "EUR")}, Decimal("1.00")),
        ("[Price] + money(5)", {"price": Money(Decimal(10), "EUR")}, Money(Decimal("15.00"), "EUR")),
        ("[Price] > 9.99", {"price": Money(Decimal(10), "EUR")}, True),
        ("[Price] * 2", {"price": Money(Decimal(10), "GBP")}, None),
        # beyond all measure is no value, never an error of the page
        ("today() + 9999999999 * 9999999999", {}, None),
        ("99999999999 * 99999999999", {}, None),
        ("today() + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000"
         " + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000"
         " + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000 + 100000"
         " + 100000 + 100000", {}, None),
    ],
)  # fmt: skip
def test_a_formula_gives(text, values, expected):
    found = value_of(text, **values)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Write a formula."),
        ("[Pags] * 2", "At “[Pags]” (character 1): There is no field “Pags”."),
        ("pages * ", "At the end: Something is missing here."),
        ("pages * (2 + 3", "At “(” (character 9): This bracket is not closed."),
        ("pages 2", "At “2” (character 7): An operator is missing before this, or it is too much."),
        ("pages § 2", "At “§” (character 7): This sign has no meaning here."),
        ("[Title] + 1", "At “[Title]” (character 1): Here a number is expected, not text."),
        ("[Price] + 1", "At “1” (character 11): An amount of money and a number can't be added up; write money(…)."),
        ("[Price] * [Price]", "At “[Price]” (character 11): Two amounts of money can't be multiplied."),
        ("1 / [Price]", "At “[Price]” (character 5): A number can't be divided by an amount of money."),
        ("if(pages, 1, 2)", "At “pages” (character 4): Here yes or no is expected, not a number."),
        ("if(lent, 1, \"a\")", "At “\"a\"” (character 13): Here a number is expected, not text."),
        ("wibble(1)", "At “wibble” (character 1): There is no function “wibble”."),
        ("round(1, 2, 3)", "At “round(1, 2, 3)” (character 1): “round” takes another number of values."),
        ("round(1, pages)", "At “pages” (character 10): 0, 1 or 2 decimal places can be kept."),
        ("date(\"31. 3.\")", "At “date(\"31. 3.\")” (character 1): Write a day as date(\"2026-01-31\")."),
        ("[Genre] = \"Sport\"", "At “\"Sport\"” (character 11): “Sport” is not one of the listed values."),
        ("[Shelf] = 1", "At “[Shelf]” (character 1): “shelf” is a record; name one of its fields, as in [shelf › …]."),
        ("[Shelf › Wood]", "At “[Shelf › Wood]” (character 1): There is no field “Wood”."),
        ("[Labels]", "At “[Labels]” (character 1): “labels” can't be used in a formula."),
        ("1 < 2 < 3", "At “<” (character 7): Only two values can be compared at once."),
        ("lent > true", "At “true” (character 8): Yes and no have no order."),
        ("__import__(\"os\")", "At “__import__” (character 1): There is no function “__import__”."),
        ("(" * 31 + "1" + ")" * 31, "At “(” (character 31): Too many brackets inside of each other."),
        ("1" + "+1" * 300, None),
        ("1" * 2001, None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text, message):
    with pytest.raises(Invalid) as refused:
        formula(text)
    [said] = refused.value.errors["formula"]
    assert message is None or said == message
    assert "Result" not in [str(one.label) for one in books.fields(system_actor()).values()]


def test_a_formula_is_kept_by_keys_and_follows_renamed_fields():
    own = create_field("books", label="Print run", kind="integer", actor=system_actor())
    found = formula('[print RUN] * if([Shelf › city] = "Brno", 2, 1)')
    assert found.formula == '[x_print_run] * if([shelf.city] = "Brno", 2, 1)'
    assert found.result == "integer"
    change_field(own, label="Copies printed", actor=system_actor())
    brno = write.create(shelves, {"name": "B", "city": "Brno"}, actor=system_actor())
    book = write.create(books, {"title": "T", "x_print_run": 50, "shelf": brno}, actor=system_actor())
    assert books.fields(system_actor())[found.key].read(book) == 100


def test_a_formula_that_goes_in_a_circle_is_refused_with_the_chain():
    first = formula("pages + 1", label="First")
    second = formula("[First] + 1", label="Second")
    third = formula("[Second] + 1", label="Third")
    with pytest.raises(Invalid) as refused:
        change_field(first, formula="[Third] * 2", actor=system_actor())
    assert "First → Third → Second → First" in refused.value.errors["formula"][0]
    with pytest.raises(Invalid) as refused:
        change_field(second, formula="[Second] * 2", actor=system_actor())
    assert "Second → Second" in refused.value.errors["formula"][0]
    assert third.formula == "[x_second] + 1"


def test_formulas_that_use_each_other_many_times_are_refused_before_they_are_endless():
    first = formula("pages * 2", label="First")
    second = formula(" + ".join(["[First]"] * 60), label="Second")
    with pytest.raises(Invalid) as refused:
        formula(" + ".join(["[Second]"] * 60), label="Third")
    assert "too long together with the formulas that it uses" in refused.value.errors["formula"][0]
    with pytest.raises(Invalid) as refused:
        change_field(first, formula=" + ".join(["pages"] * 60), actor=system_actor())
    assert refused.value.errors["formula"][0].startswith("Second: ")
    first.refresh_from_db()
    assert (first.formula, second.formula[:11]) == ("[pages] * 2", "[x_first] +")
    change_field(first, formula="pages * 3", actor=system_actor())


def test_a_field_that_a_formula_needs_is_not_retired_without_saying_so():
    own = create_field("shelves", label="Rent", kind="number", actor=system_actor())
    using = formula("[Shelf › Rent] / 12", label="Rent a month")
    with pytest.raises(Invalid) as refused:
        retire_field(own, actor=system_actor())
    assert refused.value.errors == {"": ["“Rent” is used in “Rent a month”. Change that first."]}
    own.refresh_from_db()
    assert own.retired_at is None
    retire_field(using, actor=system_actor())
    retire_field(own, actor=system_actor())
    with pytest.raises(Invalid):
        revive_field(using, actor=system_actor())
    revive_field(own, actor=system_actor())
    revive_field(using, actor=system_actor())


def test_a_formula_keeps_the_kind_of_value_that_others_count_on():
    first = formula("pages + 1", label="First")
    formula("[First] + 1", label="Second")
    change_field(first, formula="pages / 7", actor=system_actor())
    with pytest.raises(Invalid) as refused:
        change_field(first, formula="[Title]", actor=system_actor())
    assert "has to give the same kind of value" in refused.value.errors["formula"][0]


def test_what_a_reader_may_not_see_is_empty_in_formulas(ada):
    """In the value, its order, its filter: a formula tells nobody more than they could look up."""
    formula("[Shelf › City]", label="Town")
    reader = make_user("Reader")
    grant(reader, {"see": Scope.ALL}, "books")
    grant(reader, {"see": Scope.OWN}, "shelves")
    hidden = write.create(shelves, {"name": "Secret", "city": "Praha"}, actor=system_actor())
    book = write.create(books, {"title": "T", "shelf": hidden}, actor=system_actor())
    actor, admin = actor_for(reader), actor_for(ada)
    for who, town in ((admin, "Praha"), (actor, "")):
        query = Query(books, who, columns=("x_town",), sort="x_town")
        assert [books.fields(who)["x_town"].read(row) for row in page_of(query).rows] == [town]
        found = page_of(Query(books, who, filter={"field": "x_town", "op": "is", "value": "Praha"})).rows
        assert [row.pk for row in found] == ([book.pk] if town else [])
