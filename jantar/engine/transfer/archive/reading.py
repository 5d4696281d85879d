"""Reading the files of an archive, row by row, with everything checked that can be checked without the database."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.transfer.archive import tables
from jantar.engine.transfer.archive.manifest import (
    DOCUMENTS,
    LONGEST_ROW,
    BadArchiveError,
    File,
    Manifest,
    damaged,
)
from jantar.platform.files.services import CHUNK_BYTES

NO_SHAPES: Mapping[str, type] = {}
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def check_contents(archive: zipfile.ZipFile, manifest: Manifest, tell: Callable[[int], None]) -> None:
    """Reads everything once, before anything is stored. Raises BadArchiveError."""
    known = {sheet.path: sheet for sheet in tables.sheets()}
    done = 0
    for file in manifest.files:
        sheet = known.get(file.path)
        if sheet is None or sheet.model._meta.label_lower != file.table:
            if file.rows:
                raise BadArchiveError(
                    _("This archive holds rows of “%(name)s”, which this Jantar does not know.") % {"name": file.name}
                )
            continue
        columns = {column.column for column in tables.columns(sheet.model)}
        if unknown := sorted(set(file.columns) - columns):
            message = _("This archive has a column that this Jantar does not know: %(name)s")
            raise BadArchiveError(message % {"name": f"{file.name}.{unknown[0]}"})
        for _row in rows_of(archive, file, tables.key_of(sheet.model), tables.shapes(sheet.model)):
            done += 1
            if done % 1000 == 0:
                tell(done)
    for digest, size in manifest.documents.items():
        _check_document(archive, digest, size)
        tell(done)


def rows_of(
    archive: zipfile.ZipFile, file: File, key: str, shapes: Mapping[str, type] = NO_SHAPES
) -> Iterator[dict[str, Any]]:
    """The rows of one file, by their `key`; `shapes` says by column what is an object or a list.

    Raises BadArchiveError for a wrong row, at the end for a wrong file.
    """
    digest, number, last = hashlib.sha256(), 0, 0
    columns = set(file.columns)
    try:
        with archive.open(file.path) as stream:
            while line := stream.readline(LONGEST_ROW + 1):
                number += 1
                digest.update(line)
                row = _row(line, columns, key)
                if (
                    row is None
                    or wrongly_shaped(row, shapes)
                    or not last < row[key] <= file.highest
                    or number > file.rows
                ):
                    where = {"name": file.path, "line": number}
                    raise BadArchiveError(_("This archive is damaged in %(name)s, line %(line)s.") % where)
                last = row[key]
                yield row
    except UNREADABLE as error:
        raise damaged(file.path) from error
    if number != file.rows or digest.hexdigest() != file.digest:
        raise damaged(file.path)


def _row(line: bytes, columns: set[str], key: str) -> dict[str, Any] | None:
    if len(line) > LONGEST_ROW:
        return None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or type(row.get(key)) is not int or row.keys() != columns:
        return None
    return row


def wrongly_shaped(row: Mapping[str, Any], shapes: Mapping[str, type]) -> bool:
    return any(name in row and not isinstance(row[name], shape) for name, shape in shapes.items())


def _check_document(archive: zipfile.ZipFile, digest: str, size: int) -> None:
    found, read = hashlib.sha256(), 0
    try:
        with archive.open(DOCUMENTS + digest) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                found.update(chunk)
                read += len(chunk)
    except UNREADABLE as error:
        raise damaged(DOCUMENTS + digest) from error
    if found.hexdigest() != digest or read != size:
        raise damaged(DOCUMENTS + digest)
