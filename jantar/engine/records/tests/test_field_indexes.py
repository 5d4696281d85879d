"""Indexes of custom fields: built in a job beside the work of others, used by lists, dropped with the mark."""

from collections.abc import Iterator
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from django.db import connection, connections

from jantar.engine.fields.custom import KINDS, field_from
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.services import change_custom_field, create_custom_field, retire_custom_field
from jantar.engine.permissions.actor import Actor, actor_for, system_actor
from jantar.engine.records import field_indexes, write
from jantar.engine.records.custom_fields import change_field, create_field
from jantar.engine.records.errors import Invalid
from jantar.engine.records.field_indexes import build_indexes, existing_indexes, is_work_left, refuse_doubles, states_of
from jantar.engine.records.jobs import build_field_indexes
from jantar.engine.records.listing import Query, page_of, sorted_rows
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.own_fields import add_own_fields
from jantar.engine.transfer.tests.runs import imported, refused, sheet
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun, State
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C130")]
books = registry.get("books")


@pytest.fixture(autouse=True)
def no_indexes_left() -> Iterator[None]:
    yield
    CustomField.objects.all().delete()
    build()


def build() -> list[str]:
    return build_indexes(lambda done, total: None)


def new(label: str = "Code", kind: str = "text", record_type: str = "books", **options: Any) -> CustomField:
    return create_custom_field(record_type=record_type, label=label, kind=kind, actor=system_actor(), **options)


def change(field: CustomField, **options: Any) -> CustomField:
    values = {"label": field.label, "unique": field.unique, "indexed": field.indexed, **options}
    return change_custom_field(field.pk, record_type=field.record_type, actor=system_actor(), **values)


def add_books(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fake_book (title, custom, version, created_at, updated_at, summary, price_currency, lent, "
            "genre, labels, formats, author_email, phone, website, country) "
            "SELECT 'Book ' || n, jsonb_build_object('x_code', 'Code ' || n, 'x_size', n %% 1000), 1, now(), now(), "
            "'', '', false, '', '{}', '{}', '', '', '', '' FROM generate_series(1, %s) n",
            [number],
        )
        cursor.execute("ANALYZE fake_book")


def plan_of(actor: Actor, sort: str, tree: dict[str, Any] | None = None) -> str:
    return str(sorted_rows(Query(books, actor, filter=tree, sort=sort, columns=["title"]))[:51].explain())


@pytest.mark.parametrize("record_type", list(registry.all()), ids=lambda one: one.name)
def test_every_kind_can_be_marked_on_every_type(record_type: Any) -> None:
    definitions = add_own_fields(record_type)
    CustomField.objects.update(indexed=True)
    assert is_work_left()
    assert build() == []
    assert {one.is_valid for one in existing_indexes().values()} == {True}
    assert states_of(list(definitions.values())) == {one.pk: "ready" for one in definitions.values()}
    assert definitions.keys() == KINDS.keys()
    assert not is_work_left()


def test_lists_are_filtered_and_sorted_from_the_index(db: None) -> None:
    new(indexed=True)
    new("Size", "integer", indexed=True)
    add_books(20_000)
    before = actor_for(make_user("Root", admin=True))
    assert "jantar_custom" not in plan_of(before, "x_code")
    build()
    text, number = CustomField.objects.order_by("pk").values_list("pk", flat=True)
    for sort in ("x_code", "-x_code"):
        assert f"jantar_custom_{text}_up" in plan_of(before, sort), sort
    assert f"jantar_custom_{number}_up" in plan_of(before, "x_size")
    assert f"jantar_custom_{number}_down" in plan_of(before, "-x_size")
    lines: list[tuple[str, Any, str]] = [
        ("is", "code 77", f"{text}_up"), ("any_of", ["code 77", "code 78"], f"{text}_up"),
        ("contains", "ode 1999", f"{text}_words"),
    ]  # fmt: skip
    for op, value, name in lines:
        tree = {"field": "x_code", "op": op, "value": value}
        assert name in plan_of(before, "title", tree), op
        assert page_of(Query(books, before, filter=tree)).rows
    assert f"jantar_custom_{number}_" in plan_of(before, "title", {"field": "x_size", "op": "is", "value": 7})


def test_addresses_are_found_by_their_words_and_sorted_from_the_index(db: None) -> None:
    field = new("Site", "address", indexed=True)
    add_books(20_000)
    with connection.cursor() as cursor:
        site = "jsonb_build_object('street', 'Dlouhá ' || id, 'city', 'Brno-' || id % 100)"
        cursor.execute(f"UPDATE fake_book SET custom = jsonb_build_object('x_site', {site})")
        cursor.execute("VACUUM ANALYZE fake_book")
    root = actor_for(make_user("Root", admin=True))
    build()
    assert f"jantar_custom_{field.pk}_up" in plan_of(root, "x_site")
    tree = {"field": "x_site", "op": "contains", "value": "dlouha 1999"}
    assert f"jantar_custom_{field.pk}_words" in plan_of(root, "title", tree)


def test_indexes_go_when_the_mark_or_the_field_goes_and_come_back_with_it() -> None:
    field = new(indexed=True, unique=True)
    build()
    names = {f"jantar_custom_{field.pk}_{end}" for end in ("up", "words", "once")}
    assert existing_indexes().keys() == names
    field = change(field, indexed=False)
    build()
    assert existing_indexes().keys() == {f"jantar_custom_{field.pk}_once"}
    change(field, indexed=True)
    retire_custom_field(field.pk, record_type="books", actor=system_actor())
    build()
    assert not existing_indexes()


def test_the_job_goes_on_where_a_killed_one_stopped_and_builds_once() -> None:
    """The build waits for an open transaction; its connection is killed meanwhile, which leaves half an index."""
    new(indexed=True)
    add_books(10)
    other = connections.create_connection("default")
    with other.cursor() as holding:
        holding.execute("BEGIN; UPDATE fake_book SET version = version")
        killed = Thread(target=build_and_die)
        killed.start()
        kill_the_build()
        killed.join(timeout=30)
        holding.execute("ROLLBACK")
    other.close()
    assert is_work_left()
    run = build_field_indexes.later()
    assert run_waiting_jobs() == 1
    assert JobRun.objects.get(pk=run.pk).state == State.DONE
    assert {one.is_valid for one in existing_indexes().values()} == {True}
    assert not is_work_left()
    oids = index_oids()
    build()
    assert index_oids() == oids


def kill_the_build() -> None:
    for _attempt in range(300):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index")
            if cursor.fetchall():
                return
        sleep(0.1)
    raise AssertionError("No index is being built.")


def build_and_die() -> None:
    try:
        with pytest.raises(Exception, match=r"terminat|closed|connection"):
            build()
    finally:
        connection.close()


def index_oids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT oid FROM pg_class WHERE relname LIKE 'jantar\_custom\_%' ORDER BY oid")
        return [row[0] for row in cursor.fetchall()]


def test_a_unique_value_is_taken_once_however_it_is_written() -> None:
    new(unique=True)
    build()
    actor = system_actor()
    first = write.create(books, {"title": "Quo vadis", "x_code": "AB-1"}, actor=actor)
    with pytest.raises(Invalid) as refused:
        write.create(books, {"title": "Ivanhoe", "x_code": "áb-1"}, actor=actor)
    assert refused.value.errors == {"x_code": ["Another record already has this value."]}
    assert [book.title for book in Book.objects.all()] == ["Quo vadis"]
    write.create(books, {"title": "No code"}, actor=actor)
    write.create(books, {"title": "None either"}, actor=actor)
    write.update(books, first.pk, {"x_code": "AB-1", "title": "Quo vadis?"}, actor=actor)


def test_a_value_from_the_bin_is_free_until_its_record_would_come_back() -> None:
    new(unique=True)
    build()
    actor = system_actor()
    old = write.create(books, {"title": "Quo vadis", "x_code": "AB-1"}, actor=actor)
    write.delete(books, [old.pk], actor=actor)
    write.create(books, {"title": "Ivanhoe", "x_code": "AB-1"}, actor=actor)
    with pytest.raises(Invalid) as refused:
        write.restore(books, [old.pk], actor=actor)
    assert refused.value.errors == {"x_code": ["Another record already has this value."]}
    assert [book.title for book in books.visible_to(actor)] == ["Ivanhoe"]


def test_a_merge_takes_a_unique_value_over_and_undo_gives_it_back() -> None:
    new(unique=True)
    build()
    actor = actor_for(make_user("Root", admin=True))
    stays = write.create(books, {"title": "Quo vadis"}, actor=actor)
    goes = write.create(books, {"title": "Quo vadis", "x_code": "AB-1"}, actor=actor)
    merged = merge(books, stays.pk, [goes.pk], actor=actor)
    assert Book.objects.get(pk=stays.pk).custom == {"x_code": "AB-1"}
    undo(merged.operation_id, actor=actor)
    assert [book.custom for book in books.visible_to(actor).order_by("pk")] == [{}, {"x_code": "AB-1"}]


def test_a_merge_moves_what_custom_fields_refer_to_and_undo_moves_it_back() -> None:
    shelves, actor = registry.get("shelves"), actor_for(make_user("Root", admin=True))
    new("Spare", kind="record", target="shelves")
    new("Next to", kind="record", target="shelves", record_type="shelves")
    actor = actor_for(User.objects.get())
    stays, goes = (write.create(shelves, {"name": name}, actor=actor) for name in ("Top", "Tpo"))
    other = write.create(shelves, {"name": "Low", "x_next_to": goes}, actor=actor)
    book = write.create(books, {"title": "Quo vadis", "x_spare": goes}, actor=actor)
    write.update(shelves, goes.pk, {"x_next_to": stays}, actor=actor)
    merged = merge(shelves, stays.pk, [goes.pk], actor=actor)
    assert [Book.objects.get(pk=book.pk).custom, custom_of(other)] == [{"x_spare": stays.pk}, {"x_next_to": stays.pk}]
    assert "x_next_to" not in custom_of(stays)
    undo(merged.operation_id, actor=actor)
    assert [Book.objects.get(pk=book.pk).custom, custom_of(other)] == [{"x_spare": goes.pk}, {"x_next_to": goes.pk}]
    assert custom_of(goes) == {"x_next_to": stays.pk}


def custom_of(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk).custom


def test_of_two_who_take_a_value_at_once_one_is_told() -> None:
    new("Number", "integer", unique=True)
    build()
    together, outcomes = Barrier(2), []

    def take() -> None:
        try:
            together.wait()
            write.create(books, {"title": "Quo vadis", "x_number": 7}, actor=system_actor())
            outcomes.append("stored")
        except Invalid as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [Thread(target=take) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stored", "x_number: Another record already has this value."]
    assert Book.objects.count() == 1


def test_values_that_are_there_twice_are_told_before_a_field_becomes_unique() -> None:
    field = new()
    for title in ("Quo vadis", "Ivanhoe"):
        write.create(books, {"title": title, "x_code": "AB-1"}, actor=system_actor())
    with pytest.raises(Invalid) as refused:
        refuse_doubles(field)
    assert "“ab-1”" in refused.value.errors["unique"][0]
    change(field, unique=True)  # somebody was quicker
    run = build_field_indexes.later()
    run_waiting_jobs()
    run.refresh_from_db()
    assert (run.state, run.error) == (State.FAILED, "Several records have the same value of “Code”.")
    assert states_of([CustomField.objects.get()]) == {field.pk: "failed"}
    assert not existing_indexes()


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [("text", "AB-1", "ab-1"), ("number", "1.5", "1,50"), ("date", "2026-03-01", "1.3.2026")],
)
def test_an_import_refuses_the_rows_whose_value_is_taken(kind: str, one: str, two: str) -> None:
    new(kind=kind, unique=True)
    build()
    actor = actor_for(make_user("Root", admin=True))
    imported(sheet(f"Title;Code\nQuo vadis;{one}\n"), "books", actor)
    run = imported(sheet(f"Title;Code\nIvanhoe;{two}\nWaverley;\nKenilworth;\n"), "books", actor, match=[])
    assert [book.title for book in Book.objects.order_by("pk")] == ["Quo vadis", "Waverley", "Kenilworth"]
    assert refused(run) == [(2, "Code: Another record already has this value.")]


def test_the_name_of_any_index_is_short_enough() -> None:
    field = CustomField(pk=10**9, record_type="books", key="x_code", label="Code", kind="text", indexed=True)
    found = field_indexes._indexes(field_from(field), f"{field_indexes.PREFIX}{field.pk}", field_indexes.ALIVE)
    assert all(len(index.name) <= 30 for index in found)


def test_lists_by_a_formula_are_read_from_an_index_that_follows_the_formula(db: None) -> None:
    new("Size", "integer")
    kept: dict[str, Any] = {"kind": "formula", "indexed": True, "actor": system_actor()}
    double = create_field("books", label="Double", formula="[Size] * 2", **kept)
    half = create_field("books", label="Half", formula="[Double] / 4", **kept)
    add_books(20_000)
    assert build() == []
    first = existing_indexes().keys()
    before = actor_for(make_user("Root", admin=True))
    assert f"jantar_custom_{double.pk}_" in plan_of(before, "x_double")
    assert f"jantar_custom_{half.pk}_" in plan_of(before, "-x_half")
    tree = {"field": "x_half", "op": "is", "value": "3.5"}
    assert f"jantar_custom_{half.pk}_" in plan_of(before, "title", tree)
    assert len(page_of(Query(books, before, filter=tree)).rows) == 20
    change_field(double, formula="[Size] * 4", actor=system_actor())
    assert build() == []
    assert existing_indexes().keys().isdisjoint(first)
    with pytest.raises(Invalid) as refused:
        change_field(double, formula="[Size] + day(today())", actor=system_actor())
    assert list(refused.value.errors) == ["indexed"]
