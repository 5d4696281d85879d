"""Undo over the record types that are installed: content goes back exactly, later edits stay."""

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.history.models import Change, Operation
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.database import tracked_tables
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import NotUndoable, undo
from jantar.engine.testing.actors import make_actor, make_team
from jantar.engine.timeline.models import Comment
from jantar.kit.money import Money

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N7")]

companies = registry.get("companies")
people = registry.get("people")


@pytest.fixture
def admin() -> Actor:
    return make_actor("Admin", admin=True)


def content() -> str:
    """A digest of everything recorded types hold, apart from versions and times of change."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in tracked_tables():
            row = "(to_jsonb(t) - 'version' - 'updated_at')::text"
            cursor.execute(f"SELECT string_agg({row}, E'\\n' ORDER BY id) FROM {table.table} t")
            digest.update(f"{table.table}: {cursor.fetchone()[0]}\n".encode())
    return digest.hexdigest()


def last_operation() -> int:
    return Operation.objects.latest("pk").pk


def person(admin: Actor, **values: object) -> Any:
    return write.create(people, {"given_name": "Jan", "family_name": "Novák", **values}, actor=admin)


def columns_of(result) -> set[tuple[str, str]]:
    return {(conflict.column, conflict.reason) for conflict in result.conflicts}


def test_doing_and_undoing_gives_the_same_content(admin):
    old = person(admin, email="jan@old.example", phone="+420 601 111 111", tags=["a"])
    before = content()
    with operation(admin, "bulk") as opened:
        new = write.create(companies, {"name": "Nová", "email": "info@nova.example"}, actor=admin)
        write.create(people, {"family_name": "Dvořák", "company": new}, actor=admin)
        write.update(people, old.pk, {"email": "jan@new.example", "tags": ["b", "c"], "company": new}, actor=admin)
        write.update(people, old.pk, {"phone": ""}, actor=admin)
        write.delete(people, [old.pk], actor=admin)
    done = content()
    result = undo(opened.pk, actor=admin)
    assert (result.undone, result.conflicts) == (3, [])
    assert content() == before
    assert done != before


def test_an_undo_can_be_undone(admin):
    old = person(admin)
    before = content()
    with operation(admin, "bulk") as opened:
        new = write.create(companies, {"name": "Nová", "email": "info@nova.example"}, actor=admin)
        write.update(people, old.pk, {"company": new}, actor=admin)
    done = content()
    undone = undo(opened.pk, actor=admin)
    redone = undo(undone.operation_id, actor=admin)
    assert (redone.undone, redone.conflicts, content()) == (2, [], done)
    again = undo(redone.operation_id, actor=admin)
    assert (again.undone, again.conflicts, content()) == (2, [], before)


def test_a_later_edit_is_kept_and_reported(admin):
    old = person(admin, city="Brno", job_title="buyer")
    write.update(people, old.pk, {"city": "Praha", "job_title": "boss", "tags": ["x"]}, actor=admin)
    wanted = last_operation()
    write.update(people, old.pk, {"city": "Ostrava"}, actor=admin)
    result = undo(wanted, actor=admin)
    old.refresh_from_db()
    assert (old.city, old.job_title, old.tags) == ("Ostrava", "buyer", [])
    assert (result.undone, columns_of(result)) == (1, {("city", "changed")})


def test_a_later_edit_back_to_the_old_value_is_no_conflict(admin):
    old = person(admin, city="Brno")
    write.update(people, old.pk, {"city": "Praha"}, actor=admin)
    wanted = last_operation()
    write.update(people, old.pk, {"city": "Brno"}, actor=admin)
    assert undo(wanted, actor=admin).conflicts == []


def test_custom_values_go_back_key_by_key(admin):
    old = person(admin)
    type(old).objects.filter(pk=old.pk).update(custom={"x_a": 1, "x_b": 1})
    with operation(admin, "bulk") as opened:
        type(old).objects.filter(pk=old.pk).update(custom={"x_a": 2, "x_b": 2, "x_c": 2})
    type(old).objects.filter(pk=old.pk).update(custom={"x_a": 2, "x_b": 3, "x_c": 2, "x_d": 3})
    result = undo(opened.pk, actor=admin)
    old.refresh_from_db()
    assert old.custom == {"x_a": 1, "x_b": 3, "x_d": 3}
    assert columns_of(result) == {("x_b", "changed")}


def test_amount_and_currency_go_back_together_or_not_at_all(admin):
    company = write.create(companies, {"name": "X", "annual_revenue": Money(Decimal(1), "EUR")}, actor=admin)
    write.update(companies, company.pk, {"annual_revenue": Money(Decimal(2), "CZK")}, actor=admin)
    wanted = last_operation()
    write.update(companies, company.pk, {"annual_revenue": Money(Decimal(3), "CZK")}, actor=admin)
    undo(wanted, actor=admin)
    company.refresh_from_db()
    assert company.annual_revenue == Money(Decimal(3), "CZK")


def test_a_derived_name_follows_when_only_part_of_it_goes_back(admin):
    old = person(admin, given_name="Jan", family_name="Novák")
    write.update(people, old.pk, {"given_name": "Petr"}, actor=admin)
    wanted = last_operation()
    write.update(people, old.pk, {"family_name": "Dvořák"}, actor=admin)
    undo(wanted, actor=admin)
    old.refresh_from_db()
    assert (old.given_name, old.family_name, old.name) == ("Jan", "Dvořák", "Jan Dvořák")


def test_created_records_that_were_edited_or_used_since_are_kept(admin):
    with operation(admin, "import") as opened:
        edited, used, free = (write.create(companies, {"name": name}, actor=admin) for name in ("E", "U", "F"))
        person(admin, family_name="Free", company=free)
    write.update(companies, edited.pk, {"city": "Brno"}, actor=admin)
    person(admin, family_name="User", company=used)
    result = undo(opened.pk, actor=admin)
    left = set(companies.visible_to(admin).values_list("name", flat=True))
    assert left == {"E", "U"}
    assert {(conflict.record_id, conflict.reason) for conflict in result.conflicts} == {
        (edited.pk, "changed"),
        (used.pk, "used"),
    }
    assert result.undone == 2


def test_what_a_kept_record_needs_is_kept_too(admin):
    with operation(admin, "import") as opened:
        company = write.create(companies, {"name": "Needed", "phone": "123456"}, actor=admin)
        employee = person(admin, company=company)
    write.update(people, employee.pk, {"city": "Brno"}, actor=admin)
    result = undo(opened.pk, actor=admin)
    assert result.undone == 0
    assert {(conflict.record_id, conflict.reason) for conflict in result.conflicts} == {
        (employee.pk, "changed"),
        (company.pk, "used"),
    }
    assert company.contact_points.count() == 1


def test_a_record_with_a_note_or_comment_is_kept(admin):
    with operation(admin, "import") as opened:
        talked_about, free = person(admin, family_name="A"), person(admin, family_name="B")
    Comment.objects.create(author_id=admin.user_id, record_type="people", record_id=talked_about.pk, text="Call him.")
    result = undo(opened.pk, actor=admin)
    assert list(people.visible_to(admin).values_list("pk", flat=True)) == [talked_about.pk]
    assert [(conflict.record_id, conflict.reason) for conflict in result.conflicts] == [(talked_about.pk, "used")]
    assert result.undone == 1
    assert not people.model.objects.filter(pk=free.pk).exists()


def test_an_edit_that_was_itself_undone_does_not_hold_a_created_record(admin):
    created = person(admin)
    wanted = last_operation()
    write.update(people, created.pk, {"city": "Brno"}, actor=admin)
    undo(last_operation(), actor=admin)
    assert undo(wanted, actor=admin).conflicts == []
    assert people.visible_to(admin).count() == 0


def test_a_binned_record_comes_back(admin):
    old = person(admin)
    write.delete(people, [old.pk], actor=admin)
    undo(last_operation(), actor=admin)
    assert people.visible_to(admin).filter(pk=old.pk).exists()


def test_it_is_not_undone_twice_nor_after_30_days(admin):
    person(admin)
    first = last_operation()
    undo(first, actor=admin)
    with pytest.raises(NotUndoable):
        undo(first, actor=admin)
    person(admin)
    second = last_operation()
    Operation.objects.filter(pk=second).update(at=Operation.objects.get(pk=second).at - timedelta(days=31))
    with pytest.raises(NotUndoable):
        undo(second, actor=admin)
    with pytest.raises(NotFound):
        undo(10**12, actor=admin)
    assert people.visible_to(admin).count() == 1


def test_only_records_within_the_rights_of_the_actor_are_touched(admin):
    seller = make_actor("Seller", scope=Scope.OWN)
    own = person(seller, city="Brno")
    other = person(admin, city="Brno")
    write.update_many(people, [own.pk, other.pk], {"city": "Praha"}, actor=admin)
    wanted = last_operation()
    result = undo(wanted, actor=seller)
    assert set(people.visible_to(admin).values_list("pk", "city")) == {(own.pk, "Brno"), (other.pk, "Praha")}
    assert [(conflict.record_id, conflict.reason) for conflict in result.conflicts] == [(other.pk, "rights")]
    write.update(people, other.pk, {"city": "Plzeň"}, actor=admin)
    foreign = last_operation()
    with pytest.raises(NotAllowed):
        undo(foreign, actor=seller)
    assert Operation.objects.get(pk=foreign).undone_by is None


def test_the_number_of_statements_does_not_grow_with_the_number_of_records():
    counts = []
    for number in (1, 300):
        with operation(system_actor(), "import") as opened:
            write.store_new(
                people,
                [{"family_name": f"P{n}", "email": f"p{n}@many.example"} for n in range(number)],
                actor=system_actor(),
            )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert undo(opened.pk, actor=system_actor()).undone == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Change.objects.filter(action="D").count() == 602


@pytest.mark.parametrize(
    ("record_type", "values"),
    [(companies, {"name": "Żabka", "city": "Łódź"}), (people, {"given_name": "Jan", "city": "Łódź"})],
    ids=["companies", "people"],
)
def test_those_who_may_change_one_of_several_types_in_a_table_may_undo_it(record_type, values):
    north = make_team("North")
    seller = make_actor("Nora", north, scope=Scope.TEAM)
    colleague = make_actor("Nils", north, scope=Scope.TEAM)
    stranger = make_actor("Sam", make_team("South"), scope=Scope.TEAM)
    record = write.create(record_type, values, actor=seller)
    write.update(record_type, record.pk, {"city": "Gdańsk"}, actor=seller)
    changed = last_operation()
    with pytest.raises(NotAllowed):
        undo(changed, actor=stranger)
    record.refresh_from_db()
    assert record.city == "Gdańsk"
    assert undo(changed, actor=colleague).undone == 1
    record.refresh_from_db()
    assert record.city == "Łódź"
    write.delete(record_type, [record.pk], actor=seller)
    assert undo(last_operation(), actor=seller).undone == 1
    assert record_type.visible_to(seller).filter(pk=record.pk).exists()
