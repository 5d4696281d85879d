"""Writing a list into a file: its rows in its order, in constant memory.

One statement gives the whole file as of one moment, CSV as the database itself writes it (COPY). It goes to a
temporary file first, so that no transaction stays open while a slow reader takes its time, and no cursor has to
outlive a statement.
"""

import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import Combinable
from django.utils import translation
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.records.errors import BadQuery, NotAllowed
from jantar.engine.records.further import further_column, refuse_unexportable
from jantar.engine.records.links import linked_columns
from jantar.engine.records.listing import STEP, Query, in_order, sort_keys
from jantar.engine.transfer.export_columns import ExportColumn, Style, as_text, columns_of
from jantar.engine.transfer.sheets import csv_chunks, write_xlsx
from jantar.kit.money import uses_decimal_comma

logger = logging.getLogger("jantar.transfer")

PIECE = 65_536
#: Workbooks of more rows than these are written by a worker; CSV, which the database writes, never has to be.
AT_ONCE = 20_000
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS = tuple(CONTENT_TYPES)


@dataclass(frozen=True)
class Export:
    """What to write. `query` is that of the list; its `columns` are the fields, all of them when empty."""

    query: Query
    format: str = "csv"
    for_people: bool = True

    @property
    def style(self) -> Style:
        actor = self.query.actor
        return Style(self.for_people, actor.language, uses_decimal_comma(actor.language), actor.time_zone)

    @property
    def delimiter(self) -> str:
        """A semicolon where the comma is the decimal sign: what spreadsheets there expect."""
        return ";" if self.for_people and self.style.decimal_comma else ","


def export_chunks(export: Export) -> Iterator[bytes]:
    """The file, piece by piece. It is complete before the first piece, so that no reader takes a part for the whole.

    Raises NotAllowed or BadQuery.
    """
    actor, rows = export.query.actor, _rows(export)
    file = TemporaryFile()  # noqa: SIM115 (closed when the last piece was read)
    try:
        with translation.override(actor.language):
            columns = columns_of(fields_of(export), export.style, actor)
            (_write_csv if export.format == "csv" else _write_workbook)(file, export, rows, columns)
        _log(export, file.tell())
    except BaseException:
        file.close()
        raise
    return _pieces(file)


def refuse_wrong(export: Export) -> None:
    """Raises as `export_chunks`, before anything is written."""
    _rows(export)


def is_long(export: Export) -> bool:
    """Whether writing it takes longer than a request should: workbooks of many rows. Raises as `export_chunks`."""
    if export.format != "xlsx":
        _rows(export)
        return False
    return len(_rows(export).order_by().values("pk")[: AT_ONCE + 1]) > AT_ONCE


def _rows(export: Export) -> Any:
    actor, record_type = export.query.actor, export.query.record_type
    if not actor.may("export", record_type.name):
        raise NotAllowed(_("You may not export here."))
    refuse_unexportable(fields_of(export), actor)
    if export.format not in FORMATS:
        raise BadQuery("format", _("“%(value)s” is not one of the listed values.") % {"value": export.format})
    query = replace(export.query, action="export", condition=_visible(export.query), columns=(), cursor="")
    return in_order(query, sort_keys(query))


def _visible(query: Query) -> Any:
    """Only what the actor may also see, whatever the right to export says."""
    seen = query.record_type.allowed(query.actor, "see")
    if query.condition is None:
        return seen or None
    return query.condition & seen if seen else query.condition


def fields_of(export: Export) -> list[Field]:
    """The columns asked for, without being asked all fields."""
    fields = export.query.record_type.fields(export.query.actor)
    record_type, actor = export.query.record_type, export.query.actor
    known = {**fields, **linked_columns(record_type)}
    steps = (further_column(record_type, name, actor) for name in export.query.columns if STEP in name)
    known |= {one.name: one for one in steps if one}
    return [known[name] for name in dict.fromkeys(export.query.columns or fields) if name in known]


def _log(export: Export, size: int) -> None:
    """Who took what out is written to the log."""
    query = export.query
    extra = {"user_id": query.actor.user_id, "filter": query.filter, "search": query.search}
    logger.info("Exported %s as %s: %d bytes", query.record_type.name, export.format, size, extra=extra)


def _write_csv(file: BinaryIO, export: Export, rows: Any, columns: Sequence[ExportColumn]) -> None:
    file.writelines(csv_chunks([column.header for column in columns], (), delimiter=export.delimiter))
    cells = _cells(rows, [as_text(column, export.style) for column in columns])
    if cells is None:
        return
    sql, parameters = cells
    statement = f"COPY ({sql}) TO STDOUT WITH (FORMAT csv, DELIMITER '{export.delimiter}', ENCODING 'UTF8')"
    with connection.cursor() as cursor, cursor.copy(cursor.mogrify(statement, parameters)) as copy:
        for block in copy:
            file.write(block)


def _write_workbook(file: BinaryIO, export: Export, rows: Any, columns: Sequence[ExportColumn]) -> None:
    headers = [column.header for column in columns]
    cells = _cells(rows, [column.expression for column in columns])
    with connection.cursor() as cursor:
        found = cursor.stream(*cells) if cells else ()
        write_xlsx(file, headers, found, name=str(export.query.record_type.label_plural))
    file.seek(0, io.SEEK_END)


def _cells(rows: Any, cells: Sequence[Combinable]) -> tuple[str, Sequence[Any]] | None:
    """The statement that gives the cells of the rows, in their order; None when there can be no rows."""
    named = {f"cell_{place}": cell for place, cell in enumerate(cells)}
    try:
        sql, parameters = rows.annotate(**named).values_list(*named).query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, parameters


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
