"""What the history of a record tells, to whom, and at what price."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.services import create_custom_field, retire_custom_field
from jantar.engine.history.changes import Entry, changes_of, people_in
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor
from jantar.kit.money import Money
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
COMPANIES, PEOPLE = registry.get("companies"), registry.get("people")


@pytest.fixture
def user() -> User:
    return User.objects.create_user("jana@demo.example", full_name="Jana Malá", is_admin=True)


@pytest.fixture
def actor(user: User) -> Actor:
    return actor_for(user)


@pytest.fixture
def amber(actor: Actor) -> Any:
    return write.create(COMPANIES, {"name": "Amber", "city": "Brno"}, actor=actor)


def lines(entry: Entry) -> list[tuple[str, str, str]]:
    return [(change.label, change.old, change.new) for change in entry.changes]


def test_a_new_record_has_one_entry_that_says_who_made_it(amber: Any, actor: Actor, user: User) -> None:
    [entry] = changes_of(COMPANIES, amber.pk, actor).entries
    assert (entry.kind, entry.who, entry.who_id, entry.cause) == ("created", "Jana Malá", user.pk, "page")


def test_changed_fields_are_told_with_labels_and_shown_values(amber: Any, actor: Actor) -> None:
    write.update(COMPANIES, amber.pk, {"city": "Ostrava", "lifecycle": "customer"}, actor=actor, cause="api")
    entry, _created = changes_of(COMPANIES, amber.pk, actor).entries
    assert entry.cause == "api"
    assert sorted(lines(entry)) == [("city", "Brno", "Ostrava"), ("lifecycle", "Lead", "Customer")]


def test_a_reference_is_told_by_its_title(amber: Any, actor: Actor) -> None:
    person = write.create(PEOPLE, {"family_name": "Nowak", "company": amber}, actor=actor)
    other = write.create(COMPANIES, {"name": "Resin"}, actor=actor)
    write.update(PEOPLE, person.pk, {"company": other}, actor=actor)
    entry = changes_of(PEOPLE, person.pk, actor).entries[0]
    assert lines(entry) == [("company", "Amber", "Resin")]
    assert entry.changes[0].after == {"id": other.pk, "title": "Resin"}


def test_an_amount_keeps_the_currency_it_had_then(amber: Any, actor: Actor) -> None:
    for amount in (Money(Decimal(100), "PLN"), Money(Decimal(200), "PLN"), Money(Decimal(200), "EUR")):
        write.update(COMPANIES, amber.pk, {"annual_revenue": amount}, actor=actor)
    told = [lines(entry)[0][1:] for entry in changes_of(COMPANIES, amber.pk, actor).entries[:3]]
    clean = [tuple(text.replace("\xa0", " ") for text in pair) for pair in told]
    assert clean == [("PLN 200.00", "EUR 200.00"), ("PLN 100.00", "PLN 200.00"), ("", "PLN 100.00")]


def test_custom_fields_are_told_apart_also_when_they_are_retired(amber: Any, user: User) -> None:
    actor = actor_for(user)
    level = create_custom_field(record_type="companies", label="Level", kind="integer", actor=actor)
    create_custom_field(record_type="companies", label="Segment", kind="choice", choices=["Gold", "Tin"], actor=actor)
    actor = actor_for(user)
    write.update(COMPANIES, amber.pk, {"x_level": 3, "x_segment": "Tin"}, actor=actor)
    write.update(COMPANIES, amber.pk, {"x_segment": "Gold"}, actor=actor)
    retire_custom_field(level.pk, record_type="companies", actor=actor)
    second, first, _created = changes_of(COMPANIES, amber.pk, actor_for(user)).entries
    assert lines(second) == [("Segment", "Tin", "Gold")]
    assert sorted(lines(first)) == [("Level", "", "3"), ("Segment", "", "Tin")]


def test_rows_of_parts_are_told_with_the_record(amber: Any, actor: Actor) -> None:
    write.update(COMPANIES, amber.pk, {"addresses": [{"kind": "seat", "city": "Plzeň", "country": "CZ"}]}, actor=actor)
    [address] = COMPANIES.parts[1].rows([amber.pk])[amber.pk]
    write.update(COMPANIES, amber.pk, {"addresses": [{"id": address.pk, "city": "Písek"}]}, actor=actor)
    write.update(COMPANIES, amber.pk, {"addresses": []}, actor=actor)
    gone, changed, added = changes_of(COMPANIES, amber.pk, actor).entries[:3]
    assert of_addresses(added) == [("I", "", "Seat, Plzeň, Czechia")]
    assert ("Addresses", "city", "Plzeň", "Písek") in [(c.part, c.label, c.old, c.new) for c in changed.changes]
    assert of_addresses(gone) == [("D", "Seat, Písek, Czechia", "")]


def of_addresses(entry: Any) -> list[tuple[str, str, str]]:
    """The changes of address rows; the main address on the company itself changes with them."""
    return [(change.action, change.old, change.new) for change in entry.changes if change.part == "Addresses"]


def test_bin_and_back_are_told(amber: Any, actor: Actor) -> None:
    write.delete(COMPANIES, [amber.pk], actor=actor)
    write.restore(COMPANIES, [amber.pk], actor=actor)
    assert [entry.kind for entry in changes_of(COMPANIES, amber.pk, actor).entries] == [
        "restored",
        "deleted",
        "created",
    ]


def test_a_record_the_reader_may_not_see_is_not_named(amber: Any, actor: Actor) -> None:
    person = write.create(PEOPLE, {"family_name": "Nowak", "company": amber}, actor=actor)
    write.update(PEOPLE, person.pk, {"company": None}, actor=actor)
    stranger = actor_for(User.objects.create_user("jan@demo.example", full_name="Jan"))
    entry = changes_of(PEOPLE, person.pk, stranger).entries[0]
    assert lines(entry) == [("company", "(not visible to you)", "")]


def test_twenty_at_a_time_and_the_statements_do_not_grow(amber: Any, actor: Actor) -> None:
    for number in range(30):
        write.update(COMPANIES, amber.pk, {"city": f"Town {number}", "parent": None}, actor=actor)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = changes_of(COMPANIES, amber.pk, actor)
    assert len(queries) == 1
    assert [lines(entry)[0][2] for entry in first.entries] == [f"Town {number}" for number in range(29, 9, -1)]
    rest = changes_of(COMPANIES, amber.pk, actor, before=first.next_before)
    assert [entry.kind for entry in rest.entries] == ["changed"] * 10 + ["created"]
    assert rest.next_before is None


def test_a_change_made_behind_the_back_of_jantar_is_told_too(amber: Any, actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_party SET city = 'Praha' WHERE id = %s", [amber.pk])
    entry = changes_of(COMPANIES, amber.pk, actor).entries[0]
    assert (entry.who_id, entry.cause_label, lines(entry)) == (None, "Outside of Jantar", [("city", "Brno", "Praha")])


def test_a_created_record_tells_its_first_facts(actor: Actor) -> None:
    values = {"name": "Amber", "city": "Brno", "employees": 5, "tags": ["a"], "email": "a@jantar.example"}
    amber = write.create(COMPANIES, values, actor=actor)
    write.update(COMPANIES, amber.pk, {"city": "Plzeň", "employees": 6, "website": "https://a.example"}, actor=actor)
    created = changes_of(COMPANIES, amber.pk, actor).entries[-1]
    told = {one.name: (one.old, one.new) for one in created.changes if not one.part}
    assert {name: told[name] for name in ("name", "city", "employees", "tags", "email")} == {
        "name": ("", "Amber"), "city": ("", "Brno"), "employees": ("", "5"), "tags": ("", "a"),
        "email": ("", "a@jantar.example"),
    }  # fmt: skip
    assert not {"id", "created_at", "kind", "website"} & told.keys()


def test_the_history_of_one_field_or_part_and_of_one_person(amber: Any, actor: Actor) -> None:
    ben = make_actor("Ben", admin=True)
    write.update(COMPANIES, amber.pk, {"city": "Praha", "employees": 3}, actor=ben)
    write.update(COMPANIES, amber.pk, {"employees": 4}, actor=actor)
    write.update(COMPANIES, amber.pk, {"contact_points": [{"kind": "phone", "value": "+420601111111"}]}, actor=ben)

    def told(**asked: Any) -> list[list[str]]:
        entries = changes_of(COMPANIES, amber.pk, actor, **asked).entries
        return [[one.new for one in entry.changes] for entry in entries if entry.kind != "created"]

    assert told(about="employees") == [["4"], ["3"]]
    assert told(about="employees", by=ben.user_id) == [["3"]]
    assert told(about="city", by=actor.user_id) == []
    assert len(told(about="contact_points")) == 1
    assert people_in(COMPANIES, amber.pk) == [(ben.user_id, "Ben"), (actor.user_id, actor.name)]
