"""Opening a sheet: one pass to understand it, then as many passes over its rows as wanted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from jantar.engine.transfer.sheets.columns import Evidence, judge_columns
from jantar.engine.transfer.sheets.dialect import find_header, name_columns
from jantar.engine.transfer.sheets.encoding import Encoding, chosen_encoding, detect_encoding
from jantar.engine.transfer.sheets.ical import EVENTS, HEADERS_OF, LeftOut, calendar_rows, kinds_in, starts_calendar
from jantar.engine.transfer.sheets.model import (
    Column,
    Limits,
    Notice,
    Row,
    Sheet,
    UnreadableSheetError,
)
from jantar.engine.transfer.sheets.source import Source, check_content, opened
from jantar.engine.transfer.sheets.text import OPEN_END, find_delimiter, text_records
from jantar.engine.transfer.sheets.vcard import HEADERS, Omissions, card_rows, used_columns
from jantar.engine.transfer.sheets.vcard_lines import starts_card
from jantar.engine.transfer.sheets.workbook import workbook_records, worksheet_names
from jantar.engine.transfer.sheets.workbook_check import check_workbook
from jantar.kit.errors import gettext_noop

_HEAD_RECORDS = 60
_FOOTER_ROWS = 12
_DAMAGED = "\ufffd"
#: From so many lines that look like rows on, a cell is taken to have swallowed them.
_SWALLOWED = 3

Records = Callable[[], Iterator[list[str]]]


def open_sheet(
    source: Source,
    *,
    worksheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    survey: bool = True,
    limits: Limits | None = None,
) -> Sheet:
    """Understand a CSV, XLSX, vCard or iCalendar file given as path, bytes or seekable binary file.

    Told from the content: kind, encoding, delimiter, header row, decimal sign and date order.
    Left out: blank rows, repeated headers, the footer of a report; notices say so. `worksheet`
    picks one of an XLSX file, else the first that holds anything is taken. The rows of a CSV
    file are streamed. `encoding` and `delimiter` stand in for what would be told from the
    content. Without `survey` the rows are not counted and the columns not looked at, for whoever
    knows them already. Raises UnreadableSheetError.
    """
    limits = limits or Limits()
    with opened(source) as stream:
        is_workbook = check_content(stream, limits)
        if is_workbook:
            check_workbook(stream, limits)
            origin = _Origin()
        else:
            codec = chosen_encoding(encoding) if encoding else detect_encoding(stream)
            stream.seek(0)
            head = stream.read(64)
            if starts_card(head):
                return _cards(source, codec, limits, survey)
            if starts_calendar(head):
                return _calendar(source, codec, limits, survey, worksheet)
            if len(delimiter) > 1:
                raise UnreadableSheetError(gettext_noop("A single character separates the columns."))
            found, declared = find_delimiter(stream, codec)
            origin = _Origin(codec.name, delimiter or found)

    if is_workbook:
        origin.worksheets = worksheet_names(source)
        origin.worksheet = _chosen(origin.worksheets, worksheet)

        def records() -> Iterator[list[str]]:
            return workbook_records(source, origin.worksheet)
    else:

        def records() -> Iterator[list[str]]:
            return text_records(source, codec, origin.delimiter, skip_first=declared)

    return _understood(records, origin, limits, survey)


def _cards(source: Source, codec: Encoding, limits: Limits, survey: bool) -> Sheet:
    """The cards of a vCard file as rows."""
    used, omissions = used_columns(source, codec), Omissions()
    names = [HEADERS[place] for place in used]
    rows = card_rows(source, codec, used, omissions) if survey else iter(())
    sheet = _entries(names, rows, codec, limits, lambda: card_rows(source, codec, used))
    return replace(sheet, notices=omissions.notices(_listed))


def _calendar(source: Source, codec: Encoding, limits: Limits, survey: bool, wanted: str) -> Sheet:
    """The events, or the to-dos, of an iCalendar file as rows."""
    kinds, left_out = kinds_in(source, codec), LeftOut()
    kind = _chosen(kinds, wanted) if kinds else EVENTS
    rows = calendar_rows(source, codec, kind, left_out) if survey else iter(())
    sheet = _entries(list(HEADERS_OF[kind]), rows, codec, limits, lambda: calendar_rows(source, codec, kind))
    sheet = replace(sheet, notices=left_out.notices(_listed), is_calendar=True)
    return replace(sheet, worksheets=kinds, worksheet=kind) if len(kinds) > 1 else sheet


def _entries(
    names: list[str], rows: Iterator[Row], codec: Encoding, limits: Limits, read_rows: Callable[[], Iterator[Row]]
) -> Sheet:
    """A sheet of what stands as entries in a text, gone through once."""
    tally = _Tally()
    evidence = _first_pass(rows, tally, len(names), limits)
    columns, comma, day_first, _doubts = judge_columns(names, evidence, "")
    return Sheet(columns, tally.rows, codec.name, "", comma, day_first, [], [], "", read_rows)


@dataclass(slots=True)
class _Origin:
    encoding: str = ""
    delimiter: str = ""
    worksheets: list[str] = field(default_factory=list)
    worksheet: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the table begins and what its rows must look like."""

    header_index: int
    header: list[str]
    delimiter: str

    def swallows_rows(self, cell: str) -> bool:
        """Tell whether a cell of several lines holds lines that look like rows of their own."""
        signs = len(self.header) - 1
        if not self.delimiter or signs < 2 or cell.count("\n") < _SWALLOWED:
            return False
        return sum(line.count(self.delimiter) >= signs for line in cell.split("\n")) >= _SWALLOWED


@dataclass(slots=True)
class _Tally:
    """What the first pass counts and leaves out."""

    rows: int = 0
    repeated_headers: list[int] = field(default_factory=list)
    footer: list[Row] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    swallowing: list[int] = field(default_factory=list)


def _chosen(names: list[str], wanted: str) -> str:
    if not names:
        raise UnreadableSheetError(gettext_noop("The file is empty."))
    if wanted and wanted not in names:
        raise UnreadableSheetError(gettext_noop("There is no worksheet “%(name)s” in the workbook."), name=wanted[:100])
    return wanted or names[0]


def _understood(records: Records, origin: _Origin, limits: Limits, survey: bool) -> Sheet:
    head = list(islice(records(), _HEAD_RECORDS))
    header_index = find_header(head)
    if header_index is None:
        raise UnreadableSheetError(gettext_noop("The file is empty."))
    header = _trimmed(head[header_index])
    if header[-1].endswith(OPEN_END):
        raise UnreadableSheetError(_UNREADABLE_LINE, line=header_index + 1)
    if len(header) > limits.columns:
        raise UnreadableSheetError(gettext_noop("The table has more than %(limit)d columns."), limit=limits.columns)
    names = name_columns(header, len(header))

    table = _Table(header_index, header, origin.delimiter)

    def rows(tally: _Tally | None = None) -> Iterator[Row]:
        return _table_rows(records(), table, tally or _Tally())

    tally = _Tally()
    evidence = _first_pass(rows(tally) if survey else iter(()), tally, len(names), limits)
    columns, comma, day_first, doubts = judge_columns(names, evidence, origin.delimiter)
    return Sheet(
        columns=columns,
        row_count=tally.rows,
        encoding=origin.encoding,
        delimiter=origin.delimiter,
        decimal_comma=comma,
        day_first=day_first,
        notices=_notices(tally, columns) + doubts if survey else [],
        worksheets=origin.worksheets,
        worksheet=origin.worksheet,
        read_rows=rows,
    )


def _first_pass(rows: Iterator[Row], tally: _Tally, width: int, limits: Limits) -> list[Evidence]:
    evidence = [Evidence() for _ in range(width)]
    for row in rows:
        tally.rows += 1
        if tally.rows > limits.rows:
            raise UnreadableSheetError(
                gettext_noop("The table has more than %(limit)d rows. Divide it."),
                limit=limits.rows,
            )
        for seen, cell in zip(evidence, row.cells, strict=False):
            if cell:
                seen.add(cell)
    return evidence


def _table_rows(records: Iterator[list[str]], table: _Table, tally: _Tally) -> Iterator[Row]:
    """Give the rows below the header; what may be a footer is held back until more follows."""
    header = table.header
    held: list[Row] = []
    after_blank = False
    for index, cells in enumerate(records):
        if index <= table.header_index:
            continue
        if not any(cells) or not any(cell.strip() for cell in cells):
            after_blank = True
            continue
        if cells[: len(header)] == header and not any(cells[len(header) :]):
            tally.repeated_headers.append(index + 1)
            continue
        row = _row(index + 1, cells, table, tally)
        lone = after_blank and len(header) > 1 and not any(cells[1:])
        if lone and len(held) < _FOOTER_ROWS:
            held.append(row)
            continue
        yield from held
        held.clear()
        after_blank = False
        yield row
    tally.footer = held


def _row(number: int, cells: list[str], table: _Table, tally: _Tally) -> Row:
    width = len(table.header)
    notices: tuple[Notice, ...] = ()
    if is_open := cells[-1].endswith(OPEN_END):
        cells = [*cells[:-1], cells[-1].removesuffix(OPEN_END)]
        notices += (Notice(_OPEN_ROW),)
    if len(cells) < width:
        cells = cells + [""] * (width - len(cells))
    elif len(cells) > width:
        cells = cells[:width] + _trimmed(cells[width:])
        if len(cells) > width:
            tally.long.append(number)
            notices += (Notice(_TOO_MANY_CELLS, {"found": len(cells), "expected": width}),)
    if any(_DAMAGED in cell for cell in cells):
        tally.damaged.append(number)
        notices += (Notice(_DAMAGED_ROW),)
    swallows = not is_open and any("\n" in cell and table.swallows_rows(cell) for cell in cells)
    if swallows:
        notices += (Notice(_SWALLOWING_ROW),)
    if swallows or is_open:
        tally.swallowing.append(number)
    return Row(number, cells, notices)


def _trimmed(cells: list[str]) -> list[str]:
    """Drop blank cells at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _notices(tally: _Tally, columns: list[Column]) -> list[Notice]:
    notices = []
    for message, numbers in (
        (_DAMAGED_ROWS, tally.damaged),
        (_LONG_ROWS, tally.long),
        (_SWALLOWING_ROWS, tally.swallowing),
        (_REPEATED_HEADERS, tally.repeated_headers),
    ):
        if numbers:
            notices.append(Notice(message, {"count": len(numbers), "rows": _listed(numbers)}))
    if tally.footer:
        texts = " / ".join(row.cells[0].strip()[:80] for row in tally.footer)
        notices.append(Notice(_FOOTER, {"texts": texts}))
    if not tally.rows:
        notices.append(Notice(_NO_ROWS))
    return notices


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:5])
    return f"{shown} …" if len(numbers) > 5 else shown


_TOO_MANY_CELLS = gettext_noop(
    "This row has %(found)d cells, the header %(expected)d. A quotation mark may be missing."
)
_DAMAGED_ROW = gettext_noop("This row holds characters that could not be read.")
_DAMAGED_ROWS = gettext_noop("Rows with characters that could not be read: %(rows)s (%(count)d).")
_LONG_ROWS = gettext_noop("Rows with more cells than the header: %(rows)s (%(count)d).")
_OPEN_ROW = gettext_noop("A quotation mark of this row is never closed: all that follows would belong to it.")
_UNREADABLE_LINE = gettext_noop("Line %(line)d cannot be read. A quotation mark may be missing.")
_SWALLOWING_ROW = gettext_noop("A cell of this row holds the rows below it. A quotation mark is missing.")
_SWALLOWING_ROWS = gettext_noop("Rows in which a quotation mark is missing: %(rows)s (%(count)d).")
_REPEATED_HEADERS = gettext_noop("Repeated headers were left out: rows %(rows)s (%(count)d).")
_FOOTER = gettext_noop("The lines below the table were left out: %(texts)s")
_NO_ROWS = gettext_noop("There are no rows below the header.")
