"""Kept roll-ups are right whoever writes and whoever else writes meanwhile."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from threading import Thread
from time import sleep
from typing import Any

import pytest
from django.db import connection, connections, transaction

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.errors import NotFound
from jantar.engine.records.kept import building
from jantar.engine.records.kept.building import build_kept
from jantar.engine.records.merging.service import merge
from jantar.engine.records.tests.kept_rollups import (
    NEW_BOOK,
    NOVELS,
    add_books,
    build,
    check,
    rollup,
    values_of,
)
from jantar.engine.records.undo import NotUndoable, undo
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.transfer.tests.runs import imported, sheet
from jantar.kit.money import Money
from jantar.platform.settings.models import ExchangeRate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("nothing_kept"),
    pytest.mark.capability("C130"),
]


# Right whoever writes


def many() -> list[CustomField]:
    actor = system_actor()
    create_field("books", label="Size", kind="integer", actor=actor)
    create_field("books", label="Cost", kind="money", actor=actor)
    create_field("books", label="Due", kind="date", actor=actor)
    create_field("books", label="Double", kind="formula", formula="[Size] * 2", actor=actor)
    rest = {"none": [{"field": "title", "op": "contains", "value": "$$ it's 100% \\"}]}
    large = {
        "any": [{"field": "x_double", "op": "gte", "value": 8}, {"field": "labels", "op": "has_any", "value": ["a"]}]
    }
    return [
        rollup("Books", measure="count"),
        rollup("Novels", measure="count", where=NOVELS),
        rollup("Rest", measure="count", where=rest),
        rollup("Large", measure="count", where=large),
        rollup("Pages", measure="sum", field="pages"),
        rollup("Worth", measure="sum", field="price"),
        rollup("Costs", measure="sum", field="x_cost", where=NOVELS),
        rollup("Weight", measure="average", field="weight"),
        rollup("Sizes", measure="most", field="x_size"),
        rollup("Newest", measure="latest", field="published_on"),
        rollup("Lent last", measure="latest", field="lent_at"),
        rollup("Due first", measure="earliest", field="x_due"),
        rollup("Doubled", measure="sum", field="x_double"),
        rollup("Copies", record_type="books", relation="copies", measure="count"),
    ]


class World:
    """Does something with random records, by any door."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.actor = actor_for(make_user(f"Root {seed}", admin=True))

    def act(self) -> str:
        """What was done; nothing where it was refused."""
        acts = [name for name in dir(self) if name.startswith("do_")]
        name = self.random.choice([*acts, "do_create", "do_change"])
        with suppress(NotFound, Invalid, NotUndoable), transaction.atomic():
            getattr(self, name)()
            return name
        return ""

    def pick(self, model: Any, number: int = 1) -> list[int]:
        pks = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
        return self.random.sample(pks, min(number, len(pks)))

    def values(self) -> dict[str, Any]:
        pick = self.random.choice
        some = {
            "shelf": Shelf._base_manager.filter(pk__in=self.pick(Shelf), deleted_at=None).first(),
            "genre": pick(["novel", "poetry", ""]),
            "pages": pick([None, 1, 2, 300]),
            "weight": pick([None, Decimal("0.125"), Decimal("3.100")]),
            "price": pick([None, Money(Decimal("9.90"), "EUR"), Money(Decimal(100), "CZK")]),
            "labels": pick([[], ["a"], ["b"]]),
            "published_on": pick([None, date(2026, 1, 2), date(2025, 3, 4)]),
            "x_size": pick([None, 3, 5]),
            "x_cost": pick([None, Money(Decimal("1.10"), "EUR"), Money(Decimal(50), "CZK")]),
            "x_due": pick([None, date(2026, 5, 6), date(2024, 7, 8)]),
            "copies": [{"number": str(n)} for n in range(self.random.randrange(3))],
        }
        return {name: some[name] for name in self.random.sample(sorted(some), self.random.randrange(1, 6))}

    def do_create(self) -> None:
        write.create(books, {"title": self.random.choice(["A", "$$ it's 100% \\"]), **self.values()}, actor=self.actor)

    def do_change(self) -> None:
        [pk] = self.pick(Book)
        write.update(books, pk, self.values(), actor=self.actor)

    def do_delete(self) -> None:
        write.delete(books, self.pick(Book, 2), actor=self.actor)

    def do_restore(self) -> None:
        write.restore(books, self.pick(Book, 4), actor=self.actor)

    def do_erase(self) -> None:
        write.erase(books, self.pick(Book, 2), actor=self.actor)

    def do_shelf(self) -> None:
        write.create(shelves, {"name": f"Shelf {self.random.random()}"}, actor=self.actor)

    def do_erase_shelf(self) -> None:
        pks = self.pick(Shelf)
        write.delete(shelves, pks, actor=self.actor)
        write.erase(shelves, pks, actor=self.actor)

    def do_bulk(self) -> None:
        write.update_many(books, self.pick(Book, 4), {**self.values(), "copies": []}, actor=self.actor)

    def do_merge_books(self) -> None:
        stays, *rest = self.pick(Book, 3)
        merge(books, stays, rest, actor=self.actor)

    def do_merge_shelves(self) -> None:
        stays, *rest = self.pick(Shelf, 2)
        merge(shelves, stays, rest, actor=self.actor)

    def do_undo(self) -> None:
        undo(self.random.choice(list(Operation.objects.order_by("-pk")[:4])).pk, actor=self.actor)

    def do_sql(self) -> None:
        statements = [
            "UPDATE fake_book SET shelf_id = (SELECT min(id) FROM fake_shelf) WHERE id % 3 = 0",
            "UPDATE fake_book SET custom = custom || '{\"x_size\": 9}', pages = pages + 1 WHERE id % 2 = 0",
            "UPDATE fake_book SET shelf_id = NULL WHERE id % 5 = 0",
            "DELETE FROM fake_copy WHERE id % 2 = 0",
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.random.choice(statements))

    def do_taken_back(self) -> None:
        place = transaction.savepoint()
        self.do_sql()
        transaction.savepoint_rollback(place)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_what_is_kept_is_what_is_measured(seed: int) -> None:
    ExchangeRate.objects.create(currency="CZK", valid_from=date(2020, 1, 1), rate=Decimal("0.04"))
    definitions, world = many(), World(seed)
    for _number in range(4):
        world.do_shelf()
    for _number in range(8):
        world.do_create()
    build()
    check(*definitions)
    done = []
    for _number in range(20):
        done.append(world.act())
        check(*definitions)
    assert len(set(done)) > 5


def test_an_import_and_taking_it_back_keep_it_right() -> None:
    pages, count = rollup("Pages", measure="sum", field="pages"), rollup("Books", measure="count")
    actor = actor_for(make_user("Root", admin=True))
    shelf = write.create(shelves, {"name": "Attic"}, actor=actor)
    build()
    run = imported(sheet("Title;Shelf;Pages\nA;Attic;10\nB;Attic;20\nC;;30\n"), "books", actor)
    assert [values_of(shelves, one.key, actor)[shelf.pk] for one in (pages, count)] == [30, 2]
    check(pages, count)
    undo(run.operation_id or 0, actor=actor)
    assert [values_of(shelves, one.key, actor)[shelf.pk] for one in (pages, count)] == [0, 0]
    check(pages, count)


def test_statements_that_go_in_two_ways_and_truncations_are_seen() -> None:
    count = rollup("Copies", record_type="books", relation="copies", measure="count")
    book = write.create(books, {"title": "A", "copies": [{"number": "1"}, {"number": "2"}]}, actor=system_actor())
    build()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fake_copy (book_id, number, is_main) VALUES (%s, '1', false), (%s, '3', false) "
            "ON CONFLICT (book_id, number) DO UPDATE SET number = '4'",
            [book.pk, book.pk],
        )
        check(count)
        assert values_of(books, count.key, system_actor()) == {book.pk: 3}
        cursor.execute("TRUNCATE fake_copy")
    check(count)
    assert values_of(books, count.key, system_actor()) == {book.pk: 0}


# Right whoever else writes


def aside(act: Callable[[Any], None]) -> Thread:
    """Does it in a connection of its own."""

    def run() -> None:
        other = connections.create_connection("default")
        try:
            with other.cursor() as cursor:
                act(cursor)
        finally:
            other.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def wait_until(sql: str) -> None:
    for _attempt in range(300):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if cursor.fetchall():
                return
        sleep(0.05)
    raise AssertionError(sql)


WAITS = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.mark.parametrize("ends", ["COMMIT", "ROLLBACK"])
def test_two_who_add_to_one_record_at_once_are_both_counted(ends: str) -> None:
    total, most = rollup("Pages", measure="sum", field="pages"), rollup("Most", measure="most", field="pages")
    shelf = write.create(shelves, {"name": "Attic"}, actor=system_actor())
    build()
    other = connections.create_connection("default")
    with other.cursor() as first:
        first.execute("BEGIN")
        first.execute(NEW_BOOK, [shelf.pk, 100])
        second = aside(lambda cursor: cursor.execute(NEW_BOOK, [shelf.pk, 1]))
        wait_until(WAITS)
        first.execute(ends)
        second.join(timeout=30)
    other.close()
    found = [values_of(shelves, one.key, system_actor())[shelf.pk] for one in (total, most)]
    assert found == ([101, 100] if ends == "COMMIT" else [1, 1])
    check(total, most)


def test_a_snapshot_from_before_is_refused_and_keeps_nothing_wrong() -> None:
    most = rollup("Most", measure="most", field="pages")
    shelf = write.create(shelves, {"name": "Attic"}, actor=system_actor())
    write.create(books, {"title": "Long", "pages": 10, "shelf": shelf}, actor=system_actor())
    build()
    other = connections.create_connection("default")
    with other.cursor() as late, connection.cursor() as cursor:
        late.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        late.execute("SELECT count(*) FROM fake_book")
        cursor.execute(NEW_BOOK, [shelf.pk, 7])  # changes nothing of what is kept
        with pytest.raises(Exception, match="could not serialize"):
            late.execute("DELETE FROM fake_book WHERE pages = 10")
        late.execute("ROLLBACK")
        cursor.execute("DELETE FROM fake_book WHERE pages = 10")
    other.close()
    assert values_of(shelves, most.key, system_actor())[shelf.pk] == 7


def test_many_who_write_at_once_leave_it_right() -> None:
    definitions = [rollup("Pages", measure="sum", field="pages"), rollup("Books", measure="count")]
    add_books(4, 2)
    build()
    pks = list(Shelf.objects.order_by("pk").values_list("pk", flat=True))

    def writing(seed: int) -> Callable[[Any], None]:
        def act(cursor: Any) -> None:
            chance = random.Random(seed)
            for _number in range(40):
                cursor.execute(NEW_BOOK, [chance.choice(pks), chance.randrange(100)])
                cursor.execute(
                    "UPDATE fake_book SET shelf_id = %s, pages = pages + 1 WHERE id = (SELECT id FROM fake_book "
                    "WHERE id %% 3 = %s ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED)",
                    [chance.choice(pks), seed],
                )

        return act

    threads = [aside(writing(seed)) for seed in range(3)]
    for thread in threads:
        thread.join(timeout=120)
    assert Book.objects.count() == 8 + 3 * 40
    check(*definitions)


def test_what_is_written_while_it_is_built_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch meets writers: one who was there before the triggers, others between the batches, one in a batch."""
    monkeypatch.setattr(building, "BATCH", 3)
    monkeypatch.setattr(building, "WAIT_SECONDS", 0.05)
    count = rollup("Books", measure="count")
    add_books(10, 1)
    pks = list(Shelf.objects.order_by("pk").values_list("pk", flat=True))
    early = connections.create_connection("default")
    late = connections.create_connection("default")
    batches: list[int] = []
    with early.cursor() as before, late.cursor() as open_one:
        before.execute("BEGIN")
        before.execute(NEW_BOOK, [pks[0], 1])

        def let_go(cursor: Any) -> None:
            sleep(1)
            before.execute("COMMIT")

        def let_on(cursor: Any) -> None:
            wait_until(WAITS)
            open_one.execute("COMMIT")

        def tell(done: int, total: int) -> None:
            batches.append(done)
            with connection.cursor() as cursor:
                cursor.execute(NEW_BOOK, [pks[0], 1])
                cursor.execute(NEW_BOOK, [pks[-1], 1])
                cursor.execute("UPDATE fake_book SET shelf_id = %s WHERE shelf_id = %s", [pks[1], pks[8]])
            if done == 3:
                open_one.execute("BEGIN")
                open_one.execute(NEW_BOOK, [pks[4], 1])
                threads.append(aside(let_on))

        threads = [aside(let_go)]
        build_kept(tell)
        for thread in threads:
            thread.join(timeout=30)
    early.close()
    late.close()
    assert batches[:4] == [0, 3, 6, 9]
    check(count)
    found = values_of(shelves, count.key, system_actor())
    assert found[pks[0]] == 2 + len(batches)
    assert found[pks[4]] == 2
