"""Filling tables fast: what costs time per row is taken away before and made up for at once afterwards."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from django.db import connection

from jantar.engine.history.operations import operation
from jantar.engine.history.triggers import Tracked
from jantar.engine.permissions.actor import system_actor
from jantar.engine.records.database import tracked_tables
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.search.indexing import function_of

#: The triggers whose work is done here in one statement a table.
TRIGGERS = ("history_insert", "search_insert")
#: Tables that the triggers write to.
WRITTEN = ("history_change", "search_entry", "timeline_entry", "timeline_place")


@contextmanager
def lifted(label: str, report: Callable[[str], None]) -> Iterator[None]:
    """Run the block, which only inserts records and their parts, without triggers, secondary indexes and foreign keys.

    Afterwards they are back, and history and search entries are what the triggers would have written, in one
    operation. Needs the owner of the tables and a transaction, in which everything happens; the tables stay locked
    until it ends.
    """
    tracked = tracked_tables()
    tables = [one.table for one in tracked]
    bases = {table: _last_id(table) for table in tables}
    _run("SET CONSTRAINTS ALL IMMEDIATE", "SET LOCAL maintenance_work_mem = '512MB'", "SET LOCAL work_mem = '256MB'")
    restore = _take_away([*tables, *WRITTEN])
    yield
    with timed("history", report), operation(system_actor(), "import", label) as opened:
        for one in tracked:
            _write_history(one, bases[one.table], opened.pk)
    with timed("search entries", report):
        for record_type in registry.all():
            _write_search(record_type, bases[record_type.model._meta.db_table])
    with timed("indexes and foreign keys", report):
        _run(*restore)


@contextmanager
def timed(name: str, report: Callable[[str], None]) -> Iterator[None]:
    """Tell how long the block took."""
    started = monotonic()
    yield
    report(f"{name} in {monotonic() - started:.1f} s")


def _take_away(tables: Sequence[str]) -> list[str]:
    """Disable the triggers, drop foreign keys and indexes that back no constraint; return what brings them back."""
    keys = _query(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid = ANY (%s::regclass[]) ORDER BY conname",
        tables,
    )
    indexes = _query(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i WHERE NOT indisprimary "
        "AND indrelid = ANY (%s::regclass[]) "
        "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) "
        "ORDER BY 1",
        tables,
    )
    triggers = _query(
        "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger "
        f"WHERE tgname IN {TRIGGERS} AND tgrelid = ANY (%s::regclass[])",
        tables,
    )
    _run(*(f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in triggers))
    _run(*(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name, _ in keys))
    _run(*(f"DROP INDEX {name}" for name, _ in indexes))
    return [
        *(definition for _, definition in indexes),
        *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in keys),
        *(f"ALTER TABLE {table} ENABLE TRIGGER {name}" for table, name in triggers),
    ]


def _write_history(tracked: Tracked, base: int, operation_id: int) -> None:
    """A change of the kind "created" for each new row, as the trigger of the table writes it."""
    _run(
        "INSERT INTO history_change (operation_id, source, record_id, root, root_id, action) "
        f"SELECT {operation_id}, '{tracked.table}', id, '{tracked.root}', {tracked.root_column}, 'I' "
        f'FROM "{tracked.table}" WHERE id > {base}'
    )


def _write_search(record_type: RecordType, base: int) -> None:
    table = record_type.model._meta.db_table
    _run(f'SELECT {function_of(record_type)}(array_agg(id ORDER BY id)) FROM "{table}" WHERE id > {base}')


def _last_id(table: str) -> int:
    return int(_query(f'SELECT coalesce(max(id), 0) FROM "{table}"')[0][0])


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _query(statement: str, tables: Sequence[str] | None = None) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, None if tables is None else [list(tables)])
        found: list[tuple[str, ...]] = cursor.fetchall()
        return found
