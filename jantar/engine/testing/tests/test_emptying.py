"""After a test that commits the next one finds the database of a new installation."""

import pytest
from django.core.management import call_command
from django.db import connection

from jantar.engine.history.models import Change
from jantar.engine.permissions.models import Role
from jantar.engine.records import write
from jantar.engine.testing import emptying
from jantar.engine.testing.actors import make_actor
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.modules.sales.models import Stage
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def flush() -> None:
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


def starting_rows() -> tuple[list[tuple[object, ...]], ...]:
    return list(Role.objects.order_by("pk").values_list()), list(Stage.objects.order_by("pk").values_list())


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_rows_of_a_test_go_and_those_of_a_new_installation_are_as_they_were() -> None:
    before = starting_rows()
    write.create(books, {"title": "Bread"}, actor=make_actor("Ada", admin=True))
    Role.objects.first().delete()  # type: ignore[union-attr]
    Stage.objects.filter(pk=Stage.objects.first().pk).update(name="Changed")  # type: ignore[union-attr]
    assert emptying.empty()
    assert starting_rows() == before
    assert [model.objects.count() for model in (User, Book, Change)] == [0, 0, 0]


def test_a_large_table_is_made_anew() -> None:
    before = starting_rows()
    Book.objects.bulk_create(Book(title=f"Book {number}") for number in range(2000))
    assert emptying.empty()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('fake_book')")
        assert cursor.fetchone() == (0,)
    assert starting_rows() == before


def test_history_is_written_again_afterwards() -> None:
    assert emptying.empty()
    book = write.create(books, {"title": "Bread"}, actor=make_actor("Ada", admin=True))
    assert Change.objects.filter(source="fake_book", record_id=book.pk, action="I").count() == 1


def test_without_the_privilege_it_is_left_to_django(monkeypatch: pytest.MonkeyPatch) -> None:
    make_actor("Ada")
    monkeypatch.setattr(emptying, "QUIETLY", "SET LOCAL session_preload_libraries = ''")  # nobody may but a superuser
    assert not emptying.empty()
    assert User.objects.count() == 1
    flush()
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "change", ["DROP TRIGGER history_insert ON fake_book", "ALTER TABLE fake_book DISABLE TRIGGER history_insert"]
)
def test_a_changed_schema_is_left_to_django_which_mends_it(change: str) -> None:
    run(change)
    assert not emptying.empty()
    flush()
    assert emptying.empty()
    book = write.create(books, {"title": "Bread"}, actor=make_actor("Ada", admin=True))
    assert Change.objects.filter(source="fake_book", record_id=book.pk, action="I").count() == 1
