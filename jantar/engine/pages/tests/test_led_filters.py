"""What names a merged record elsewhere than by a key: filters of views, and what was told apart."""

import pytest

from jantar.engine.duplicates.models import Pair, State
from jantar.engine.duplicates.services import decide
from jantar.engine.history.models import Operation
from jantar.engine.pages.models import LedFilter, SavedView
from jantar.engine.records import write
from jantar.engine.records.listing import Query, count_of
from jantar.engine.records.merging.service import merge
from jantar.engine.records.undo import undo
from jantar.engine.testing.fake.records import books, shelves

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C2")]


@pytest.fixture
def make_shelf(actor):
    return lambda name: write.create(shelves, {"name": name}, actor=actor)


def view_with(ada, tree, record_type="books"):
    name = f"View {SavedView.objects.count()}"
    return SavedView.objects.create(record_type=record_type, owner=ada, name=name, filter=tree)


def line(field, value, op="is"):
    return {"all": [{"field": field, "op": op, "value": value}]}


def filter_of(view):
    view.refresh_from_db()
    return view.filter


def taken_back(operation_id, actor):
    return undo(operation_id, actor=actor)


def test_filters_follow_to_the_record_kept_and_come_back_with_undo(ada, actor, make_shelf, make_book):
    kept, gone, other = make_shelf("Attic"), make_shelf("Atic"), make_shelf("Cellar")
    make_book("The Doll", shelf=gone)
    before = {
        "one": line("shelf", gone.pk),
        "text": line("shelf", str(gone.pk)),
        "titled": line("shelf", {"id": gone.pk, "title": "Atic"}),
        "many": line("shelf", [kept.pk, gone.pk, other.pk], "any_of"),
        "group": {"any": [{"none": [{"field": "shelf", "op": "is", "value": gone.pk}]}]},
        "number": line("pages", gone.pk),
        "other": line("shelf", other.pk),
    }
    views = {name: view_with(ada, tree) for name, tree in before.items()}
    inside = {"all": [{"relation": "books", "has": "any", "where": line("shelf", gone.pk)}]}
    related = view_with(ada, inside, "shelves")
    merged = merge(shelves, kept.pk, [gone.pk], actor=actor)
    assert filter_of(views["one"]) == line("shelf", kept.pk)
    assert filter_of(views["text"]) == line("shelf", str(kept.pk))
    assert filter_of(views["titled"])["all"][0]["value"]["id"] == kept.pk
    assert filter_of(views["many"]) == line("shelf", [kept.pk, other.pk], "any_of")
    assert filter_of(views["group"])["any"][0]["none"][0]["value"] == kept.pk
    assert filter_of(related)["all"][0]["where"] == line("shelf", kept.pk)
    assert [filter_of(views[name]) for name in ("number", "other")] == [before["number"], before["other"]]
    assert count_of(Query(books, actor, filter=views["one"].filter)) == (1, True)
    taken_back(merged.operation_id, actor)
    assert {name: filter_of(view) for name, view in views.items()} == before
    assert filter_of(related) == inside
    assert not LedFilter.objects.exists()


def test_an_undo_that_is_undone_leads_the_filters_again(ada, actor, make_shelf):
    kept, gone = make_shelf("Attic"), make_shelf("Atic")
    view = view_with(ada, line("shelf", gone.pk))
    merged = merge(shelves, kept.pk, [gone.pk], actor=actor)
    taken_back(merged.operation_id, actor)
    again = Operation.objects.get(pk=merged.operation_id).undone_by_id
    taken_back(again, actor)
    assert filter_of(view) == line("shelf", kept.pk)


def test_a_filter_that_was_changed_since_stays_as_it_is(ada, actor, make_shelf):
    kept, gone = make_shelf("Attic"), make_shelf("Atic")
    view = view_with(ada, line("shelf", gone.pk))
    merged = merge(shelves, kept.pk, [gone.pk], actor=actor)
    SavedView.objects.filter(pk=view.pk).update(filter=line("shelf", kept.pk, "is_not"))
    taken_back(merged.operation_id, actor)
    assert filter_of(view) == line("shelf", kept.pk, "is_not")


def pair(one, other, state=State.OPEN):
    first, second = sorted((one.pk, other.pk))
    return Pair.objects.create(record_type="books", first_id=first, second_id=second, points=60, state=state)


def states():
    return {(one.first_id, one.second_id): one.state for one in Pair.objects.all()}


def test_what_was_told_apart_stays_told_apart_from_the_record_kept(actor, make_book):
    kept, gone, other, third = (make_book(title) for title in ("The Doll", "Doll", "Dolls", "A Doll"))
    for one in (other, third):
        decide(books, pair(gone, one).pk, State.DIFFERENT, actor=actor)
    pair(kept, third)
    before = states()
    merged = merge(books, kept.pk, [gone.pk], actor=actor)
    assert states() == {
        **before, (kept.pk, other.pk): State.DIFFERENT, (kept.pk, third.pk): State.DIFFERENT,
    }  # fmt: skip
    taken_back(merged.operation_id, actor)
    assert states() == before


def test_what_is_merged_itself_is_told_apart_from_nothing(actor, make_book):
    kept, gone, other = (make_book(title) for title in ("The Doll", "Doll", "Dolls"))
    decide(books, pair(gone, other).pk, State.DIFFERENT, actor=actor)
    before = states()
    merge(books, kept.pk, [gone.pk, other.pk], actor=actor)
    assert states() == before


def test_a_decision_taken_since_the_merge_stays(actor, make_book):
    kept, gone, other = (make_book(title) for title in ("The Doll", "Doll", "Dolls"))
    decide(books, pair(gone, other).pk, State.DIFFERENT, actor=actor)
    merged = merge(books, kept.pk, [gone.pk], actor=actor)
    added = Pair.objects.get(first_id=kept.pk, second_id=other.pk)
    decide(books, added.pk, State.LATER, actor=actor)
    taken_back(merged.operation_id, actor)
    added.refresh_from_db()
    assert added.state == State.LATER
