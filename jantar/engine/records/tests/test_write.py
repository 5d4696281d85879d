"""The write path, on the fake library."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Change, Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound, Stale
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_actor, make_team, make_user
from jantar.engine.testing.fake.models import Book, Copy, Shelf
from jantar.kit.money import Money
from jantar.platform.settings.models import ExchangeRate

pytestmark = pytest.mark.django_db
books, shelves = registry.get("books"), registry.get("shelves")


@pytest.fixture
def ada():
    return make_actor("Ada", make_team("Readers"), scope=Scope.TEAM)


@pytest.fixture
def bob():
    return make_actor("Bob", make_team("Writers"), scope=Scope.TEAM)


def test_a_new_record_belongs_to_the_actor_and_the_main_team(ada):
    book = write.create(books, {"title": "Babička"}, actor=ada)
    assert (book.owner_id, book.team_id, book.version) == (ada.user_id, ada.main_team, 1)
    assert Book.objects.visible_to(ada).get() == book


def test_money_is_kept_with_its_amount_in_the_base_currency(ada):
    ExchangeRate.objects.create(currency="PLN", valid_from="2020-01-01", rate=Decimal("0.25"))
    book = write.create(books, {"title": "Quo vadis", "price": Money(Decimal("10.00"), "PLN")}, actor=ada)
    book.refresh_from_db()
    assert book.price == Money(Decimal("10.00"), "PLN")
    assert book.price_base == Decimal("2.50")


def test_an_amount_that_is_too_large_in_the_base_currency_is_refused(ada):
    ExchangeRate.objects.create(currency="KWD", valid_from="2020-01-01", rate=Decimal(1_000_000))
    with pytest.raises(Invalid) as refusal:
        write.create(books, {"title": "Dear", "price": Money(Decimal(10**13), "KWD")}, actor=ada)
    assert refusal.value.errors == {"price": ["This amount is too large."]}
    assert not Book.objects.exists()


def test_every_wrong_value_is_named_and_nothing_is_stored(ada):
    values = {"title": "", "pages": -1, "author_email": "nobody", "genre": "opera", "colour": "red", "id": 7}
    with pytest.raises(Invalid) as refusal:
        write.create(books, values, actor=ada)
    assert refusal.value.errors == {
        "title": ["This field is required."],
        "pages": ["This must be at least 0."],
        "author_email": ["“nobody” is not an e-mail address."],
        "genre": ["“opera” is not one of the listed values."],
        "colour": ["There is no field “colour”."],
        "id": ["This field can't be changed."],
    }
    assert not Book.objects.exists()


def test_a_rule_of_the_type_refuses(ada):
    with pytest.raises(Invalid) as refusal:
        write.create(books, {"title": "forbidden"}, actor=ada)
    assert refusal.value.errors == {"title": ["This title is forbidden."]}
    assert not Book.objects.exists()


def test_a_second_record_with_a_unique_value_is_refused_and_the_transaction_goes_on(ada):
    write.create(shelves, {"name": "A"}, actor=ada)
    with pytest.raises(Invalid) as refusal:
        write.create(shelves, {"name": "A"}, actor=ada)
    assert refusal.value.errors == {"name": ["Another record already has this value."]}
    assert Shelf.objects.count() == 1


def test_a_reference_to_a_record_the_actor_may_not_see_is_refused(ada, bob):
    hidden = write.create(shelves, {"name": "Secret"}, actor=bob)
    with pytest.raises(Invalid) as refusal:
        write.create(books, {"title": "Spy story", "shelf": hidden}, actor=ada)
    assert refusal.value.errors == {"shelf": ["There is no such record."]}


def test_a_reference_comes_back_loaded_when_only_its_id_was_given(ada):
    shelf = write.create(shelves, {"name": "Poems"}, actor=ada)
    book = write.create(books, {"title": "Máj", "shelf": Shelf(pk=shelf.pk)}, actor=ada)
    assert str(book.shelf) == "Poems"


def test_who_may_not_create_is_refused(bob):
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    with pytest.raises(NotAllowed):
        write.create(books, {"title": "Diary"}, actor=actor_for(reader))
    assert not Book.objects.exists()


def test_records_of_others_are_not_found_and_visible_ones_can_be_locked(ada, bob):
    book = write.create(books, {"title": "Diary"}, actor=bob)
    with pytest.raises(NotFound):
        write.update(books, book.pk, {"title": "Mine"}, actor=ada)
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    with pytest.raises(NotAllowed):
        write.update(books, book.pk, {"title": "Mine"}, actor=actor_for(reader))
    assert Book.objects.get().title == "Diary"


def test_nobody_gives_away_what_would_leave_their_scope(ada, bob):
    book = write.create(books, {"title": "Diary"}, actor=ada)
    other = Book._meta.get_field("owner").related_model.objects.get(pk=bob.user_id)
    with pytest.raises(NotAllowed):
        write.update(books, book.pk, {"owner": other, "team": None}, actor=ada)
    assert Book.objects.get().owner_id == ada.user_id


def test_changes_of_different_fields_are_merged(ada):
    book = write.create(books, {"title": "Old"}, actor=ada)
    write.update(books, book.pk, {"title": "New"}, actor=ada, version=1)
    merged = write.update(books, book.pk, {"pages": 90}, actor=ada, version=1)
    assert (merged.title, merged.pages, merged.version) == ("New", 90, 3)


def test_a_stale_change_of_the_same_field_is_refused_with_both_values(ada):
    book = write.create(books, {"title": "Old"}, actor=ada)
    write.update(books, book.pk, {"title": "Theirs"}, actor=ada, version=1)
    with pytest.raises(Stale) as refusal:
        write.update(books, book.pk, {"title": "Mine", "pages": 3}, actor=ada, version=1)
    assert (refusal.value.version, refusal.value.theirs, refusal.value.yours) == (
        2,
        {"title": "Theirs"},
        {"title": "Mine"},
    )
    assert Book.objects.get().pages is None


def test_saving_what_is_already_there_changes_nothing(ada):
    book = write.create(books, {"title": "Same"}, actor=ada)
    again = write.update(books, book.pk, {"title": "Same"}, actor=ada)
    assert again.version == 1
    assert Change.objects.filter(action="U").count() == 0


def test_parts_are_replaced_as_a_whole_and_keep_one_main_row(ada):
    copies = [{"number": "1"}, {"number": "2", "is_main": True}]
    book = write.create(books, {"title": "Parts", "copies": copies}, actor=ada)
    first = Copy.objects.get(number="1")
    write.update(books, book.pk, {"copies": [{"id": first.pk, "number": "1b"}, {"number": "3"}]}, actor=ada)
    assert list(Copy.objects.order_by("number").values_list("number", "is_main")) == [("1b", True), ("3", False)]


def test_a_wrong_part_is_named_by_its_row_and_nothing_changes(ada):
    book = write.create(books, {"title": "Parts", "copies": [{"number": "1"}]}, actor=ada)
    with pytest.raises(Invalid) as refusal:
        write.update(books, book.pk, {"title": "New", "copies": [{"number": ""}, {"size": 3}]}, actor=ada)
    assert "copies.0.number" in refusal.value.errors
    book.refresh_from_db()
    assert (book.title, [copy.number for copy in book.copies.all()]) == ("Parts", ["1"])


def test_two_equal_parts_are_refused_by_the_database_in_readable_words(ada):
    with pytest.raises(Invalid) as refusal:
        write.create(books, {"title": "Parts", "copies": [{"number": "1"}, {"number": "1"}]}, actor=ada)
    assert list(refusal.value.errors.values()) == [["This number is taken."]]
    assert not Book.objects.exists()


def test_a_deleted_record_is_in_the_bin_and_comes_back(ada):
    book = write.create(books, {"title": "Lost"}, actor=ada)
    assert write.delete(books, [book.pk], actor=ada) == 1
    assert not Book.objects.visible_to(ada).exists()
    assert Book.objects.in_bin_for(ada).get() == book
    with pytest.raises(NotFound):
        write.delete(books, [book.pk], actor=ada)
    assert write.restore(books, [book.pk], actor=ada) == 1
    assert Book.objects.visible_to(ada).get() == book


def test_many_records_change_in_one_operation_and_a_constant_number_of_statements(ada):
    counts = []
    for number in (3, 40):
        made = [write.create(books, {"title": f"{number}-{n}"}, actor=ada).pk for n in range(number)]
        with CaptureQueriesContext(connection) as queries:
            changed, operation = write.update_many(books, made, {"genre": "law"}, actor=ada)
        counts.append(len(queries))
        assert changed == number
        assert Change.objects.filter(operation=operation, action="U").count() == number
    assert counts[0] == counts[1]


def test_history_names_the_operation_its_actor_and_its_cause(ada):
    book = write.create(books, {"title": "Old", "copies": [{"number": "1"}]}, actor=ada, cause="api")
    write.update(books, book.pk, {"title": "New"}, actor=ada)
    changes = list(Change.objects.filter(root="fake_book", root_id=book.pk).order_by("id"))
    assert [(c.source, c.action) for c in changes] == [("fake_book", "I"), ("fake_copy", "I"), ("fake_book", "U")]
    assert (changes[2].before["title"], changes[2].after["title"]) == ("Old", "New")
    assert [(o.actor_id, o.cause) for o in Operation.objects.order_by("id")] == [
        (ada.user_id, "api"),
        (ada.user_id, "page"),
    ]


def test_a_change_past_the_write_path_is_recorded_without_an_operation(ada):
    book = write.create(books, {"title": "Old"}, actor=ada)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fake_book SET title = 'Behind your back' WHERE id = %s", [book.pk])
    change = Change.objects.latest("id")
    assert (change.operation_id, change.after) == (None, {"title": "Behind your back"})


def test_of_many_records_only_those_that_differ_get_a_new_version(ada):
    """Else whoever edits one of the others would be told of a conflict that there is none."""
    same = write.create(books, {"title": "A", "genre": "law"}, actor=ada)
    other = write.create(books, {"title": "B", "genre": "novel"}, actor=ada)
    assert write.update_many(books, [same.pk, other.pk], {"genre": "law"}, actor=ada)[0] == 1
    versions = dict(Book.objects.values_list("title", "version"))
    assert versions == {"A": 1, "B": 2}
