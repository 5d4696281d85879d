"""Moving what points to merged records over to the one that stays, in a fixed number of statements per table."""

# ruff: noqa: S608 (what is put in are names of tables and columns, quoted)

from collections.abc import Sequence
from typing import Any

from django.db import connection

from jantar.engine.records.merging.pointers import Pointing, all_pointing
from jantar.engine.records.merging.rows import Left, by_parent, settle
from jantar.engine.records.models import Moved
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


def move(
    pointing: Pointing, record_type: RecordType, survivor: int, merged: Sequence[int], operation: int
) -> list[Left]:
    """Has the rows point to the survivor. What would stand twice is united; what got lost in that is returned."""
    left: list[Left] = []
    if not pointing.tracked:
        move_noted(pointing, record_type, survivor, merged, operation)
        return left
    if pointing.part:
        left = unite_doubles(pointing, pointing.part, record_type, survivor, merged)
    own = pointing.table == record_type.model._meta.db_table
    names = {column.column for column in pointing.model._meta.concrete_fields}
    kept = {"version": "version = version + 1", "updated_at": "updated_at = now()"}
    assigned = [f"{quoted(pointing.column)} = %s", *(sql for name, sql in kept.items() if name in names)]
    # The merged records keep what they point to: it is theirs when they come back.
    others = "AND NOT id = ANY(%s)" if own else ""
    condition, values = points(pointing, record_type, merged)
    run(
        f"UPDATE {quoted(pointing.table)} SET {', '.join(assigned)} WHERE {condition} {others}",
        [survivor, *values, *([[survivor, *merged]] if own else [])],
    )
    return left


def unite_doubles(
    pointing: Pointing, part: Part, record_type: RecordType, survivor: int, merged: Sequence[int]
) -> list[Left]:
    """Parts of other records that point to several of the group, such as two contacts of one deal."""
    condition, values = points(pointing, record_type, [survivor, *merged])
    parent = quoted(f"{part.parent}_id")
    table = quoted(pointing.table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {table} WHERE {condition} AND {parent} IN ("
            f"SELECT {parent} FROM {table} WHERE {condition} GROUP BY {parent} HAVING count(*) > 1)",
            [*values, *values],
        )
        pks = [pk for (pk,) in cursor.fetchall()]
    left: list[Left] = []
    group = frozenset([survivor, *merged])
    for rows in by_parent(part, pks).values():
        rows.sort(key=lambda row: (getattr(row, pointing.column) != survivor, row.pk))
        left += settle(part, rows, record_type, survivor, group)
    return left


def move_noted(
    pointing: Pointing, record_type: RecordType, survivor: int, merged: Sequence[int], operation: int
) -> None:
    """Moves rows of a table without history, and notes which. A row the survivor already has one like stays."""
    condition, values = points(pointing, record_type, merged)
    for keys in pointing.unique_with:
        same = " AND ".join(f"other.{quoted(name)} = t.{quoted(name)}" for name in keys) or "true"
        typed = f"AND other.{quoted(pointing.type_column)} = %s" if pointing.type_column else ""
        column = f"other.{quoted(pointing.column)}"
        condition += (
            f" AND NOT EXISTS (SELECT FROM {quoted(pointing.table)} other WHERE {same} {typed}"
            f" AND ({column} = %s OR ({column} = ANY(%s) AND other.id < t.id)))"
        )
        values += [*([record_type.name] if pointing.type_column else []), survivor, list(merged)]
    shift(pointing, record_type.name, survivor, f"WHERE {condition}", values, operation)


def shift(pointing: Pointing, type_name: str, survivor: int, where: str, values: list[Any], operation: int) -> None:
    table, column = quoted(pointing.table), quoted(pointing.column)
    run(
        f"""
        WITH old AS (SELECT t.id, t.{column} AS was FROM {table} t {where} FOR UPDATE OF t),
        moved AS (UPDATE {table} t SET {column} = %s FROM old WHERE t.id = old.id RETURNING t.id, old.was)
        INSERT INTO {Moved._meta.db_table} (operation_id, record_type, source, pointer, row_id, was, became)
        SELECT %s, %s, %s, %s, id, was, %s FROM moved
        """,
        [*values, survivor, operation, type_name, pointing.table, pointing.column, survivor],
    )


def move_back(operation: int, undoing: int) -> None:
    """Has rows without history point to where they did before the operation, where they still do as it left them."""
    known = {(one.table, one.column): one for one in all_pointing() if not one.tracked}
    lines = Moved.objects.filter(operation=operation).order_by()
    for source, pointer, type_name, was, became in lines.values_list(
        "source", "pointer", "record_type", "was", "became"
    ).distinct():
        pointing = known.get((source, pointer))
        if pointing is None or type_name not in registry:
            continue
        records = quoted(registry.get(type_name).model._meta.db_table)
        where = (
            f"JOIN {Moved._meta.db_table} m ON m.row_id = t.id WHERE m.operation_id = %s AND m.source = %s"
            f" AND m.pointer = %s AND m.was = %s AND m.became = %s AND t.{quoted(pointer)} = m.became"
            f" AND EXISTS (SELECT FROM {records} r WHERE r.id = m.was)"
        )
        values: list[Any] = [operation, source, pointer, was, became]
        for keys in pointing.unique_with:
            same = " AND ".join(f"other.{quoted(name)} = t.{quoted(name)}" for name in keys) or "true"
            where += (
                f" AND NOT EXISTS (SELECT FROM {quoted(source)} other WHERE {same} AND other.{quoted(pointer)} = m.was"
            )
            where += f" AND other.{quoted(pointing.type_column)} = m.record_type)" if pointing.type_column else ")"
        shift(pointing, type_name, was, where, values, undoing)


def points(pointing: Pointing, record_type: RecordType, pks: Sequence[int]) -> tuple[str, list[Any]]:
    """The rows that point to these records, as a condition on them."""
    condition = f"{quoted(pointing.column)} = ANY(%s)"
    if pointing.type_column:
        return f"{condition} AND {quoted(pointing.type_column)} = %s", [list(pks), record_type.name]
    return condition, [list(pks)]


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def run(statement: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
