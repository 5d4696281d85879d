"""The triggers: whatever changes a record changes how it is found."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from jantar.engine.permissions.actor import system_actor
from jantar.engine.records import write
from jantar.engine.records.record_type import Search
from jantar.engine.records.registry import registry
from jantar.engine.search.checks import problems
from jantar.engine.search.indexing import index_sql, rebuild
from jantar.engine.search.jobs import forget_words
from jantar.engine.search.models import Entry, Word
from jantar.engine.search.searching import search
from jantar.engine.search.typos import corrections
from jantar.engine.testing.fake.models import Book, Copy, Shelf

pytestmark = pytest.mark.django_db
books, shelves = registry.get("books"), registry.get("shelves")


@pytest.fixture
def actor(db):
    return system_actor()


def found(text, actor, types=("books",)):
    return sorted(hit.title for group in search(text, actor, types, limit=50) for hit in group.hits)


@pytest.fixture
def book(actor):
    shelf = write.create(shelves, {"name": "Poezie"}, actor=actor)
    return write.create(
        books, {"title": "Máj", "shelf": shelf, "phone": "+420 601 234 567", "copies": [{"number": "CZ-0042"}]},
        actor=actor,
    )  # fmt: skip


def test_a_new_record_is_found_by_title_reference_key_and_part(actor, book):
    for text in ("maj", "MÁJ", "poezie", "poez", "601234567", "420 601-234-567", "cz0042", "CZ 00-42"):
        assert found(text, actor) == ["Máj"], text


def test_a_renamed_record_is_found_by_the_new_name_only(actor, book):
    write.update(books, book.pk, {"title": "Kytice"}, actor=actor)
    assert found("kytice", actor) == ["Kytice"]
    assert found("máj", actor) == []


def test_renaming_what_a_record_refers_to_changes_how_it_is_found(actor, book):
    Shelf.objects.filter(pk=book.shelf_id).update(name="Lyrika")
    assert found("lyrika", actor) == ["Máj"]
    assert found("poezie", actor) == []
    assert Entry.objects.get(type="books").subtitle == "Lyrika"


def test_a_changed_or_removed_part_changes_how_its_record_is_found(actor, book):
    Copy.objects.filter(book=book).update(number="SK-77")
    assert found("SK77", actor) == ["Máj"]
    assert found("CZ0042", actor) == []
    Copy.objects.filter(book=book).delete()
    assert found("SK77", actor) == []


def test_a_deleted_record_is_not_found_until_it_is_restored(actor, book):
    write.delete(books, [book.pk], actor=actor)
    assert found("máj", actor) == []
    assert not Entry.objects.filter(type="books").exists()
    write.restore(books, [book.pk], actor=actor)
    assert found("máj", actor) == ["Máj"]


def test_a_removed_row_leaves_the_index(actor, book):
    Book.objects.filter(pk=book.pk).delete()
    assert not Entry.objects.filter(type="books").exists()


def test_bulk_changes_and_copy_are_indexed(actor):
    Book.objects.bulk_create(Book(title=f"Svazek {number}") for number in range(12))
    assert len(found("svazek", actor)) == 12
    Book.objects.update(title="Nový název")
    assert found("svazek", actor) == []
    assert len(found("nový", actor)) == 12
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY fake_shelf (name, city, custom, version, created_at, updated_at) FROM STDIN") as copy,
    ):
        for number in range(7000):
            now = timezone.now()
            copy.write_row([f"Regál {number}", "Łódź", "{}", 1, now, now])
    assert Entry.objects.filter(type="shelves").count() == 7000
    assert found("lodz 6999", actor, ["shelves"]) == ["Regál 6999"]


def test_an_unchanged_entry_is_not_written_again(actor, book):
    def place():
        with connection.cursor() as cursor:
            cursor.execute("SELECT ctid::text FROM search_entry WHERE type = 'books'")
            return cursor.fetchall()

    before = place()
    write.update(books, book.pk, {"pages": 77}, actor=actor)
    Book.objects.update(title="Máj")
    assert place() == before


def test_the_index_can_be_computed_anew(actor, book):
    entry = Entry.objects.values().get(type="books")
    Entry.objects.filter(type="books").update(title="wrong", start="wrong")
    Entry.objects.create(type="books", record_id=10**9, title="gone", subtitle="", start="gone", words="gone:1")
    rebuild(books)
    assert Entry.objects.values().get(type="books") == entry


def test_installing_again_changes_nothing(actor, book):
    entry = Entry.objects.values().get(type="books")
    with connection.cursor() as cursor:
        cursor.execute(index_sql())
    assert Entry.objects.values().get(type="books") == entry


@pytest.mark.parametrize("path", ["nothing", "shelf.nothing", "copies.nothing", "copies", "title.name"])
def test_a_path_that_leads_nowhere_fails_at_start_up(path):
    wrong = replace(books, name="wrong", search=Search(text=("title", path)))
    [message] = problems(wrong)
    assert message.id == "search.E001"
    assert message.msg.startswith("wrong: ")
    assert problems(books) == []


def test_the_command_computes_the_index_anew(actor, book):
    Entry.objects.filter(type="books").delete()
    Word.objects.create(word="poezie")
    call_command("rebuild_search", "books", stdout=StringIO())
    assert found("poezie", actor) == ["Máj"]
    assert Word.objects.filter(word="poezie").count() == 1


def test_words_that_no_record_holds_are_forgotten_in_the_night(actor, book):
    gone = write.create(books, {"title": "Dekameron"}, actor=actor)
    assert "dekameron" in corrections(["dekamerom"])["dekamerom"]
    write.delete(books, [gone.pk], actor=actor)
    write.erase(books, [gone.pk], actor=actor)
    Word.objects.create(word="poezie")
    forget_words()
    assert corrections(["dekamerom"]) == {}
    assert sorted(Word.objects.values_list("word", flat=True)) == ["maj", "poezie"]
    assert found("poezzie", actor) == ["Máj"]


def test_a_search_declared_anew_is_indexed_at_the_next_migrate(actor, book):
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON FUNCTION search_refresh_books(bigint[]) IS 'older'")
        Entry.objects.filter(type="books").update(words="x:1")
        cursor.execute(index_sql())
    assert found("poezie", actor) == ["Máj"]
