"""Files made to break the reader: each is refused with a sentence, none takes the memory or ends the process."""

import io
import zipfile

import pytest

from jantar.engine.transfer.sheets import UnreadableSheetError, open_sheet

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    'PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main'
    '+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://'
    'schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="{}"/></Relationships>',
}
DAMAGED, TOO_LARGE = "The workbook cannot be opened", "The workbook is too large"


def cell(place: str, text: str = "N") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(rows: str, *, target: str = "worksheets/sheet1.xml", part: str = "", **more: str) -> bytes:
    """A workbook whose only sheet has these rows; `more` replaces or adds parts, "/" written as "__"."""
    parts = {name: text.replace("{}", target) for name, text in PARTS.items()}
    parts[part or f"xl/{target}"] = SHEET.format(rows)
    parts |= {name.replace("__", "/"): text for name, text in more.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


FAR = f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'


def test_the_workbook_of_these_tests_can_be_read() -> None:
    sheet = open_sheet(workbook(f'<row r="1">{cell("A1", "Name")}</row><row r="2">{cell("A2", "Novák")}</row>'))
    assert (sheet.headers, [row.cells for row in sheet.rows()]) == (["Name"], [["Novák"]])


@pytest.mark.parametrize(
    "row",
    [
        f'<row r="x">{cell("A1")}</row>',
        f'<row r="1">{cell("A")}</row>',
        f'<row r="1">{cell("1A")}</row>',
        f'<row r="0">{cell("A0")}</row>',
        f'<row r="-5">{cell("A-5")}</row>',
        f'<row r="1">{cell("A²")}</row>',
        f'<row r="1">{cell("A" + "9" * 5000)}</row>',
        '<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>',
    ],
)
def test_cells_at_no_place_are_a_damaged_workbook(row: str) -> None:
    with pytest.raises(UnreadableSheetError, match=DAMAGED):
        list(open_sheet(workbook(row)).rows())


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("worksheets/sheet1.dat", ""),
        ("sheet.bin", ""),
        ("/other.xml", "other.xml"),
        ("WORKSHEETS/SHEET1.XML", "xl/worksheets/sheet1.xml"),
        ("media/image.png", ""),
    ],
)
def test_a_sheet_at_an_unusual_place_is_measured_too(target: str, part: str) -> None:
    with pytest.raises(UnreadableSheetError, match=TOO_LARGE):
        open_sheet(workbook(FAR, target=target, part=part))


@pytest.mark.parametrize(
    "definition",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_definitions_are_refused(definition: str) -> None:
    for name in ("xl__worksheets__sheet1.xml", "xl__workbook.xml"):
        part = definition + (SHEET.format(f'<row r="1">{cell("A1", "&amp;a;")}</row>') if "sheet1" in name else "<x/>")
        with pytest.raises(UnreadableSheetError, match=DAMAGED):
            open_sheet(workbook("", **{name: part}))


def test_shared_texts_that_unpack_to_too_much_are_refused() -> None:
    content = workbook(f'<row r="1">{cell("A1")}</row>', **{"xl__sharedStrings.xml": "a" * 160_000_000})
    assert len(content) < 200_000
    with pytest.raises(UnreadableSheetError, match=TOO_LARGE):
        open_sheet(content)


def test_a_size_that_the_archive_states_wrongly_is_not_believed() -> None:
    content = workbook(f'<row r="1">{cell("A1")}</row>', **{"xl__sharedStrings.xml": "a" * 160_000_000})
    small = content.replace((160_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert small != content
    with pytest.raises(UnreadableSheetError, match=TOO_LARGE):
        open_sheet(small)


@pytest.mark.parametrize("encoding", ["nope", "zlib_codec", "rot13", "idna", "\0", "utf-16", "utf-32"])
def test_an_encoding_that_does_not_fit_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableSheetError, match="Choose another encoding"):
        list(open_sheet(b"Name,City\nNovak,Brno\n", encoding=encoding).rows())


def test_a_delimiter_of_several_characters_is_refused() -> None:
    with pytest.raises(UnreadableSheetError, match="A single character separates the columns"):
        open_sheet(b"Name,City\nNovak,Brno\n", delimiter="ab")
