"""The past as it was read at the time: random edits, imports, merges, deletions, erasures, restores and undos."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jantar.engine.history.models import Change, Operation
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import bulk, past, write
from jantar.engine.records.errors import BadQuery, Invalid, NotAllowed, NotFound
from jantar.engine.records.merging.service import merge
from jantar.engine.records.past import _tables, reading_as_of
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import NotUndoable, undo
from jantar.engine.testing.actors import make_actor

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N8")]
companies, people, deals = registry.get("companies"), registry.get("people"), registry.get("deals")
books, shelves = registry.get("books"), registry.get("shelves")
BEGIN = datetime.now(UTC) - timedelta(days=400)


class Clock:
    """Steps of a day each: what was recorded since the last tick happened on the day of this one."""

    def __init__(self) -> None:
        self.day = 0
        self.tick()

    def tick(self) -> datetime:
        self.day += 1
        moment = BEGIN + timedelta(days=self.day)
        Change.objects.filter(at__gt=BEGIN + timedelta(days=399)).update(at=moment)
        return moment


def content() -> dict[str, list[Any]]:
    """All rows of all tables with history, but for when they were last touched."""
    found = {}
    with connection.cursor() as cursor:
        for table in _tables():
            columns = ", ".join(f'"{one}"' for one in table.columns if one != "updated_at")
            cursor.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY id')
            found[table.name] = cursor.fetchall()
    return found


index = st.integers(0, 3)
word = st.sampled_from(["", "Brno", "Praha", "Łódź"])
acts = st.one_of(
    st.tuples(st.just("edit"), index, st.fixed_dictionaries({}, optional={"city": word, "employees": index})),
    st.tuples(st.just("parts"), index, st.lists(index, max_size=3, unique=True)),
    st.tuples(st.just("bulk"), index, word),
    st.tuples(st.just("import"), index, word),
    st.tuples(st.just("merge"), index, st.lists(index, min_size=1, max_size=2)),
    st.tuples(st.just("delete"), index, st.none()),
    st.tuples(st.just("restore"), index, st.none()),
    st.tuples(st.just("create"), index, word),
    st.tuples(st.just("erase"), index, st.none()),
    st.tuples(st.just("undo"), st.integers(0, 8), st.none()),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(acts, max_size=10))
def test_every_moment_is_read_as_it_was_then(db: None, steps: list[Any]) -> None:
    with transaction.atomic():
        world = World(make_actor("Admin", admin=True))
        seen = [(world.clock.tick(), content())]
        for step in steps:
            world.do(*step)
            seen.append((world.clock.tick(), content()))
        for moment, then in seen:
            with reading_as_of(world.admin, moment):
                assert content() == then
        transaction.set_rollback(True)


class World:
    def __init__(self, admin: Actor) -> None:
        self.admin = admin
        self.clock = Clock()
        self.companies = [write.create(companies, {"name": f"C{n}"}, actor=admin) for n in range(4)]
        for n, customer in enumerate(self.companies):
            write.create(people, {"family_name": f"P{n}", "company": customer}, actor=admin)
            write.create(deals, {"name": f"D{n}", "customer": customer}, actor=admin)

    def do(self, act: str, place: int, rest: Any) -> None:
        pk = self.companies[place % 4].pk
        try:
            with transaction.atomic():
                self._do(act, place, pk, rest)
        except (Invalid, NotFound, NotAllowed, NotUndoable):
            return

    def _do(self, act: str, place: int, pk: int, rest: Any) -> None:
        admin = self.admin
        match act:
            case "edit":
                write.update(companies, pk, rest, actor=admin)
            case "parts":
                rows = [{"kind": "phone", "value": f"+42060111111{n}"} for n in rest]
                write.update(companies, pk, {"contact_points": rows}, actor=admin)
            case "bulk":
                write.update_many(companies, [one.pk for one in self.companies], {"city": rest}, actor=admin)
            case "import":
                with operation(admin, "import"):
                    values = [{"name": f"I{n}", "city": rest} for n in range(place + 1)]
                    lines = [bulk.Line(one) for one in values]
                    bulk.draft_new(companies, lines, admin)
                    bulk.store_new(companies, lines, admin)
            case "merge":
                merge(companies, pk, [self.companies[one].pk for one in rest], actor=admin)
            case "delete":
                write.delete(companies, [pk], actor=admin)
            case "restore":
                write.restore(companies, [pk], actor=admin)
            case "create":
                write.create(deals, {"name": rest or "D", "customer": self.companies[place]}, actor=admin)
            case "erase":
                deals.model.objects.filter(pk=deals.model.objects.order_by("-pk").values("pk")[:1]).delete()
            case "undo":
                newest = Operation.objects.order_by("-pk").values_list("pk", flat=True)[place : place + 1]
                for one in newest:
                    undo(one, actor=admin)


def test_a_statement_that_takes_too_long_is_stopped_and_others_go_on(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "PATIENCE", 50)
    admin = make_actor("Admin", admin=True)
    with reading_as_of(admin, datetime.now(UTC) - timedelta(days=1)), connection.cursor() as cursor:
        with pytest.raises(BadQuery) as refusal:
            cursor.execute(f'SELECT pg_sleep(5), count(*) FROM "{books.model._meta.db_table}"')
        assert books.model._base_manager.count() == 0
    assert refusal.value.where == "as_of"
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
