import threading

import pytest
from django.db import connection

from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Operation
from jantar.engine.lists.models import Audience, Member, RecordList
from jantar.engine.lists.services import (
    add_records,
    create_list,
    lists_of,
    lists_with,
    load_list,
    member_counts,
    remove_records,
)
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery, NotAllowed, NotFound
from jantar.engine.records.listing import Query, count_of, page_of, sorted_rows
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_actor, make_team, make_user
from jantar.engine.testing.fake.models import Shelf
from jantar.engine.testing.fake.records import books, shelves

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C108")]


@pytest.fixture
def ada() -> Actor:
    return make_actor("Ada", scope=Scope.ALL)


def make_shelves(number: int, actor: Actor) -> list[int]:
    return [write.create(shelves, {"name": f"{actor.name} {n}"}, actor=actor).pk for n in range(number)]


def found(actor: Actor, op: str, value: object) -> set[int]:
    tree = {"field": "lists", "op": op, "value": value}
    return {row.pk for row in page_of(Query(shelves, actor, filter=tree)).rows}


def test_records_in_a_list_are_found_by_a_condition_of_the_filter(ada: Actor) -> None:
    one, two, three = make_shelves(3, ada)
    fair, dinner = create_list(shelves, "Fair", actor=ada), create_list(shelves, "Dinner", actor=ada)
    add_records(fair.pk, [one, two], actor=ada)
    add_records(dinner.pk, [two], actor=ada)
    assert found(ada, "is", fair.pk) == {one, two}
    assert found(ada, "is_not", fair.pk) == {three}
    assert found(ada, "any_of", [fair.pk, dinner.pk]) == {one, two}
    assert found(ada, "none_of", [dinner.pk]) == {one, three}
    none = {"none": [{"field": "lists", "op": "is", "value": fair.pk}]}
    assert count_of(Query(shelves, ada, filter=none)) == (1, True)


def test_a_book_is_found_by_the_list_its_shelf_is_in(ada: Actor) -> None:
    [shelf] = make_shelves(1, ada)
    inside = write.create(books, {"title": "In", "shelf": Shelf(pk=shelf)}, actor=ada)
    write.create(books, {"title": "Out"}, actor=ada)
    fair = create_list(shelves, "Fair", actor=ada)
    add_records(fair.pk, [shelf], actor=ada)
    tree = {"field": "shelf.lists", "op": "is", "value": fair.pk}
    assert [row.pk for row in page_of(Query(books, ada, filter=tree)).rows] == [inside.pk]


def test_adding_again_changes_nothing_and_says_so(ada: Actor) -> None:
    pks = make_shelves(3, ada)
    fair = create_list(shelves, "Fair", actor=ada)
    first = add_records(fair.pk, pks[:2], actor=ada)
    again = add_records(fair.pk, pks, actor=ada)
    assert (first.changed, first.unchanged, again.changed, again.unchanged) == (2, 0, 1, 2)
    assert member_counts(shelves, [fair.pk], ada) == {fair.pk: 3}
    assert [one.name for one in lists_with(shelves, pks[0], ada)] == ["Fair"]


@pytest.mark.django_db(transaction=True)
def test_those_who_add_the_same_at_once_are_told_apart_who_changed_what(ada: Actor) -> None:
    pks, fair, told = make_shelves(300, ada), create_list(shelves, "Fair", actor=ada), []
    start = threading.Barrier(4)

    def add() -> None:
        start.wait()
        told.append(add_records(fair.pk, pks, actor=ada))
        connection.close()

    threads = [threading.Thread(target=add) for _person in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.changed for one in told) == [0, 0, 0, 300]
    assert member_counts(shelves, [fair.pk], ada) == {fair.pk: 300}


def test_putting_in_and_taking_out_can_be_undone(ada: Actor) -> None:
    pks = make_shelves(3, ada)
    fair = create_list(shelves, "Fair", actor=ada)
    added = add_records(fair.pk, pks, actor=ada)
    removed = remove_records(fair.pk, pks[:2], actor=ada)
    assert found(ada, "is", fair.pk) == {pks[2]}
    undo(removed.operation, actor=ada)
    assert found(ada, "is", fair.pk) == {*pks}
    undo(added.operation, actor=ada)
    assert found(ada, "is", fair.pk) == set()


def test_a_deleted_list_comes_back_with_its_members(ada: Actor) -> None:
    pks = make_shelves(2, ada)
    fair = create_list(shelves, "Fair", actor=ada)
    add_records(fair.pk, pks, actor=ada)
    assert found(ada, "is", fair.pk) == {*pks}
    write.delete(registry.get("lists"), [fair.pk], actor=ada)
    with pytest.raises(BadQuery, match="no longer exists"):
        found(ada, "is", fair.pk)
    deleting = Operation.objects.latest("pk")
    undo(deleting.pk, actor=ada)
    assert found(ada, "is", fair.pk) == {*pks}


def test_a_list_that_is_closed_answers_nobody_who_asked_before(ada: Actor) -> None:
    [shelf] = make_shelves(1, ada)
    fair = create_list(shelves, "Fair", actor=ada, audience=Audience.EVERYONE)
    add_records(fair.pk, [shelf], actor=ada)
    bob = make_actor("Bob", scope=Scope.ALL)
    assert found(bob, "is", fair.pk) == {shelf}
    write.update(registry.get("lists"), fair.pk, {"audience": Audience.PRIVATE}, actor=ada)
    with pytest.raises(BadQuery, match="not shared with you"):
        found(bob, "is", fair.pk)


def test_nobody_but_its_owner_sees_a_private_list(ada: Actor) -> None:
    [shelf] = make_shelves(1, ada)
    secret = create_list(shelves, "Secret", actor=ada)
    add_records(secret.pk, [shelf], actor=ada)
    for other in (make_actor("Bob", scope=Scope.ALL), make_actor("Root", admin=True)):
        assert list(lists_of(shelves, other)) == []
        with pytest.raises(NotFound):
            load_list(secret.pk, other)
        with pytest.raises(NotFound):
            add_records(secret.pk, [shelf], actor=other)
        with pytest.raises(BadQuery, match="not shared with you"):
            found(other, "is", secret.pk)
        assert list(lists_with(shelves, shelf, other)) == []
    assert Member.objects.filter(list=secret).count() == 1


def test_a_list_of_a_team_is_seen_and_filled_by_the_team_alone() -> None:
    team = make_team("Sellers")
    ada = actor_for(make_user("Ada", team, scope=Scope.ALL))
    mate = actor_for(make_user("Mate", team, scope=Scope.ALL))
    other = make_actor("Other", scope=Scope.ALL)
    [shelf] = make_shelves(1, ada)
    fair = create_list(shelves, "Fair", audience=Audience.TEAM, actor=ada)
    assert add_records(fair.pk, [shelf], actor=mate).changed == 1
    assert found(mate, "is", fair.pk) == {shelf}
    with pytest.raises(NotFound):
        load_list(fair.pk, other)
    with pytest.raises(NotAllowed):
        write.locked(registry.get("lists"), fair.pk, mate, "delete")


def test_whom_a_list_is_for_is_decided_by_its_owner(ada: Actor) -> None:
    bob = make_actor("Bob", scope=Scope.ALL)
    fair = create_list(shelves, "Fair", audience=Audience.EVERYONE, actor=ada)
    write.update(registry.get("lists"), fair.pk, {"name": "Fair 2027"}, actor=bob)
    with pytest.raises(Invalid) as refused:
        write.update(registry.get("lists"), fair.pk, {"audience": Audience.PRIVATE}, actor=bob)
    assert "audience" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        write.update(registry.get("lists"), fair.pk, {"of": "books"}, actor=ada)
    assert "of" in refused.value.errors
    fair.refresh_from_db()
    assert (fair.name, fair.audience, fair.of) == ("Fair 2027", Audience.EVERYONE, "shelves")


def test_a_list_for_a_team_needs_a_team(ada: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        create_list(shelves, "Fair", audience=Audience.TEAM, actor=ada)
    assert list(refused.value.errors) == ["team"]
    assert not RecordList.objects.visible_to(ada).exists()


def test_members_are_told_as_far_as_their_records_may_be_seen(ada: Actor) -> None:
    own = make_actor("Own", scope=Scope.OWN)
    theirs, mine = make_shelves(1, ada)[0], make_shelves(1, own)[0]
    fair = create_list(shelves, "Fair", actor=own)
    outcome = add_records(fair.pk, [theirs, mine], actor=own)
    assert (outcome.changed, outcome.unchanged) == (1, 0)
    assert set(Member.objects.filter(list=fair).values_list("record_id", flat=True)) == {mine}
    shared = create_list(shelves, "Shared", audience=Audience.EVERYONE, actor=ada)
    add_records(shared.pk, [theirs, mine], actor=ada)
    everyone = make_actor("Reader", scope=Scope.ALL)
    assert member_counts(shelves, [shared.pk], everyone) == {shared.pk: 2}
    assert member_counts(shelves, [shared.pk], own) == {shared.pk: 1}


def test_a_merge_moves_membership_and_gives_it_back_when_undone(ada: Actor) -> None:
    stays, goes, other = make_shelves(3, ada)
    both, only = create_list(shelves, "Both", actor=ada), create_list(shelves, "Only", actor=ada)
    add_records(both.pk, [stays, goes, other], actor=ada)
    add_records(only.pk, [goes], actor=ada)
    merged = merge(shelves, stays, [goes], actor=ada)
    assert (found(ada, "is", both.pk), found(ada, "is", only.pk)) == ({stays, other}, {stays})
    assert undo(merged.operation_id, actor=ada).conflicts == []
    assert (found(ada, "is", both.pk), found(ada, "is", only.pk)) == ({stays, goes, other}, {goes})


def test_merged_lists_hold_the_records_of_both_once(ada: Actor) -> None:
    one, two, three = make_shelves(3, ada)
    fair, dinner = create_list(shelves, "Fair", actor=ada), create_list(shelves, "Dinner", actor=ada)
    add_records(fair.pk, [one, two], actor=ada)
    add_records(dinner.pk, [two, three], actor=ada)
    merged = merge(registry.get("lists"), fair.pk, [dinner.pk], actor=ada)
    assert found(ada, "is", fair.pk) == {one, two, three}
    undo(merged.operation_id, actor=ada)
    assert (found(ada, "is", fair.pk), found(ada, "is", dinner.pk)) == ({one, two}, {two, three})
    of_books = create_list(books, "Books", actor=ada)
    with pytest.raises(Invalid, match="different types"):
        merge(registry.get("lists"), fair.pk, [of_books.pk], actor=ada)


def test_undoing_a_creation_does_not_stop_at_a_list_the_record_is_in(ada: Actor) -> None:
    [shelf] = make_shelves(1, ada)
    creating = Operation.objects.latest("pk")
    fair = create_list(shelves, "Fair", actor=ada)
    add_records(fair.pk, [shelf], actor=ada)
    assert undo(creating.pk, actor=ada).conflicts == []
    assert found(ada, "is", fair.pk) == set()


def test_lists_are_read_by_their_index_however_large_the_tables_are(ada: Actor) -> None:
    fair = create_list(shelves, "Fair", actor=ada)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fake_shelf (name, city, custom, version, created_at, updated_at)"
            " SELECT 'Shelf ' || n, '', '{}', 1, now(), now() FROM generate_series(1, 30000) n"
        )
        cursor.execute(
            "INSERT INTO lists_member (list_id, record_type, record_id, at)"
            " SELECT %s, 'shelves', id, now() FROM fake_shelf WHERE id %% 100 = 0",
            [fair.pk],
        )
        for other in range(5):
            busy = create_list(shelves, f"Busy {other}", actor=ada)
            cursor.execute(
                "INSERT INTO lists_member (list_id, record_type, record_id, at)"
                " SELECT %s, 'shelves', id, now() FROM fake_shelf",
                [busy.pk],
            )
        cursor.execute("ANALYZE fake_shelf")
        cursor.execute("ANALYZE lists_member")
    for op in ("is", "is_not"):
        query = Query(shelves, ada, filter={"field": "lists", "op": op, "value": fair.pk})
        plan = sorted_rows(query)[:50].explain()
        assert "Seq Scan on lists_member" not in plan, plan
        assert "lists_member_once" in plan, plan
