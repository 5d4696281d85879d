"""Merging over the record types that are installed: nothing is lost, everything moves, undo brings all of it back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Cause, Operation
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound
from jantar.engine.records.merging.service import merge, survivor_of
from jantar.engine.records.registry import registry
from jantar.engine.records.tests.test_undo import content
from jantar.engine.records.undo import NotUndoable, undo
from jantar.engine.testing.actors import grant, make_actor, make_user
from jantar.engine.timeline import services, stream
from jantar.engine.timeline.models import Comment, Note, Place

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C2")]

companies, people, deals = registry.get("companies"), registry.get("people"), registry.get("deals")
activities, tasks = registry.get("activities"), registry.get("tasks")


@pytest.fixture
def admin() -> Actor:
    return make_actor("Admin", admin=True)


def rows_of(record_type: Any, name: str, record: Any) -> list[Any]:
    rows: list[Any] = record_type.part(name).rows([record.pk])[record.pk]
    return rows


def company(admin: Actor, name: str = "Jantar", **values: Any) -> Any:
    return write.create(companies, {"name": name, **values}, actor=admin)


def points(record: Any) -> list[tuple[str, str, bool]]:
    rows = rows_of(companies, "contact_points", record)
    return sorted((row.kind, row.value, row.is_main) for row in rows)


def again(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def unmoved() -> list[dict[str, Any]]:
    """Where rows without history point to."""
    order: list[Any] = [Place, Note, Comment]
    return [row for model in order for row in model.objects.order_by("pk").values("pk", "record_type", "record_id")]


def test_the_survivor_keeps_its_values_and_gains_what_it_lacks(admin):
    one = company(admin, city="Brno", tags=["a"], roles=["customer"])
    two = company(admin, "Jantar s.r.o.", city="Praha", website="https://jantar.example", tags=["b", "a"])
    result = merge(companies, one.pk, [two.pk], actor=admin)
    record = again(one)
    assert (record.name, record.city, record.website) == ("Jantar", "Brno", "https://jantar.example")
    assert (record.tags, record.roles, result.number) == (["a", "b"], ["customer"], 2)
    assert ("name", "Jantar s.r.o.") in [(left.label, left.text) for left in result.left_out]


def test_the_newest_fills_what_the_survivor_lacks(admin):
    one = company(admin)
    older = company(admin, industry="Steel")
    newer = company(admin, industry="Software")
    merge(companies, one.pk, [newer.pk, older.pk], actor=admin)
    assert again(one).industry == "Software"


def test_each_field_can_come_from_another_record_or_be_typed_anew(admin):
    one = company(admin, "A", industry="Steel", employees=5)
    two = company(admin, "B", industry="Software", employees=7)
    merge(companies, one.pk, [two.pk], actor=admin, taken={"industry": two.pk}, values={"name": "C"})
    record = again(one)
    assert (record.name, record.industry, record.employees) == ("C", "Software", 5)


@pytest.mark.capability("C3")
def test_contact_points_are_united_without_doubles(admin):
    one = company(admin, email="info@jantar.example", phone="+420 601 111 111")
    two = company(admin, email="INFO@jantar.example", phone="+420601111111", website="https://jantar.example")
    three = company(admin, email="sales@jantar.example", phone="+420 602 222 222")
    merge(companies, one.pk, [two.pk, three.pk], actor=admin)
    assert points(one) == [
        ("email", "info@jantar.example", True),
        ("email", "sales@jantar.example", False),
        ("phone", "+420 601 111 111", True),
        ("phone", "+420 602 222 222", False),
        ("web", "https://jantar.example", True),
    ]
    record = again(one)
    assert (record.email, record.phone) == ("info@jantar.example", "+420 601 111 111")


def test_the_main_mail_address_of_another_can_become_the_main_one(admin):
    one = company(admin, email="a@jantar.example")
    two = company(admin, email="b@jantar.example")
    merge(companies, one.pk, [two.pk], actor=admin, taken={"email": two.pk})
    assert again(one).email == "b@jantar.example"
    assert points(one) == [("email", "a@jantar.example", False), ("email", "b@jantar.example", True)]


def test_an_address_stays_whole_and_the_other_is_kept_beside_it(admin):
    one = company(admin, street="Nová 1", city="Brno")
    two = company(admin, street="Stará 2", city="Praha", postal_code="110 00")
    merge(companies, one.pk, [two.pk], actor=admin)
    rows = rows_of(companies, "addresses", one)
    assert [(row.street, row.city, row.postal_code, row.is_main) for row in rows] == [
        ("Nová 1", "Brno", "", True), ("Stará 2", "Praha", "110 00", False),
    ]  # fmt: skip
    assert (again(one).street, again(one).postal_code) == ("Nová 1", "")


def test_the_address_of_another_can_become_the_main_one(admin):
    one = company(admin, addresses=[{"street": "Nová 1", "city": "Brno", "is_main": True}])
    two = company(admin, addresses=[{"street": "Stará 2", "city": "Praha", "is_main": True}])
    merge(companies, one.pk, [two.pk], actor=admin, taken={"addresses": two.pk})
    rows = rows_of(companies, "addresses", one)
    assert [(row.street, row.is_main) for row in rows] == [("Stará 2", True), ("Nová 1", False)]
    assert (again(one).street, again(one).city) == ("Stará 2", "Praha")


def busy(admin: Actor, record: Any, colleague: Any) -> dict[str, Any]:
    """Something of everything that points to a company."""
    found = {
        "person": write.create(people, {"family_name": "Novák", "company": record}, actor=admin),
        "deal": write.create(deals, {"name": "Big", "customer": record}, actor=admin),
        "child": company(admin, "Daughter", parent=record),
        "friend": company(admin, "Friend", relationships=[{"kind": "subsidiary", "other": record}]),
        "call": write.create(
            activities, {"subject": "Call", "links": [{"record": RecordKey("companies", record.pk)}]}, actor=admin
        ),
        "task": write.create(tasks, {"title": "Do", "origin": RecordKey("companies", record.pk)}, actor=admin),
    }
    services.add_comment(record, text="Hello", actor=admin)
    services.add_note(record, text="Secret", actor=actor_for(colleague))
    return found


def test_everything_that_points_to_the_merged_one_moves_and_comes_back(admin):
    colleague = make_user("Colleague", admin=True)
    one, two = company(admin, "One"), company(admin, "Two", email="two@jantar.example")
    made = busy(admin, two, colleague)
    busy(admin, one, colleague)
    before, places = content(), unmoved()
    result = merge(companies, one.pk, [two.pk], actor=admin)
    assert again(made["person"]).company_id == one.pk
    assert again(made["deal"]).customer_id == one.pk
    assert again(made["child"]).parent_id == one.pk
    assert again(made["task"]).origin == RecordKey("companies", one.pk)
    friend = rows_of(companies, "relationships", made["friend"])
    assert [row.other_id for row in friend] == [one.pk]
    links = rows_of(activities, "links", made["call"])
    assert [row.record for row in links] == [RecordKey("companies", one.pk)]
    assert not Place.objects.filter(record_type="companies", record_id=two.pk).exists()
    assert Note.objects.filter(record_id=two.pk).count() == 0
    kinds = {shown.kind.name for shown in stream.page(again(one), actor_for(colleague)).entries}
    assert {"note", "comment"} <= kinds
    undone = undo(result.operation_id, actor=admin)
    assert undone.conflicts == []
    assert (content(), unmoved()) == (before, places)


def test_a_merge_can_be_done_again_by_undoing_its_undo(admin):
    one, two = company(admin, "One"), company(admin, "Two", email="two@jantar.example")
    services.add_comment(two, text="Hello", actor=admin)
    result = merge(companies, one.pk, [two.pk], actor=admin)
    done, places = content(), unmoved()
    undone = undo(result.operation_id, actor=admin)
    redone = undo(undone.operation_id, actor=admin)
    assert (redone.conflicts, content(), unmoved()) == ([], done, places)
    with pytest.raises(NotUndoable):
        undo(undone.operation_id, actor=admin)


def test_later_edits_stay_and_are_listed(admin):
    one, two = company(admin, "One"), company(admin, "Two", industry="Steel")
    result = merge(companies, one.pk, [two.pk], actor=admin)
    write.update(companies, one.pk, {"industry": "Software"}, actor=admin)
    undone = undo(result.operation_id, actor=admin)
    assert [(one.column, one.reason) for one in undone.conflicts] == [("industry", "changed")]
    assert (again(one).industry, again(two).deleted_at) == ("Software", None)


def test_contacts_of_one_deal_become_one(admin):
    customer = company(admin)
    one = write.create(people, {"family_name": "Novák"}, actor=admin)
    two = write.create(people, {"family_name": "Novak"}, actor=admin)
    rows = [{"person": one, "role": ""}, {"person": two, "role": "champion"}]
    deal = write.create(deals, {"name": "Big", "customer": customer, "contacts": rows}, actor=admin)
    before = content()
    result = merge(people, one.pk, [two.pk], actor=admin)
    contacts = rows_of(deals, "contacts", deal)
    assert [(row.person_id, row.role) for row in contacts] == [(one.pk, "champion")]
    undo(result.operation_id, actor=admin)
    assert content() == before


def test_records_that_point_to_each_other_do_not_point_to_themselves_afterwards(admin):
    one = company(admin, "One")
    two = company(admin, "Two", parent=one, relationships=[{"kind": "subsidiary", "other": one}])
    write.update(companies, one.pk, {"parent": two}, actor=admin)
    before = content()
    result = merge(companies, one.pk, [two.pk], actor=admin)
    assert again(one).parent_id is None
    assert rows_of(companies, "relationships", one) == []
    assert undo(result.operation_id, actor=admin).conflicts == []
    assert content() == before


def test_the_address_of_a_merged_record_leads_to_the_survivor(admin):
    one, two, three = (company(admin, name) for name in ("One", "Two", "Three"))
    merge(companies, two.pk, [three.pk], actor=admin)
    assert survivor_of(companies, three.pk, admin) == two.pk
    merge(companies, one.pk, [two.pk], actor=admin)
    assert survivor_of(companies, three.pk, admin) == one.pk
    assert survivor_of(companies, one.pk, admin) is None
    Operation.objects.update(at=timezone.now() - timedelta(days=31))  # too old to be undone
    write.restore(companies, [three.pk], actor=admin)
    assert survivor_of(companies, three.pk, admin) is None


def refused(*arguments: Any, **options: Any) -> dict[str, list[str]]:
    before, operations = content(), Operation.objects.count()
    with pytest.raises(Invalid) as caught:
        merge(*arguments, **options)
    assert (content(), Operation.objects.count()) == (before, operations)
    return caught.value.errors


def test_what_cannot_be_merged_is_refused_with_the_field_named(admin):
    one, two = company(admin, "One"), company(admin, "Two")
    write.delete(companies, [two.pk], actor=admin)
    assert refused(companies, one.pk, [one.pk], actor=admin) == {"with": ["A record can't be merged with itself."]}
    assert refused(companies, one.pk, [], actor=admin) == {"with": ["Choose at least two records to merge."]}
    assert refused(companies, one.pk, [two.pk], actor=admin) == {"with": [f"There is no such record: {two.pk}"]}
    assert refused(companies, one.pk, range(10**6, 10**6 + 50), actor=admin) == {
        "with": ["At most 50 records can be merged at once."]
    }
    three = company(admin, "Three")
    assert refused(companies, one.pk, [three.pk], actor=admin, taken={"nonsense": one.pk}) == {
        "nonsense": ["There is no field “nonsense”."]
    }
    assert refused(companies, one.pk, [three.pk], actor=admin, values={"name": ""}) == {
        "name": ["This field is required."]
    }
    with pytest.raises(NotFound):
        merge(companies, two.pk, [one.pk], actor=admin)


def test_rights_hold_on_every_record_and_an_unseen_one_is_as_good_as_none(admin):
    user = make_user("Seller")
    grant(user, {Action.SEE: Scope.ALL, Action.EDIT: Scope.OWN, Action.DELETE: Scope.OWN})
    seller = actor_for(user)
    own, also = company(admin, owner=user), company(admin, owner=user)
    foreign = company(admin, "Foreign")
    for pk, other in ((own.pk, foreign.pk), (foreign.pk, own.pk)):
        with pytest.raises(NotAllowed):
            merge(companies, pk, [other], actor=seller)
    grant(user, {Action.SEE: Scope.OWN})
    seller = actor_for(user)
    assert refused(companies, own.pk, [foreign.pk], actor=seller) == {
        "with": [f"There is no such record: {foreign.pk}"]
    }
    assert merge(companies, own.pk, [also.pk], actor=seller).number == 2


def test_what_the_user_does_not_see_moves_along_and_comes_back(admin):
    user = make_user("Seller")
    grant(user, dict.fromkeys(Action, Scope.OWN))
    one, two = company(admin, owner=user), company(admin, owner=user)
    deal = write.create(deals, {"name": "Hidden", "customer": two}, actor=admin)
    before = content()
    result = merge(companies, one.pk, [two.pk], actor=actor_for(user))
    assert again(deal).customer_id == one.pk
    assert undo(result.operation_id, actor=actor_for(user)).conflicts == []
    assert content() == before


def test_a_merge_cannot_be_undone_by_who_may_not_change_what_was_merged(admin):
    user = make_user("Seller")
    grant(user, dict.fromkeys(Action, Scope.OWN))
    one, two = company(admin), company(admin)
    result = merge(companies, one.pk, [two.pk], actor=admin)
    done = content()
    with pytest.raises(NotAllowed):
        undo(result.operation_id, actor=actor_for(user))
    assert content() == done


def test_the_history_names_the_merge(admin):
    one, two = company(admin), company(admin)
    result = merge(companies, one.pk, [two.pk], actor=admin)
    opened = Operation.objects.get(pk=result.operation_id)
    assert (opened.cause, opened.label) == (Cause.MERGE, "Merge of 2 records")
