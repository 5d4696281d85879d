"""Files in fields: who may put one into a record, who sees it, how long it is kept."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.files.fields import File, Image
from jantar.engine.fields.files.keeping import delete_unheld
from jantar.engine.fields.files.models import HeldFile, Holder
from jantar.engine.history.changes import changes_of
from jantar.engine.history.models import Change, Operation
from jantar.engine.permissions.actor import Actor, actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import held_files, undo, write
from jantar.engine.records.custom_fields import change_field, create_field, retire_field
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.jobs import delete_unheld_files
from jantar.engine.records.merging.service import merge
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.engine.testing.pictures import png, png_bomb
from jantar.platform.accounts.models import User
from jantar.platform.files.models import StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25", "C130")]
LONG_AGO = timedelta(days=40)


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}
    return tmp_path


@pytest.fixture(autouse=True)
def definitions(db: None) -> dict[str, Any]:
    """Fields “Contract” and “Cover” of books."""
    made = (("Contract", "file"), ("Cover", "image"))
    return {kind: create_field("books", label=label, kind=kind, actor=system_actor()) for label, kind in made}


@pytest.fixture
def user(definitions: Any) -> User:
    return make_user("Ada", admin=True)


@pytest.fixture
def ada(user: User) -> Actor:
    return actor_for(user)


def up(actor: Actor, content: bytes = b"Signed.", name: str = "contract.txt", kind: type[File] = File) -> str:
    return held_files.upload(kind, io.BytesIO(content), name, actor=actor).key


def given(actor: Actor, title: str = "Solaris", **values: Any) -> Book:
    fields = books.fields(actor)
    loaded = {name: fields[name].load(value) for name, value in values.items()}
    book: Book = write.create(books, {"title": title, **loaded}, actor=actor)
    return book


def give(actor: Actor, book: Book, **values: Any) -> Any:
    fields = books.fields(actor)
    return write.update(books, book.pk, {name: fields[name].load(one) for name, one in values.items()}, actor=actor)


def sees(key: str, actor: Actor) -> bool:
    try:
        held_files.seen_file(key, actor)
    except NotFound:
        return False
    return True


def grow_old() -> None:
    """Everything happened long ago."""
    HeldFile.objects.update(uploaded_at=timezone.now() - LONG_AGO)
    Change.objects.update(at=timezone.now() - LONG_AGO)


def refused(actor: Actor, content: bytes, name: str, kind: type[File] = File) -> str:
    before = StoredFile.objects.count()
    with pytest.raises(Invalid) as error:
        up(actor, content, name, kind)
    assert (HeldFile.objects.count(), StoredFile.objects.count()) == (0, before)
    [message] = error.value.errors["file"]
    return message


def test_a_record_keeps_name_size_and_type_of_what_was_uploaded_whatever_it_is_told(ada: Actor) -> None:
    key = up(ada, "Příliš".encode(), "../Smlouva\x00 č. 5.txt")
    book = given(ada, x_contract={"id": key, "name": "<b>other</b>.exe", "size": 1, "type": "text/html"})

    book.refresh_from_db()
    assert book.custom["x_contract"] == {"id": key, "name": "Smlouva č. 5.txt", "size": 9, "type": "text/plain"}
    with default_storage.open(HeldFile.objects.get().file.path) as content:
        assert content.read() == "Příliš".encode()


def test_only_who_uploaded_a_file_can_give_it_to_a_record(ada: Actor) -> None:
    key, other = up(ada), actor_for(make_user("Eva", admin=True))
    for wrong in (key, "0" * 32):
        with pytest.raises(Invalid) as error:
            given(other, x_contract=wrong)
        assert error.value.errors == {"x_contract": ["This file is no longer there. Choose it again."]}
    assert not Book.objects.exists()


def test_the_file_of_one_record_can_not_be_copied_into_another(ada: Actor) -> None:
    key = up(ada)
    given(ada, x_contract=key)
    other = actor_for(make_user("Eva", scope=Scope.OWN))
    mine = given(other, "Mine")
    with pytest.raises(Invalid):
        give(other, mine, x_contract=key)
    mine.refresh_from_db()
    assert mine.custom == {}
    assert not sees(key, other)


def test_a_file_may_be_put_back_where_it_was(ada: Actor) -> None:
    first, second = up(ada), up(ada, b"two", "two.txt")
    book = given(ada, x_contract=first)
    give(ada, book, x_contract=second)
    grow_old()

    other = actor_for(make_user("Eva", scope=Scope.ALL))
    assert give(other, book, x_contract=first).custom["x_contract"]["name"] == "contract.txt"
    with pytest.raises(Invalid):
        give(other, book, x_cover=first)


def test_who_sees_the_record_sees_the_file_and_nobody_else(ada: Actor) -> None:
    owner, stranger = actor_for(make_user("Eva", scope=Scope.OWN)), actor_for(make_user("Jan", scope=Scope.OWN))
    key = up(owner)
    book = given(owner, x_contract=key)
    grow_old()

    assert [sees(key, one) for one in (owner, ada, stranger)] == [True, True, False]
    write.delete(books, [book.pk], actor=owner)
    assert [sees(key, one) for one in (owner, ada, stranger)] == [True, True, False]
    write.restore(books, [book.pk], actor=ada)
    give(ada, book, x_contract=None)
    assert [sees(key, one) for one in (owner, ada, stranger)] == [True, True, False]  # the history names it


def test_what_was_uploaded_is_seen_by_its_owner_until_it_is_too_late(ada: Actor) -> None:
    key, other = up(ada), actor_for(make_user("Eva", admin=True))
    assert [sees(key, ada), sees(key, other)] == [True, False]
    HeldFile.objects.update(uploaded_at=timezone.now() - timedelta(days=2, minutes=1))
    assert not sees(key, ada)
    with pytest.raises(Invalid):
        given(ada, x_contract=key)


def test_who_fills_in_no_files_uploads_none(ada: Actor, definitions: Any, user: User) -> None:
    nobody = actor_for(make_user("Jan"))
    with pytest.raises(NotAllowed):
        up(nobody)
    for definition in definitions.values():
        retire_field(definition, actor=ada)
    with pytest.raises(NotAllowed):
        up(actor_for(user))


def test_a_retired_field_keeps_its_files_for_the_history(ada: Actor, definitions: Any, user: User) -> None:
    key = up(ada)
    given(ada, x_contract=key)
    retire_field(definitions["file"], actor=ada)
    grow_old()
    delete_unheld_files()
    assert sees(key, actor_for(user))


def test_undoing_brings_the_old_file_back(ada: Actor) -> None:
    first, second = up(ada), up(ada, b"two", "two.txt")
    book = given(ada, x_contract=first)
    give(ada, book, x_contract=second)
    undo.undo(Operation.objects.latest("pk").pk, actor=ada)
    book.refresh_from_db()
    assert book.custom["x_contract"]["id"] == first


def test_the_history_tells_the_names(ada: Actor) -> None:
    book = given(ada, x_contract=up(ada))
    give(ada, book, x_contract=up(ada, b"two", "two.txt"))
    [change] = changes_of(books, book.pk, ada).entries[0].changes
    assert (change.label, change.old, change.new) == ("Contract", "contract.txt", "two.txt")


def test_a_merged_record_hands_its_file_on(ada: Actor, user: User) -> None:
    key = up(ada)
    survivor, other = given(ada), given(ada, "Solaris", x_contract=key)
    grow_old()
    merge(books, survivor.pk, [other.pk], actor=actor_for(user))

    survivor.refresh_from_db()
    assert survivor.custom["x_contract"]["id"] == key
    assert Holder.objects.filter(record_id=survivor.pk, field="x_contract").exists()


def test_many_records_get_the_same_file_at_once(ada: Actor) -> None:
    key, pks = up(ada), [given(ada, title).pk for title in ("Solaris", "Kosmos")]
    value = books.fields(ada)["x_contract"].load(key)
    changed, _operation = write.update_many(books, pks, {"x_contract": value}, actor=ada)
    assert (changed, Holder.objects.filter(record_id__in=pks).count()) == (2, 2)


def test_what_no_record_takes_is_deleted_after_two_days(ada: Actor, django_capture_on_commit_callbacks: Any) -> None:
    up(ada, png(), "cover.png", Image)
    kept = up(ada)
    given(ada, x_contract=kept)
    paths = [one.path for one in StoredFile.objects.exclude(name="contract.txt")]
    assert len(paths) == 3
    assert delete_unheld() == 0
    grow_old()
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_unheld() == 1
    assert [one.key for one in HeldFile.objects.all()] == [kept]
    assert not any(default_storage.exists(path) for path in paths)


def test_a_file_stays_as_long_as_the_history_names_it(ada: Actor) -> None:
    book = given(ada, x_contract=up(ada))
    give(ada, book, x_contract=None)
    grow_old()
    delete_unheld_files()
    assert HeldFile.objects.count() == 1

    Change.objects.all().delete()
    delete_unheld_files()
    assert (HeldFile.objects.count(), StoredFile.objects.count(), Holder.objects.count()) == (0, 0, 0)


def test_a_file_stays_while_a_record_in_the_bin_has_it(ada: Actor) -> None:
    book = given(ada, x_contract=up(ada))
    write.delete(books, [book.pk], actor=ada)
    grow_old()
    Change.objects.all().delete()
    delete_unheld_files()
    assert HeldFile.objects.count() == 1


def test_erasing_a_record_deletes_its_files_once_that_can_not_be_undone(ada: Actor) -> None:
    key = up(ada)
    book = given(ada, x_contract=key)
    HeldFile.objects.update(uploaded_at=timezone.now() - LONG_AGO)
    write.delete(books, [book.pk], actor=ada)
    write.erase(books, [book.pk], actor=ada)
    assert not sees(key, ada)
    delete_unheld_files()
    assert HeldFile.objects.count() == 1
    undo.undo(Operation.objects.latest("pk").pk, actor=ada)
    assert sees(key, ada)

    write.erase(books, [book.pk], actor=ada)
    grow_old()
    delete_unheld_files()
    assert (HeldFile.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_an_image_is_drawn_anew_small_and_large(ada: Actor) -> None:
    from PIL import Image as Pictures

    book = given(ada, x_cover=up(ada, png(2000, 1000), "Obálka.png", Image))
    held = HeldFile.objects.get()
    assert book.custom["x_cover"] == {"id": held.key, "name": "Obálka.png", "size": held.size, "type": "image/png"}
    assert held.small
    assert held.large
    for file, size in ((held.small, (160, 80)), (held.large, (1600, 800))):
        with default_storage.open(file.path) as content:
            assert Pictures.open(content).size == size


def test_what_was_uploaded_as_a_file_does_not_go_into_an_image(ada: Actor) -> None:
    with pytest.raises(Invalid) as error:
        given(ada, x_cover=up(ada, png(), "cover.png"))
    assert error.value.errors["x_cover"] == ["“cover.png” is not an image. Choose a PNG, JPEG, GIF or WebP file."]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.png", b"<html><script>alert(1)</script>", "is not what its name says"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "is not an image."),
        ("bomb.png", png_bomb(), "has too many pixels: at most 120 million can be shown."),
        ("half.png", png(400, 400)[:200], "is damaged: it can't be shown."),
        ("empty.png", b"", "is empty."),
        ("run.exe", b"MZ", "is a program."),
    ],
)
def test_what_is_no_image_is_refused(ada: Actor, name: str, content: bytes, said: str) -> None:
    message = refused(ada, content, name, Image)
    assert f"“{name}” {said}" in message


def test_files_have_a_largest_size(ada: Actor, settings: Any) -> None:
    settings.FILE_MAX_MB = 1
    assert refused(ada, b"x" * (1024 * 1024 + 1), "big.txt") == "“big.txt” is too large: at most 1 MB can be attached."
    assert refused(ada, b"", "nothing.txt") == "“nothing.txt” is empty."
    assert "is not what its name says" in refused(ada, b"Hello", "contract.pdf")


def test_lists_filter_and_sort_by_the_name(ada: Actor) -> None:
    from jantar.engine.records.listing import Query, page_of

    for name in ("Žádost.txt", "objednávka.txt", ""):
        given(ada, name or "none", **({"x_contract": up(ada, name.encode(), name)} if name else {}))

    def found(tree: dict[str, Any] | None = None) -> list[str]:
        return [str(row) for row in page_of(Query(books, ada, filter=tree or {}, sort="x_contract")).rows]

    assert found() == ["objednávka.txt", "Žádost.txt", "none"] or found() == ["none", "objednávka.txt", "Žádost.txt"]
    assert found({"field": "x_contract", "op": "contains", "value": "zadost"}) == ["Žádost.txt"]
    assert found({"field": "x_contract", "op": "empty"}) == ["none"]
    assert len(found({"field": "x_contract", "op": "not_empty"})) == 2
    assert set(found({"field": "x_contract", "op": "not_contains", "value": "zadost"})) == {"none", "objednávka.txt"}


def test_a_required_file_is_asked_for(ada: Actor, definitions: Any, user: User) -> None:
    change_field(definitions["file"], actor=ada, required=True)
    with pytest.raises(Invalid) as error:
        given(actor_for(user))
    assert error.value.errors == {"x_contract": ["This field is required."]}
