"""Whether a workbook can be read in bounded memory, told before the reader of workbooks touches it.

That reader takes the rectangle that the cells span and what the sheets share into memory as a whole, and ends
the process when there is not enough. So every part it may read is gone through here first, by what is packed in
it and not by the sizes that the archive states.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from copy import copy
from typing import BinaryIO
from xml.parsers import expat

from jantar.engine.transfer.sheets.model import Limits, UnreadableSheetError
from jantar.kit.errors import gettext_noop

_CHUNK = 1 << 18
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ENDINGS = (".xml", ".rels")

Start = Callable[[str, dict[str, str]], None]


def check_workbook(stream: BinaryIO, limits: Limits) -> None:
    """Raise UnreadableSheetError when the workbook is damaged or unpacking it would take too much memory."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > limits.workbook_bytes:
                raise too_large()
            sheets = _sheet_parts(archive, limits)
            if "[Content_Types].xml" not in archive.namelist() or not sheets:
                raise damaged()
            for entry in archive.infolist():
                if entry.filename not in sheets and entry.filename.lower().endswith(_ENDINGS):
                    _unpack(archive, entry, limits.shared_bytes)
            for entry in archive.infolist():
                if entry.filename in sheets:
                    _walk(archive, entry, limits.workbook_bytes, _Extent(limits).start)
    except UnreadableSheetError:
        raise
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, RuntimeError, EOFError, OSError, ValueError):
        raise damaged() from None


def _sheet_parts(archive: zipfile.ZipFile, limits: Limits) -> set[str]:
    """The names of all parts that hold cells: those in the usual folder, and what the workbook calls its sheets."""
    ids: set[str] = set()
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            ids.update(attributes.values())

    def relation(tag: str, attributes: dict[str, str]) -> None:
        own = {_local(name).lower(): value for name, value in attributes.items()}
        targets[own.get("id", "")] = _base(own.get("target", ""))

    for entry in archive.infolist():
        if entry.filename.lower() == _WORKBOOK:
            _walk(archive, entry, limits.shared_bytes, sheet)
        elif entry.filename.lower() == _RELATIONS:
            _walk(archive, entry, limits.shared_bytes, relation)
    called = {target for key, target in targets.items() if key in ids}
    usual = {name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")}
    return usual | {name for name in archive.namelist() if _base(name) in called}


def _walk(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, start: Start) -> None:
    """Calls `start` with each element of a part. A part that defines entities is refused: readers differ there."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_definitions
    for chunk in _chunks(archive, entry, limit):
        parser.Parse(chunk)
    parser.Parse(b"", True)


def _refuse_definitions(*_declaration: object) -> None:
    raise damaged()


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> None:
    for _chunk in _chunks(archive, entry, limit):
        pass


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """What is packed in an entry; its stated size and check sum, which may lie, are not looked at."""
    unstated = copy(entry)
    unstated.file_size = limit + 1
    del unstated.CRC
    unpacked = 0
    with archive.open(unstated) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > limit:
                raise too_large()
            yield chunk


class _Extent:
    """Follows the cell positions of a sheet."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bottom = self._right = 0
        self._row = self._column = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = _local(tag)
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
            raise too_large()


def column_number(letters: str) -> int:
    """Return the number of a spreadsheet column: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2].lower()


def too_large() -> UnreadableSheetError:
    return UnreadableSheetError(gettext_noop("The workbook is too large. Save the table as CSV or divide it."))


def damaged() -> UnreadableSheetError:
    return UnreadableSheetError(gettext_noop("The workbook cannot be opened. Save it again as XLSX, or as CSV."))
