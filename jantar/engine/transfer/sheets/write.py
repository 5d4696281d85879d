"""Writing sheets: streamed, and safe to open in a spreadsheet."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | Decimal | bool | dt.date | dt.datetime | None

_CHUNK_CHARACTERS = 65_536
#: What a spreadsheet takes for the beginning of something to calculate; SQL guards exports by the same list.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_XLSX_ROWS = 1_048_576
_XLSX_CHARACTERS = 32_767
_EXACT_DIGITS = 15
_FIRST_XLSX_YEAR = 1900


def csv_chunks(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> Iterator[bytes]:
    """Give a CSV file in UTF-8, piece by piece, rows ending in CR LF.

    Texts that a spreadsheet would calculate (beginning with = + - @, a tab or a line break) get
    an apostrophe in front, which the reader here takes off again; numbers stay numbers. The mark
    at the beginning tells Excel that the file is UTF-8.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter)
    buffer.write("\ufeff")
    writer.writerow([_guarded(header) for header in headers])
    for row in rows:
        writer.writerow([_guarded(cell) if isinstance(cell, str) else cell for cell in row])
        if buffer.tell() >= _CHUNK_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(
    target: str | Path | BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    name: str = "",
) -> int:
    """Write a workbook in constant memory and return how many texts had to be shortened.

    Texts are never taken for formulas or links. Moments are those of the reader's clock, without
    an offset. A table longer than a worksheet goes on in the next one. A cell holds at most
    32,767 characters.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        table = _Table(workbook, headers, name)
        for row in rows:
            table.write(row)
    return table.shortened


def _guarded(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_STARTS) else text


class _Table:
    """The worksheet being written and the next one when it is full."""

    def __init__(self, workbook: xlsxwriter.Workbook, headers: Sequence[str], name: str) -> None:
        self.shortened = 0
        self._workbook = workbook
        self._headers = headers
        self._name = "".join(char for char in name if char not in "[]:*?/\\'")[:25]
        self._bold: Format = workbook.add_format({"bold": True})
        self._date: Format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._moment: Format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet = self._next_sheet()

    def write(self, row: Sequence[Cell]) -> None:
        if self._row == _XLSX_ROWS:
            self._sheet = self._next_sheet()
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                self._write_cell(column, cell)
        self._row += 1

    def _next_sheet(self) -> Worksheet:
        number = len(self._workbook.worksheets()) + 1
        name = f"{self._name} {number}" if self._name and number > 1 else self._name
        sheet = self._workbook.add_worksheet(name or None)
        for column, header in enumerate(self._headers):
            sheet.set_column(column, column, max(10, min(40, len(header) + 4)))
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(self._headers):
            sheet.write_string(0, column, header, self._bold)
        self._row = 1
        return sheet

    def _write_cell(self, column: int, cell: Cell) -> None:
        row, sheet = self._row, self._sheet
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif isinstance(cell, dt.date) and cell.year >= _FIRST_XLSX_YEAR:
            sheet.write_datetime(row, column, cell, self._moment if isinstance(cell, dt.datetime) else self._date)
        elif isinstance(cell, int | float | Decimal) and _is_exact(cell):
            sheet.write_number(row, column, cell)
        else:
            text = str(cell)
            self.shortened += len(text) > _XLSX_CHARACTERS
            sheet.write_string(row, column, text[:_XLSX_CHARACTERS])


def _is_exact(number: float | Decimal) -> bool:
    """Tell whether a spreadsheet, which counts in doubles, keeps all digits of `number`."""
    exact = Decimal(number) if not isinstance(number, float) else Decimal(repr(number))
    return exact.is_finite() and len(exact.normalize().as_tuple().digits) <= _EXACT_DIGITS
