"""Whatever is done in a row, taking it back in reverse order gives the same rows; later edits stay."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jantar.engine.fields.models import CustomField
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import bulk, write
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.tests.test_merge import unmoved
from jantar.engine.records.tests.test_undo import content, last_operation
from jantar.engine.records.undo import NotUndoable, undo
from jantar.engine.testing.actors import make_actor
from jantar.engine.timeline import services
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C2"), pytest.mark.capability("N7")]

companies, people, deals = registry.get("companies"), registry.get("people"), registry.get("deals")
activities = registry.get("activities")
NUMBER = 4

index = st.integers(0, NUMBER - 1)
mail = st.sampled_from(["", "a@jantar.example", "A@jantar.example", "b@jantar.example"])
phone = st.sampled_from(["", "+420 601 111 111", "+420601111111", "+420 602 222 222"])
city = st.sampled_from(["", "Brno", "Praha"])
values = st.fixed_dictionaries(
    {}, optional={"email": mail, "phone": phone, "city": city, "tags": st.lists(city, max_size=2)}
)
acts = st.one_of(
    st.tuples(st.just("merge"), st.booleans(), index, st.lists(index, min_size=1, max_size=3)),
    st.tuples(st.just("edit"), st.booleans(), index, values),
    st.tuples(st.just("relate"), st.booleans(), index, st.lists(index, max_size=3, unique=True)),
    st.tuples(st.just("delete"), st.booleans(), index, st.none()),
    st.tuples(st.just("restore"), st.booleans(), index, st.none()),
    st.tuples(st.just("bulk"), st.booleans(), index, values),
    st.tuples(st.just("import"), st.booleans(), index, values),
    st.tuples(st.just("undo"), st.booleans(), index, st.none()),
)


EMPTY = {"tags": [""], "city": "", "phone": "", "email": ""}
DONE_AGAIN_AND_AGAIN = [("merge", False, 3, [0, 1]), ("edit", False, 3, EMPTY), ("undo", False, 0, None)]


@example(first=[(EMPTY, {}), ({}, {"city": "Brno"}), ({}, {}), ({}, {})], steps=DONE_AGAIN_AND_AGAIN)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(st.tuples(values, values), min_size=NUMBER, max_size=NUMBER), steps=st.lists(acts, max_size=6))
def test_doing_and_taking_back_gives_the_same_rows(db, first, steps):
    with transaction.atomic():
        admin = make_actor("Admin", admin=True)
        world = World(admin, first)
        states = [(content(), unmoved())]
        done: list[int] = []
        undoing: dict[int, int] = {}
        for step in steps:
            before = last_operation()
            world.do(*step)
            if last_operation() != before:
                done.append(last_operation())
                states.append((content(), unmoved()))
                if step[0] == "undo":
                    undoing[done[-1]] = before
        again: dict[int, int] = {}  # what was undone and done again is taken back by the operation that did it again
        for one in reversed(done):
            states.pop()
            result = undo(again.get(one, one), actor=admin)
            assert result.conflicts == []
            assert (content(), unmoved()) == states[-1]
            if one in undoing:
                again[undoing[one]] = result.operation_id
        transaction.set_rollback(True)


class World:
    """Some companies and people with everything that can point to them."""

    def __init__(self, admin: Actor, first: list[tuple[Any, Any]]) -> None:
        self.admin = admin
        self.companies = [self.create(companies, name=f"C{n}", **one) for n, (one, _two) in enumerate(first)]
        self.people = [
            self.create(people, family_name=f"P{n}", company=self.companies[n], **two)
            for n, (_one, two) in enumerate(first)
        ]
        for n, customer in enumerate(self.companies):
            contacts = [{"person": one} for one in self.people[n : n + 2]]
            self.create(deals, name=f"D{n}", customer=customer, contacts=contacts)
            links = [{"record": RecordKey("companies", one.pk)} for one in self.companies[n : n + 2]]
            self.create(activities, subject=f"A{n}", links=links, participants=[{"person": self.people[n]}])
            services.add_comment(customer, text="Hello", actor=admin)

    def create(self, record_type: Any, **given: Any) -> Any:
        return write.create(record_type, given, actor=self.admin)

    def do(self, act: str, is_company: bool, place: int, rest: Any) -> None:
        record_type, records = (companies, self.companies) if is_company else (people, self.people)
        pk = records[place].pk
        try:
            if act == "merge":
                merge(record_type, pk, [records[one].pk for one in rest], actor=self.admin)
            elif act == "edit":
                write.update(record_type, pk, rest, actor=self.admin)
            elif act == "relate":
                rows = [{"kind": "partner", "other": records[one]} for one in rest if one != place]
                write.update(record_type, pk, {"relationships": rows}, actor=self.admin)
            elif act == "restore":
                write.restore(record_type, [pk], actor=self.admin)
            elif act == "bulk":
                write.update_many(record_type, [one.pk for one in records[place:]], rest, actor=self.admin)
            elif act == "import":
                self.bring_in(record_type, place, rest)
            elif act == "undo":
                undo(last_operation(), actor=self.admin)
            else:
                write.delete(record_type, [pk], actor=self.admin)
        except (Invalid, NotFound, NotUndoable):
            return

    def bring_in(self, record_type: Any, number: int, given: Any) -> None:
        """As an import writes: new records beneath the write path, in one operation."""
        name = "name" if record_type is companies else "family_name"
        with operation(self.admin, "import"):
            lines = [bulk.Line({name: f"I{n}", **given}) for n in range(number + 1)]
            bulk.draft_new(record_type, lines, self.admin)
            bulk.store_new(record_type, lines, self.admin)


texts = st.sampled_from(["", "a", "b"])
edits = st.fixed_dictionaries(
    {}, optional={"employees": st.sampled_from([None, 1, 2]), "description": texts, "industry": texts, "x_note": texts}
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=edits, one=edits, later=edits)
def test_later_edits_survive_and_are_listed(db, first, one, later):
    with transaction.atomic():
        admin = make_actor("Admin", admin=True)
        CustomField.objects.create(record_type="companies", key="x_note", kind="text", label="Note")
        admin = actor_for(User.objects.get(pk=admin.user_id))
        fields = companies.fields(admin)

        def read() -> dict[str, Any]:
            stored = companies.model.objects.get(pk=pk)
            return {name: fields[name].read(stored) for name in ("employees", "description", "industry", "x_note")}

        pk = write.create(companies, {"name": "C", **first}, actor=admin).pk
        start, before = read(), last_operation()
        write.update(companies, pk, one, actor=admin)
        middle, wanted = read(), last_operation()
        write.update(companies, pk, later, actor=admin)
        end = read()
        if wanted != before and start != middle:
            kept = {name for name in start if start[name] != middle[name] != end[name]}
            result = undo(wanted, actor=admin)
            assert read() == {name: end[name] if name in kept else start[name] for name in start} | {
                name: end[name] for name in start if start[name] == middle[name]
            }
            assert {conflict.column for conflict in result.conflicts} == {
                name for name in kept if end[name] != start[name]
            }
            assert {conflict.reason for conflict in result.conflicts} <= {"changed"}
        transaction.set_rollback(True)
