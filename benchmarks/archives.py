"""Everything into an archive and back against COPY of the same tables with the same indexes and triggers."""

import io
import tempfile
from collections.abc import Iterator
from typing import IO, Any, cast
from uuid import uuid4

from django.db import connection, transaction

from benchmarks.scenarios import Floor, Scenario
from benchmarks.transfer import put_in
from jantar.engine.permissions.actor import Actor
from jantar.engine.transfer.archive import tables
from jantar.engine.transfer.archive.storing import read_archive
from jantar.engine.transfer.archive.writing import write_archive
from jantar.engine.transfer.models import ArchiveSource

#: What the operation of the import itself writes there is the work of triggers, in the floor too.
OWN = {"history_operation": "id", "history_change": "operation_id"}
FURTHER = "SELECT setval(pg_get_serial_sequence(%s, 'id'), nextval(pg_get_serial_sequence(%s, 'id')) + %s)"
AHEAD = 100_000_000


def archives(floor: Floor, actor: Actor) -> Iterator[Scenario]:
    """The archive is written compressed and checked by digests; it comes in as from another Jantar, with new ids."""
    names = [model._meta.db_table for model in tables.models()]

    def copied_out() -> int:
        size = 0
        for name in names:
            with floor.connection.cursor() as cursor, cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
                size += sum(len(block) for block in copy)
        return size

    yield Scenario("archive: export --all", lambda: written(actor), copied_out, 8.0, rounds=3)
    with tempfile.TemporaryFile() as archive, tempfile.TemporaryFile() as texts:
        written_elsewhere(archive, actor)
        places = taken_in(archive, actor, texts)
        yield Scenario(
            "archive: import --all", lambda: taken_in(archive, actor), lambda: put_back(texts, places), 5.0, rounds=3
        )


def written(actor: Actor) -> None:
    with tempfile.TemporaryFile() as file:
        write_archive(file, actor=actor)


def written_elsewhere(archive: IO[bytes], actor: Actor) -> None:
    """An archive of these rows as if another Jantar had made it."""
    with transaction.atomic():
        ArchiveSource.own()
        ArchiveSource.objects.filter(is_own=True).update(key=uuid4())
        write_archive(archive, actor=actor)
        transaction.set_rollback(True)


def taken_in(archive: IO[bytes], actor: Actor, texts: IO[bytes] | None = None) -> list[tuple[str, int]]:
    """Stores the archive and takes it back; keeps the new rows in `texts`, and says how long each table is there."""
    archive.seek(0)
    places = []
    with transaction.atomic():
        last = {model: highest(model) for model in with_ids()}
        stored = read_archive(archive, actor=actor)
        for model in with_ids() if texts else ():
            begun = cast(IO[bytes], texts).tell()
            name = model._meta.db_table
            less = f"AND {OWN[name]} <> {stored.operation_id}" if name in OWN else ""
            with connection.cursor() as cursor:
                sql = f'COPY (SELECT * FROM "{name}" WHERE id > {last[model]} {less} ORDER BY id) TO STDOUT'
                with cursor.copy(sql) as copy:
                    cast(IO[bytes], texts).writelines(copy)
            places.append((name, cast(IO[bytes], texts).tell() - begun))
        transaction.set_rollback(True)
    return places


def with_ids() -> list[Any]:
    return [model for model in tables.models() if tables.key_of(model) == "id"]


def highest(model: Any) -> int:
    return model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def put_back(texts: IO[bytes], places: list[tuple[str, int]]) -> None:
    """The floor: the same rows, finished, go in by COPY."""
    texts.seek(0)
    with transaction.atomic():
        for name in OWN:  # the triggers number their rows after those that are put in
            with connection.cursor() as cursor:
                cursor.execute(FURTHER, [name, name, AHEAD])
        for name, size in places:
            put_in(name, io.BytesIO(texts.read(size)))
        connection.check_constraints()
        transaction.set_rollback(True)
