"""Records of an XLSX workbook, as text. The file has to be checked before (see `workbook_check`)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from jantar.engine.transfer.sheets.model import UnreadableSheetError
from jantar.engine.transfer.sheets.source import Source, opened
from jantar.engine.transfer.sheets.workbook_check import damaged
from jantar.kit.errors import gettext_noop

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def worksheet_names(source: Source) -> list[str]:
    """Return the names of the visible worksheets that hold anything."""
    with _workbook(source) as workbook:
        return [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and workbook.get_sheet_by_name(sheet.name).height
        ]


def workbook_records(source: Source, worksheet: str) -> Iterator[list[str]]:
    """Give the rows of a worksheet as text: numbers with a point, dates as 2026-12-31."""
    with _workbook(source) as workbook:
        for row in workbook.get_sheet_by_name(worksheet).iter_rows():
            yield [cell if type(cell) is str else _as_text(cell) for cell in row]


@contextmanager
def _workbook(source: Source) -> Iterator[CalamineWorkbook]:
    """What the reader can't make sense of is told as such, wherever in the workbook it meets it."""
    try:
        with opened(source) as stream, CalamineWorkbook.from_object(stream) as workbook:
            yield workbook
    except PasswordError:
        raise UnreadableSheetError(gettext_noop("The workbook is protected by a password. Save it without.")) from None
    except CalamineError:
        raise damaged() from None


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
