"""Records of an XLSX workbook, as text. The file is checked before it is unpacked."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from jantar.engine.transfer.sheets.model import Limits, UnreadableSheetError
from jantar.engine.transfer.sheets.source import Source, opened
from jantar.kit.errors import gettext_noop

_CHUNK = 1 << 18

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def check_workbook(stream: BinaryIO, limits: Limits) -> None:
    """Raise UnreadableSheetError when unpacking the workbook would take too much memory."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > limits.workbook_bytes:
                raise _too_large()
            sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            if "[Content_Types].xml" not in archive.namelist() or not sheets:
                raise _damaged()
            for name in sheets:
                if name.endswith(".xml"):
                    _check_extent(archive, name, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise _damaged() from None
    except expat.ExpatError:
        raise _damaged() from None


def worksheet_names(source: Source) -> list[str]:
    """Return the names of the visible worksheets that hold anything."""
    with opened(source) as stream, _workbook(stream) as workbook:
        return [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and workbook.get_sheet_by_name(sheet.name).height
        ]


def workbook_records(source: Source, worksheet: str) -> Iterator[list[str]]:
    """Give the rows of a worksheet as text: numbers with a point, dates as 2026-12-31."""
    with opened(source) as stream, _workbook(stream) as workbook:
        for row in workbook.get_sheet_by_name(worksheet).iter_rows():
            yield [cell if type(cell) is str else _as_text(cell) for cell in row]


def _workbook(stream: BinaryIO) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_object(stream)
    except PasswordError:
        raise UnreadableSheetError(gettext_noop("The workbook is protected by a password. Save it without.")) from None
    except CalamineError:
        raise _damaged() from None


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _check_extent(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """Follow the cell positions: the reader reserves the whole rectangle they span."""
    extent = _Extent(limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = extent.start
    unpacked = 0
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > limits.workbook_bytes:
                raise _too_large()
            parser.Parse(chunk)
        parser.Parse(b"", True)


class _Extent:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bottom = self._right = 0
        self._row = self._column = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(" ")[2]
        if kind == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0
        elif kind == "c":
            self._place(attributes.get("r"))

    def _place(self, position: str | None) -> None:
        if position:
            letters = position.rstrip("0123456789")
            self._column = column_number(letters)
            self._row = int(position[len(letters) :] or self._row)
        else:
            self._column += 1
        self._right = max(self._right, self._column)
        self._bottom = max(self._bottom, self._row)
        limits = self._limits
        if self._right * self._bottom > limits.workbook_cells or self._bottom > limits.rows:
            raise _too_large()


def column_number(letters: str) -> int:
    """Return the number of a spreadsheet column: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _too_large() -> UnreadableSheetError:
    return UnreadableSheetError(gettext_noop("The workbook is too large. Save the table as CSV or divide it."))


def _damaged() -> UnreadableSheetError:
    return UnreadableSheetError(gettext_noop("The workbook cannot be opened. Save it again as XLSX, or as CSV."))
