"""Whatever is edited, merged and deleted in a row: taking it back in reverse order gives the same rows."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.tests.test_merge import unmoved
from jantar.engine.records.tests.test_undo import content, last_operation
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_actor
from jantar.engine.timeline import services

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
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(st.tuples(values, values), min_size=NUMBER, max_size=NUMBER), steps=st.lists(acts, max_size=6))
def test_doing_and_taking_back_gives_the_same_rows(db, first, steps):
    with transaction.atomic():
        admin = make_actor("Admin", admin=True)
        world = World(admin, first)
        states = [(content(), unmoved())]
        done = []
        for step in steps:
            before = last_operation()
            world.do(*step)
            if last_operation() != before:
                done.append(last_operation())
                states.append((content(), unmoved()))
        for operation in reversed(done):
            states.pop()
            assert undo(operation, actor=admin).conflicts == []
            assert (content(), unmoved()) == states[-1]
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
            else:
                write.delete(record_type, [pk], actor=self.admin)
        except (Invalid, NotFound):
            return
