"""Office files are shown by their structure; nothing in them reaches the page but text, lists and tables."""

import datetime as dt
import io
import re
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from jantar.engine.documents import office, previews, reading
from jantar.engine.documents.models import Content, Reading
from jantar.engine.documents.previews import CLEANER, clean, part_of, preview_of
from jantar.engine.documents.reading import read_content
from jantar.engine.documents.tests.conftest import zipped
from jantar.engine.documents.tests.test_reading import W, docx
from jantar.engine.fields.errors import Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25")]
NAMES = """xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" """
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(body: str, **more: bytes) -> bytes:
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode(), **more})


def paragraph(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


def open_file(kind: str, body: str, **more: bytes) -> bytes:
    content = f"<office:document-content {NAMES}>{body}</office:document-content>"
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": content.encode(),
                   **more})  # fmt: skip


def powerpoint(*slides: str) -> bytes:
    """Slides in the order given, whose files are named the other way round."""
    ids = "".join(f'<p:sldId r:id="r{number}"/>' for number in range(len(slides)))
    links = "".join(
        f'<Relationship Id="r{number}" Target="slides/slide{len(slides) - number}.xml"/>'
        for number in range(len(slides))
    )
    files = {
        f"ppt/slides/slide{len(slides) - number}.xml": f'<p:sld xmlns:p="{P}" xmlns:a="{A}">{slide}</p:sld>'.encode()
        for number, slide in enumerate(slides)
    }
    listed = f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>'
    relations = f"<Relationships>{links}</Relationships>"
    return zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": listed.encode(),
                   "ppt/_rels/presentation.xml.rels": relations.encode(), **files})  # fmt: skip


def shape(text: str, kind: str = "") -> str:
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    return f"<p:sp>{place}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


def book(**sheets: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"}) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return target.getvalue()


@pytest.fixture
def read(attach: Any) -> Any:
    """read(name, bytes): the content after it was read."""

    def make(name: str, content: bytes) -> Content:
        pk = attach(name, content).content_id
        read_content(pk)
        return Content.objects.get(pk=pk)

    return make


def html_of(content: Content) -> str:
    return str((part_of(content, 0) or {})["html"])


def test_a_word_file_is_shown_with_headings_lists_and_tables(read: Any) -> None:
    cells = f"<w:tr><w:tc>{paragraph('Item')}</w:tc><w:tc>{paragraph('Price')}</w:tc></w:tr>"
    content = read("a.docx", word(paragraph("Offer", "Heading1") + paragraph("1 &lt; 2") + f"<w:tbl>{cells}</w:tbl>"))
    assert html_of(content) == (
        "<h3>Offer</h3><p>1 &lt; 2</p><table><tbody><tr><td><p>Item</p></td><td><p>Price</p></td></tr></tbody></table>"
    )
    shown = preview_of(content)
    assert shown
    assert (shown.state, shown.kind, shown.macros, shown.more) == ("shown", "words", False, False)


def test_an_opendocument_text_is_shown_the_same_way(read: Any) -> None:
    body = """<office:automatic-styles><style:style style:name="T1"><style:text-properties fo:font-weight="bold"/>
    </style:style></office:automatic-styles><office:body><office:text>
    <text:h text:outline-level="1">Smlouva</text:h>
    <text:p>Cena <text:span text:style-name="T1">100<text:s/>Kč</text:span> &lt;b&gt;</text:p>
    <text:list><text:list-item><text:p>První</text:p></text:list-item></text:list>
    <table:table><table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned="2">
    <text:p>Hlava</text:p></table:table-cell></table:table-row></table:table-header-rows></table:table>
    </office:text></office:body>"""
    assert html_of(read("a.odt", open_file("text", body))) == (
        "<h3>Smlouva</h3><p>Cena <strong>100 Kč</strong> &lt;b&gt;</p><ul><li><p>První</p></li></ul>"
        '<table><tbody><tr><td colspan="2"><p>Hlava</p></td></tr></tbody></table>'
    )


def test_a_workbook_is_shown_sheet_by_sheet_in_the_readers_numbers(read: Any) -> None:
    rows: list[list[Any]] = [
        ["Název", "Cena"],
        ["Židle", 1234.5],
        ["Kus", 3],
        ["Dne", dt.date(2026, 3, 1)],
        ["Je", True],
    ]
    content = read("a.xlsx", book(Ceník=rows, Prázdný=[]))
    shown: Any = preview_of(content)
    assert (shown.names, shown.total) == (["Ceník", "Prázdný"], 2)
    with translation.override("cs"):
        part: Any = part_of(content, 0)
    texts = [[cell.text for cell in row] for row in part["rows"]]
    assert texts == [["Název", "Cena"], ["Židle", "1\xa0234,5"], ["Kus", "3"], ["Dne", "1. 3. 2026"], ["Je", "✓"]]
    assert [row[1].is_number for row in part["rows"]] == [False, True, True, False, False]
    assert (part["more_rows"], part["more_columns"]) == (False, False)
    assert (part_of(content, 1) or {})["rows"] == []
    assert part_of(content, 2) is None


def test_of_a_large_sheet_the_first_rows_and_columns_are_shown(read: Any) -> None:
    part: Any = part_of(read("a.xlsx", book(Data=[list(range(40)) for _row in range(500)])), 0)
    assert len(part["rows"]) == office.MOST_ROWS == 200
    assert {len(row) for row in part["rows"]} == {office.MOST_COLUMNS}
    assert (part["more_rows"], part["more_columns"]) == (True, True)


def test_an_opendocument_sheet_is_shown(read: Any) -> None:
    body = """<office:body><office:spreadsheet><table:table table:name="Ceník"><table:table-row>
    <table:table-cell office:value-type="string"><text:p>Židle</text:p></table:table-cell>
    <table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>
    </table:table-row></table:table></office:spreadsheet></office:body>"""
    manifest: Any = {
        "META-INF/manifest.xml": b"<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    }
    content = read("a.ods", open_file("spreadsheet", re.sub(r"\n *", "", body), **manifest))
    part: Any = part_of(content, 0)
    assert (part["name"], [[cell.text for cell in row] for row in part["rows"]]) == ("Ceník", [["Židle", "7"]])


def test_slides_are_shown_in_their_order_with_title_and_lines(read: Any) -> None:
    slides = [shape("What we offer", "title") + shape("Chairs"), shape("Thank you", "ctrTitle")]
    part: Any = part_of(read("a.pptx", powerpoint(*slides)), 0)
    assert part["slides"] == [{"title": "What we offer", "lines": ["Chairs"]}, {"title": "Thank you", "lines": []}]
    page = """<draw:page><draw:frame><text:p>Nabídka</text:p></draw:frame><text:p>Židle</text:p>
    <presentation:notes><text:p>secret</text:p></presentation:notes></draw:page>"""
    part = part_of(read("a.odp", open_file("presentation", page)), 0)
    assert part["slides"] == [{"title": "Nabídka", "lines": ["Židle"]}]


def test_nothing_that_could_act_gets_through_the_cleaning() -> None:
    hostile = (
        '<p style="position:fixed" onclick="x()" id="q" class="btn" hx-post="/a/">Text</p><script>x()</script>'
        '<img src="https://example.com/a.png"><a href="/sign-out/">go</a><form action="/x"><input name="a"></form>'
        '<iframe src="x"></iframe><svg onload="x()"></svg><td colspan="2" background="https://example.com/">'
    )
    assert CLEANER.clean(hostile) == "<p>Text</p>go"
    kept = clean({"state": "shown", "kind": "words", "parts": [{"html": hostile}], "names": [""]})
    assert kept["parts"] == [{"html": "<p>Text</p>go"}]
    with pytest.raises(ValueError, match="not a preview"):
        clean({"state": "<b>"})


def test_text_in_a_word_file_that_looks_like_html_stays_text(read: Any) -> None:
    content = read("a.docx", docx("&lt;script&gt;alert(1)&lt;/script&gt;&lt;h1&gt;"))
    assert html_of(content) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;&lt;h1&gt;</p>"


def test_a_style_map_inside_a_word_file_is_not_followed(read: Any) -> None:
    more: Any = {"mammoth/style-map": b"p => table > tr > td"}
    assert html_of(read("a.docx", word(paragraph("Text"), **more))) == "<p>Text</p>"


def test_a_long_text_is_cut_and_its_tags_are_closed(read: Any) -> None:
    content = read("a.docx", word("".join(paragraph("x" * 1000) for _number in range(600))))
    shown: Any = preview_of(content)
    html = html_of(content)
    assert shown.more
    assert len(html) < office.MOST_HTML + 100
    assert html.endswith("</p>")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(3000) + "EncryptedPackage".encode("utf-16-le") + bytes(9000)),
        ("a.odt", open_file("text", "", **{"META-INF/manifest.xml": b"<m:encryption-data/>"})),
    ],
    ids=["docx", "odt"],
)
def test_a_file_with_a_password_is_taken_and_says_so(read: Any, name: str, content: bytes) -> None:
    found = read(name, content)
    assert found.kind == "words"
    assert found.preview == {"state": "locked"}


def test_an_old_store_under_a_new_name_is_still_refused(attach: Any) -> None:
    with pytest.raises(Invalid, match="is not what its name says"):
        attach("a.docx", b"\xd0\xcf\x11\xe0" + bytes(3000))


def test_macros_are_told_and_left_out(read: Any) -> None:
    more: Any = {"word/vbaProject.bin": b"\0macro"}
    content = read("a.docx", word(paragraph("Text"), **more))
    shown: Any = preview_of(content)
    assert (shown.state, shown.macros, html_of(content)) == ("shown", True, "<p>Text</p>")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.docx", word("<w:p>")), ("a.odt", open_file("text", "<text:p>")),
     ("a.xlsx", zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<"})),
     ("a.pptx", zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<"}))],
    ids=["docx", "odt", "xlsx", "pptx"],
)  # fmt: skip
def test_a_damaged_file_says_so(read: Any, name: str, content: bytes) -> None:
    found = read(name, content)
    assert (found.reading, found.preview) == (Reading.FAILED, {"state": "broken"})


def test_tags_nested_without_end_are_given_up(read: Any) -> None:
    depth = 20_000
    found = read("a.docx", word("<w:p>" * depth + "</w:p>" * depth))
    assert found.preview["state"] in ("broken", "large")


def test_a_file_that_is_never_done_is_too_large(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    found = read("a.docx", docx("x"))
    assert (found.reading, found.preview) == (Reading.FAILED, {"state": "large"})


def test_a_preview_that_is_none_is_not_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "preview.json").write_text("[]")
    assert reading.preview_in(tmp_path) == {"state": "broken"}
    monkeypatch.setattr(reading, "MOST_PREVIEW", 1)
    assert reading.preview_in(tmp_path) is None
    assert previews.cell(["day", "2026-01-31"], "en").text == "31 Jan 2026"
