"""Who is told that a record came into a watched view, or left it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.following import looking, reading
from jantar.engine.following.date_watching import watch_dates_of_view
from jantar.engine.following.models import DateWatch, ViewLook, ViewWatch
from jantar.engine.following.view_watching import unwatch_view, watch_view
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.lists.services import add_records, create_list, remove_records
from jantar.engine.pages.models import Audience, SavedView
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.tests.kept_rollups import build, rollup
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books, shelves
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C33")]

NOVELS = {"all": [{"field": "genre", "op": "is", "value": "novel"}]}


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


def watched(actor, tree=NOVELS, name="Novels", owner=None, **values):
    """A saved view that the actor watches and that was looked at once."""
    view = SavedView.objects.create(
        record_type="books", owner_id=(owner or actor).user_id, name=name, filter=tree, **values
    )
    watch = watch_view(books, str(view.pk), actor=actor)
    look()
    return watch


def look(minutes=0):
    """Everything, as if so many minutes had passed."""
    now = timezone.now() + timedelta(minutes=minutes)
    answers = looking.Answers()
    watches = ViewWatch.objects.order_by("view", "pk").values_list("pk", flat=True)
    return sum(looking.look(pk, now, answers) for pk in watches)


def told(actor):
    return [(one.title, one.sentence) for one in reading.newest(actor, limit=50)]


def test_a_record_that_comes_in_or_leaves_is_told(ada, eva, make_book):
    book = make_book()
    watched(eva)
    assert told(eva) == []
    write.update(books, book.pk, {"genre": "novel"}, actor=ada)
    look(1)
    assert told(eva) == [("The Doll", "Came into the view “Novels”")]
    write.update(books, book.pk, {"genre": "law"}, actor=ada)
    look(2)
    assert told(eva)[0] == ("The Doll", "Left the view “Novels”")
    look(3)
    assert len(told(eva)) == 2


def test_new_and_deleted_records_are_told(ada, eva, make_book):
    watched(eva)
    book = make_book(genre="novel")
    look(1)
    write.delete(books, [book.pk], actor=ada)
    look(2)
    assert [sentence for _title, sentence in told(eva)] == ["Left the view “Novels”", "Came into the view “Novels”"]


def test_what_was_there_before_is_not_told(eva, make_book):
    make_book(genre="novel")
    watched(eva)
    look(1)
    assert told(eva) == []


def test_own_acts_are_not_told(eva, make_book):
    book = make_book()
    watched(eva)
    write.update(books, book.pk, {"genre": "novel"}, actor=eva)
    look(1)
    assert told(eva) == []


def test_many_are_told_together_also_of_an_import(ada, eva):
    watched(eva)
    with operation(ada, Cause.IMPORT):
        write.store_new(books, [{"title": f"Volume {n}", "genre": "novel"} for n in range(17)], actor=ada)
    look(1)
    assert told(eva) == [("Books (17)", "Came into the view “Novels”")]
    look(2)
    assert len(told(eva)) == 1


def test_a_look_costs_the_same_for_one_record_and_for_many(ada, eva, make_book):
    watched(eva)
    make_book(genre="novel")
    with CaptureQueriesContext(connection) as one:
        look(1)
    write.store_new(books, [{"title": f"Volume {n}", "genre": "novel"} for n in range(60)], actor=ada)
    with CaptureQueriesContext(connection) as many:
        look(2)
    assert len(one) == len(many)


def test_only_what_the_watcher_may_see_is_told(ada):
    brno, prague = make_team("Brno"), make_team("Prague")
    ida = actor_for(make_user("Ida", brno, scope=Scope.TEAM))
    watched(ida, owner=ada, audience=Audience.EVERYONE)
    for title, team in (("Mine", brno), ("Theirs", prague)):
        write.create(books, {"title": title, "team": team, "genre": "novel"}, actor=ada)
    look(1)
    assert told(ida) == [("Mine", "Came into the view “Novels”")]


def test_those_who_ask_the_same_share_the_answer(ada, make_book):
    view = SavedView.objects.create(
        record_type="books", owner_id=ada.user_id, name="Novels", filter=NOVELS, audience=Audience.EVERYONE
    )
    readers = [actor_for(make_user(name, scope=Scope.ALL)) for name in ("Eva", "Iva", "Ola")]
    for reader in readers:
        watch_view(books, str(view.pk), actor=reader)
    look()
    make_book(genre="novel")
    with CaptureQueriesContext(connection) as found:
        look(1)
    asked = [one for one in found if one["sql"].startswith("SELECT") and '"genre"' in one["sql"]]
    assert len(asked) == 1
    assert [len(told(reader)) for reader in readers] == [1, 1, 1]


def test_a_related_record_can_bring_one_in(ada, eva, make_book):
    shelf = write.create(shelves, {"name": "Attic", "city": "Brno"}, actor=ada)
    make_book(shelf=shelf)
    watched(eva, {"all": [{"field": "shelf.city", "op": "is", "value": "Praha"}]}, "In Prague")
    write.update(shelves, shelf.pk, {"city": "Praha"}, actor=ada)
    look(1)
    assert told(eva) == [("The Doll", "Came into the view “In Prague”")]
    assert len(ViewLook.objects.get().tables) == 2


def test_another_filter_or_other_rights_are_no_news(ada, eva, make_book):
    make_book(genre="law")
    watched(eva)
    SavedView.objects.update(filter={"all": [{"field": "genre", "op": "is", "value": "law"}]})
    look(1)
    assert told(eva) == []
    User.objects.filter(pk=eva.user_id).update(is_admin=True)
    make_book("Pharaoh", genre="law")
    look(2)
    assert told(eva) == []


def test_a_view_that_has_grown_too_large_says_so_once(ada, eva, monkeypatch):
    monkeypatch.setattr(looking, "MOST_MEMBERS", 3)
    watched(eva)
    write.store_new(books, [{"title": f"Volume {n}", "genre": "novel"} for n in range(6)], actor=ada)
    look(1)
    look(2)
    assert [sentence.split(".")[0] for _title, sentence in told(eva)][:1] == [
        "The view “Novels” has grown too large and is not watched now"
    ]
    number = len(told(eva))
    Book.objects.filter(title__in=["Volume 1", "Volume 2", "Volume 3", "Volume 4"]).update(genre="law")
    look(3)
    assert ViewLook.objects.get().members != []
    assert len(told(eva)) == number


def test_a_view_that_cannot_be_read_any_more_stops_nobody(ada, eva, make_book):
    watched(eva, owner=ada, audience=Audience.EVERYONE, name="Shared")
    watched(eva, name="Mine")
    SavedView.objects.filter(name="Shared").update(audience=Audience.PRIVATE)
    make_book(genre="novel")
    look(1)
    assert told(eva) == [("The Doll", "Came into the view “Mine”")]
    SavedView.objects.filter(name="Mine").update(filter={"all": [{"field": "x_gone", "op": "is", "value": 1}]})
    assert look(2) == 0


def test_a_look_is_due_after_a_change_of_what_the_view_reads_and_once_an_hour(make_book):
    now = timezone.now()
    just, before = now - timedelta(minutes=1), now - timedelta(minutes=6)
    assert looking.is_due(None, [], {}, now)
    assert looking.is_due(now - timedelta(hours=1), [], {}, now)
    assert looking.is_due(before, ["a"], {"a": just}, now)
    assert not looking.is_due(before, ["b"], {"a": just}, now)
    assert not looking.is_due(just, ["a"], {"a": now}, now)
    assert looking.last_changes() == {}
    make_book()
    assert list(looking.last_changes()) == ["fake_book"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nothing_kept")
def test_a_look_is_due_also_after_a_change_of_what_a_kept_roll_up_measures(ada, eva, make_book):
    thick = rollup("Pages", measure="sum", field="pages")
    build()
    shelf = write.create(shelves, {"name": "Attic"}, actor=ada)
    book = make_book(shelf=shelf, pages=10)
    actor = actor_for(User.objects.get(pk=eva.user_id))
    tree = {"all": [{"field": thick.key, "op": "gt", "value": 100}]}
    view = SavedView.objects.create(record_type="shelves", owner_id=eva.user_id, name="Thick", filter=tree)
    watch_view(shelves, str(view.pk), actor=actor)
    look()
    assert ViewLook.objects.get().tables == ["fake_book", "fake_shelf"]
    write.update(books, book.pk, {"pages": 200}, actor=ada)
    look(1)
    assert told(actor) == [("Attic", "Came into the view “Thick”")]


def test_what_cannot_be_watched_is_refused(ada, eva, make_book):
    view = SavedView.objects.create(record_type="books", owner_id=ada.user_id, name="Mine", filter={})
    for name in (str(view.pk), "no-such-view", "99999999999999999999"):
        with pytest.raises(NotFound):
            watch_view(books, name, actor=eva)
    watch = watch_view(books, "here", actor=eva)
    assert watch_view(books, "here", actor=eva) == watch
    with pytest.raises(NotFound):
        unwatch_view(watch.pk, actor=ada)
    unwatch_view(watch.pk, actor=eva)
    assert not ViewWatch.objects.exists()


def test_there_are_at_most_fifty_watched_views(eva, monkeypatch):
    monkeypatch.setattr("jantar.engine.following.view_watching.MOST_WATCHES", 0)
    with pytest.raises(BadQuery):
        watch_view(books, "here", actor=eva)


@pytest.fixture
def fair(ada):
    """A hand-picked list that everybody sees."""
    return create_list(books, "Fair", audience="everyone", actor=ada)


@pytest.mark.capability("C33")
def test_what_is_put_into_a_watched_list_and_taken_out_is_told_but_not_own_acts(ada, eva, make_book, fair):
    first, second = make_book("The Doll"), make_book("Pharaoh")
    watch_view(books, f"list-{fair.pk}", actor=eva)
    look()
    add_records(fair.pk, [first.pk], actor=ada)
    add_records(fair.pk, [second.pk], actor=eva)
    look()
    assert told(eva) == [("The Doll", "Put into the list “Fair”")]
    remove_records(fair.pk, [second.pk], actor=eva)
    remove_records(fair.pk, [first.pk], actor=ada)
    look()
    assert told(eva)[0] == ("The Doll", "Taken out of the list “Fair”")
    assert len(told(eva)) == 2


def test_a_change_of_members_makes_a_look_at_the_list_due(ada, eva, make_book, fair):
    watch = watch_view(books, f"list-{fair.pk}", actor=eva)
    look()
    seen = ViewLook.objects.get(watch=watch)
    assert set(seen.tables) == {"fake_book", "lists_recordlist"}
    add_records(fair.pk, [make_book().pk], actor=ada)
    ViewLook.objects.update(looked_at=timezone.now() - timedelta(minutes=6))
    assert looking.is_due(
        timezone.now() - timedelta(minutes=6), ["lists_recordlist"], looking.last_changes(), timezone.now()
    )


def test_a_private_list_is_watched_by_its_owner_only(ada, eva, make_book):
    mine = create_list(books, "Mine", actor=eva)
    with pytest.raises(NotFound):
        watch_view(books, f"list-{mine.pk}", actor=ada)
    with pytest.raises(NotFound):
        watch_view(shelves, f"list-{mine.pk}", actor=eva)
    watch_view(books, f"list-{mine.pk}", actor=eva)
    assert [one.ready for one in ViewWatch.objects.all()] == [f"list-{mine.pk}"]


def test_a_list_that_is_no_longer_shared_is_told_of_no_longer(ada, eva, make_book, fair):
    watch = watch_view(books, f"list-{fair.pk}", actor=eva)
    look()
    write.update(registry.get("lists"), fair.pk, {"audience": "private"}, actor=ada)
    add_records(fair.pk, [make_book().pk], actor=ada)
    look(1)
    assert told(eva) == []
    assert not ViewLook.objects.filter(watch=watch).exists()


def places():
    """What is watched: views first, then dates of views."""
    return [one.ready for model in (ViewWatch, DateWatch) for one in model.objects.order_by("pk")]


def test_the_watch_of_a_list_goes_with_it_into_another_and_back(ada, eva, make_book, fair):
    dinner = create_list(books, "Dinner", audience="everyone", actor=ada)
    add_records(dinner.pk, [make_book("The Doll").pk], actor=ada)
    for actor in (ada, eva):
        watch_view(books, f"list-{dinner.pk}", actor=actor)
    watch_dates_of_view(books, f"list-{dinner.pk}", "published_on", days=[5], hours=[], on_change=True, actor=eva)
    both = watch_view(books, f"list-{fair.pk}", actor=ada)
    look()
    merged = merge(registry.get("lists"), fair.pk, [dinner.pk], actor=ada)
    fairs, dinners = f"list-{fair.pk}", f"list-{dinner.pk}"
    # Ada watches both: her watch of the one that went stays with it.
    assert places() == [dinners, fairs, fairs, fairs]
    look(6)
    seen = len(told(eva))
    add_records(fair.pk, [make_book("Pharaoh").pk], actor=ada)
    look(12)
    assert told(eva)[: len(told(eva)) - seen] == [("Pharaoh", "Put into the list “Fair”")]
    undone = undo(merged.operation_id, actor=ada)
    assert places() == [dinners, dinners, fairs, dinners]
    undo(undone.operation_id, actor=ada)
    assert places() == [dinners, fairs, fairs, fairs]
    assert ViewWatch.objects.get(pk=both.pk).ready == fairs


def test_two_watched_lists_in_one_merge_leave_one_watch_of_the_one_that_stays(ada, eva, fair):
    others = [create_list(books, name, audience="everyone", actor=ada) for name in ("Dinner", "Lunch")]
    for one in others:
        watch_view(books, f"list-{one.pk}", actor=eva)
    merged = merge(registry.get("lists"), fair.pk, [one.pk for one in others], actor=ada)
    assert places() == [f"list-{fair.pk}", f"list-{others[1].pk}"]
    undo(merged.operation_id, actor=ada)
    assert places() == [f"list-{one.pk}" for one in others]


def test_a_saved_view_of_a_merged_list_shows_the_one_that_stays(ada, fair):
    dinner = create_list(books, "Dinner", actor=ada)
    tree = {"all": [{"field": "lists", "op": "any_of", "value": [dinner.pk]}]}
    view = SavedView.objects.create(record_type="books", owner_id=ada.user_id, name="Guests", filter=tree)
    merged = merge(registry.get("lists"), fair.pk, [dinner.pk], actor=ada)
    assert SavedView.objects.get(pk=view.pk).filter["all"][0]["value"] == [fair.pk]
    undo(merged.operation_id, actor=ada)
    assert SavedView.objects.get(pk=view.pk).filter == tree
