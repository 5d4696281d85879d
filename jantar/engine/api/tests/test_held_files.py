"""Files of fields through the API."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records.custom_fields import create_field
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ROOT, ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as
from jantar.engine.testing.fake.records import books
from jantar.engine.testing.pictures import png
from jantar.engine.transfer.targets import targets_of
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25", "C130")]


@pytest.fixture(autouse=True)
def prepared(settings: Any, tmp_path: Path, db: None) -> None:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}
    for label, kind in (("Contract", "file"), ("Cover", "image")):
        create_field("books", label=label, kind=kind, actor=system_actor())


@pytest.fixture
def api(prepared: None) -> ApiClient:
    return ApiClient(make_user("Root", admin=True))


def send(api: ApiClient, name: str, content: bytes, **data: str) -> Any:
    form = {"file": SimpleUploadedFile(name, content), "type": "books", "field": "x_contract", **data}
    return api.client.post(f"{ROOT}/files/upload", form, headers=api.headers)


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_file_is_uploaded_named_in_a_record_and_read(api: ApiClient) -> None:
    answer = send(api, "offer.txt", b"one")
    held = data_of(answer, 201)
    assert answer["Location"] == held["url"] == f"/api/v1/files/{held['id']}"
    assert held == {"id": held["id"], "name": "offer.txt", "size": 3, "type": "text/plain", "url": held["url"]}
    validate_as("HeldFile", held)

    book = data_of(api.post("/books", {"title": "Solaris", "x_contract": held["id"]}), 201)
    assert book["x_contract"] == held
    assert data_of(api.patch(f"/books/{book['id']}", {"x_contract": book["x_contract"]}))["version"] == 1
    assert data_of(api.get("/books", fields="x_contract"))["items"][0]["x_contract"] == held
    assert bytes_of(api.get(f"/files/{held['id']}")) == b"one"

    data_of(api.patch(f"/books/{book['id']}", {"x_contract": None}))
    change = data_of(api.get(f"/books/{book['id']}/history"))["items"][0]["changes"][0]
    assert (change["before"]["name"], change["after"]) == ("offer.txt", None)
    assert bytes_of(api.get(f"/files/{held['id']}")) == b"one"


def test_what_is_wrong_is_named(api: ApiClient) -> None:
    assert set(problem_in(send(api, "a.txt", b"a", type="none"), 422)["errors"]) == {"type"}
    assert set(problem_in(send(api, "a.txt", b"a", field="title"), 422)["errors"]) == {"field"}
    assert set(problem_in(send(api, "a.txt", b""), 422)["errors"]) == {"file"}
    assert set(problem_in(send(api, "a.svg", b"<svg>", field="x_cover"), 422)["errors"]) == {"file"}
    assert set(problem_in(send(api, "a.txt", b"a", colour="red"), 422)["errors"]) == {"colour"}
    problem_in(api.post("/files/upload", {}), 415)
    problem_in(api.get("/files/none"), 404)
    wrong_ones: list[Any] = ["../../etc/passwd", 5, [], {"name": "a.txt"}, "0" * 32, {"id": None}]
    for wrong in wrong_ones:
        problem = problem_in(api.post("/books", {"title": "Solaris", "x_contract": wrong}), 422)
        assert set(problem["errors"]) == {"x_contract"}, wrong
    picture = data_of(send(api, "cover.png", png()), 201)
    assert set(problem_in(api.post("/books", {"title": "S", "x_cover": picture["id"]}), 422)["errors"]) == {"x_cover"}
    assert data_of(api.get("/books"))["items"] == []


def test_others_get_neither_the_file_nor_a_copy_of_it(api: ApiClient) -> None:
    held = data_of(send(api, "secret-plans.txt", b"one"), 201)
    data_of(api.post("/books", {"title": "Solaris", "x_contract": held["id"]}), 201)
    other = ApiClient(make_user("Eva", scope=Scope.OWN))
    problem_in(other.get(f"/files/{held['id']}"), 404)
    problem = problem_in(other.post("/books", {"title": "Mine", "x_contract": held}), 422)
    assert "secret-plans" not in str(problem)
    problem_in(send(ApiClient(make_user("Jan")), "a.txt", b"a"), 403)
    for key in ("a%00b", "..", "%F0%9F%8D%8B", "a" * 300):
        assert other.get(f"/files/{key}").status_code == 404


def test_a_sheet_has_name_and_address_and_brings_none(api: ApiClient) -> None:
    held = data_of(send(api, "=offer.txt", b"one"), 201)
    data_of(api.post("/books", {"title": "Solaris", "x_contract": held["id"]}), 201)
    root = User.objects.get()
    api.client.force_login(root)
    answer: Any = api.client.get("/books/export/?columns=title,x_contract&names=fields")
    head, row = bytes_of(answer).decode("utf-8-sig").splitlines()
    assert head.endswith("x_contract,x_contract.address")
    assert row.endswith(f"'=offer.txt,{settings.ADDRESS}/field-files/{held['id']}/")
    assert not {"x_contract", "x_cover"} & targets_of(books, actor_for(root)).keys()
