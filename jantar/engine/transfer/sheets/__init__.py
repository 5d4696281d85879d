"""Sheets from anywhere: CSV and XLSX files read with their peculiarities, and written safely."""

from jantar.engine.transfer.sheets.model import (
    Column,
    Limits,
    Notice,
    Row,
    Sheet,
    UnreadableSheetError,
    layout_of,
)
from jantar.engine.transfer.sheets.read import open_sheet
from jantar.engine.transfer.sheets.write import FORMULA_STARTS, Cell, csv_chunks, write_xlsx

__all__ = [
    "FORMULA_STARTS",
    "Cell",
    "Column",
    "Limits",
    "Notice",
    "Row",
    "Sheet",
    "UnreadableSheetError",
    "csv_chunks",
    "layout_of",
    "open_sheet",
    "write_xlsx",
]
