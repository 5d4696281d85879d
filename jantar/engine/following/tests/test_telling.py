"""Who is told of what, and who is not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.fields import services as own_fields
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import reading
from jantar.engine.following.models import Notification, Preference
from jantar.engine.following.watching import is_watched, unwatch_record, watch_record, with_watch
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotFound
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.timeline import services
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return actor_for(make_user("Ada", admin=True))


@pytest.fixture
def eva():
    return actor_for(make_user("Eva", scope=Scope.ALL))


@pytest.fixture
def book(ada):
    return write.create(books, {"title": "The Doll", "genre": "novel"}, actor=ada)


def key(book):
    return RecordKey("books", book.pk)


def told(actor):
    return [(one.title, one.sentence) for one in reading.newest(actor, limit=50)]


def test_who_watches_is_told_what_others_changed(ada, eva, book):
    watch_record(key(book), actor=eva)
    write.update(books, book.pk, {"pages": 650, "summary": "Love"}, actor=ada)
    assert told(eva) == [("The Doll", "Ada changed: summary, pages")]
    assert told(ada) == []
    assert reading.unread(eva) == 1


def test_nobody_is_told_of_own_acts(eva, book):
    watch_record(key(book), actor=eva)
    write.update(books, book.pk, {"pages": 650}, actor=eva)
    assert told(eva) == []


def test_the_owner_is_told_without_watching(ada, eva, book):
    write.update(books, book.pk, {"pages": 650}, actor=eva)
    assert told(ada) == [("The Doll", "Eva changed: pages")]


def test_an_owner_who_does_not_want_it_is_not_told(ada, eva, book):
    Preference.objects.create(user_id=ada.user_id, watches_own=False)
    write.update(books, book.pk, {"pages": 650}, actor=eva)
    assert told(ada) == []


def test_an_owner_can_let_go_of_one_record(ada, eva, book):
    other = write.create(books, {"title": "Pharaoh"}, actor=ada)
    unwatch_record(key(book), actor=ada)
    for one in (book, other):
        write.update(books, one.pk, {"pages": 650}, actor=eva)
    assert told(ada) == [("Pharaoh", "Eva changed: pages")]


def test_a_record_given_to_somebody_is_told_to_the_new_owner(ada, eva, book):
    user = User.objects.get(pk=eva.user_id)
    write.update(books, book.pk, {"owner": user}, actor=ada)
    write.create(books, {"title": "Pharaoh", "owner": user}, actor=ada)
    assert told(eva) == [("Pharaoh", "Ada gave this to you"), ("The Doll", "Ada gave this to you")]


def test_deleting_and_restoring_are_told(ada, eva, book):
    watch_record(key(book), actor=eva)
    write.delete(books, [book.pk], actor=ada)
    assert told(eva) == [("The Doll", "Ada deleted this")]
    assert [one.in_bin for one in reading.newest(eva, limit=5)] == [True]
    write.restore(books, [book.pk], actor=ada)
    assert told(eva)[0] == ("The Doll", "Ada brought this back from the bin")


def test_one_operation_tells_a_record_once(ada, eva, book):
    watch_record(key(book), actor=eva)
    with operation(ada, Cause.PAGE):
        write.update(books, book.pk, {"pages": 1}, actor=ada)
        write.update(books, book.pk, {"genre": "law"}, actor=ada)
    assert told(eva) == [("The Doll", "Ada changed: pages, genre")]


def test_a_milestone_is_told_to_who_watches_what_the_record_belongs_to(ada, eva, book):
    shelf = write.create(shelves, {"name": "Attic"}, actor=ada)
    write.update(books, book.pk, {"shelf": shelf}, actor=ada)
    watch_record(RecordKey("shelves", shelf.pk), actor=eva)
    write.update(books, book.pk, {"genre": "law"}, actor=ada)
    assert told(eva) == [("Attic", "Ada changed book “The Doll”: genre")]
    watch_record(key(book), actor=eva)
    write.update(books, book.pk, {"genre": "novel"}, actor=ada)
    assert len(told(eva)) == 2


def test_many_records_of_one_operation_are_told_together(ada, eva):
    write.store_new(books, [{"title": f"Volume {n}"} for n in range(12)], actor=eva)
    pks = list(Book.objects.values_list("pk", flat=True))
    write.update_many(books, pks, {"pages": 5}, actor=ada)
    assert told(eva) == [("Books (12)", "Ada changed this")]


def test_telling_costs_the_same_for_one_record_and_for_many(ada, eva):
    write.store_new(books, [{"title": f"Volume {n}"} for n in range(40)], actor=eva)
    pks = list(Book.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as one:
        write.update_many(books, pks[:1], {"pages": 5}, actor=ada)
    with CaptureQueriesContext(connection) as many:
        write.update_many(books, pks, {"pages": 6}, actor=ada)
    own = [[sql["sql"] for sql in found if "following_notification" in sql["sql"]] for found in (one, many)]
    assert [len(found) for found in own] == [1, 1]
    assert len(one) == len(many)


@pytest.mark.capability("C27")
def test_a_comment_is_told_and_forgotten_when_it_is_deleted(ada, eva, book):
    comment = services.add_comment(book, text="Please read this", actor=eva)
    [one] = reading.newest(ada, limit=5)
    assert (one.title, one.sentence, one.text) == ("The Doll", "Eva commented", "Please read this")
    assert told(eva) == []
    services.delete_comment(comment.pk, actor=eva)
    assert told(ada) == []


def test_a_private_note_is_told_to_nobody(ada, eva, book):
    services.add_note(book, text="Secret", actor=eva)
    assert told(ada) == []


def test_an_import_tells_nobody(ada, eva, book):
    watch_record(key(book), actor=eva)
    write.update(books, book.pk, {"genre": "law"}, actor=ada, cause=Cause.IMPORT)
    assert told(eva) == []


def test_what_one_may_no_longer_see_is_not_told(ada):
    prague, brno = make_team("Prague"), make_team("Brno")
    ida = actor_for(make_user("Ida", prague, scope=Scope.TEAM))
    book = write.create(books, {"title": "The Doll", "team": prague}, actor=ada)
    watch_record(key(book), actor=ida)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    assert reading.unread(ida) == 1
    write.update(books, book.pk, {"team": brno}, actor=ada)
    assert (reading.unread(ida), told(ida)) == (0, [])
    [row] = Notification.objects.filter(user=ida.user_id, operation__isnull=False)[:1]
    with pytest.raises(NotFound):
        reading.one_of(ida, row.pk)


def test_a_record_that_one_may_not_see_cannot_be_watched(book):
    ida = actor_for(make_user("Ida", scope=Scope.OWN))
    with pytest.raises(NotFound):
        watch_record(key(book), actor=ida)
    watched = with_watch(Book._base_manager.all(), "books", ida).get(pk=book.pk)
    assert not is_watched(watched, ida)


def test_marking_read_is_for_own_ones_only(ada, eva, book):
    watch_record(key(book), actor=eva)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    [row] = Notification.objects.filter(user=eva.user_id)
    assert reading.mark_read(ada, [row.pk]) == 0
    assert reading.mark_read(eva, [row.pk]) == 1
    assert reading.unread(eva) == 0


def test_counting_the_unread_asks_nothing_of_types_that_none_is_about(ada, eva, book, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert reading.unread(eva) == 0
    watch_record(key(book), actor=eva)
    for pages in range(3):
        write.update(books, book.pk, {"pages": 650 + pages}, actor=ada)
    with django_assert_num_queries(2) as statements:
        assert reading.unread(eva) == 3
    assert "fake_book" in statements.captured_queries[-1]["sql"]
    assert "contacts_party" not in statements.captured_queries[-1]["sql"]


def test_old_notifications_are_deleted(ada, eva, book):
    watch_record(key(book), actor=eva)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    write.update(books, book.pk, {"pages": 651}, actor=ada)
    first = Notification.objects.filter(user=eva.user_id).order_by("pk").first()
    Notification.objects.filter(pk=first.pk).update(at=timezone.now() - timedelta(days=121))
    assert reading.delete_old() == 1
    assert Notification.objects.filter(user=eva.user_id).count() == 1


def test_own_fields_are_told_by_their_names(ada, eva, book):
    definition = own_fields.create_custom_field(record_type="books", kind="text", label="Dedication", actor=ada)
    readers = [actor_for(User.objects.get(pk=one.user_id)) for one in (ada, eva)]
    watch_record(key(book), actor=readers[1])
    write.update(books, book.pk, {definition.key: "To M."}, actor=readers[0])
    assert told(readers[1]) == [("The Doll", "Ada changed: Dedication")]


def test_a_summary_is_not_told_to_who_may_see_none_of_its_records_any_more(ada):
    prague, brno = make_team("Prague"), make_team("Brno")
    ida = actor_for(make_user("Ida", prague, scope=Scope.TEAM))
    write.store_new(books, [{"title": f"Volume {n}", "team": prague} for n in range(6)], actor=ada)
    pks = list(Book.objects.values_list("pk", flat=True))
    for pk in pks:
        watch_record(RecordKey("books", pk), actor=ida)
    write.update_many(books, pks, {"pages": 5}, actor=ada)
    assert (reading.unread(ida), told(ida)) == (1, [("Books (6)", "Ada changed this")])
    Book.objects.update(team=brno)
    assert (reading.unread(ida), told(ida)) == (0, [])
