"""Writing an archive: each table as JSON Lines straight from the database, documents as they are, then the list.

One transaction sees the whole as of one moment; a block of rows is held in memory and no more.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import DecimalField, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed
from jantar.engine.transfer.archive import tables
from jantar.engine.transfer.archive.choosing import Choice
from jantar.engine.transfer.archive.manifest import DOCUMENTS, NAME, File, Manifest
from jantar.engine.transfer.models import ArchiveSource
from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import CHUNK_BYTES, open_file
from jantar.platform.jobs.errors import JobFailedError
from jantar.platform.settings.models import Workspace

#: Rows are compressed and checked in blocks of about so much: per row it takes longer than all the rest.
BLOCK_BYTES = 1024 * 1024
#: A third less time than the usual 6, for an archive that is larger by a twelfth.
COMPRESSION = 4
#: As CSV with signs that JSON never holds: so nothing is quoted, and what the database sends is the line.
AS_IT_IS = "WITH (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01', ESCAPE E'\\x01', ENCODING 'UTF8')"

#: Told how many rows and documents are written, and how many there are.
Tell = Callable[[int, int], None]


def write_archive(
    file: IO[bytes], *, actor: Actor, private: bool = False, tell: Tell = lambda done, all_: None
) -> Manifest:
    """Writes everything into an open, empty file. Raises NotAllowed for anybody but administrators.

    `private` includes the private notes of everybody and closed folders: only for whoever may read the database
    anyway. Without it those of `actor` are in, and the manifest counts what is left out.
    """
    if not actor.is_admin:
        raise NotAllowed(_("Only administrators may do this."))
    source = ArchiveSource.own().key
    with transaction.atomic():
        _one_moment()
        writer = _Writer(file, Choice(None if private else actor), tell)
        return writer.write(str(source), private=private)


def _one_moment() -> None:
    """All statements of the transaction see the same; not inside of another one, as tests have it."""
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


class _Writer:
    def __init__(self, file: IO[bytes], choice: Choice, tell: Tell) -> None:
        self.choice = choice
        self.tell = tell
        self.archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=COMPRESSION)
        self.done = 0
        self.total = 0

    def write(self, source: str, *, private: bool) -> Manifest:
        sheets = tables.sheets()
        there = {sheet.name: Choice(None).rows(sheet.model).filter(sheet.where).count() for sheet in sheets}
        stored = self.choice.rows(StoredFile).order_by("pk")
        self.total = sum(there.values()) + stored.count()
        with self.archive:
            files = tuple(self._sheet(sheet, there[sheet.name]) for sheet in sheets)
            documents = dict(self._documents(cast("QuerySet[StoredFile]", stored)))
            manifest = Manifest(
                source=source, made_at=timezone.now().isoformat(), base_currency=Workspace.get().base_currency,
                private=private, files=files, documents=documents,
                left_out={file.name: left for file in files if (left := there[file.name] - file.rows)},
            )  # fmt: skip
            self.archive.writestr(NAME, manifest.to_json())
        return manifest

    def _sheet(self, sheet: tables.Sheet, there: int) -> File:
        """Writes the rows that travel of those that are `there`."""
        digest, size, rows, last = hashlib.sha256(), 0, 0, b""
        lines = lines_of(sheet.model, self.choice.rows(sheet.model).filter(sheet.where))
        with self.archive.open(sheet.path, "w", force_zip64=True) as out:
            for block in _blocks(lines):
                data = b"".join(block)
                out.write(data)
                digest.update(data)
                size += len(data)
                rows += len(block)
                last = block[-1]
        # Not row by row: while the database sends a table, its connection can do nothing else.
        self._step(there)
        highest = json.loads(last)[tables.key_of(sheet.model)] if last else 0
        pointing = {column: target._meta.label_lower for column, target in tables.references(sheet.model).items()}
        return File(
            name=sheet.name, path=sheet.path, table=sheet.model._meta.label_lower, rows=rows, size=size,
            digest=digest.hexdigest(), highest=max(highest, _highest_given(sheet.model)),
            references=pointing, columns=tuple(column.column for column in tables.columns(sheet.model)),
        )  # fmt: skip

    def _documents(self, stored: "QuerySet[StoredFile]") -> Iterator[tuple[str, int]]:
        """The bytes of all files, each content once; as they are, since most are compressed already."""
        written: set[str] = set()
        for one in stored.iterator(chunk_size=1000):
            self._step(1)
            if one.digest in written:
                continue
            written.add(one.digest)
            self._document(one)
            yield one.digest, one.size

    def _document(self, one: StoredFile) -> None:
        info = zipfile.ZipInfo(DOCUMENTS + one.digest, timezone.now().timetuple()[:6])
        digest = hashlib.sha256()
        try:
            with open_file(one) as content, self.archive.open(info, "w", force_zip64=True) as out:
                while chunk := content.read(CHUNK_BYTES):
                    out.write(chunk)
                    digest.update(chunk)
        except FileNotFoundError:
            raise JobFailedError(_("The content of “%(name)s” is missing from the storage.") % {"name": one}) from None
        if digest.hexdigest() != one.digest:
            raise JobFailedError(_("The content of “%(name)s” is damaged in the storage.") % {"name": one})

    def _step(self, rows: int) -> None:
        self.done += rows
        self.tell(self.done, self.total)


def _highest_given(model: tables.AnyModel) -> int:
    """The highest id the table ever gave a row: history names rows that are gone, the newest ones too."""
    with connection.cursor() as cursor:
        quoted = connection.ops.quote_name(model._meta.db_table)
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quoted, tables.key_of(model)])
        ((sequence,),) = cursor.fetchall()
        if sequence is None:  # the key is that of another row
            return 0
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
        return int(cursor.fetchone()[0])


def lines_of(model: tables.AnyModel, query: "QuerySet[Any]") -> Iterator[bytes]:
    """The rows as JSON objects, a line each, by id; amounts as text, so that nobody rounds them."""
    quote = connection.ops.quote_name
    columns = tables.columns(model)
    names = [quote(column.column) for column in columns]
    shown = [
        f"{name}::text AS {name}" if isinstance(column, DecimalField) else name
        for name, column in zip(names, columns, strict=True)
    ]
    try:
        inner, parameters = query.order_by("pk").values_list(*(one.attname for one in columns)).query.sql_with_params()
    except EmptyResultSet:
        return
    picked = f"SELECT {', '.join(shown)} FROM ({inner}) listed"  # noqa: S608 - names of columns
    statement = f"COPY (SELECT row_to_json(whole) FROM ({picked}) whole) TO STDOUT {AS_IT_IS}"  # noqa: S608
    with connection.cursor() as cursor, cursor.copy(cursor.mogrify(statement, parameters)) as copy:
        for line in copy:
            yield bytes(line)


def _blocks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def summary_of(manifest: Manifest) -> dict[str, Any]:
    """What an archive holds, for people and programs."""
    return {
        "rows": {file.name: file.rows for file in manifest.files if file.rows},
        "documents": len(manifest.documents),
        "left_out": manifest.left_out,
        "private": manifest.private,
    }
