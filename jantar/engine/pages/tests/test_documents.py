"""The files of a record: panel, upload, versions, download."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.documents import services
from jantar.engine.documents.models import Content, Document
from jantar.engine.documents.reading import read_content
from jantar.engine.documents.tests.conftest import PNG, storage  # noqa: F401 - a fixture
from jantar.engine.permissions.models import Scope
from jantar.engine.records.links import key_of
from jantar.engine.testing.actors import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25")]


def attach(name: str, content: bytes, record: Any, actor: Any) -> Document:
    return services.attach(io.BytesIO(content), name, actor=actor, about=key_of(record) if record else None)


def upload(client: Any, name: str, content: bytes, **data: str) -> Any:
    return client.post("/documents/upload/", {"file": SimpleUploadedFile(name, content), **data})


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_an_uploaded_file_stands_in_the_panel_of_its_record(client, attic):
    answer = upload(client, "Smlouva.pdf", b"%PDF-1.7\n", about=f"shelves/{attic.pk}")
    assert answer.status_code == 201
    document = Document.objects.get()
    assert answer.json() == {"id": document.pk, "name": "Smlouva.pdf", "address": f"/documents/{document.pk}/"}
    panel = client.get(f"/shelves/{attic.pk}/related/documents/").content.decode()
    assert "Smlouva.pdf" in panel
    assert f'href="/documents/{document.pk}/download/"' in panel


def test_a_refused_file_is_answered_with_the_reason_and_its_field(client, attic):
    answer = upload(client, "tool.exe", b"MZ", about=f"shelves/{attic.pk}")
    assert answer.status_code == 422
    words = "“tool.exe” is a program. Programs can't be attached."
    assert answer.json() == {"detail": words, "errors": {"file": [words]}}
    assert client.post("/documents/upload/", {}).json()["errors"] == {"file": ["Choose a file."]}
    assert upload(client, "a.txt", b"a", about="nonsense").status_code == 422
    assert upload(client, "a.txt", b"a", about="nothing/1").status_code == 404
    assert not Document.objects.exists()
    assert not Content.objects.exists()


def test_two_gigabytes_are_refused_before_they_are_read(client):
    answer = client.post("/documents/upload/", b"", content_type="multipart/form-data; boundary=x",
                         CONTENT_LENGTH=str(2 * 1024**3), HTTP_X_REQUESTED_WITH="fetch")  # fmt: skip
    assert answer.status_code == 413
    assert answer.content.decode() == "The file is too large: at most 100 MB can be attached."


def test_a_download_is_saved_and_nothing_in_it_runs(client, attic, actor):
    document = attach("page.html", b"<script>alert(1)</script>", attic, actor)
    answer = client.get(f"/documents/{document.pk}/download/?show=1")
    assert bytes_of(answer) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_picture_is_shown_whatever_its_name(client, attic, actor):
    document = attach("photo", PNG, attic, actor)
    answer = client.get(f"/documents/{document.pk}/versions/1/?show=1")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    answer.close()


def test_the_picture_and_the_text_of_a_file_are_shown_to_whom_the_record_is(client, client_of, attic, actor):
    shown, plain = attach("photo.png", PNG, attic, actor), attach("a.txt", b"<b>words</b>", attic, actor)
    assert client.get(f"/documents/{shown.pk}/picture/small/").status_code == 404
    for document in (shown, plain):
        read_content(document.content_id)
    answer = client.get(f"/documents/{shown.pk}/picture/large/")
    assert answer["Content-Type"] == "image/webp"
    assert bytes_of(answer)[8:12] == b"WEBP"
    panel = client.get(f"/shelves/{attic.pk}/related/documents/").content.decode()
    assert f'src="/documents/{shown.pk}/picture/small/?v=1"' in panel
    assert f"/documents/{plain.pk}/picture/" not in panel
    assert "&lt;b&gt;words&lt;/b&gt;" in client.get(f"/documents/{plain.pk}/file/").content.decode()
    stranger = client_of(make_user("Stranger", scope=Scope.OWN))
    assert stranger.get(f"/documents/{shown.pk}/picture/small/").status_code == 404


def test_each_version_is_downloaded_under_the_name_of_the_document(client, attic, actor):
    document = attach("offer.txt", b"one", attic, actor)
    answer = client.post(f"/documents/{document.pk}/versions/", {"file": SimpleUploadedFile("o2.txt", b"two")})
    assert answer.status_code == 201
    first = client.get(f"/documents/{document.pk}/versions/1/")
    assert (bytes_of(first), first["Content-Disposition"]) == (b"one", 'attachment; filename="offer.txt"')
    assert bytes_of(client.get(f"/documents/{document.pk}/download/")) == b"two"
    file_page = client.get(f"/documents/{document.pk}/file/").content.decode()
    assert "Version 1" in file_page
    assert "Version 2" in file_page
    client.post(f"/documents/{document.pk}/versions/1/restore/")
    assert bytes_of(client.get(f"/documents/{document.pk}/download/")) == b"one"
    assert client.get(f"/documents/{document.pk}/versions/9/").status_code == 404


def test_strangers_find_none_of_its_addresses(client_of, attic, actor):
    document = attach("offer.txt", b"one", attic, actor)
    stranger = client_of(make_user("Stranger", scope=Scope.OWN))
    for path in ("", "file/", "download/", "versions/1/"):
        assert stranger.get(f"/documents/{document.pk}/{path}").status_code == 404, path
    for path in ("remove/", "versions/1/restore/"):
        assert stranger.post(f"/documents/{document.pk}/{path}").status_code == 404, path
    file = {"file": SimpleUploadedFile("a.txt", b"two")}
    assert stranger.post(f"/documents/{document.pk}/versions/", file).status_code == 404
    assert stranger.get(f"/shelves/{attic.pk}/related/documents/").status_code == 404
    document.refresh_from_db()
    assert (document.number, document.deleted_at) == (1, None)


def test_removing_stays_on_the_page_and_offers_to_take_it_back(client, attic, actor):
    document = attach("offer.txt", b"one", attic, actor)
    answer = client.post(f"/documents/{document.pk}/remove/")
    shown = json.loads(answer["HX-Trigger"])
    assert shown["toast:show"]["actionUrl"] == f"/documents/{document.pk}/restore/"
    assert "documents:changed" in shown
    client.post(shown["toast:show"]["actionUrl"])
    document.refresh_from_db()
    assert document.deleted_at is None


def test_the_panel_costs_the_same_for_one_file_and_for_twenty(client, attic, actor):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/shelves/{attic.pk}/related/documents/").status_code == 200
        return len(queries)

    attach("0.txt", b"0", attic, actor)
    client.get(f"/shelves/{attic.pk}/related/documents/")
    one = cost()
    for number in range(1, 20):
        attach(f"{number}.txt", str(number).encode(), attic, actor)
    assert cost() == one


def test_a_name_with_markup_stays_text(client, attic, actor):
    attach("<b>bold<b>.txt", b"one", attic, actor)
    document = Document.objects.get()
    Document.objects.update(name="<img src=x onerror=alert(1)>.txt")
    for path in (f"/shelves/{attic.pk}/related/documents/", f"/documents/{document.pk}/file/"):
        assert "<img src=x" not in client.get(path).content.decode()
