"""A file does not leave a closed folder unsaid: form, field in place, bulk edit and API ask the same question."""

import io
import json
from typing import Any

import pytest
from django.test import Client

from jantar.engine.api import bulk as api_bulk
from jantar.engine.documents.models import Document
from jantar.engine.documents.services import attach
from jantar.engine.pages.lists import bulk
from jantar.engine.records import write
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.browserless import fields_of
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25", "N11")]
QUESTION = "Closed: Salaries. Only those named see the files there."


@pytest.fixture
def closed(actor: Any, attic: Any) -> Any:
    values = {"name": "Salaries", "about": key_of(attic), "access": "private"}
    return write.create(registry.get("folders"), values, actor=actor)


@pytest.fixture
def document(closed: Any, actor: Any, settings: Any, tmp_path: Any) -> Any:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}
    return attach(io.BytesIO(b"a"), "a.txt", actor=actor, folder=closed)


def folder_of(document: Any) -> int | None:
    return Document.objects.get(pk=document.pk).folder_id


def test_the_form_asks_and_keeps_what_was_typed(client: Client, document: Any, closed: Any) -> None:
    address = f"/documents/{document.pk}/edit/"
    typed = {**fields_of(client.get(address).content.decode()), "folder": "", "name": "b.txt"}
    asked = client.post(address, typed)
    page = asked.content.decode()
    assert (asked.status_code, folder_of(document)) == (422, closed.pk)
    assert QUESTION in page
    assert 'name="confirmed"' in page
    assert fields_of(page)["name"] == ["b.txt"]
    assert client.post(address, {**fields_of(page), "confirmed": "1"}).status_code == 302
    assert folder_of(document) is None


def test_the_field_asks_in_its_place(client: Client, document: Any, closed: Any) -> None:
    address = f"/documents/{document.pk}/fields/folder/"
    asked = client.post(address, {"folder": "", "version": "1"})
    page = asked.content.decode()
    assert (asked.status_code, folder_of(document)) == (422, closed.pk)
    assert QUESTION in page
    assert 'name="confirmed"' in page
    version = Document.objects.get(pk=document.pk).version
    assert client.post(address, {"folder": "", "version": version, "confirmed": "1"}).status_code == 200
    assert folder_of(document) is None


@pytest.mark.parametrize("at_once", [200, 0])
def test_bulk_edit_asks_before_it_runs(
    client: Client, document: Any, closed: Any, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", at_once)
    body = {"state": "", "selected": [document.pk], "field": "folder", "value": "", "run": "1"}
    asked = client.post("/documents/bulk/edit/", body)
    assert (asked.status_code, folder_of(document)) == (422, closed.pk)
    assert QUESTION in asked.content.decode()
    assert 'name="confirmed"' in asked.content.decode()
    assert not JobRun.objects.filter(kind="pages.bulk_change").exists()
    done = client.post("/documents/bulk/edit/", {**body, "confirmed": "1"})
    if at_once:
        client.post(json.loads(done["HX-Trigger"])["toast:show"]["actionUrl"])
        assert folder_of(document) == closed.pk
    else:
        run_waiting_jobs()
        assert folder_of(document) is None


@pytest.mark.parametrize("most", [10_000, 0])
def test_the_api_asks_before_a_job_starts(
    ada: Any, document: Any, closed: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    monkeypatch.setattr(api_bulk, "MOST", most)
    body: dict[str, Any] = {"ids": [document.pk], "values": {"folder": None}}
    assert problem_in(ApiClient(ada).post("/documents/bulk", body), 422)["type"] == "urn:jantar:problem:unconfirmed"
    assert not JobRun.objects.filter(kind__contains="bulk").exists()
    ApiClient(ada).post("/documents/bulk", {**body, "confirm": True})
    run_waiting_jobs()
    assert folder_of(document) is None


def test_the_api_refuses_without_confirm(ada: Any, document: Any, closed: Any, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    api, path = ApiClient(ada), f"/documents/{document.pk}"
    bodies: list[dict[str, Any]] = [{"ids": [document.pk]}, {"filter": {}}]
    for body in ({**one, "values": {"folder": None}} for one in bodies):
        refusal = problem_in(api.post("/documents/bulk", body), 422)
        assert refusal["type"] == "urn:jantar:problem:unconfirmed"
        assert refusal["errors"]["folder"][0].startswith(QUESTION)
        problem_in(api.post("/documents/bulk", {**body, "dry_run": True}), 422)
    assert problem_in(api.patch(path, {"folder": None}), 422)["type"] == "urn:jantar:problem:unconfirmed"
    assert problem_in(api.patch(f"{path}?confirm=yes", {"folder": None}), 400)["errors"].keys() == {"confirm"}
    assert problem_in(api.patch("/shelves/1?confirm=true", {}), 400)["errors"].keys() == {"confirm"}
    assert folder_of(document) == closed.pk
    assert data_of(api.patch(f"{path}?confirm=true", {"folder": None}))["folder"] is None
    data_of(api.patch(path, {"folder": closed.pk}))
    meant: dict[str, Any] = {"ids": [document.pk], "values": {"folder": None}, "confirm": True}
    assert data_of(api.post("/documents/bulk", meant))["changed"] == 1
    assert folder_of(document) is None
