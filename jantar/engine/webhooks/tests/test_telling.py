"""What happened becomes messages, by whatever door it came, for those who may know, with few statements."""

from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import continued, operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.merging.service import merge
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.timeline.services import add_comment, add_note
from jantar.engine.webhooks.models import Delivery, Event, Webhook

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C125", "N10")]


def told() -> list[tuple[str, list[int]]]:
    found = [(one.type, one.ids) for one in Delivery.objects.order_by("pk")]
    Delivery.objects.all().delete()
    return found


def test_what_happens_to_a_record_is_told(make_hook, actor) -> None:
    make_hook(events=Event.values)
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    assert told() == [("shelves.created", [attic.pk])]
    write.update(shelves, attic.pk, {"name": "Loft"}, actor=actor)
    assert told() == [("shelves.changed", [attic.pk])]
    write.update(shelves, attic.pk, {"name": "Loft"}, actor=actor)
    assert told() == []
    write.delete(shelves, [attic.pk], actor=actor)
    assert told() == [("shelves.deleted", [attic.pk])]
    write.restore(shelves, [attic.pk], actor=actor)
    assert told() == [("shelves.restored", [attic.pk])]


def test_merging_and_its_undo_are_told(make_hook, actor) -> None:
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    loft = write.create(shelves, {"name": "Loft", "city": "Brno"}, actor=actor)
    make_hook(events=["merged", "restored", "deleted"])
    with operation(actor, Cause.MERGE) as merging:
        merge(shelves, attic.pk, [loft.pk], actor=actor)
    assert told() == [("shelves.merged", [loft.pk])]
    undo(merging.pk, actor=actor)
    assert told() == [("shelves.restored", [loft.pk])]


def test_only_changes_of_the_chosen_fields_are_told(make_hook, actor) -> None:
    create_field("shelves", label="Colour", kind="text", actor=actor)
    key = CustomField.objects.get().key
    actor = actor_for(make_user("Bea", admin=True))
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    make_hook(record_type="shelves", events=["changed"], fields=["city", "owner", key])
    write.update(shelves, attic.pk, {"name": "Loft"}, actor=actor)
    assert told() == []
    for values in ({"city": "Brno"}, {"owner": None}, {key: "red"}):
        write.update(shelves, attic.pk, values, actor=actor)
        assert told() == [("shelves.changed", [attic.pk])], values


def test_rows_of_parts_are_fields_too(make_hook, actor) -> None:
    book = write.create(books, {"title": "Lalka"}, actor=actor)
    make_hook(record_type="books", events=["changed"], fields=["copies"])
    write.update(books, book.pk, {"title": "Quo vadis"}, actor=actor)
    assert told() == []
    write.update(books, book.pk, {"copies": [{"number": "A1"}]}, actor=actor)
    assert told() == [("books.changed", [book.pk])]


def test_the_filter_holds_for_what_the_record_is_afterwards_also_in_the_bin(make_hook, actor) -> None:
    brno = {"field": "city", "op": "is", "value": "Brno"}
    make_hook(record_type="shelves", events=["created", "changed", "deleted"], filter=brno)
    attic = write.create(shelves, {"name": "Attic", "city": "Praha"}, actor=actor)
    assert told() == []
    write.update(shelves, attic.pk, {"city": "Brno"}, actor=actor)
    assert told() == [("shelves.changed", [attic.pk])]
    write.delete(shelves, [attic.pk], actor=actor)
    assert told() == [("shelves.deleted", [attic.pk])]


def test_only_what_its_user_may_see_is_told(make_hook, actor) -> None:
    eve = make_user("Eve", scope=Scope.OWN)
    make_hook(user=eve.pk, events=Event.values)
    write.create(shelves, {"name": "Attic"}, actor=actor)
    assert told() == []
    hers = write.create(shelves, {"name": "Cellar", "owner": eve}, actor=actor)
    assert told() == [("shelves.created", [hers.pk])]
    eve.is_active = False
    eve.save()
    write.update(shelves, hers.pk, {"name": "Vault"}, actor=actor)
    assert told() == []


def test_comments_are_told_and_private_notes_only_to_who_may_read_them(make_hook, actor) -> None:
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    eve = make_user("Eve", admin=True)
    make_hook(events=["entry"], user=eve.pk)
    add_note(attic, text="secret", actor=actor)
    assert told() == []
    add_comment(attic, text="word", actor=actor)
    [(kind, [_place])] = told()
    assert kind == "shelves.entry"
    add_note(attic, text="shared", actor=actor, share_with=[])
    assert told() == []


def test_raw_sql_within_an_operation_is_told(make_hook, actor) -> None:
    make_hook(events=["created"])
    with operation(actor, Cause.IMPORT):
        Shelf.objects.bulk_create(Shelf(name=f"Shelf {number}") for number in range(250))
    assert [len(ids) for _type, ids in told()] == [100, 100, 50]


def test_each_step_of_a_long_operation_tells_what_it_did(make_hook, actor) -> None:
    make_hook(events=["created"])
    with operation(actor, Cause.BULK) as done:
        first = Shelf.objects.create(name="One")
    with continued(done.pk):
        second = Shelf.objects.create(name="Two")
    assert told() == [("shelves.created", [first.pk]), ("shelves.created", [second.pk])]


def test_nothing_is_told_of_what_was_rolled_back_or_while_it_is_off(make_hook, actor) -> None:
    hook = make_hook(events=["created"])
    with suppress(ZeroDivisionError), operation(actor, Cause.PAGE):
        Shelf.objects.create(name="One")
        _ = 1 / 0
    assert told() == []
    Webhook.objects.filter(pk=hook.pk).update(state="paused")
    write.create(shelves, {"name": "Two"}, actor=actor)
    assert len(told()) == 1
    Webhook.objects.filter(pk=hook.pk).update(state="off")
    write.create(shelves, {"name": "Three"}, actor=actor)
    assert told() == []


def test_a_filter_that_no_longer_holds_water_stops_no_work(make_hook, actor) -> None:
    hook = make_hook(record_type="shelves", events=["created"])
    Webhook.objects.filter(pk=hook.pk).update(filter={"field": "gone", "op": "is", "value": 1})
    write.create(shelves, {"name": "Attic"}, actor=actor)
    assert told() == []


def statements(count: int, actor) -> int:
    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        operation(actor, Cause.BULK),
    ):
        Book.objects.bulk_create(Book(title=f"Book {number}") for number in range(count))
    return len(seen)


def test_the_number_of_statements_does_not_depend_on_the_number_of_records(make_hook, actor) -> None:
    without = statements(1, actor)
    assert statements(90, actor) == without
    make_hook(record_type="books", events=["created", "changed"])
    one = statements(1, actor)
    assert statements(900, actor) == one


def test_without_a_webhook_not_one_statement_more(actor, monkeypatch) -> None:
    from jantar.engine.history import operations
    from jantar.engine.webhooks import telling

    with_listener = statements(1, actor)
    kept = [one for one in operations._listeners if one[0] is not telling.tell_operation]
    assert len(kept) == len(operations._listeners) - 1
    monkeypatch.setattr(operations, "_listeners", kept)
    assert statements(1, actor) == with_listener
