"""Written sheets read back as they were, and hold nothing a spreadsheet would calculate."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from jantar.engine.transfer.sheets import Cell, csv_chunks, open_sheet, write_xlsx

pytestmark = pytest.mark.capability("C108")

ROW: list[Cell] = [
    "Łódź; \"x\"\ny", None, 12, Decimal("1234.50"), -0.25, True, dt.date(2026, 12, 1),
    dt.datetime(2026, 7, 1, 9, 30),  # noqa: DTZ001
]  # fmt: skip
HEADERS = ["text", "none", "whole", "decimal", "float", "flag", "day", "moment"]


def test_csv_has_a_mark_and_keeps_signs_and_lines_in_its_cells() -> None:
    content = b"".join(csv_chunks(HEADERS[:3], [ROW[:3]], delimiter=";"))
    assert content.decode("utf-8") == '\ufefftext;none;whole\r\n"Łódź; ""x""\ny";;12\r\n'


@pytest.mark.parametrize("text", ["=1+1", "+420 777", "-x", "@sum", "\tx", "\rx", "\nx"])
def test_a_text_that_would_be_calculated_gets_an_apostrophe(text: str) -> None:
    content = b"".join(csv_chunks(["h", text], [[text, 1]]))
    guarded = content.decode("utf-8-sig")
    assert guarded.count(f"'{text}") == 2
    assert open_sheet(content).headers[1] == " ".join(text.split())
    assert next(open_sheet(content).rows()).cells == [text, "1"]


def test_negative_numbers_and_inner_signs_get_none() -> None:
    content = b"".join(csv_chunks(["a", "b", "c"], [[-5, Decimal("-0.5"), "a=b"]]))
    assert content == b"\xef\xbb\xbfa,b,c\r\n-5,-0.5,a=b\r\n"


def test_long_tables_come_in_pieces() -> None:
    chunks = list(csv_chunks(["a"], (["x" * 100] for _ in range(5_000))))
    assert len(chunks) > 5
    assert max(map(len, chunks)) < 70_000
    assert b"".join(chunks).count(b"\r\n") == 5_001


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufeff"))


@given(st.lists(st.tuples(TEXT.filter(lambda text: text.strip()), TEXT), max_size=8))
def test_written_rows_are_read_back(rows: list[tuple[str, str]]) -> None:
    content = b"".join(csv_chunks(["first", "second"], [("anchor", "x,y"), *rows, ("end", "x")]))
    read = [tuple(row.cells) for row in open_sheet(content).rows()]
    kept = [(_unquoted(first), _unquoted(second)) for first, second in rows]
    assert read[1:-1] == [row for row in kept if row != ("first", "second")]


def _unquoted(text: str) -> str:
    """Return what the reader makes of a guard that was typed by hand."""
    sheet = open_sheet(b"".join(csv_chunks(["a", "b"], [[text, "x"]])))
    return next(sheet.rows()).cells[0]


@pytest.mark.parametrize("text", ["=1+1", "'s Gravenhage", "a'b", "+420", "100"])
def test_texts_come_back_as_they_were(text: str) -> None:
    assert _unquoted(text) == text


def test_a_workbook_keeps_types_and_never_holds_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows: list[list[Cell]] = [ROW, ["=1+1", "https://x.example", "0123", *[None] * 5]]
    assert write_xlsx(path, HEADERS, rows, name="People: [all]/'x'") == 0
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["People allx"]
    assert book.get_sheet_by_index(0).to_python()[1:] == [
        ["Łódź; \"x\"\ny", "", 12.0, 1234.5, -0.25, True, dt.date(2026, 12, 1),
         dt.datetime(2026, 7, 1, 9, 30)],  # noqa: DTZ001
        ["=1+1", "https://x.example", "0123", "", "", "", "", ""],
    ]  # fmt: skip


def test_a_workbook_shortens_only_what_no_cell_holds_and_counts_it() -> None:
    stream = io.BytesIO()
    rows: list[list[Cell]] = [
        ["x" * 40_000, Decimal("12345678901234567.89")],
        ["y", dt.date(1899, 1, 1)],
    ]
    assert write_xlsx(stream, ["a", "b"], rows) == 1
    stream.seek(0)
    first, second = CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0).to_python()[1:]
    assert first == ["x" * 32_767, "12345678901234567.89"]
    assert second == ["y", "1899-01-01"]


def test_a_table_longer_than_a_worksheet_goes_on_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jantar.engine.transfer.sheets.write._XLSX_ROWS", 3)
    stream = io.BytesIO()
    write_xlsx(stream, ["a"], [[number] for number in range(5)], name="Deals")
    stream.seek(0)
    book = CalamineWorkbook.from_filelike(stream)
    assert book.sheet_names == ["Deals", "Deals 2", "Deals 3"]
    assert book.get_sheet_by_name("Deals 2").to_python() == [["a"], [2.0], [3.0]]
