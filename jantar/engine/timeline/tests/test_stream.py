"""The stream of a record: what stands on it, for whom, and how fast."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_team
from jantar.engine.timeline import kinds, stream
from jantar.engine.timeline.models import Entry, Place
from jantar.kit.money import Money

pytestmark = pytest.mark.django_db
books, shelves = registry.get("books"), registry.get("shelves")


@pytest.fixture
def ada():
    return make_actor("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def bob():
    return make_actor("Bob", make_team("South"), scope=Scope.TEAM)


@pytest.fixture
def shelf(ada):
    return write.create(shelves, {"name": "Poezie"}, actor=ada)


@pytest.fixture
def book(ada, shelf):
    return write.create(books, {"title": "Máj", "shelf": shelf}, actor=ada)


@pytest.fixture(autouse=True)
def lent():
    kinds.register(kinds.Kind("lent", "activity", "book", lambda shown: f"Lent to {shown.entry.data['to']}"))
    yield
    del kinds._kinds["lent"]


def sentences(record, actor, **options):
    return [shown.sentence for shown in stream.page(record, actor, **options).entries]


def test_a_new_record_says_that_it_was_created_and_by_whom(ada, book):
    [shown] = stream.page(book, ada).entries
    assert (shown.sentence, shown.entry.at, shown.entry.actor_id) == ("Created", book.created_at, ada.user_id)
    assert not Entry.objects.exists()


def test_important_changes_are_told_with_old_and_new_value(ada, book):
    write.update(books, book.pk, {"genre": "poetry", "summary": "Not important"}, actor=ada)
    write.update(books, book.pk, {"price": Money(Decimal("9.90"), "EUR")}, actor=ada)
    price, genre, created = stream.page(book, ada).entries
    assert (genre.sentence, genre.extra) == ("Genre changed", {"old": "", "new": "Poetry"})
    assert (price.sentence, price.extra["old"]) == ("Price changed", "")
    assert "9.90" in price.extra["new"]
    assert created.sentence == "Created"


def test_a_changed_reference_is_told_by_title_only_to_those_who_may_see_it(ada, bob, book):
    hidden = write.create(shelves, {"name": "Secret"}, actor=bob)
    boss = make_actor("Boss", scope=Scope.ALL)
    write.update(books, book.pk, {"shelf": hidden}, actor=boss)
    assert stream.page(book, boss).entries[0].extra == {"old": "Poezie", "new": "Secret"}
    assert stream.page(book, ada).entries[0].extra == {"old": "Poezie", "new": "…"}


def test_a_change_also_stands_on_what_the_record_belongs_to_for_those_who_see_the_record(ada, bob, shelf, book):
    write.update(books, book.pk, {"genre": "law"}, actor=ada)
    [shown, _created] = stream.page(shelf, ada).entries
    assert (shown.sentence, shown.is_elsewhere, shown.source) == ("Máj: genre changed", True, book)
    boss = make_actor("Boss", scope=Scope.ALL)
    write.update(shelves, shelf.pk, {"owner": None, "team": None}, actor=boss)
    shelf.refresh_from_db()
    assert "Máj: genre changed" in sentences(shelf, boss)
    assert sentences(shelf, bob) == ["Owner changed"] or "Máj: genre changed" not in sentences(shelf, bob)


def test_entries_of_a_deleted_source_are_gone_until_it_is_restored(ada, shelf, book):
    write.update(books, book.pk, {"genre": "law"}, actor=ada)
    write.delete(books, [book.pk], actor=ada)
    assert sentences(shelf, ada) == ["Created"]
    write.restore(books, [book.pk], actor=ada)
    assert sentences(shelf, ada) == ["Máj: genre changed", "Created"]


def test_modules_tell_about_several_records_at_once(ada, shelf, book):
    other = write.create(books, {"title": "Kytice"}, actor=ada)
    stream.add("lent", about=[book, other], actor=ada, data={"to": "Eva"})
    assert [sentences(one, ada)[0] for one in (book, other, shelf)] == ["Lent to Eva"] * 3


def test_an_unknown_kind_or_group_is_refused(ada, book):
    with pytest.raises(LookupError):
        stream.add("sung", about=[book], actor=ada)
    with pytest.raises(BadQuery):
        stream.page(book, ada, group="songs")
    for cursor in ("x", "e30", "WyJ4IiwxXQ", "WzEsMl0"):
        with pytest.raises(BadQuery):
            stream.page(book, ada, before=cursor)


def test_an_entry_told_again_stands_once(ada, book):
    key = RecordKey("books", book.pk)
    for to in ("Eva", "Jan"):
        stream.put_many("lent", [(key, [key], timezone.now(), {"to": to})], actor=ada)
    assert sentences(book, ada) == ["Lent to Jan", "Created"]


def test_older_entries_follow_in_order_without_gap_or_repetition(ada, book):
    start = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(45):
        stream.add("lent", about=[book], actor=ada, at=start + timedelta(days=number // 3), data={"to": str(number)})
    found, cursor, sizes = [], "", []
    while cursor is not None:
        page = stream.page(book, ada, before=cursor)
        found += [shown.sentence for shown in page.entries]
        sizes.append(len(page.entries))
        cursor = page.older
    assert found == ["Created", *(f"Lent to {number}" for number in reversed(range(45)))]
    assert sizes == [21, 20, 5]


def test_created_stands_at_its_time_among_later_and_earlier_entries(ada, book):
    stream.add("lent", about=[book], actor=ada, at=book.created_at - timedelta(days=1), data={"to": "early"})
    stream.add("lent", about=[book], actor=ada, at=book.created_at + timedelta(days=1), data={"to": "late"})
    assert sentences(book, ada) == ["Lent to late", "Created", "Lent to early"]
    assert sentences(book, ada, group="activity") == ["Lent to late", "Lent to early"]
    assert sentences(book, ada, group="change") == ["Created"]


@pytest.mark.capability("C15")
def test_a_page_of_a_record_with_50000_entries_is_read_from_one_index(ada, book):
    entries = Entry.objects.bulk_create(
        (Entry(kind="lent", at=book.created_at - timedelta(minutes=n + 1), data={"to": str(n)}) for n in range(50_000)),
        batch_size=5000,
    )
    Place.objects.bulk_create(
        (Place(entry=e, record_type="books", record_id=book.pk, at=e.at, kind="lent") for e in entries), batch_size=5000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE timeline_place, timeline_entry")
        rows = stream.places(RecordKey("books", book.pk), ada, "", None)[:21]
        sql, parameters = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "timeline_place_of_record" in plan
    assert "Sort" not in plan
    assert "Seq Scan on timeline_place" not in plan
    assert "Seq Scan on timeline_entry" not in plan
    with CaptureQueriesContext(connection) as queries:
        page = stream.page(book, ada)
    assert len(queries) == 1 + 1  # the places with their entries; who created the record
    assert [shown.sentence for shown in page.entries] == ["Created", *(f"Lent to {n}" for n in range(20))]


def test_a_hundred_entries_cost_as_many_statements_as_one(ada, book):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            stream.page(book, ada, limit=100)
        return len(queries)

    write.update(books, book.pk, {"genre": "law"}, actor=ada)
    statements()  # now the book knows who created it
    one = statements()
    for number in range(30):
        write.update(books, book.pk, {"genre": "novel" if number % 2 else "law"}, actor=ada)
    assert statements() == one


def test_bulk_changes_are_told_with_a_constant_number_of_statements(ada):
    rows = [write.create(books, {"title": f"Book {number}"}, actor=ada) for number in range(12)]

    def statements(some):
        with CaptureQueriesContext(connection) as queries:
            write.update_many(books, [row.pk for row in some], {"genre": "law"}, actor=ada)
        return len(queries)

    few = statements(rows[:2])
    assert statements(rows[2:]) == few
    assert all(sentences(row, ada)[0] == "Genre changed" for row in rows)
