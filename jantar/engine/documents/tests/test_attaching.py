import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from jantar.engine.documents import services
from jantar.engine.documents.contents import delete_unused
from jantar.engine.documents.models import Content, Document, Version
from jantar.engine.documents.tests.conftest import PNG, bomb, damaged, zipped
from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import undo, write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_actor, make_user
from jantar.engine.timeline.stream import page

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25")]
documents = registry.get("documents")


def sentences(record: Any, actor: Any) -> list[str]:
    return [shown.sentence for shown in page(record, actor).entries]


def test_a_file_hangs_on_a_record_and_is_told_on_its_timeline(attach: Any, attic: Any, ada: Any) -> None:
    document = attach("../Nabídka č. 5.txt", "Příliš žluťoučký".encode(), on=attic)

    document.refresh_from_db()
    assert (document.name, document.kind, document.size, document.number) == ("Nabídka č. 5.txt", "text", 23, 1)
    with default_storage.open(document.content.file.path) as content:
        assert content.read() == "Příliš žluťoučký".encode()
    assert sentences(attic, ada) == ["File added: Nabídka č. 5.txt", "Created"]


def test_the_same_content_is_kept_once(attach: Any, attic: Any, ada: Any) -> None:
    first, second = attach("a.txt", b"the same", on=attic), attach("b.txt", b"the same", by=ada)
    assert first.content_id == second.content_id
    assert Content.objects.count() == 1


def test_a_new_version_keeps_the_old_ones_and_says_who_and_when(attach: Any, attic: Any, ada: Any) -> None:
    document = attach("offer.txt", b"one", on=attic)
    services.add_version(document.pk, io.BytesIO(b"two, longer"), "offer-2.txt", actor=ada, note="new price")

    document.refresh_from_db()
    assert (document.number, document.size) == (2, 11)
    told = Version.objects.filter(document=document).order_by("number").values_list("number", "file_name", "note")
    assert list(told) == [(1, "offer.txt", ""), (2, "offer-2.txt", "new price")]
    assert {version.author_id for version in document.versions.all()} == {ada.user_id}
    assert sentences(attic, ada)[0] == "offer.txt: version 2"


def test_restoring_an_old_version_makes_it_the_newest_and_loses_none(attach: Any, attic: Any, ada: Any) -> None:
    document = attach("offer.txt", b"one", on=attic)
    services.add_version(document.pk, io.BytesIO(b"two"), "offer.txt", actor=ada)
    services.restore_version(document.pk, 1, actor=ada)

    document.refresh_from_db()
    assert (document.number, document.content_id) == (3, services.version_of(document, 1).content_id)
    assert sentences(attic, ada)[0] == "offer.txt: version 1 restored as version 3"
    with pytest.raises(Invalid):
        services.restore_version(document.pk, 3, actor=ada)
    with pytest.raises(NotFound):
        services.restore_version(document.pk, 9, actor=ada)


def test_undoing_a_new_version_brings_the_old_one_back(attach: Any, ada: Any) -> None:
    document = attach("offer.txt", b"one")
    before = document.content_id
    services.add_version(document.pk, io.BytesIO(b"two"), "offer.txt", actor=ada)
    undo.undo(Operation.objects.latest("pk").pk, actor=ada)

    document.refresh_from_db()
    assert (document.number, document.content_id) == (1, before)
    assert [version.number for version in document.versions.all()] == [1]


def test_the_same_file_is_no_new_version(attach: Any, ada: Any) -> None:
    document = attach("offer.txt", b"one")
    with pytest.raises(Invalid) as refused:
        services.add_version(document.pk, io.BytesIO(b"one"), "offer.txt", actor=ada)
    assert list(refused.value.errors) == ["file"]
    assert Version.objects.count() == 1


def test_a_deleted_file_is_in_the_bin_and_comes_back(attach: Any, attic: Any, ada: Any) -> None:
    document = attach("offer.txt", b"one", on=attic)
    write.delete(documents, [document.pk], actor=ada)
    assert not documents.visible_to(ada).exists()
    assert sentences(attic, ada)[0] == "File deleted: offer.txt"

    write.restore(documents, [document.pk], actor=ada)
    assert documents.visible_to(ada).get().pk == document.pk
    assert sentences(attic, ada)[0] == "File restored: offer.txt"


def test_who_sees_the_record_sees_its_files_and_nobody_else(attach: Any, attic: Any) -> None:
    document = attach("offer.txt", b"one", on=attic)
    reader, stranger = make_user("Reader"), make_user("Stranger", scope=Scope.OWN)
    grant(reader, {"see": Scope.ALL}, "shelves")
    grant(reader, {"see": Scope.OWN, "edit": Scope.ALL, "delete": Scope.ALL}, "documents")

    assert documents.visible_to(actor_for(reader)).get() == document
    assert not documents.visible_to(actor_for(reader), "edit").exists()
    assert not documents.visible_to(actor_for(stranger)).exists()
    assert sentences(attic, actor_for(stranger)) == ["Created"]


def test_only_who_may_edit_the_record_attaches_to_it(attach: Any, attic: Any) -> None:
    reader = make_user("Reader")
    grant(reader, {"see": Scope.ALL}, "shelves")
    grant(reader, {"see": Scope.ALL, "create": Scope.ALL}, "documents")
    with pytest.raises(NotAllowed):
        attach("offer.txt", b"one", on=attic, by=actor_for(reader))
    with pytest.raises(Invalid) as refused:
        attach("offer.txt", b"one", on=attic, by=make_actor("Stranger", scope=Scope.OWN))
    assert list(refused.value.errors) == ["about"]
    assert not Document.objects.exists()
    assert not Version.objects.exists()


def test_files_of_a_record_in_the_bin_are_not_found(attach: Any, attic: Any, ada: Any) -> None:
    attach("offer.txt", b"one", on=attic)
    write.delete(attic.record_type, [attic.pk], actor=ada)
    assert not documents.visible_to(ada).exists()
    write.restore(attic.record_type, [attic.pk], actor=ada)
    assert documents.visible_to(ada).count() == 1


def test_a_document_hangs_on_no_document(attach: Any) -> None:
    document = attach("offer.txt", b"one")
    with pytest.raises(Invalid) as refused:
        attach("other.txt", b"two", on=document)
    assert list(refused.value.errors) == ["about"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "is empty"),
        ("tool.exe", b"MZ\x90\x00", "is a program"),
        ("tool.txt", b"MZ\x90\x00", "is a program"),
        ("run.txt", b"#!/bin/sh\nrm -rf /", "is a program"),
        ("photo.jpg", b"%PDF-1.7 ...", "is not what its name says"),
        ("offer.pdf", b"just words", "is not what its name says"),
        ("offer.docx", zipped({"a.txt": b"a"}), "is not what its name says"),
        ("broken.zip", b"PK\x03\x04 and nothing more", "is damaged"),
        ("broken.odt", damaged(zipfile.ZIP_DEFLATED), "is damaged"),
        ("broken.odp", damaged(zipfile.ZIP_LZMA), "is damaged"),
        ("broken.ods", damaged(zipfile.ZIP_BZIP2), "is damaged"),
        ("bomb.zip", bomb(), "unpacks to far more"),
        ("bomb.docx", bomb(), "unpacks to far more"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_taken_in_is_said_with_its_name(attach: Any, name: str, content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        attach(name, content)
    [message] = refused.value.errors["file"]
    assert name in message
    assert words in message
    assert not Document.objects.exists()
    assert not Content.objects.exists()


def test_a_file_beyond_the_limit_is_refused(attach: Any, settings: Any) -> None:
    settings.FILE_MAX_MB = 1
    attach("fits.txt", b"x" * 1024 * 1024)
    with pytest.raises(Invalid, match="at most 1 MB"):
        attach("large.txt", b"x" * (1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", PNG, "image"),
        ("a.pdf", b"%PDF-1.7\n", "pdf"),
        ("a.docx", zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "words"),
        ("a.xlsx", zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "sheet"),
        ("a.odt", zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""}), "words"),
        ("a.zip", zipped({"a.txt": b"a"}), "archive"),
        ("page.html", b"<script>alert(1)</script>", "text"),
        ("data.bin", bytes(range(256)), "other"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_kind_follows_from_the_content(attach: Any, name: str, content: bytes, kind: str) -> None:
    assert attach(name, content).kind == kind


def test_content_nobody_holds_is_deleted_after_a_month(
    attach: Any, ada: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    gone, kept = attach("gone.txt", b"gone"), attach("kept.txt", b"kept")
    path = gone.content.file.path
    write.delete(documents, [gone.pk], actor=ada)
    write.erase(documents, [gone.pk], actor=ada)
    assert delete_unused() == 0
    Content.objects.update(created_at=timezone.now() - timedelta(days=32))
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_unused() == 1
    assert not default_storage.exists(path)
    assert default_storage.exists(kept.content.file.path)


def test_a_version_says_what_is_new_in_it(client: Any, attach: Any, attic: Any, ada: Any) -> None:
    document = attach("plan.txt", on=attic)
    services.add_version(document.pk, io.BytesIO(b"two"), "plan.txt", actor=ada)
    client.force_login(make_user("Root", admin=True))
    address = f"/documents/{document.pk}/versions/1/note/"
    assert "What is new in version 1" in client.get(address).content.decode()
    assert client.post(address, {"note": " First <draft> "}).status_code == 204
    refused = client.post(address, {"note": "x" * 301})
    assert (refused.status_code, "x" * 301 in refused.content.decode()) == (422, True)
    assert list(Version.objects.order_by("number").values_list("note", flat=True)) == ["First <draft>", ""]
    assert "First &lt;draft&gt;" in client.get(f"/documents/{document.pk}/file/").content.decode()
    reader = make_user("Reader")
    grant(reader, {"see": Scope.ALL}, "documents")
    grant(reader, {"see": Scope.ALL}, "shelves")
    client.force_login(reader)
    assert client.post(address, {"note": "mine"}).status_code == 403
    assert "Say what is new" not in client.get(f"/documents/{document.pk}/file/").content.decode()


def test_a_note_is_taken_back_like_every_change(attach: Any, ada: Any) -> None:
    document = attach("plan.txt")
    services.note_version(document.pk, 1, "Draft", actor=ada)
    undo.undo(Operation.objects.latest("pk").pk, actor=ada)
    assert Version.objects.get().note == ""
