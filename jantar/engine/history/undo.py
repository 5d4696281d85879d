"""Reversing one operation with set-based SQL: a fixed number of statements, whether it changed 1 row or 100,000.

The net effect of the operation on every row is gathered in a temporary table. Rows it inserted are deleted,
columns it changed are set back where they still hold what it wrote, rows it deleted are inserted again.
What was changed since is kept and reported. Who may do this is decided a layer above (`engine.records.undo`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from jantar.engine.history import undo_sql as sql
from jantar.engine.history.triggers import Tracked

LISTED = 1000
#: Columns that count and date the changes of a row; undo moves them forward like any change.
BOOKKEEPING = frozenset({"id", "version", "updated_at"})

Groups = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Conflict:
    """Something that undo left as it is.

    `source` and `record_id` name the row, `root` and `root_id` the record it is a part of; `column` is empty
    when the whole row stayed. `reason` is "changed" (since then), "used" (by other records), "gone" (what it
    needs no longer exists) or "rights".
    """

    source: str
    record_id: int
    root: str
    root_id: int
    column: str
    reason: str
    #: What stands in the column and what would have come back, by column: an amount comes with its currency.
    kept: Mapping[str, Any] | None = None
    had: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Pointer:
    """A column whose values are ids of the target table: a foreign key, or half of a key of any record.

    Of the latter only rows count whose `type_column` is one of `types`.
    """

    table: str
    column: str
    target: str
    type_column: str = ""
    types: tuple[str, ...] = ()


@dataclass
class Reversal:
    """One run of undo inside an open transaction.

    `groups` names columns of a table that go together, `holders` what points to records without a foreign key.
    """

    operation_id: int
    tables: Sequence[Tracked]
    groups: Groups = field(default_factory=dict)
    holders: Sequence[Pointer] = ()

    def __post_init__(self) -> None:
        self.tracked = {table.table: table for table in self.tables}
        self.keys: list[Pointer] = []
        self.columns: dict[str, list[str]] = {}
        self.changed: dict[str, list[str]] = {}

    def gather(self) -> None:
        """Puts the net effect of the operation into the temporary table and locks the rows it is about."""
        names = list(self.tracked)
        run(sql.DROP)
        run(sql.GATHER, {"operation": self.operation_id, "tables": names})
        run(sql.INDEX)
        run(sql.ANALYZE)
        for source, column in rows(sql.CHANGED_COLUMNS):
            self.changed.setdefault(source, []).append(column)
        for table, column in rows(sql.COLUMNS, {"tables": names}):
            self.columns.setdefault(table, []).append(column)
        self.keys = [Pointer(*row) for row in rows(sql.FOREIGN_KEYS, {"tables": names})]
        for table in self.sources():
            run(sql.lock(table))

    def sources(self, fate: str = "IUD") -> list[str]:
        """Tables with rows of that fate, parts before the records they belong to."""
        found = {source for (source,) in rows(sql.SOURCES, {"fate": list(fate)})}
        return sorted(found, key=lambda name: (self.tracked[name].root == name, name))

    def keep_forbidden(self, table: str, action: str, allowed: str, parameters: Iterable[Any]) -> None:
        """Keeps what the actor may not touch; `allowed` is SQL that gives the ids of the records they may."""
        run(sql.keep_forbidden(allowed), [table, action == "delete", *parameters])

    def keep_used(self) -> None:
        """Keeps inserted rows that were changed since or that rows outside of this operation point to."""
        run(sql.KEEP_CHANGED, {"operation": self.operation_id})
        inserted = set(self.sources("I"))
        keys = [key for key in (*self.keys, *self.holders) if key.target in inserted]
        found = True
        while found:
            found = run(sql.KEEP_PARTS_OF_KEPT) > 0
            for key in keys:
                statement = sql.keep_referenced(key.table, key.column, key.target, key.type_column, key.types)
                found = run(statement) > 0 or found

    def reverse(self) -> None:
        """Deletes, sets back, inserts again; in this order, so that unique values are free when needed.

        Records are deleted before their parts (foreign keys are checked at the end): triggers that look from a
        part to its record then have nothing left to do.
        """
        for table in reversed(self.sources("I")):
            run(sql.delete(table))
        self.conflicting: list[Conflict] = []
        for table in self.sources("U"):
            self._set_back(table)
        for table in reversed(self.sources("D")):
            self._insert_again(table)

    def _set_back(self, table: str) -> None:
        changed = [
            name for name in self.columns[table] if name in self.changed.get(table, ()) and name not in BOOKKEEPING
        ]
        if not changed:
            return
        run(sql.keep_missing(table))
        statement = sql.SetBack(table, changed, self._mates(table), self._targets(table))
        for row in rows(statement.conflicts(LISTED + 1)):
            self.conflicting.append(replace(Conflict(*row[:6]), kept=json.loads(row[6]), had=json.loads(row[7])))
        bookkeeping = [name for name in ("version", "updated_at") if name in self.columns[table]]
        # A row that becomes the main one again, or comes out of the bin, comes after the one that no longer is.
        for raising in (False, True):
            run(statement.update(bookkeeping, raising=raising))

    def _insert_again(self, table: str) -> None:
        for column, target in self._targets(table).items():
            run(sql.keep_orphans(table, column, target))
        run(sql.insert_again(table, self.columns[table]))

    def _mates(self, table: str) -> dict[str, Sequence[str]]:
        return {column: group for group in self.groups.get(table, ()) for column in group}

    def _targets(self, table: str) -> dict[str, str]:
        return {key.column: key.target for key in self.keys if key.table == table}

    def undone(self) -> int:
        """How many records were reversed, wholly or in part."""
        return int(rows(sql.COUNT_DONE)[0][0])

    def records_back(self, table: str) -> list[int]:
        """Ids of the rows of a table that were inserted again."""
        return [pk for (pk,) in rows(sql.BACK, {"table": table})]

    def conflicts(self) -> list[Conflict]:
        """The first 1,000 things that were kept."""
        kept = [Conflict(*row) for row in rows(sql.KEPT, {"limit": LISTED})]
        return (kept + self.conflicting)[:LISTED]


def run(statement: str, parameters: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def rows(statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
