"""Reading sheets: what is told from the bytes, what is left out, what is refused."""

import codecs
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jantar.engine.transfer.sheets import Limits, Sheet, UnreadableSheetError, open_sheet

ROOT = Path(__file__).parents[4]
SAMPLES = ROOT / "tests" / "samples"
SHARED = Path(os.environ.get("JANTAR_SHARED", ROOT.parent / "shared")) / "specs" / "samples"

pytestmark = pytest.mark.capability("N19")


def cells(sheet: Sheet) -> list[list[str]]:
    return [row.cells for row in sheet.rows()]


def messages(sheet: Sheet) -> list[str]:
    return [str(notice) for notice in sheet.notices]


# Encodings

CZECH = "Jméno;Město\nŠárka Říhová;Třinec\nŽofie Ťoupalíková;Šumperk\n"
POLISH = "Nazwisko;Miasto\nŁukasz Święch;Gdańsk\nGrażyna Źdźbło;Łódź\n"
HUNGARIAN = "Név;Város\nŐry Győző;Székesfehérvár\nSzűcs Ödön;Győr\n"
SLOVAK = "Meno;Mesto\nĽubomír Ďurčanský;Žilina\nŠtefan Vĺčko;Poprad\n"
GERMAN = "Name;Ort\nJörg Müller;Köln\nBärbel Süß;Nürnberg\n"
FRENCH = "Nom;Ville\nGaëlle Lefèvre;Besançon\nZoë Crêpe;Orléans à côté\n"


@pytest.mark.parametrize("text", [CZECH, POLISH, HUNGARIAN, SLOVAK])
@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2", "cp852", "utf-8", "utf-16-le"])
def test_texts_of_the_four_countries_in_any_encoding(text: str, encoding: str) -> None:
    sheet = open_sheet(text.encode(encoding))
    assert [sheet.headers, *cells(sheet)] == [line.split(";") for line in text.splitlines()]
    if text != HUNGARIAN:  # those letters have the same bytes in Windows-1250 and ISO-8859-2
        assert sheet.encoding == encoding
    assert sheet.delimiter == ";"


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2"])
def test_one_list_with_names_of_all_four_countries(encoding: str) -> None:
    text = CZECH + POLISH + HUNGARIAN + SLOVAK
    sheet = open_sheet(text.encode(encoding))
    assert sheet.encoding == encoding
    assert cells(sheet) == [line.split(";") for line in text.splitlines()[1:]]


@pytest.mark.parametrize("text", [FRENCH, GERMAN])
def test_western_texts_keep_their_letters(text: str) -> None:
    sheet = open_sheet(text.encode("cp1252"))
    assert cells(sheet) == [line.split(";") for line in text.splitlines()[1:]]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_byte_order_marks(mark: bytes, encoding: str) -> None:
    sheet = open_sheet(mark + CZECH.encode(encoding))
    assert sheet.headers == ["Jméno", "Město"]
    assert cells(sheet)[0] == ["Šárka Říhová", "Třinec"]


def test_a_few_broken_bytes_in_utf8_mark_their_rows() -> None:
    good = "".join(f"Šárka Říhová {n},Třinec\n" for n in range(20))
    sheet = open_sheet(b"name,city\n" + good.encode() + b"B\xffla,Brno\n" + "Ž,Aš\n".encode())
    assert sheet.encoding == "utf-8"
    assert messages(sheet) == ["Rows with characters that could not be read: 22 (1)."]
    damaged = [row for row in sheet.rows() if row.notices]
    assert [(row.number, row.cells) for row in damaged] == [(22, ["B\ufffdla", "Brno"])]
    assert str(damaged[0].notices[0]) == "This row holds characters that could not be read."


def test_a_cyrillic_file_is_recognised_as_a_last_resort() -> None:
    text = "Имя;Город\n" + "Наталья Ковальчук;Ужгород\nОльга Шевченко;Львов\n" * 10
    assert cells(open_sheet(text.encode("cp1251")))[0] == ["Наталья Ковальчук", "Ужгород"]


# Delimiters, headers, rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [["Name", "Sum", "Note"], ["A; b, c | d", "1,50", 'say "hi"'], ["B", "2,75", "x\ny"]]
    text = "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    sheet = open_sheet(text.encode())
    assert sheet.delimiter == delimiter
    assert [sheet.headers, *cells(sheet)] == rows


def test_decimal_commas_do_not_hide_semicolons() -> None:
    sheet = open_sheet(b"a;b;c\n1,5;2,5;x\n3,5;4,5;y\n5,5;6,5;z\n")
    assert sheet.delimiter == ";"


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_declared_delimiter_wins_and_is_no_row(first: str) -> None:
    sheet = open_sheet(f"{first}\r\na,b;c\r\n1,2;3\r\n".encode())
    assert (sheet.delimiter, sheet.headers) == (";", ["a,b", "c"])
    assert [(row.number, row.cells) for row in sheet.rows()] == [(2, ["1,2", "3"])]


def test_blank_first_lines_a_title_and_blank_rows_are_passed_over() -> None:
    sheet = open_sheet(b"\n\n;;\nContacts of 2026;;\n\nName;City;Sum\nA;B;1\n;;\nC;D;2\n")
    assert sheet.headers == ["Name", "City", "Sum"]
    assert [(row.number, row.cells) for row in sheet.rows()] == [
        (7, ["A", "B", "1"]),
        (9, ["C", "D", "2"]),
    ]
    assert sheet.row_count == 2


def test_headers_are_trimmed_named_and_made_unique() -> None:
    sheet = open_sheet(b" E-mail ,,e-mail,First\xc2\xa0 name,E-mail,\n1,2,3,4,5,6\n")
    assert sheet.headers == ["E-mail", "B", "e-mail (2)", "First name", "E-mail (3)"]
    assert sheet.layout == open_sheet(b"E-MAIL,,e-mail,First name,E-mail\n1,2,3,4,5\n").layout
    assert sheet.layout != open_sheet(b"a,b\n1,2\n").layout


def test_repeated_headers_are_left_out_and_told() -> None:
    sheet = open_sheet(b"a,b\n1,2\na,b\n3,4\n")
    assert cells(sheet) == [["1", "2"], ["3", "4"]]
    assert messages(sheet) == ["Repeated headers were left out: rows 3 (1)."]


def test_ragged_rows_keep_every_cell() -> None:
    sheet = open_sheet(b"a,b,c\n1\n1,2,3,,\n1,2,3,4\n")
    assert cells(sheet) == [["1", "", ""], ["1", "2", "3"], ["1", "2", "3", "4"]]
    assert messages(sheet) == ["Rows with more cells than the header: 4 (1)."]
    assert [str(notice) for row in sheet.rows() for notice in row.notices] == [
        "This row has 4 cells, the header 3. A quotation mark may be missing."
    ]


FOOTER = (
    b'"Name","City"\n"A","B"\n"C",""\n\n\n"Contacts by city"\n'
    b'"Copyright (c) 2000-2026 salesforce.com, inc."\n"Confidential Information"\n'
)


def test_the_footer_of_a_report_is_left_out_and_told() -> None:
    sheet = open_sheet(FOOTER)
    assert cells(sheet) == [["A", "B"], ["C", ""]]
    assert messages(sheet) == [
        "The lines below the table were left out: Contacts by city / "
        "Copyright (c) 2000-2026 salesforce.com, inc. / Confidential Information"
    ]


def test_rows_with_one_cell_inside_the_table_stay() -> None:
    sheet = open_sheet(b"Name,City\nA,B\n\nC\nD\n\nE,F\n")
    assert cells(sheet) == [["A", "B"], ["C", ""], ["D", ""], ["E", "F"]]
    assert sheet.notices == []


def test_row_numbers_are_those_of_a_spreadsheet() -> None:
    sheet = open_sheet(b'a,b\n"1\n1\n1",2\n3,4\n')
    assert [row.number for row in sheet.rows()] == [2, 3]


def test_guards_against_formulas_are_taken_off_and_other_apostrophes_stay() -> None:
    sheet = open_sheet(b'a,b\n\'=1+1,\'+420 777\n\'007,=\'x\n"=""0042""",\'s Gravenhage\n')
    assert cells(sheet) == [["=1+1", "+420 777"], ["007", "='x"], ["0042", "'s Gravenhage"]]


def test_zero_bytes_and_long_cells() -> None:
    sheet = open_sheet(b"a,b\nx\0y," + b"n" * 200 + b"\nz," + b"m" * 5_000_000 + b"\n\x1a")
    assert cells(sheet) == [["xy", "n" * 200], ["z", "m" * 5_000_000]]


def test_old_mac_line_ends_and_one_column() -> None:
    assert cells(open_sheet(b"a;b\r1;2\r3;4")) == [["1", "2"], ["3", "4"]]
    assert cells(open_sheet(b"E-mail\na@x.example\n\nb@x.example\n")) == [
        ["a@x.example"],
        ["b@x.example"],
    ]


# Numbers and dates


def column(text: str, header: str = "x") -> tuple[bool, bool]:
    sheet = open_sheet(text.encode())
    found = next(column for column in sheet.columns if column.header == header)
    return found.decimal_comma, found.day_first


@pytest.mark.parametrize(
    ("text", "decimal_comma"),
    [
        ("x\ty\n1,5\ta\n2,25\tb\n", True),
        ("x\ty\n1.5\ta\n2.25\tb\n", False),
        ("x\ty\n1 234,5 Kč\ta\n12 Kč\tb\n", True),
        ('x,y\n"1.234,56",a\n"2.000,00",b\n', True),
        ('x,y\n"1,234.56",a\n"2,000.00",b\n', False),
        ("x;y\n1.234;a\n5.678;b\n", True),
        ('x,y\n"1,234",a\n"5,678",b\n', False),
        ("x;y\n1.234;0.5\n5.678;1.25\n", False),
        ("x;y\n$10.00;a\n$12.50;b\n", False),
    ],
)
def test_decimal_sign_of_a_column(text: str, decimal_comma: bool) -> None:
    assert column(text)[0] is decimal_comma


def test_a_number_that_can_be_read_both_ways_is_pointed_out() -> None:
    sheet = open_sheet(b"x\ty\n1,234\ta\n5,678\tb\n")
    assert messages(sheet) == ["Numbers such as 1,234 in “x” can be read in two ways. Check the decimal sign."]


@pytest.mark.parametrize(
    ("values", "day_first"),
    [
        (["1/2/2026", "13/2/2026"], True),
        (["1/2/2026", "2/13/2026"], False),
        (["01-02-26", "02-28-26"], False),
        (["1.2.2026", "3.4.2026"], True),
    ],
)
def test_order_of_the_dates_of_a_column(values: list[str], day_first: bool) -> None:
    assert column("x\ty\n" + "".join(f"{value}\ta\n" for value in values))[1] is day_first


def test_doubtful_dates_follow_another_column_or_are_pointed_out() -> None:
    followed = open_sheet(b"x,y\n1/2/2026,5/28/2026\n")
    assert [item.day_first for item in followed.columns] == [False, False]
    assert messages(followed) == []
    doubtful = open_sheet(b"x,y\n1/2/2026,a\n")
    assert messages(doubtful) == ["The dates in “x” could begin with the day or the month. Check the order."]
    mixed = open_sheet(b"x,y\n28/2/2026,a\n2/28/2026,a\n")
    assert messages(mixed)[-1] == ("Some dates in “x” begin with the day, others with the month.")


@pytest.mark.parametrize("rows", [40, 599, 1000])
def test_a_column_of_ever_new_cells_has_no_values(rows: int) -> None:
    text = "Mail;Stage\n" + "".join(f"a{n}@b.example;{('Won', 'Lost')[n % 2]}\n" for n in range(rows))
    mail, stage = open_sheet(text.encode()).columns
    assert mail.values == ()
    assert stage.values == (("Won", rows - rows // 2), ("Lost", rows // 2))


def test_samples_are_the_first_different_filled_cells() -> None:
    sheet = open_sheet(b"x,y\n,1\na,1\na,1\n b ,1\nc,1\nd,1\n")
    assert sheet.columns[0].samples == ("a", " b ", "c")
    assert sheet.columns[0].filled == 5


# Refusals


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\n \n", "The file is empty."),
        (b",,\n,,\n", "The file is empty."),
        (b"%PDF-1.7 x", "This is a PDF file. Save the table as CSV or XLSX."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is a XLS file. Save the table as CSV or XLSX."),
        (bytes(range(256)) * 8, "This is not a table of text. Save the table as CSV or XLSX."),
        (
            b"PK\x03\x04 rubbish",
            "The workbook cannot be opened. Save it again as XLSX, or as CSV.",
        ),
    ],
)
def test_what_is_no_sheet_is_refused_with_advice(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableSheetError) as refused:
        open_sheet(content)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(file_bytes=5), "The file is larger than 0 MB. Divide it."),
        (Limits(rows=1), "The table has more than 1 rows. Divide it."),
        (Limits(columns=1), "The table has more than 1 columns."),
    ],
)
def test_what_is_too_large_is_refused(limits: Limits, message: str) -> None:
    with pytest.raises(UnreadableSheetError) as refused:
        open_sheet(b"a,b\n1,2\n3,4\n", limits=limits)
    assert str(refused.value) == message


def test_a_quotation_mark_left_open_over_too_much_text_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableSheetError, match="Line 2 cannot be read"):
        open_sheet(b'a,b\n"x' + b"y" * 6_100_000 + b"\n1,2\n")


def test_a_row_that_swallows_those_below_it_is_told() -> None:
    lost = "".join(f"A{n},B,C\n" for n in range(5))
    sheet = open_sheet(f'a,b,c\n1,2,3\n4,"5,6\n{lost}'.encode())
    assert messages(sheet) == ["Rows in which a quotation mark is missing: 3 (1)."]
    assert [row.number for row in sheet.rows() if row.notices] == [3]
    poem = open_sheet(b'a,b,c\n1,"one, two\nthree, four\nfive, six\nseven",3\n')
    assert poem.notices == []


@pytest.mark.parametrize("end", ["", "\n", "\nB,C", "\nB,C\n"])
def test_a_quotation_mark_that_is_never_closed_refuses_its_row(end: str) -> None:
    sheet = open_sheet(f'a,b\n1,2\n"3,4{end}'.encode())
    assert messages(sheet) == ["Rows in which a quotation mark is missing: 3 (1)."]
    good, bad = sheet.rows()
    assert (good.cells, good.notices) == (["1", "2"], ())
    assert bad.cells == [f"3,4{end}", ""]
    assert "never closed" in str(bad.notices[0])
    with pytest.raises(UnreadableSheetError, match="Line 1 cannot be read"):
        open_sheet(b'a,"b\n1,2\n')
    assert cells(open_sheet(b'a,b\n1,"2\n3"')) == [["1", "2\n3"]]


def test_a_file_with_headers_only_says_so() -> None:
    sheet = open_sheet(b"a,b\n")
    assert (sheet.row_count, messages(sheet)) == (0, ["There are no rows below the header."])


# Workbooks

SHEET_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'


def workbook(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", SHEET_XML.format(content))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "rows",
    [
        '<sheetData><row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row></sheetData>',
        '<sheetData><row r="1"><c r="A1"/><c r="XFD1"/></row><row r="1048576"><c/></row></sheetData>',
    ],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(rows: str) -> None:
    with pytest.raises(UnreadableSheetError, match="The workbook is too large"):
        open_sheet(workbook(rows))


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    content = workbook("<x>" + " " * 100_000 + "</x>")
    with pytest.raises(UnreadableSheetError, match="The workbook is too large"):
        open_sheet(content, limits=Limits(workbook_bytes=50_000))


@pytest.mark.parametrize("content", [workbook("<"), workbook("<sheetData/>")])
def test_a_damaged_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableSheetError, match="The workbook cannot be opened"):
        open_sheet(content)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(UnreadableSheetError, match="The workbook cannot be opened"):
        open_sheet(buffer.getvalue())


# Files of the project and of other programs


@pytest.mark.parametrize(
    ("name", "encoding", "rows"),
    [("people-windows-1250.csv", "cp1250", 30), ("people-iso-8859-2.csv", "iso8859-2", 12)],
)
def test_people_of_four_countries_with_decimal_commas(name: str, encoding: str, rows: int) -> None:
    sheet = open_sheet(SAMPLES / name)
    assert (sheet.encoding, sheet.delimiter, sheet.row_count) == (encoding, ";", rows)
    assert sheet.decimal_comma
    assert sheet.day_first
    assert sheet.notices == []
    first, *_ = sheet.rows()
    assert first.cells[:4] == ["Jana", "Nováková", "Bohemia Sklo s.r.o.", "jednatelka"]
    assert first.cells[-3:] == ["1250000,50", "12.3.2025", "Volat dopoledne; po obědě je ve výrobě"]


def test_companies_in_utf8() -> None:
    sheet = open_sheet(SAMPLES / "companies.csv")
    assert (sheet.encoding, sheet.delimiter, sheet.row_count) == ("utf-8", ",", 12)
    assert not sheet.decimal_comma


def test_people_in_a_workbook_have_plain_numbers_and_dates() -> None:
    sheet = open_sheet(SAMPLES / "people.xlsx")
    assert (sheet.worksheets, sheet.worksheet) == (["People"], "People")
    assert cells(sheet)[1] == [
        "Wojciech", "Szczęsny-Bąk", "Bursztyn Sp. z o.o.", "Logistics",
        "wojciech.bak@bursztyn.example", "48601234509", "1981-02-04", "100.5",
    ]  # fmt: skip
    with pytest.raises(UnreadableSheetError, match="There is no worksheet “Firmy”"):
        open_sheet(SAMPLES / "people.xlsx", worksheet="Firmy")


def test_a_stream_can_be_read_again_and_stays_open() -> None:
    with (SAMPLES / "companies.csv").open("rb") as stream:
        sheet = open_sheet(stream)
        assert cells(sheet) == cells(sheet)
        assert not stream.closed


# File, encoding, delimiter, rows, columns, as the files themselves show.
FOREIGN = [
    ("crm-csv/hubspot-all-contacts-export-header.csv", "utf-8", ",", 0, 94),
    ("crm-csv/hubspot-api-contact_data.csv", "utf-8", ",", 22, 13),
    ("crm-csv/hubspot-api-deal_pipeline_stage_data.csv", "utf-8", ",", 71, 12),
    ("crm-csv/hubspot-contacts-thirdparty.csv", "utf-8", ",", 3, 12),
    ("crm-csv/hubspot-deals-v1-thirdparty.csv", "utf-8", ",", 8, 9),
    ("crm-csv/messy-european-semicolon.csv", "utf-8", ";", 2, 5),
    ("crm-csv/messy-excel-export.csv", "utf-8", ",", 3, 6),
    ("crm-csv/pipedrive-official-sample-import.csv", "utf-8", ",", 1, 13),
    ("crm-csv/pipedrive-person-thirdparty.csv", "utf-8", ",", 1, 6),
    ("crm-csv/salesforce-account-export.csv", "utf-8", ",", 120, 38),
    ("crm-csv/salesforce-accountsForInsert.csv", "utf-8", ",", 4, 4),
    ("crm-csv/salesforce-csvEscapedQuotes.csv", "utf-8", ",", 2, 2),
    ("crm-csv/salesforce-csvtext_BOM_UTF16BE.csv", "utf-16", ",", 2, 3),
    ("crm-csv/salesforce-csvtext_BOM_UTF8.csv", "utf-8-sig", ",", 2, 3),
    ("crm-csv/salesforce-import-sample_contacts.csv", "utf-8", ",", 56, 6),
    ("crm-csv/salesforce-insertAccountCsv.csv", "utf-8", ",", 100, 7),
    ("crm-csv/salesforce-insertTaskWithContactAsWhoCsv.csv", "utf-8", ",", 1, 2),
    ("crm-csv/salesforce-opportunity-export.csv", "utf-8", ",", 38, 31),
    ("crm-csv/salesforce-report-contact-thirdparty.csv", "utf-8", ",", 1, 9),
    ("contacts-csv/email.csv", "utf-8", ",", 4, 1),
    ("contacts-csv/gmail.csv", "utf-8", ",", 1, 81),
    ("contacts-csv/outlook.csv", "utf-8", ",", 1, 3),
]


@pytest.mark.parametrize(("name", "encoding", "delimiter", "rows", "columns"), FOREIGN)
def test_exports_of_other_programs(name: str, encoding: str, delimiter: str, rows: int, columns: int) -> None:
    if not SHARED.is_dir():
        pytest.skip("the samples of other programs are not on this machine")
    sheet = open_sheet(SHARED / name)
    found = (sheet.encoding, sheet.delimiter, sheet.row_count, len(sheet.columns))
    assert found == (encoding, delimiter, rows, columns)
    assert not any(row.notices for row in sheet.rows())


def test_every_sample_of_other_programs_is_checked() -> None:
    if not SHARED.is_dir():
        pytest.skip("the samples of other programs are not on this machine")
    present = {
        f"{folder}/{path.name}" for folder in ("crm-csv", "contacts-csv") for path in (SHARED / folder).glob("*.csv")
    }
    assert present == {name for name, *_ in FOREIGN}


# Any bytes


@given(st.binary(max_size=300))
def test_any_bytes_give_a_sheet_or_a_clear_error(content: bytes) -> None:
    try:
        sheet = open_sheet(content)
    except UnreadableSheetError:
        return
    assert sheet.row_count == len(cells(sheet))
    assert all(len(row) >= len(sheet.headers) for row in cells(sheet))
    assert "\0" not in "".join(map("".join, cells(sheet)))


def test_a_large_file_is_streamed() -> None:
    class Counted(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            chunk = super().read(size)
            self.taken += len(chunk)
            return chunk

        read1 = read

    stream = Counted(b"name,city\n" + b"Jan Novak,Brno\n" * 100_000)
    sheet = open_sheet(stream)
    assert sheet.row_count == 100_000
    stream.taken = 0
    rows: Iterator[object] = sheet.rows()
    for _ in range(10):
        next(rows)
    assert stream.taken < 100_000
