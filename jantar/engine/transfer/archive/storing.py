"""Storing the rows of an archive: all of them or, when one is wrong, none."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from django.apps import apps
from django.core.files.base import File as Wrapped
from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.custom import COMPUTED, KINDS
from jantar.engine.history.models import Cause, Operation
from jantar.engine.history.operations import untold
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.jobs import build_field_indexes
from jantar.engine.records.registry import registry
from jantar.engine.transfer.archive import tables
from jantar.engine.transfer.archive.manifest import DOCUMENTS, BadArchiveError, File, Manifest, open_archive
from jantar.engine.transfer.archive.moving import Ids, Mover, Row, reserve_ids
from jantar.engine.transfer.archive.reading import check_contents, rows_of
from jantar.platform.accounts.models import User
from jantar.platform.files.models import StoredFile
from jantar.platform.settings.models import Workspace

BATCH_ROWS = 2_000
BATCH_LETTERS = 8_000_000
#: What users keep when the archive brings their settings.
KEPT = {"accounts.User": ("id", "is_active", "is_admin")}
#: Rows that belong to another one and are replaced with it: the rights of a role.
REPLACED = {"permissions.Role": ("permissions.Grant", "role_id")}
#: What an archive may leave out.
MISSING = {"accounts.User": {"password": "!"}}

Tell = Callable[[int, int], None]


@dataclass
class Stored:
    """What became of the rows, by file. `settings_taken`: whether users, roles and the like became as they were."""

    operation_id: int | None
    settings_taken: bool
    created: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    documents: int = 0


def read_archive(file: IO[bytes], *, actor: Actor, tell: Tell = lambda done, total: None) -> Stored:
    """Checks an archive from end to end, then stores what is not here yet in one transaction and one operation.

    Where there are no records yet, settings become as they are in the archive; else what is here stays.
    Raises NotAllowed for anybody but administrators, BadArchiveError for what can't be stored; nothing is, then.
    """
    if not actor.is_admin:
        raise NotAllowed(_("Only administrators may do this."))
    archive, manifest = open_archive(file)
    with archive:
        total = 2 * max(manifest.rows, 1)
        check_contents(archive, manifest, lambda done: tell(done, total))
        ids = reserve_ids(manifest)
        with _refusals(), transaction.atomic():
            _wait_for_other_imports()
            is_fresh = not any(_any_rows(one.model) for one in registry.all())
            if not is_fresh and manifest.base_currency != Workspace.get().base_currency:
                message = _("The amounts of this archive are in %(theirs)s, those here in %(ours)s.")
                ours = {"theirs": manifest.base_currency[:10], "ours": Workspace.get().base_currency}
                raise BadArchiveError(message % ours)
            with untold(actor, Cause.IMPORT, _("Import of an archive")) as opened, _stored_documents() as documents:
                storing = _Storing(archive, manifest, ids, actor, documents, is_fresh=is_fresh)
                result = storing.store(opened, lambda done: tell(manifest.rows + done, total))
    return result


def _wait_for_other_imports() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jantar.import'))")


def _any_rows(model: tables.AnyModel) -> bool:
    return model._base_manager.exists()


@contextmanager
def _refusals() -> Iterator[None]:
    """What the database refuses, as an answer for people."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        why = str(error).partition("\n")[0]
        raise BadArchiveError(_("The database refused a row of this archive: %(why)s") % {"why": why}) from error


@contextmanager
def _stored_documents() -> Iterator[list[str]]:
    """The paths of what was put into the storage, which knows no transactions: taken out again when storing fails."""
    paths: list[str] = []
    try:
        yield paths
    except BaseException:
        for path in paths:
            default_storage.delete(path)
        raise


class _Storing:
    def __init__(
        self, archive: zipfile.ZipFile, manifest: Manifest, ids: Ids, actor: Actor, paths: list[str], *, is_fresh: bool
    ) -> None:
        self.archive = archive
        self.manifest = manifest
        self.ids = ids
        self.is_fresh = is_fresh
        self.mover = Mover(ids, actor)
        self.actor = actor
        self.paths = paths

    def store(self, opened: Operation, tell: Callable[[int], None]) -> Stored:
        result = Stored(opened.pk, self.is_fresh)
        files = {file.path: file for file in self.manifest.files}
        done = 0
        for sheet in tables.sheets():
            file = files.get(sheet.path)
            for rows in _batches(rows_of(self.archive, file, tables.key_of(sheet.model))) if file else ():
                created = self._batch(sheet.model, rows, file)
                result.created[sheet.name] = result.created.get(sheet.name, 0) + created
                result.unchanged[sheet.name] = result.unchanged.get(sheet.name, 0) + len(rows) - created
                done += len(rows)
                tell(done)
            if sheet.name == "fields.customfield" and file and file.rows:
                self.mover.actor = actor_for(User.objects.get(pk=self.actor.user_id or 0))
                build_field_indexes.later()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        result.documents = len(self.paths)
        if not any(result.created.values()):
            opened.delete()
            result.operation_id = None
        return result

    def _batch(self, model: tables.AnyModel, rows: Sequence[Row], file: File | None) -> int:
        """Stores the rows that are not here yet; returns how many."""
        moved = [self.mover.move(model, row) for row in rows]
        for row in moved:
            self.mover.refuse_wrong_values(model, row)
            self._refuse_unknown_kind(model, row)
        here = self._here(model, rows, moved)
        key = tables.key_of(model)
        found = [row for row in moved if row[key] in here]
        new = [row for row in moved if row[key] not in here]
        if model is StoredFile:
            for row in new:
                self._keep(row)
        if new:
            self._yield_flags(model, new)
            self._insert(model, new)
        if found and self.is_fresh and tables.same_by(model):
            self._replace(model, found)
        return len(new)

    def _here(self, model: tables.AnyModel, rows: Sequence[Row], moved: Sequence[Row]) -> set[int]:
        """The ids of rows that are here already, under their own id or, as the same by what is unique, another one."""
        for names in tables.same_by(model):
            for old, row, pk in self._same(model, names, rows, moved):
                if row["id"] != pk:
                    self._refuse_other_kind(model, row, pk)
                    self.ids.remember(model, old, pk)
                    row["id"] = pk
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(model._meta.db_table)
            key = tables.key_of(model)
            cursor.execute(f"SELECT {key} FROM {table} WHERE {key} = ANY(%s)", [[row[key] for row in moved]])  # noqa: S608
            return {pk for (pk,) in cursor.fetchall()}

    def _same(
        self, model: tables.AnyModel, names: tuple[str, ...], rows: Sequence[Row], moved: Sequence[Row]
    ) -> list[tuple[int, Row, int]]:
        places = [place for place, row in enumerate(moved) if all(row.get(name) is not None for name in names)]
        if not places:
            return []
        quote = connection.ops.quote_name
        table = quote(model._meta.db_table)
        wanted = [{"id": place, **{name: moved[place][name] for name in names}} for place in places]
        equal = " AND ".join(f"here.{quote(name)} = sent.{quote(name)}" for name in names) or "true"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT sent.id, min(here.id) FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) sent "  # noqa: S608
                f"JOIN {table} here ON {equal} GROUP BY sent.id",
                [json.dumps(wanted)],
            )
            return [(rows[place]["id"], moved[place], pk) for place, pk in cursor.fetchall()]

    def _yield_flags(self, model: tables.AnyModel, rows: Sequence[Row]) -> None:
        """Where only one row may be the main one, the one that is here stays it."""
        for flag, names in tables.flags(model):
            for _old, row, _pk in self._same(model, (*names, flag), rows, rows):
                if row[flag]:
                    row[flag] = False

    def _refuse_other_kind(self, model: tables.AnyModel, row: Row, pk: int) -> None:
        """Custom fields of the same name must hold the same kind of values."""
        if model._meta.label != "fields.CustomField" or self.is_fresh:
            return
        known: Any = model._base_manager.get(pk=pk)
        if (known.kind, known.target) != (row.get("kind"), row.get("target")):
            message = _("The field “%(name)s” is of another kind here than in this archive.")
            raise BadArchiveError(message % {"name": known})

    def _refuse_unknown_kind(self, model: tables.AnyModel, row: Row) -> None:
        if model._meta.label == "fields.CustomField" and row.get("kind") not in (*KINDS, *COMPUTED):
            message = _("The field “%(name)s” of this archive is of a kind that this Jantar does not know.")
            raise BadArchiveError(message % {"name": row.get("label")})

    def _insert(self, model: tables.AnyModel, rows: Sequence[Row]) -> None:
        names = [column.column for column in tables.columns(model)]
        missing = {name: value for name, value in _defaults(model).items() if name not in rows[0]}
        self._statement(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM "
            "jsonb_populate_recordset(NULL::{table}, %s::jsonb) sent",
            model, sorted({*names, *missing}), [{**missing, **row} for row in rows],
        )  # fmt: skip

    def _replace(self, model: tables.AnyModel, rows: Sequence[Row]) -> None:
        """Settings that are here become as they are in the archive."""
        label = model._meta.label
        names = [name for name in rows[0] if name not in KEPT.get(label, ("id",))]
        quote = connection.ops.quote_name
        assigned = ", ".join(f"{quote(name)} = sent.{quote(name)}" for name in names)
        self._statement(
            f"UPDATE {{table}} SET {assigned} FROM jsonb_populate_recordset(NULL::{{table}}, %s::jsonb) sent "  # noqa: S608
            "WHERE {table}.id = sent.id",
            model, names, rows,
        )  # fmt: skip
        if label in REPLACED:
            owned, pointer = REPLACED[label]
            apps.get_model(owned)._base_manager.filter(**{f"{pointer}__in": [row["id"] for row in rows]}).delete()

    def _statement(self, sql: str, model: tables.AnyModel, names: Iterable[str], rows: Sequence[Row]) -> None:
        quote = connection.ops.quote_name
        table, listed = quote(model._meta.db_table), ", ".join(quote(name) for name in names)
        with connection.cursor() as cursor:
            cursor.execute(sql.format(table=table, columns=listed), [json.dumps(rows)])

    def _keep(self, row: Row) -> None:
        """Puts the bytes of a file into the storage, under a place of our own choosing."""
        digest = str(row.get("digest", ""))
        if digest not in self.manifest.documents:
            raise BadArchiveError(
                _("This archive is not complete: %(name)s is missing.") % {"name": DOCUMENTS + digest}
            )
        with self.archive.open(DOCUMENTS + digest) as content:
            path = default_storage.save(f"private/{timezone.now():%Y/%m}/{row['key']}", Wrapped(content))
        self.paths.append(path)
        row |= {"path": path, "size": self.manifest.documents[digest]}


def _defaults(model: tables.AnyModel) -> Row:
    """What stands in columns that the archive does not have: it is older, or leaves them out."""
    found: Row = {}
    for column in model._meta.concrete_fields:
        if getattr(column, "generated", False) or column.has_db_default():
            continue
        value = column.get_default()
        found[str(column.column)] = value.isoformat() if hasattr(value, "isoformat") else value
    return {**found, **MISSING.get(model._meta.label, {})}


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    letters = 0
    for row in rows:
        batch.append(row)
        letters += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(batch) >= BATCH_ROWS or letters >= BATCH_LETTERS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch
