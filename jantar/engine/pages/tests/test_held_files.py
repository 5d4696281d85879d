"""Files in fields on the pages: uploaded before the record is saved, shown, served to who sees the record."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jantar.engine.fields.files.models import HeldFile
from jantar.engine.pages.tests.test_as_of import NOON, earlier
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.engine.testing.pictures import png

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25", "C130")]


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}


@pytest.fixture(autouse=True)
def definitions(db: None) -> None:
    for label, kind in (("Contract", "file"), ("Cover", "image")):
        create_field("books", label=label, kind=kind, actor=system_actor())


def up(client: Client, kind: str = "file", name: str = "contract.txt", content: bytes = b"Signed.") -> Any:
    return client.post(f"/field-files/{kind}/upload/", {"file": SimpleUploadedFile(name, content)})


def key_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def save(client: Client, **values: str) -> Any:
    fields = {"title": "Solaris", "x_contract": "", "x_cover": "", **values}
    return client.post("/books/new/", {"form_fields": ",".join(fields), **fields})


def content_of(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_file_is_uploaded_saved_shown_and_downloaded(client: Client) -> None:
    answer = up(client, name="Smlouva č. 5.txt")
    assert answer.json()["label"].startswith("Smlouva č. 5.txt (7")
    key = key_of(answer)
    save(client, x_contract=key)
    book = Book.objects.get()

    for address in (f"/books/{book.pk}/", "/books/?columns=title,x_contract", f"/books/{book.pk}/edit/"):
        shown = client.get(address).content.decode()
        assert f'href="/field-files/{key}/"' in shown, address
        assert "Smlouva č. 5.txt" in shown
    served = client.get(f"/field-files/{key}/")
    assert served["Content-Disposition"].startswith("attachment; filename")
    assert served["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert served["X-Content-Type-Options"] == "nosniff"
    assert content_of(served) == b"Signed."
    assert client.get(f"/field-files/{key}/small/").status_code == 404


def test_an_image_stands_as_a_small_picture_in_list_and_record(client: Client) -> None:
    key = key_of(up(client, "image", "cover.png", png()))
    save(client, x_cover=key)
    book = Book.objects.get()
    for address in (f"/books/{book.pk}/", "/books/?columns=title,x_cover"):
        assert f'<img src="/field-files/{key}/small/" alt="cover.png"' in client.get(address).content.decode()
    for size in ("small", "large"):
        served = client.get(f"/field-files/{key}/{size}/")
        assert (served["Content-Type"], served["Content-Security-Policy"]) == (
            "image/webp", "sandbox; default-src 'none'",
        )  # fmt: skip
        assert content_of(served)[8:12] == b"WEBP"
    assert client.get(f"/field-files/{key}/huge/").status_code == 404


def test_what_can_not_be_taken_is_told_in_the_words_of_the_page(client: Client) -> None:
    refused = up(client, "image", "logo.svg", b"<svg onload='alert(1)'>")
    assert refused.status_code == 422
    assert refused.json()["detail"] == "“logo.svg” is not an image. Choose a PNG, JPEG, GIF or WebP file."
    assert client.post("/field-files/file/upload/").status_code == 422
    assert up(client, "text").status_code == 404
    assert client.get("/field-files/file/upload/").status_code == 405
    assert not HeldFile.objects.exists()


def test_nobody_else_gets_the_file_by_its_address(client: Client, client_of: Any) -> None:
    key = key_of(up(client, "image", "cover.png", png()))
    jan = client_of(make_user("Jan", scope=Scope.OWN))
    addresses = [f"/field-files/{key}/", f"/field-files/{key}/small/", f"/field-files/{'0' * 32}/"]
    assert [jan.get(one).status_code for one in addresses] == [404, 404, 404]
    save(client, x_cover=key)
    assert [jan.get(one).status_code for one in addresses] == [404, 404, 404]
    assert Client().get(addresses[0]).status_code == 302
    assert up(client_of(make_user("Eva"))).status_code == 403


def test_a_form_refused_for_something_else_keeps_the_upload(client: Client) -> None:
    key = key_of(up(client))
    answer = save(client, title="", x_contract=key)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert f'<option value="{key}" selected>contract.txt' in shown


def test_a_key_of_somebody_else_is_refused_and_tells_no_name(client: Client, client_of: Any) -> None:
    key = key_of(up(client_of(make_user("Eva", admin=True)), name="secret-plans.txt"))
    answer = save(client, x_contract=key)
    assert answer.status_code == 422
    assert "This file is no longer there. Choose it again." in answer.content.decode()
    assert "secret-plans" not in answer.content.decode()
    assert "secret-plans" not in client.get(f"/books/new/?x_contract={key}").content.decode()
    assert not Book.objects.exists()


def test_it_is_changed_and_taken_away_in_place(client: Client) -> None:
    save(client, x_contract=key_of(up(client)))
    book = Book.objects.get()
    control = client.get(f"/books/{book.pk}/fields/x_contract/").content.decode()
    assert 'data-controller="file-field"' in control
    second = key_of(up(client, name="two.txt"))
    for sent, name in ((second, "two.txt"), ("", None)):
        book.refresh_from_db()
        answer = client.post(f"/books/{book.pk}/fields/x_contract/", {"x_contract": sent, "version": book.version})
        assert answer.status_code == 200
        book.refresh_from_db()
        assert book.custom.get("x_contract", {}).get("name") == name


def test_many_records_get_a_file_in_one_go(client: Client, make_book: Any) -> None:
    pks = [make_book(title).pk for title in ("Solaris", "Kosmos")]
    key = key_of(up(client))
    posted = {"selected": pks, "keys": pks, "field": "x_contract", "value": key, "run": "1"}
    answer = client.post("/books/bulk/edit/", posted)
    assert answer.status_code == 204, answer.content.decode()[:500]
    assert [book.custom["x_contract"]["id"] for book in Book.objects.all()] == [key, key]


def test_lists_filter_by_the_name(client: Client, actor: Any) -> None:
    save(client, x_contract=key_of(up(client, name="Žádost.txt")))
    for op, value, found in (("contains", "zadost", True), ("contains", "offer", False), ("empty", None, False)):
        tree = {"all": [{"field": "x_contract", "op": op, **({"value": value} if value else {})}]}
        listed = client.get(f"/books/?filter={quote(json.dumps(tree))}").content.decode()
        assert ("Solaris" in listed) is found, op


def test_the_history_names_the_file_and_what_was_there_stays_reachable(client: Client, client_of: Any) -> None:
    first = key_of(up(client))
    save(client, x_contract=first)
    book = Book.objects.get()
    write.update(books, book.pk, {"x_contract": None}, actor=system_actor())
    shown = client.get(f"/books/{book.pk}/history/", headers={"HX-Request": "true"}).content.decode()
    assert f'<del><a href="/field-files/{first}/" download>contract.txt</a></del>' in shown
    other = client_of(make_user("Eva", scope=Scope.ALL))
    assert content_of(other.get(f"/field-files/{first}/")) == b"Signed."


def test_pasted_cells_leave_files_alone(client: Client, make_book: Any) -> None:
    book = make_book("Kosmos")
    key = key_of(up(client))
    client.post("/books/paste/", {"text": key, "key": book.pk, "field": "x_contract", "run": "1"})
    book.refresh_from_db()
    assert book.custom == {}


def test_a_file_can_be_asked_for(client: Client, ada: Any) -> None:
    create_field("books", label="Photo", kind="image", required=True, actor=system_actor())
    answer = client.post("/books/new/", {"form_fields": "title,x_photo", "title": "Kosmos", "x_photo": ""})
    assert "This field is required." in answer.content.decode()
    assert actor_for(ada).custom_fields["books"]["x_photo"].required


def test_a_merge_shows_the_pictures_to_choose_from_and_tells_two_of_the_same_name_apart(client: Client) -> None:
    keys = [key_of(up(client, "image", "logo.png", png(40, 30, (shade, 0, 0)))) for shade in (10, 200)]
    pks = []
    for number, key in enumerate(keys):
        save(client, title=f"Solaris {number}", x_cover=key)
        pks.append(Book.objects.latest("pk").pk)
    shown = client.get(f"/books/merge/?{'&'.join(f'with={pk}' for pk in pks)}").content.decode()
    assert [f'<img src="/field-files/{key}/small/"' in shown for key in keys] == [True, True]
    assert shown.count('name="take-x_cover"') == 2


def test_the_past_leads_to_the_file_of_then(client: Client, ada: Any) -> None:
    first, second = key_of(up(client)), key_of(up(client, name="two.txt", content=b"Two."))
    save(client, x_contract=first)
    book = Book.objects.get()
    earlier(20)
    now = actor_for(ada)
    write.update(books, book.pk, {"x_contract": books.fields(now)["x_contract"].load(second)}, actor=now)
    earlier(5)

    for page in (f"/books/{book.pk}/?as_of={NOON}", f"/books/?as_of={NOON}&columns=title,x_contract"):
        shown = client.get(page).content.decode()
        [address] = set(re.findall(r'href="(/field-files/[^"]*)"', shown))
        assert first in address
        assert content_of(client.get(address.replace("&amp;", "&"))) == b"Signed."


def test_who_changes_a_file_that_somebody_else_changed_chooses(client: Client) -> None:
    save(client, x_contract=key_of(up(client)))
    book = Book.objects.get()
    theirs, mine = key_of(up(client, name="theirs.txt")), key_of(up(client, name="mine.txt"))
    address = f"/books/{book.pk}/fields/x_contract/"
    assert client.post(address, {"x_contract": theirs, "version": 1}).status_code == 200
    answer = client.post(address, {"x_contract": mine, "version": 1}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert ["theirs.txt" in answer.content.decode(), "mine.txt" in answer.content.decode()] == [True, True]
