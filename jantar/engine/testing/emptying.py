"""Emptying the tables after a test that commits, in a tenth of the time that Django's own way takes.

Django truncates every table, which makes some thousand files anew, and lets all that follows a migration happen
again. Most tests write a few rows: those are deleted with triggers switched off, and the rows of a new installation
are put back where they differ. What a test changed of the schema itself is left to Django's way.
"""

# ruff: noqa: S608 (what is put in are names of tables)

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import NotSupportedError, ProgrammingError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from jantar.platform.accounts.models import User

#: PostgreSQL plans for a table without statistics as if it had ten pages; a larger one is truncated.
SMALL = 10 * 8192
QUIETLY = "SET LOCAL session_replication_role = replica"
SIZES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
"""
SCHEMA = """
SELECT
    (SELECT md5(string_agg(concat_ws(' ', oid, relname), ',' ORDER BY oid)) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace),
    (SELECT md5(string_agg(concat_ws(' ', oid, xmin, tgenabled), ',' ORDER BY oid)) FROM pg_trigger
        WHERE NOT tgisinternal),
    (SELECT md5(string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid)) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace)
"""
Schema = tuple[str, ...]


@dataclass(frozen=True)
class Start:
    """What a database held when it was new: its schema in short, and the rows of each table that had any."""

    schema: Schema
    rows: Mapping[str, bytes]
    sizes: Mapping[str, int]


_starts: dict[str, Start] = {}


def keep_start() -> None:
    """Takes what the database holds now for what it starts with."""
    sizes = _sizes(_tables())
    rows = {table: found for table, size in sizes.items() if size and (found := _rows(table))}
    _starts[_name()] = Start(_schema(), rows, sizes)


def keep_first_start(**_signal: object) -> None:
    """The same, only the first time: called after every migration. What an interrupted run left is no start."""
    if _name() not in _starts and not User.objects.exists():
        keep_start()


def empty() -> bool:
    """Makes the database as it started; returns whether that could be done here, the schema being the same."""
    start = _starts.get(_name())
    if start is None or start.schema != _schema():
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(QUIETLY)
            _put_back(start)
    except (ProgrammingError, NotSupportedError) as error:
        if isinstance(error.__cause__, InsufficientPrivilege):  # a server of somebody else
            return False
        raise
    ContentType.objects.clear_cache()
    return True


def _put_back(start: Start) -> None:
    sizes = _sizes(_tables())
    if any(size > max(SMALL, 2 * start.sizes.get(table, 0)) for table, size in sizes.items()):
        _execute(f"TRUNCATE {', '.join(_quoted(sizes))}")
        differing = set(start.rows)
    else:
        differing = {table for table, rows in start.rows.items() if _rows(table) != rows}
        written = differing | {table for table, size in sizes.items() if size and table not in start.rows}
        _execute("; ".join(f"DELETE FROM {table}" for table in _quoted(written)))
    for table in differing:
        with connection.cursor() as cursor, cursor.copy(f"COPY {connection.ops.quote_name(table)} FROM STDIN") as copy:
            copy.write(start.rows[table])


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


def _quoted(tables: Iterable[str]) -> list[str]:
    return [connection.ops.quote_name(table) for table in tables]


def _sizes(tables: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [tables])
        return dict(cursor.fetchall())


def _schema() -> Schema:
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return tuple(cursor.fetchone())


def _rows(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {connection.ops.quote_name(table)} TO STDOUT") as copy:
        return b"".join(sorted(b"".join(copy).splitlines(keepends=True)))


def _execute(sql: str) -> None:
    if sql:
        with connection.cursor() as cursor:
            cursor.execute(sql)
