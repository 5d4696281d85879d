"""The filter language against a naive reading of it, and its refusals."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.listing import Query, page_of, rows_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_team, make_user
from jantar.engine.testing.naive import Naive
from jantar.kit.money import Money
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
books, shelves = registry.get("books"), registry.get("shelves")
PRAGUE = ZoneInfo("Europe/Prague")
WORDS = ["", "Łódź", "lodz", "Škoda", "skoda 100", "Nagy Őrző", "50%_\\", "'; DROP"]
TAGS = ["red", "blue", "příliš"]


@pytest.fixture
def library(django_user_model):
    """Forty books that differ in everything, on five shelves, and their plain copies."""
    for key, kind, choices in [
        ("x_rating", "number", []),
        ("x_note", "text", []),
        ("x_read", "date", []),
        ("x_mood", "multi_choice", TAGS),
        ("x_signed", "boolean", []),
        ("x_state", "choice", ["new", "worn"]),
    ]:
        CustomField.objects.create(record_type="books", key=key, kind=kind, label=key, choices=choices)
    user = make_user("Ada", make_team("Readers"), admin=True)
    User.objects.filter(pk=user.pk).update(time_zone="Europe/Prague")
    actor = actor_for(User.objects.get(pk=user.pk))
    places = [write.create(shelves, {"name": f"S{n}", "city": WORDS[n], "capacity": n}, actor=actor) for n in range(5)]
    now = datetime.now(UTC)
    for n in range(40):
        values = {
            "title": f"{WORDS[n % 7 + 1]} {n % 9}",
            "summary": WORDS[n * 3 % 8],
            "shelf": places[n % 6] if n % 6 < 5 else None,
            "pages": n * 37 % 11 or None,
            "weight": Decimal(n) / 7 if n % 5 else None,
            "lent": n % 3 == 0,
            "genre": ["", "novel", "poetry", "law"][n % 4],
            "labels": [tag for bit, tag in enumerate(TAGS) if n >> bit & 1],
            "formats": ["paper", "audio"][: n % 3],
            "published_on": actor.today + timedelta(days=n * 13 - 250) if n % 7 else None,
            "lent_at": now + timedelta(hours=n * 7 - 140) if n % 4 else None,
            "copies": [{"number": str(c), "is_main": c == 0} for c in range(n % 4)],
            "x_rating": Decimal(n % 6) / 2 if n % 3 else None,
            "x_note": WORDS[n * 5 % 8],
            "x_read": actor.today + timedelta(days=n - 20) if n % 2 else None,
            "x_mood": [tag for bit, tag in enumerate(TAGS) if n >> bit & 2],
            "x_signed": [True, False, None][n % 3],
            "x_state": ["", "new", "worn"][n % 3],
        }
        write.create(books, values, actor=actor)
    return actor


def plain(actor):
    """The library as plain dictionaries, and the naive reader over it."""
    fields = books.fields(actor)
    shelf_rows = {
        shelf.pk: {"id": shelf.pk, **{name: f.read(shelf) for name, f in shelves.fields(actor).items()}}
        for shelf in shelves.model.objects.all()
    }
    rows = {}
    for book in books.model.objects.prefetch_related("copies").select_related("owner"):
        row = {name: field.read(book) for name, field in fields.items()}
        row["shelf"] = shelf_rows.get(book.shelf_id)
        row["owner"] = {"id": book.owner_id}
        row["copies"] = [{"number": c.number, "is_main": c.is_main} for c in book.copies.all()]
        rows[book.pk] = row
    for pk, shelf in shelf_rows.items():
        shelf["books"] = [row for row in rows.values() if row["shelf"] and row["shelf"]["id"] == pk]
    return rows, shelf_rows, Naive(actor.today, PRAGUE, actor.user_id, lambda row, name: row[name])


text_ops = ["contains", "not_contains", "is", "is_not", "starts_with", "ends_with"]
order_ops = ["is", "is_not", "lt", "lte", "gt", "gte"]
PERIODS = [
    "today",
    "this week",
    "last 30 days",
    "next 14 days",
    "this month",
    "last quarter",
    "before today",
    "after in 2 weeks",
]
days = st.integers(-260, 260).map(lambda n: (timezone.localdate() + timedelta(days=n)).isoformat()) | st.just("today")


def line(field, ops, operand):
    return st.builds(lambda op, value: {"field": field, "op": op, "value": value}, st.sampled_from(ops), operand)


def text(field):
    some = st.sampled_from([word for word in WORDS if word] + ["o", "S", "z 1"])
    return (
        line(field, text_ops, some)
        | line(field, ["any_of", "none_of"], st.lists(some, min_size=1, max_size=3))
        | empty(field)
    )


def empty(field):
    return line(field, ["empty", "not_empty"], st.none())


def ordered(field, operand):
    return (
        line(field, order_ops, operand)
        | line(field, ["between"], st.lists(operand, min_size=2, max_size=2))
        | empty(field)
    )


def dated(field):
    return ordered(field, days) | line(field, ["within"], st.sampled_from(PERIODS))


def several(field, values):
    return line(
        field, ["has_any", "has_all", "has_none"], st.lists(st.sampled_from(values), min_size=1, max_size=3)
    ) | empty(field)


def picked(field, values):
    one = st.sampled_from(values)
    return (
        line(field, ["is", "is_not"], one)
        | line(field, ["any_of", "none_of"], st.lists(one, min_size=1, max_size=3))
        | empty(field)
    )


copy_lines = st.just({}) | text("number") | line("is_main", ["is"], st.booleans())
lines = st.one_of(
    text("title"),
    text("summary"),
    text("x_note"),
    text("shelf.city"),
    text("shelf.name"),
    ordered("pages", st.integers(0, 11)),
    ordered("weight", st.sampled_from(["0.143", "1", "2.5", "-3"])),
    ordered("x_rating", st.sampled_from(["0.5", "1", 2])),
    ordered("shelf.capacity", st.integers(0, 5)),
    line("lent", ["is"], st.booleans()),
    line("x_signed", ["is"], st.booleans()),
    picked("genre", ["novel", "poetry", "law"]),
    picked("x_state", ["new", "worn"]),
    several("labels", TAGS),
    several("formats", ["paper", "audio", "ebook"]),
    several("x_mood", TAGS),
    dated("published_on"),
    dated("lent_at"),
    dated("x_read"),
    line("owner", ["is", "is_not"], st.just("me")),
    empty("shelf"),
    st.builds(
        lambda has, where: {"relation": "copies", "has": has, "where": where},
        st.sampled_from(["any", "none"]),
        copy_lines,
    ),
    st.builds(
        lambda has, count, where: {"relation": "copies", "has": has, "count": count, "where": where},
        st.sampled_from(["at_least", "at_most"]),
        st.integers(0, 4),
        copy_lines,
    ),
)
trees = st.recursive(
    lines,
    lambda inner: st.builds(
        lambda group, nodes: {group: nodes}, st.sampled_from(["all", "any", "none"]), st.lists(inner, max_size=4)
    ),
    max_leaves=8,
)
shelf_trees = st.builds(
    lambda has, where: {"relation": "books", "has": has, "where": where}, st.sampled_from(["any", "none"]), trees
)


numbers = {"pages": st.integers(-1, 40), "weight": st.sampled_from(["0", "0.143", "2.5", "7"])}
numbers["x_rating"] = st.sampled_from(["0", "0.5", "1", "3.5"])


def measured_by(kinds, name, comparing):
    """What the books of a shelf measure: any comparison of the measured value."""
    return st.builds(
        lambda kind, compared, where: {**compared, "relation": "books", "has": kind, "where": where},
        st.sampled_from(kinds),
        comparing(name),
        st.just({}) | trees,
    )


shelf_measures = st.one_of(
    *(
        measured_by(["sum", "average", "least", "most"], name, lambda name, values=values: ordered(name, values))
        for name, values in numbers.items()
    ),
    *(measured_by(["earliest", "latest"], name, dated) for name in ("published_on", "lent_at", "x_read")),
    st.builds(
        lambda has, count, where: {"relation": "books", "has": has, "count": count, "where": where},
        st.sampled_from(["at_least", "at_most"]),
        st.integers(0, 12),
        trees,
    ),
)


@pytest.mark.capability("C71")
def test_sql_and_the_naive_reading_agree(library):
    rows, shelf_rows, naive = plain(library)

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tree=trees)
    def books_agree(tree):
        with timezone.override(PRAGUE):
            found = set(rows_of(Query(books, library, filter=tree)).values_list("pk", flat=True))
        assert found == {pk for pk, row in rows.items() if naive.matches(tree, row)}

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tree=shelf_trees | shelf_measures)
    def shelves_agree(tree):
        with timezone.override(PRAGUE):
            found = set(rows_of(Query(shelves, library, filter=tree)).values_list("pk", flat=True))
        assert found == {pk for pk, row in shelf_rows.items() if naive.matches(tree, row)}

    books_agree()
    shelves_agree()


def test_none_of_what_always_holds_finds_nothing(library):
    always = {"relation": "copies", "has": "at_least", "count": 0}
    assert rows_of(Query(books, library, filter={"none": [always]})).count() == 0
    assert rows_of(Query(books, library, filter=always)).count() == rows_of(Query(books, library)).count() > 0


def test_money_is_compared_in_the_base_currency(library):
    cheap = write.create(books, {"title": "cheap", "price": Money(Decimal(5), "EUR")}, actor=library)
    dear = write.create(books, {"title": "dear", "price": Money(Decimal(50), "EUR")}, actor=library)

    def found(op, value):
        return set(rows_of(Query(books, library, filter={"field": "price", "op": op, "value": value})))

    assert found("gte", 10) == {dear}
    assert found("between", ["5", "49.99"]) == {cheap}
    assert found("is", {"amount": "50", "currency": "EUR"}) == {dear}
    assert found("not_empty", None) == {cheap, dear}


def test_a_filter_tells_nothing_about_records_that_the_actor_may_not_see(library):
    """A visible book on a hidden shelf: neither its shelf's city nor its existence can be asked for."""
    reader = make_actor("Reader", scope=Scope.OWN)
    hidden = shelves.model.objects.get(name="S1")
    book = write.create(books, {"title": "Mine"}, actor=reader)
    books.model.objects.filter(pk=book.pk).update(shelf=hidden)
    asked = {"field": "shelf.city", "op": "not_empty"}
    assert not rows_of(Query(books, reader, filter=asked)).exists()
    mine = write.create(shelves, {"name": "Own"}, actor=reader)
    books.model.objects.exclude(pk=book.pk).update(shelf=mine)
    assert not rows_of(Query(shelves, reader, filter={"relation": "books", "has": "any"})).exists()


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        ({"field": "colour", "op": "is", "value": 1}, "filter"),
        ({"all": [{"field": "pages", "op": "like", "value": 1}]}, "filter.all[0]"),
        ({"all": [{"field": "pages", "op": "is", "value": "many"}]}, "filter.all[0]"),
        ({"any": {}}, "filter.any"),
        ({"relation": "loans", "has": "any"}, "filter"),
        ({"relation": "copies", "has": "some"}, "filter"),
        ({"relation": "copies", "has": "at_least", "count": -1}, "filter.count"),
        ({"relation": "copies", "has": "sum", "field": "number", "op": "gt", "value": 1}, "filter"),
        ({"relation": "copies", "has": "sum", "field": "weight", "op": "gt", "value": 1}, "filter"),
        ({"relation": "copies", "has": "latest", "op": "gt", "value": 1}, "filter"),
        ({"relation": "copies", "has": "any", "where": {"field": "size", "op": "is", "value": 1}}, "filter.where"),
        ({"field": "title.name", "op": "is", "value": "x"}, "filter"),
        ({"field": "genre", "op": "is", "value": "opera"}, "filter"),
        ({"field": "published_on", "op": "within", "value": "soon"}, "filter"),
        ({"field": "labels", "op": "has_any", "value": []}, "filter"),
        ({"field": "pages", "op": "between", "value": [1]}, "filter"),
        ([], None),
        ({"field": "title", "op": "is", "value": "x", "all": []}, "filter"),
        ({"all": [{"relation": "loans", "none": []}]}, "filter.all[0]"),
        ({"any": [], "all": [{"field": "lent", "op": "is", "value": True}]}, "filter"),
        ("x", "filter"),
        ({"field": "title", "op": "is", "value": None}, "filter"),
    ],
)
def test_what_can_not_be_understood_is_refused_with_its_place(library, tree, where):
    if where is None:
        assert not compile_filter(tree, books, library)
        return
    with pytest.raises(BadQuery) as refusal:
        compile_filter(tree, books, library)
    assert refusal.value.where == where
    assert refusal.value.message


def test_a_filter_can_not_be_made_too_large(library):
    tree = {"field": "title", "op": "not_empty"}
    with pytest.raises(BadQuery):
        compile_filter({"all": [tree] * 500}, books, library)
    for _level in range(20):
        tree = {"all": [tree]}
    with pytest.raises(BadQuery):
        compile_filter(tree, books, library)


@pytest.mark.parametrize(
    "sort",
    [
        "title",
        "-title",
        "pages",
        "-pages",
        "genre,-pages",
        "-published_on,title",
        "-x_rating",
        "shelf",
        "lent_at,-weight",
    ],
)
def test_pages_by_key_give_every_record_once_in_the_order_of_the_whole_list(library, sort):
    whole = [book.pk for book in page_of(Query(books, library, sort=sort, limit=500)).rows]
    assert len(whole) == 40
    paged, cursor = [], ""
    while cursor is not None:
        page = page_of(Query(books, library, sort=sort, limit=7, cursor=cursor))
        paged += [book.pk for book in page.rows]
        cursor = page.next_cursor
    assert paged == whole


@pytest.mark.parametrize("cursor", ["x", "bm9uc2Vuc2U", "W10", "eyJhIjoxfQ", "é", "WzEsMl0", "W3siYSI6MX0sMV0"])
def test_a_broken_cursor_is_refused(library, cursor):
    with pytest.raises(BadQuery) as refusal:
        page_of(Query(books, library, sort="title", cursor=cursor))
    assert refusal.value.where == "cursor"
