"""What files say is found within rights; how they look is shown without what cameras add."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from PIL import Image

from jantar.engine.documents import extract, office, services
from jantar.engine.documents.models import Content, Document, Reading
from jantar.engine.documents.reading import MOST_WORDS, distinct, read_content, read_late
from jantar.engine.documents.tests.conftest import zipped
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.registry import registry
from jantar.engine.search.searching import search
from jantar.engine.testing.actors import grant, make_user
from jantar.platform.files.services import open_file
from jantar.platform.jobs.models import JobRun

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C14", "C25")]
documents = registry.get("documents")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def pdf(text: str) -> bytes:
    """One page with a line of text, as simple programs write it."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, part) for number, part in enumerate(parts, 1))
    return b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF\n"


def docx(text: str) -> bytes:
    document = f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})


def odt(text: str) -> bytes:
    content = f'<o:doc xmlns:o="urn:o" xmlns:text="{TEXT}"><text:p>{text}</text:p></o:doc>'
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


def xlsx(text: str) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("List").write_row(0, 0, [text, 4711])
    return target.getvalue()


def photo(width: int = 400) -> bytes:
    """A JPEG that tells where it was taken."""
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6  # to be turned
    Image.new("RGB", (width, 200), "red").save(target, "JPEG", exif=exif)
    return target.getvalue()


def found(text: str, actor: Actor) -> list[str]:
    return [hit.title for group in search(text, actor) for hit in group.hits if hit.type == "documents"]


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.pdf", pdf), ("a.docx", docx), ("a.xlsx", xlsx), ("a.odt", odt), ("a.txt", str.encode)],
    ids=["pdf", "docx", "xlsx", "odt", "txt"],
)
def test_words_inside_are_found_without_accents_and_told_with_their_record(
    attach: Any, attic: Any, ada: Actor, name: str, make: Any
) -> None:
    word = "Zlutoucky" if name == "a.pdf" else "Žluťoučký"
    document = attach(name, make(f"Before {word} after"), on=attic)
    assert found("zlutoucky", ada) == []
    read_content(document.content_id)

    assert f"Before {word} after" in Content.objects.get().text
    [group] = [group for group in search("zlutoucky", ada) if group.record_type is documents]
    assert [(hit.title, hit.subtitle) for hit in group.hits] == [(name, "Attic")]
    assert [row.pk for row in page_of(Query(documents, ada, search="zlutou")).rows] == [document.pk]


def test_what_is_inside_is_found_by_nobody_who_may_not_see_the_record(attach: Any, attic: Any) -> None:
    read_content(attach("a.txt", b"kryptonym", on=attic).content_id)
    reader, stranger = make_user("Reader"), actor_for(make_user("Stranger", scope=Scope.OWN))
    grant(reader, {"see": Scope.ALL}, "documents")
    assert found("kryptonym", actor_for(reader)) == []
    assert found("kryptonym", stranger) == []
    assert page_of(Query(documents, stranger, search="kryptonym")).rows == []
    grant(reader, {"see": Scope.ALL}, "shelves")
    assert found("kryptonym", actor_for(reader)) == ["a.txt"]


def test_the_newest_version_is_found_and_the_old_one_no_more(attach: Any, ada: Actor) -> None:
    document = attach("a.txt", b"firstword")
    read_content(document.content_id)
    changed: Any = services.add_version(document.pk, io.BytesIO(b"secondword"), "a.txt", actor=ada)
    read_content(changed.content_id)
    assert (found("firstword", ada), found("secondword", ada)) == ([], ["a.txt"])
    write.delete(documents, [document.pk], actor=ada)
    assert found("secondword", ada) == []


def test_a_word_far_behind_in_a_long_text_is_found(attach: Any, ada: Actor) -> None:
    text = " ".join(f"w{number}x" for number in range(20_000)) + " needle"
    read_content(attach("long.txt", text.encode()).content_id)
    assert found("needle", ada) == ["long.txt"]


def test_more_words_than_the_index_takes_are_cut() -> None:
    words = distinct(f"word{number:06d}" for number in range(100_000))
    assert len(words) == MOST_WORDS // (10 + len("documents.."))
    assert distinct(["a", "b", "a"]) == ["a", "b"]


@pytest.mark.parametrize(("name", "make"), [("photo.jpg", photo), ("a.pdf", lambda: pdf("Hello"))], ids=["jpg", "pdf"])
def test_pictures_are_made_in_two_sizes(attach: Any, name: str, make: Any) -> None:
    read_content(attach(name, make()).content_id)
    content: Any = Content.objects.get()
    for file, most in ((content.small, 160), (content.large, 1600)):
        with open_file(file) as opened:
            picture = Image.open(io.BytesIO(opened.read()))
        assert picture.format == "WEBP"
        assert max(picture.size) <= most
        assert not picture.getexif()
        assert picture.height > picture.width  # the photo is turned as the camera was held, the page is upright


def test_a_broken_file_is_marked_and_stays_as_it_is(attach: Any, ada: Actor) -> None:
    for name, content in (("a.pdf", b"%PDF-1.7 nothing"), ("a.png", b"\x89PNG\r\n\x1a\n nothing")):
        document = attach(name, content)
        read_content(document.content_id)
        kept = Content.objects.get(pk=document.content_id)
        assert (kept.reading, kept.text, kept.small_id) == (Reading.FAILED, "", None)
    assert Document.objects.count() == 2


def test_xml_that_grows_when_it_is_read_comes_to_nothing(attach: Any) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<!DOCTYPE d [<!ENTITY a0 "ha">{entities}]><w:p xmlns:w="{W}">&a11;</w:p>'
    archive = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": laughs.encode()})
    read_content(attach("a.docx", archive).content_id)
    content = Content.objects.get()
    assert (content.reading, content.text) == (Reading.FAILED, "")


def test_a_part_that_unpacks_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_XML", 1000)
    path = tmp_path / "a.docx"
    path.write_bytes(docx("x" * 2000))
    with pytest.raises(ValueError, match="too much XML"):
        list(extract.text_of("words", "", path))


def test_reading_is_a_job_that_is_made_up_for_when_it_was_lost(attach: Any) -> None:
    document = attach("a.txt", b"one")
    assert JobRun.objects.filter(kind="documents.read").count() == 1
    assert read_late() == 0
    Content.objects.update(created_at="2026-01-01T00:00:00Z")
    assert read_late() == 1
    assert JobRun.objects.filter(kind="documents.read").count() == 2
    read_content(document.content_id)
    assert read_late() == 0
