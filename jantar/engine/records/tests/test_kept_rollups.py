"""Kept roll-ups are read by lists from the index, built by a job, dropped, and refused where they could be wrong."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import KeptRollup
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import database, write
from jantar.engine.records.custom_fields import change_field, create_field, retire_field, revive_field
from jantar.engine.records.jobs import build_field_indexes, check_field_indexes
from jantar.engine.records.kept.building import (
    build_kept,
    forget_before_migrating,
    is_kept_as_wanted,
    kept_tables,
    states_of_kept,
)
from jantar.engine.records.kept.reading import measuring_anew
from jantar.engine.records.listing import Query, page_of, rows_of, sorted_rows
from jantar.engine.records.past import reading_as_of
from jantar.engine.records.tests.kept_rollups import (
    NEW_BOOK,
    NOVELS,
    add_books,
    build,
    check,
    is_read,
    rollup,
    values_of,
)
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.models import Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.platform.jobs.models import JobRun, State
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.settings.models import ExchangeRate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("nothing_kept"),
    pytest.mark.capability("C130"),
]


# Read everywhere


def test_lists_are_sorted_and_filtered_from_the_index() -> None:
    total = rollup("Pages", measure="sum", field="pages")
    add_books(20_000, 1)
    root = make_user("Root", admin=True)
    before = [row.pk for row in page_of(Query(shelves, actor_for(root), sort="-x_pages")).rows]
    assert "jantar_rollup" not in str(sorted_rows(Query(shelves, actor_for(root), sort="-x_pages")).query)
    build()
    actor = actor_for(root)
    assert [row.pk for row in page_of(Query(shelves, actor, sort="-x_pages")).rows] == before
    for sort, index in (("x_pages", "up"), ("-x_pages", "down")):
        plan = sorted_rows(Query(shelves, actor, sort=sort, columns=["name", "x_pages"]))[:51].explain()
        assert f"_{index} on jantar_rollup_{total.pk}" in plan, plan
        assert "Sort" not in plan
        assert "fake_book" not in plan
    tree = {"all": [{"field": "x_pages", "op": "between", "value": [4990, 4992]}]}
    plan = rows_of(Query(shelves, actor, filter=tree)).order_by().explain()
    assert re.search(rf"on jantar_rollup_{total.pk}_\w+_(up|down)", plan), plan
    with measuring_anew():
        expected = {row.pk for row in rows_of(Query(shelves, actor_for(root), filter=tree))}
    assert {row.pk for row in rows_of(Query(shelves, actor, filter=tree))} == expected
    assert expected


def test_pages_go_on_by_it_formulas_use_it_and_the_past_measures() -> None:
    rollup("Pages", measure="sum", field="pages")
    create_field("shelves", label="Twice", kind="formula", formula="[x_pages] * 2", actor=system_actor())
    add_books(7, 2)
    build()
    actor = system_actor()
    columns = ("name", "x_pages", "x_twice")
    seen, cursor = [], ""
    while True:
        page = page_of(Query(shelves, actor, sort="-x_pages", columns=columns, limit=3, cursor=cursor))
        seen += [row.pk for row in page.rows]
        cursor = page.next_cursor or ""
        if not cursor:
            break
    values = values_of(shelves, "x_pages", actor)
    assert seen == sorted(values, key=lambda pk: (-values[pk], -pk))
    rows = sorted_rows(Query(shelves, actor, sort="x_twice", columns=columns))
    assert "jantar_rollup" in str(rows.query)
    fields = shelves.fields(actor)
    assert {row.pk: fields["x_twice"].read(row) for row in rows} == {pk: 2 * value for pk, value in values.items()}
    moment = Shelf.objects.latest("pk").created_at
    with reading_as_of(actor_for(make_user("Root", admin=True)), moment) as past:
        assert "jantar_rollup" not in str(sorted_rows(Query(shelves, past, sort="x_pages")).query)
        assert {row.pk for row in page_of(Query(shelves, past, sort="x_pages")).rows} == set(values)


def test_it_stands_beside_what_is_measured() -> None:
    """Another roll-up, and a condition on related records, before it and behind it."""
    for label, place in (("Aged", 1), ("Pages", 2), ("Zero", 3)):
        measured = {"relation": "books", "measure": "sum", "field": "pages"}
        create_field("shelves", label=label, kind="rollup", rollup=measured, indexed=place == 2, actor=system_actor())
    add_books(30, 3)
    build()
    actor, columns = system_actor(), ("name", "x_aged", "x_pages", "x_zero")
    tree = {"all": [{"field": "x_pages", "op": "gte", "value": 0}, {"relation": "books", "has": "any"}]}
    for sort in ("x_pages", "-x_pages", "x_zero", "name"):
        rows = page_of(Query(shelves, actor, sort=sort, columns=columns, filter=tree)).rows
        fields = shelves.fields(actor)
        assert rows
        assert [fields["x_pages"].read(row) for row in rows] == [fields["x_zero"].read(row) for row in rows]


def test_it_counts_for_everybody_and_rights_to_the_records_stay() -> None:
    count = rollup("Books", measure="count")
    root = system_actor()
    reader = make_user("Reader")
    mine = write.create(shelves, {"name": "Mine", "owner": reader}, actor=root)
    write.create(shelves, {"name": "Other"}, actor=root)
    write.create(books, {"title": "A", "shelf": mine}, actor=root)
    grant(reader, {"see": Scope.OWN}, "shelves")
    build()
    actor = actor_for(reader)
    [row] = page_of(Query(shelves, actor, sort="-x_books", columns=("x_books",))).rows
    assert (row.name, shelves.fields(actor)[count.key].read(row)) == ("Mine", 1)


def test_a_record_that_is_not_stored_yet_is_asked_by_measuring() -> None:
    count = rollup("Books", measure="count")
    shown: dict[str, Any] = {"all": [{"field": count.key, "op": "is", "value": 0}]}
    create_field("shelves", label="Why empty", kind="text", shown_when=shown, required=True, actor=system_actor())
    build()
    with pytest.raises(Invalid) as refused:
        write.create(shelves, {"name": "Attic"}, actor=system_actor())
    assert list(refused.value.errors) == ["x_why_empty"]


# Built, dropped, refused


def test_a_job_builds_it_and_says_how_far_it_is() -> None:
    count = rollup("Books", measure="count")
    assert not is_kept_as_wanted()
    assert states_of_kept([count]) == {count.pk: "waiting"}
    assert not is_read(count)
    run_waiting_jobs()
    assert JobRun.objects.get(kind=build_field_indexes.kind).state == State.DONE
    assert is_kept_as_wanted()
    assert states_of_kept([count]) == {count.pk: "ready"}
    assert is_read(count)


def test_statements_that_were_written_before_are_not_sent_for_another_table() -> None:
    root = make_user("Root", admin=True)

    def asked() -> str:
        with CaptureQueriesContext(connection) as captured:
            assert len(page_of(Query(shelves, actor_for(root), sort="-x_books", columns=["x_books"])).rows) == 2
        return captured.captured_queries[-1]["sql"]

    count = rollup("Books", measure="count")
    add_books(2, 3)
    assert "jantar_rollup" not in asked()
    build()
    [old] = kept_tables()
    assert old in asked()
    change_field(count, rollup={"relation": "books", "measure": "count", "where": NOVELS}, actor=system_actor())
    assert "jantar_rollup" not in asked()
    build()
    [new] = kept_tables()
    assert new in asked()
    assert old not in asked()


def test_a_changed_definition_is_measured_until_it_is_built_anew() -> None:
    count = rollup("Books", measure="count")
    add_books(2, 3)
    build()
    [old] = kept_tables()
    change_field(count, rollup={"relation": "books", "measure": "count", "where": NOVELS}, actor=system_actor())
    count.refresh_from_db()
    assert not is_read(count)
    assert set(values_of(shelves, count.key, system_actor()).values()) == {0}
    build()
    check(count)
    assert old not in kept_tables()
    change_field(count, indexed=False, actor=system_actor())
    build()
    assert kept_tables() == {}
    assert not KeptRollup.objects.exists()


def test_a_changed_formula_changes_the_roll_up_that_measures_it() -> None:
    actor = system_actor()
    double = create_field("books", label="Double", kind="formula", formula="[pages] * 2", actor=actor)
    total = rollup("Doubled", measure="sum", field="x_double")
    add_books(2, 3)
    build()
    before = values_of(shelves, total.key, system_actor())
    change_field(double, formula="[pages] * 4", actor=actor)
    assert not is_read(total)
    assert values_of(shelves, total.key, system_actor()) == {pk: 2 * value for pk, value in before.items()}
    build()
    check(total)
    change_field(double, formula="[pages] + day(today())", actor=actor)
    build()
    assert kept_tables() == {}


def test_it_goes_with_the_field_and_comes_back_with_it() -> None:
    count = rollup("Books", measure="count")
    build()
    retire_field(count, actor=system_actor())
    build()
    assert kept_tables() == {}
    revive_field(count, actor=system_actor())
    build()
    add_books(2, 3)
    check(count)


def test_what_an_interrupted_run_left_is_gone_on_with() -> None:
    count = rollup("Books", measure="count")
    add_books(10, 1)

    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        build_kept(lambda done, total: None, stop)
    assert states_of_kept([count])[count.pk].isdecimal()
    with connection.cursor() as cursor:
        cursor.execute(NEW_BOOK, [Shelf.objects.earliest("pk").pk, 1])
    assert not is_read(count)
    build()
    check(count)


def test_an_update_of_the_program_drops_what_is_made_otherwise_and_the_night_builds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = rollup("Books", measure="count")
    add_books(2, 3)
    build()
    database.install()
    check(count)
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE fake_book DISABLE TRIGGER "{next(iter(kept_tables()))}_children_insert"')
    database.install()
    assert kept_tables() == {}
    assert not is_read(count)
    check_field_indexes.later()
    run_waiting_jobs()
    check(count)


def test_they_are_out_of_the_way_of_migrations_and_only_of_these() -> None:
    count = rollup("Books", measure="count")
    add_books(2, 3)
    build()
    forget_before_migrating(plan=[])
    assert is_read(count)
    forget_before_migrating(plan=[("a migration", False)])
    assert (kept_tables(), is_read(count)) == ({}, False)
    build()
    check(count)


def test_types_without_one_have_no_triggers_and_no_write_costs_a_statement_more() -> None:
    shelf = write.create(shelves, {"name": "Attic"}, actor=system_actor())
    actor = system_actor()

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            write.create(books, {"title": "A", "shelf": shelf}, actor=actor)
        return len(captured)

    before = statements()
    rollup("Books", measure="count")
    build()
    assert statements() == before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'jantar\\_rollup\\_%' ORDER BY 1"
        )
        assert cursor.fetchall() == [("fake_book",), ("fake_shelf",)]


DAY = (
    "A roll-up that depends on the day or on a time zone can't be quick to find by. "
    "Leave this off, or take such dates out of its filter."
)
FURTHER = (
    "A roll-up that looks at more than the own fields of the related records can't be quick to find by. "
    "Leave this off, or filter and measure by their own fields only."
)
RATE = (
    "An amount in a currency is converted at the rate of the day, so this can't be quick to find by. "
    "Leave this off, or filter by a plain number."
)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"field": "published_on", "op": "within", "value": "this month"}, DAY),
        ({"field": "published_on", "op": "lt", "value": "today"}, DAY),
        ({"field": "lent_at", "op": "gte", "value": "2026-03-01"}, DAY),
        ({"field": "x_late", "op": "is", "value": True}, DAY),
        ({"field": "shelf.city", "op": "is", "value": "Brno"}, FURTHER),
        ({"field": "x_of_shelf", "op": "gt", "value": 1}, FURTHER),
        ({"relation": "copies", "has": "any", "where": {}}, FURTHER),
        ({"changed": {"since": "2026-01-01"}}, DAY),
        ({"field": "price", "op": "gte", "value": {"amount": "1", "currency": "CZK"}}, RATE),
    ],
)
def test_what_depends_on_more_than_the_rows_is_refused_with_the_reason(where: Mapping[str, Any], message: str) -> None:
    actor = system_actor()
    ExchangeRate.objects.create(currency="CZK", valid_from=date(2020, 1, 1), rate=Decimal("0.04"))
    create_field("books", label="Late", kind="formula", formula="[published_on] < today()", actor=actor)
    create_field("books", label="Of shelf", kind="formula", formula="[Shelf › capacity]", actor=actor)
    with pytest.raises(Invalid) as refused:
        rollup("Some", measure="count", where={"all": [where]})
    assert refused.value.errors == {"indexed": [message]}
    made = create_field(
        "shelves", label="Some", kind="rollup", actor=actor,
        rollup={"relation": "books", "measure": "count", "where": {"all": [where]}},
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        change_field(made, indexed=True, actor=actor)
    assert refused.value.errors == {"indexed": [message]}


def test_a_roll_up_of_roll_ups_is_measured() -> None:
    rollup("Copies", record_type="books", relation="copies", measure="count")
    build()
    with pytest.raises(Invalid) as refused:
        rollup("All copies", measure="sum", field="x_copies")
    assert refused.value.errors == {"indexed": [FURTHER]}
