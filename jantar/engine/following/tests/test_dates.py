"""Who is told that a watched date comes near or was changed: when, once, and in whose time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields import services as own_fields
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import moving, reading, reminding
from jantar.engine.following.date_watching import unwatch_date, watch_date, watch_dates_of_view
from jantar.engine.following.models import DateMove, DateReminder, DateWatch, Kind, Way
from jantar.engine.following.preferences import store_preference
from jantar.engine.history.models import Cause
from jantar.engine.pages.models import Audience, SavedView
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C33")]

#: A Wednesday; half past eight in Prague.
NOW = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ada():
    return actor_for(make_user("Ada", admin=True))


@pytest.fixture
def eva():
    return actor_for(make_user("Eva", scope=Scope.ALL))


@pytest.fixture
def make_book(ada):
    def make(title="The Doll", **values):
        return write.create(books, {"title": title, **values}, actor=ada)

    return make


def key(book):
    return RecordKey("books", book.pk)


def watch(book, actor, *, field="published_on", days=(), hours=(), on_change=False):
    return watch_date(key(book), field, days=days, hours=hours, on_change=on_change, actor=actor)


def told(actor):
    return [(one.title, one.sentence) for one in reading.newest(actor, limit=50)]


def look(now=NOW):
    reminding.remind_of_dates(now)
    for one in DateWatch.objects.filter(record_id=None):
        reminding.remind_of_view(one.pk, now)


def tell_moves():
    if pks := list(DateMove.objects.values_list("pk", flat=True)):
        moving.tell_step(pks)


def test_a_date_is_told_of_so_many_days_before(eva, make_book):
    book = make_book(published_on=date(2026, 11, 23))
    watch(book, eva, days=[5, 1])
    look(NOW - DAY)
    assert told(eva) == []
    look()
    assert told(eva) == [("The Doll", "Published: 23 Nov 2026")]


def test_it_is_told_once_however_often_it_is_looked_for(eva, make_book):
    watch(make_book(published_on=date(2026, 11, 23)), eva, days=[5])
    for minutes in range(5):
        look(NOW + timedelta(minutes=minutes))
    assert len(told(eva)) == 1


def test_it_comes_in_the_morning_of_the_user(eva, make_book):
    User.objects.filter(pk=eva.user_id).update(time_zone="America/New_York")
    watch(make_book(published_on=date(2026, 11, 23)), eva, days=[5])
    look(datetime(2026, 11, 18, 12, 59, tzinfo=UTC))
    assert told(eva) == []
    look(datetime(2026, 11, 18, 13, 1, tzinfo=UTC))
    assert len(told(eva)) == 1


def test_what_would_come_at_the_weekend_comes_on_friday(eva, make_book):
    watch(make_book(published_on=date(2026, 11, 23)), eva, days=[1])
    look(datetime(2026, 11, 20, 6, 59, tzinfo=UTC))
    assert told(eva) == []
    look(datetime(2026, 11, 20, 7, 1, tzinfo=UTC))
    assert len(told(eva)) == 1


def test_two_reminders_of_one_morning_are_one(eva, make_book):
    watch(make_book(published_on=date(2026, 11, 22)), eva, days=[0, 1, 2])
    look(datetime(2026, 11, 20, 7, 1, tzinfo=UTC))
    assert len(told(eva)) == 1


def test_a_moment_is_told_of_hours_before(eva, make_book):
    watch(make_book(lent_at=datetime(2026, 11, 18, 9, 30, tzinfo=UTC)), eva, field="lent_at", hours=[2])
    look(NOW - timedelta(minutes=1))
    assert told(eva) == []
    look(NOW + timedelta(minutes=1))
    assert [title for title, _sentence in told(eva)] == ["The Doll"]


def test_a_date_that_is_past_is_not_told_of(eva, make_book):
    watch(make_book(published_on=date(2026, 11, 17)), eva, days=[0, 1, 5])
    look()
    assert (told(eva), DateReminder.objects.count()) == ([], 0)


def test_a_reminder_that_was_due_long_ago_is_not_told(eva, make_book):
    watch(make_book(published_on=date(2026, 11, 20)), eva, days=[5])
    look()
    assert told(eva) == []


def test_a_moved_date_is_told_of_by_its_new_day(ada, eva, make_book):
    book = make_book(published_on=date(2026, 11, 23))
    watch(book, eva, days=[5])
    look()
    write.update(books, book.pk, {"published_on": date(2026, 12, 1)}, actor=ada)
    look(NOW + DAY)
    assert len(told(eva)) == 1
    look(datetime(2026, 11, 26, 7, 30, tzinfo=UTC))
    assert told(eva)[0] == ("The Doll", "Published: 1 Dec 2026")
    assert len(told(eva)) == 2


def test_own_fields_are_watched_like_others(ada, make_book):
    made = own_fields.create_custom_field(record_type="books", kind="date", label="Return by", actor=ada)
    eva = actor_for(make_user("Eva", scope=Scope.ALL))
    ada = actor_for(User.objects.get(pk=ada.user_id))
    book = write.create(books, {"title": "The Doll", made.key: date(2026, 11, 23)}, actor=ada)
    watch(book, eva, field=made.key, days=[5], on_change=True)
    look()
    assert told(eva) == [("The Doll", "Return by: 23 Nov 2026")]
    write.update(books, book.pk, {made.key: date(2026, 11, 24)}, actor=ada)
    tell_moves()
    assert told(eva)[0] == ("The Doll", "Ada changed Return by: 23 Nov 2026 → 24 Nov 2026")


def test_a_change_is_told_with_both_days_but_not_to_who_made_it(ada, eva, make_book):
    book = make_book(published_on=date(2026, 11, 23))
    for actor in (ada, eva):
        watch(book, actor, on_change=True)
    write.update(books, book.pk, {"published_on": None}, actor=ada)
    tell_moves()
    assert told(eva) == [("The Doll", "Ada changed published: 23 Nov 2026 → –")]
    assert (told(ada), DateMove.objects.count()) == ([], 0)


def test_other_changes_and_other_dates_are_not_told(ada, eva, make_book):
    book = make_book(published_on=date(2026, 11, 23))
    watch(book, eva, on_change=True)
    write.update(books, book.pk, {"pages": 5}, actor=ada)
    write.update(books, make_book("Pharaoh").pk, {"published_on": date(2026, 11, 24)}, actor=ada)
    assert DateMove.objects.count() == 0


def test_an_import_that_moves_a_date_is_told(ada, eva, make_book):
    book = make_book(published_on=date(2026, 11, 23))
    watch(book, eva, on_change=True)
    write.update(books, book.pk, {"published_on": date(2026, 11, 24)}, actor=ada, cause=Cause.IMPORT)
    tell_moves()
    assert len(told(eva)) == 1


def test_without_watched_dates_an_operation_costs_no_statement_more(ada, eva, make_book):
    book = make_book()
    with CaptureQueriesContext(connection) as before:
        write.update(books, book.pk, {"pages": 1}, actor=ada)
    assert not [one for one in before if "INSERT INTO following_datemove" in one["sql"]]
    watch(book, eva, on_change=True)
    with CaptureQueriesContext(connection) as after:
        write.update(books, book.pk, {"pages": 2}, actor=ada)
    assert len(after) == len(before) + 1


def test_every_record_of_a_view_is_watched_with_the_rights_of_the_watcher(ada):
    brno, prague = make_team("Brno"), make_team("Prague")
    ida = actor_for(make_user("Ida", brno, scope=Scope.TEAM))
    for title, team, lent in (("Mine", brno, False), ("Lent", brno, True), ("Theirs", prague, False)):
        values = {"title": title, "team": team, "lent": lent, "published_on": date(2026, 11, 23)}
        write.create(books, values, actor=ada)
    watch_dates_of_view(books, "here", "published_on", days=[5], hours=[], on_change=True, actor=ida)
    look()
    assert told(ida) == [("Mine", "Published: 23 Nov 2026")]
    write.update_many(books, list(books.visible_to(ada).values_list("pk", flat=True)),
                      {"published_on": date(2026, 11, 24)}, actor=ada)  # fmt: skip
    tell_moves()
    assert [title for title, _sentence in told(ida)] == ["Mine", "Mine"]


def test_many_of_a_view_are_told_together_and_only_once(ada, eva):
    days = [{"title": f"Volume {n}", "published_on": date(2026, 11, 23)} for n in range(12)]
    write.store_new(books, days, actor=ada)
    watch_dates_of_view(books, "here", "published_on", days=[5], hours=[], on_change=False, actor=eva)
    for minutes in range(3):
        look(NOW + timedelta(minutes=minutes))
    assert told(eva) == [("Books (12)", "Reminder: published")]


def test_a_record_watched_by_itself_and_in_a_view_is_told_once(eva, make_book):
    watch(make_book(published_on=date(2026, 11, 23)), eva, days=[5])
    watch_dates_of_view(books, "here", "published_on", days=[5], hours=[], on_change=False, actor=eva)
    look()
    assert len(told(eva)) == 1


def test_a_view_that_is_no_longer_shared_tells_nothing(ada, eva, make_book):
    make_book(published_on=date(2026, 11, 23))
    view = SavedView.objects.create(
        record_type="books", owner_id=ada.user_id, name="All", audience=Audience.EVERYONE, filter={}
    )
    watch_dates_of_view(books, str(view.pk), "published_on", days=[5], hours=[], on_change=False, actor=eva)
    SavedView.objects.update(audience=Audience.PRIVATE)
    look()
    assert told(eva) == []
    with pytest.raises(NotFound):
        watch_dates_of_view(books, str(view.pk), "lent_at", days=[5], hours=[], on_change=False, actor=eva)


def test_a_view_whose_filter_can_no_longer_be_read_stops_nobody(ada, eva, make_book):
    make_book(published_on=date(2026, 11, 23))
    broken = {"all": [{"field": "x_gone", "op": "is", "value": 1}]}
    view = SavedView.objects.create(record_type="books", owner_id=eva.user_id, name="Old", filter=broken)
    watch_dates_of_view(books, str(view.pk), "published_on", days=[5], hours=[], on_change=True, actor=eva)
    watch_dates_of_view(books, "here", "published_on", days=[5], hours=[], on_change=True, actor=eva)
    look()
    assert len(told(eva)) == 1


def test_looking_costs_the_same_for_one_watch_and_for_many(ada, eva, make_book):
    watch(make_book(published_on=date(2026, 11, 23)), eva, days=[5])
    with CaptureQueriesContext(connection) as one:
        reminding.remind_of_dates(NOW - DAY)
    for number in range(20):
        watch(make_book(f"Volume {number}", published_on=date(2026, 11, 23)), eva, days=[5])
    with CaptureQueriesContext(connection) as many:
        reminding.remind_of_dates(NOW - DAY)
    assert len(one) == len(many)


def test_how_it_is_told_follows_the_settings_of_the_user(eva, make_book):
    store_preference(eva.user_id, ways={Kind.DATE: Way.NEVER}, watches_own=True, daily_hour=7, quiet=None)
    watch(make_book(published_on=date(2026, 11, 23)), eva, days=[5])
    look()
    assert told(eva) == []


def test_what_makes_no_sense_is_refused_with_the_field_named(eva, make_book):
    book = make_book()
    for given, name in (({}, "days"), ({"days": [400]}, "days"), ({"days": [1], "hours": [2]}, "hours")):
        with pytest.raises(Invalid) as refused:
            watch(book, eva, **given)
        assert list(refused.value.errors) == [name]
    with pytest.raises(BadQuery):
        watch(book, eva, field="title", days=[1])
    assert not DateWatch.objects.exists()


def test_nobody_watches_dates_of_records_they_may_not_see(make_book):
    ida = actor_for(make_user("Ida", scope=Scope.OWN))
    with pytest.raises(NotFound):
        watch(make_book(), ida, days=[1])


def test_a_watch_is_ended_by_its_user_alone(ada, eva, make_book):
    one = watch(make_book(), eva, days=[1])
    with pytest.raises(NotFound):
        unwatch_date(one.pk, actor=ada)
    unwatch_date(one.pk, actor=eva)
    assert not DateWatch.objects.exists()
