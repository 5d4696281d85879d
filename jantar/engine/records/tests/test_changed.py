"""What changed since: the condition of the filter language against a scripted history."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F

from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Change, Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.listing import Query, page_of, rows_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N8")]
books, deals = registry.get("books"), registry.get("deals")


@pytest.fixture
def library(db):
    """Ten days: on day n before today something was done to one book; by Ada, on even days by Ben."""
    for key in ("x_note", "x_mood"):
        CustomField.objects.create(record_type="books", key=key, kind="text", label=key)
    ada, ben = (actor_for(make_user(name, admin=True)) for name in ("Ada", "Ben"))
    made = {name: write.create(books, {"title": name}, actor=ada) for name in ("A", "B", "C", "D", "E")}
    shift(timedelta(days=20))
    for days, name, values, who in [
        (9, "A", {"pages": 1}, ada),
        (8, "B", {"pages": 2, "x_note": "one"}, ben),
        (6, "B", {"x_mood": "blue"}, ben),
        (5, "C", {"copies": [{"number": "1", "is_main": True}]}, ada),
        (2, "D", {"title": "D2"}, ben),
    ]:
        done = write.update(books, made[name].pk, values, actor=who)
        shift(timedelta(days=days), done)
    write.create(books, {"title": "F"}, actor=ben)
    return ada


def shift(by, *_done):
    """What was recorded just now happened so long ago."""
    Change.objects.filter(at__gt=datetime.now(UTC) - timedelta(hours=1)).update(at=F("at") - by)
    Operation.objects.filter(at__gt=datetime.now(UTC) - timedelta(hours=1)).update(at=F("at") - by)


def titles(actor, **changed):
    rows = rows_of(Query(books, actor, filter={"changed": changed}))
    return "".join(sorted(row.title[0] for row in rows))


def test_since_and_within_count_every_change_with_its_parts_and_creations(library):
    day = (library.today - timedelta(days=6)).isoformat()
    assert titles(library, since="30 days ago") == "ABCDEF"
    assert titles(library, since="8 days ago") == "BCDF"
    assert titles(library, since=day) == "BCDF"
    assert titles(library, since=f"{library.today - timedelta(days=4)}T00:00:00Z") == "DF"
    assert titles(library, since="today") == "F"
    assert titles(library, within="last 3 days") == "DF"
    assert titles(library, within="3 days ago") == ""
    assert titles(library, within="5 days ago") == "C"


def test_by_whom_and_in_which_fields_narrow_it(library):
    ben = Operation.objects.get(changes__record_id=books.model.objects.get(title="D2").pk, changes__action="U")
    assert titles(library, since="30 days ago", by="me") == "ABCDE"
    assert titles(library, since="30 days ago", by=ben.actor_id) == "BDF"
    assert titles(library, since="30 days ago", fields=["pages"]) == "AB"
    assert titles(library, since="30 days ago", fields=["title"]) == "D"
    assert titles(library, since="7 days ago", fields=["pages", "x_mood"]) == "B"
    assert titles(library, since="30 days ago", fields=["x_note"]) == "B"
    assert titles(library, since="7 days ago", fields=["x_note"]) == ""
    assert titles(library, since="30 days ago", fields=["copies"]) == "C"
    assert titles(library, since="30 days ago", fields=["copies", "pages"], by="me") == "AC"


def test_it_stands_in_groups_and_relations_like_any_condition(library):
    changed = {"changed": {"since": "7 days ago"}}
    rows = rows_of(Query(books, library, filter={"none": [changed]}))
    assert sorted(row.title for row in rows) == ["A", "E"]
    shelf = write.create(registry.get("shelves"), {"name": "S"}, actor=library)
    write.update(books, books.model.objects.get(title="A").pk, {"shelf": shelf}, actor=library)
    tree = {"relation": "books", "has": "any", "where": {"changed": {"since": "today", "fields": ["shelf"]}}}
    assert [row.name for row in rows_of(Query(registry.get("shelves"), library, filter=tree))] == ["S"]


@pytest.mark.parametrize(
    "wrong",
    [
        None, [], {}, {"by": "me"}, {"since": "today", "within": "today"}, {"since": "soon"}, {"since": 5},
        {"since": "today", "to": 1}, {"within": "x"}, {"since": "today", "fields": []},
        {"since": "today", "fields": ["deleted_at"]}, {"since": "today", "fields": [1]}, {"since": "today", "by": "x"},
        {"since": "9999-12-31"},
    ],
)  # fmt: skip
def test_what_can_not_be_answered_is_refused(library, wrong):
    with pytest.raises(BadQuery) as refused:
        page_of(Query(books, library, filter={"all": [{"changed": wrong}]}))
    assert refused.value.where == "filter.all[0].changed"


def test_rows_of_a_part_have_no_history_of_their_own(library):
    with pytest.raises(BadQuery):
        rows_of(Query(books, library, filter={"relation": "copies", "where": {"changed": {"since": "today"}}}))


def test_few_changes_are_found_by_the_index(library):
    """The plan is that of a large history: rows of a type in order of time, without a look at the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO history_change (at, source, record_id, root, root_id, action)"
            " SELECT now() - interval '1 hour' * n, 'fake_book', n % 500, 'fake_book', n % 500, 'U'"
            " FROM generate_series(100, 20000) n"
        )
        cursor.execute("ANALYZE history_change")
        rows = rows_of(Query(books, library, filter={"changed": {"since": "2 days ago"}}))
        sql, parameters = rows.values("pk").query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "history_change_since" in plan, plan
