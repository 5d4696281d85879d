"""Reading records as they stood at a moment, with the rights of today.

Inside of `reading_as_of` every statement that reads a table with history gets a WITH clause in front, in which that
table's name stands for the rows it held then: the unchanged rows of today, and the changed ones with the earliest
old values since over them. Nothing else of the statement differs, so lists, boards, filters, sums and titles all ask
as usual. Rows whose record the actor may not see today are not there. Nothing can be written meanwhile. A statement
that takes too long is stopped and raises BadQuery.
"""

# ruff: noqa: S608 (what is put in are names of tables and columns, quoted, and a moment)

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.history.keeping import kept_since
from jantar.engine.history.undo_sql import quoted, text
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records.database import tracked_tables
from jantar.engine.records.errors import BadQuery, NotAllowed
from jantar.engine.records.models import allowed, ids_sql
from jantar.engine.records.patience import TooSlow, at_most
from jantar.engine.records.registry import registry

READS = re.compile(r"\s*(EXPLAIN \([^)]*\) )?(SELECT|\()", re.IGNORECASE)
#: A statement about the past may take so many milliseconds: it grows with what changed since.
PATIENCE = 10_000
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def moment_of(given: str, actor: Actor) -> datetime:
    """The moment that `as_of` names: a day (its end) or a time, in the actor's time zone. Raises BadQuery."""
    now = timezone.now()
    zone = ZoneInfo(actor.time_zone)
    try:
        if len(given) == len("2026-11-01"):
            ended = datetime.combine(date.fromisoformat(given), time.max, tzinfo=zone).astimezone(UTC)
            moment = min(ended, now) if date.fromisoformat(given) <= actor.today else ended
        else:
            moment = datetime.fromisoformat(given)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadQuery("as_of", _("“%(value)s” is not a date and time.") % {"value": given[:50]}) from None
    if moment > now:
        raise BadQuery("as_of", _("This lies in the future. Choose a day that has been."))
    if (since := kept_since()) and moment < since:
        raise BadQuery("as_of", _("The history is kept since %(day)s only.") % {"day": show.moment(since)})
    return moment


@contextmanager
def reading_as_of(actor: Actor, moment: datetime) -> Iterator[Actor]:
    """Until the end of the block everything is read as it stood; gives the actor to read with."""
    with connection.execute_wrapper(_Past(actor, moment)):
        yield actor.at(moment)


@contextmanager
def looking(actor: Actor, given: str) -> Iterator[Actor]:
    """`reading_as_of` the moment that is named, or today when none is. Raises BadQuery."""
    if not given:
        yield actor
        return
    with reading_as_of(actor, moment_of(given, actor)) as past:
        yield past


@dataclass(frozen=True)
class _Table:
    name: str
    root: str
    root_column: str
    columns: Sequence[str]
    #: The model of records; None for parts, which are reached through their record only.
    records: type[Model] | None

    @property
    def mention(self) -> str:
        return quoted(self.name)


@cache
def _tables() -> list[_Table]:
    models: dict[str, type[Model]] = {}
    for record_type in registry.all():
        for part in (*record_type.parts, *record_type.traces):
            models.setdefault(part.model._meta.db_table, part.model)
    records = {one.model._meta.db_table: one.model._meta.concrete_model or one.model for one in registry.all()}
    found = []
    for tracked in tracked_tables():
        if tracked.table not in records and tracked.table not in models:
            continue
        model: type[Model] = records.get(tracked.table) or models[tracked.table]
        columns = [str(column.column) for column in model._meta.concrete_fields]
        found.append(_Table(tracked.table, tracked.root, tracked.root_column, columns, records.get(tracked.table)))
    return found


class _Past:
    def __init__(self, actor: Actor, moment: datetime) -> None:
        self.actor = actor
        self.moment = text(moment.astimezone(UTC).isoformat()) + "::timestamptz"
        self._made: dict[str, str] = {}
        self._rights: dict[str, tuple[str, tuple[Any, ...]] | None] = {}

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        mentioned = [table for table in _tables() if table.mention in sql]
        if not mentioned:
            return execute(sql, params, many, context)
        start = READS.match(sql)
        if start is None or many:
            raise NotAllowed(_("The past can't be changed."))
        parts: list[str] = []
        before: list[Any] = []
        for table in mentioned:
            if rights := self._rights_on(table):
                parts.append(f'"seen {table.name}" AS NOT MATERIALIZED ({rights[0]})')
                before += rights[1]
        parts += [self._rows(table) for table in mentioned]
        place = start.end(1) if start[1] else 0
        rest = sql[place:] if params is not None else sql[place:].replace("%", "%%")
        whole = f"{sql[:place]}WITH {', '.join(parts)} {rest}"
        try:
            with at_most(PATIENCE):
                return execute(whole, (*before, *(params or ())), many, context)
        except TooSlow:
            raise BadQuery("as_of", _("Reading so far back takes too long. Choose a later day.")) from None

    def _rights_on(self, table: _Table) -> tuple[str, tuple[Any, ...]] | None:
        """The ids of the rows that may be seen today, in the bin or not; None for all."""
        if table.name not in self._rights:
            found = None
            if table.records and not self._sees_all(table.records):
                sql, parameters = ids_sql(table.records, allowed(table.records, self.actor, "see"))
                found = sql, tuple(parameters)
            self._rights[table.name] = found
        return self._rights[table.name]

    def _sees_all(self, model: type[Model]) -> bool:
        types = registry.types_of(model)
        return all(self.actor.scope(one.name, "see") is Scope.ALL and one.within is None for one in types)

    def _rows(self, table: _Table) -> str:
        if table.name not in self._made:
            self._made[table.name] = _Rows(table, self.moment, bool(self._rights_on(table))).sql
        return self._made[table.name]


@dataclass(frozen=True)
class _Rows:
    """The WITH entry for one table. `was` marks rows that changed since; a row that is only there since then
    was inserted before it was ever erased, and one that was erased ends with its whole values."""

    table: _Table
    moment: str
    is_narrowed: bool

    @cached_property
    def sql(self) -> str:
        name, root = quoted(self.table.name), quoted(self.table.root_column)
        later = f"h.root = {text(self.table.root)} AND h.source = {text(self.table.name)} AND h.at > {self.moment}"
        seen = f'AND u.id IN (SELECT s.id FROM "seen {self.table.name}" s (id))' if self.is_narrowed else ""
        return f"""{name} AS NOT MATERIALIZED (
SELECT u.* FROM (
    SELECT false AS "was", {self._columns("t")} FROM {name} t
    UNION ALL
    SELECT true, {self._old_columns} FROM (
        SELECT {self._row} AS id, jantar_overlay(h.before ORDER BY h.id DESC) AS before FROM history_change h
        WHERE {later} GROUP BY 1
        HAVING coalesce(
            min(h.id) FILTER (WHERE h.action = 'D') < min(h.id) FILTER (WHERE h.action = 'I'),
            min(h.id) FILTER (WHERE h.action = 'I') IS NULL
        )
    ) p LEFT JOIN {name} t ON t.id = p.id
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::{name}, coalesce(to_jsonb(t), '{{}}'::jsonb) || coalesce(p.before, '{{}}'::jsonb)
    ) r
) u
WHERE (u."was" OR NOT EXISTS (
    SELECT 1 FROM history_change h WHERE {later} AND h.root_id = u.{root}{self._same_row}
)) {seen})"""

    @property
    def _is_record(self) -> bool:
        return self.table.root == self.table.name

    @property
    def _row(self) -> str:
        """The id of the row in the history; of a record its `root_id`, which the index holds."""
        return "h.root_id" if self._is_record else "h.record_id"

    @property
    def _same_row(self) -> str:
        return "" if self._is_record else " AND h.record_id = u.id"

    def _columns(self, row: str) -> str:
        return ", ".join(f"{row}.{quoted(column)}" for column in self.table.columns)

    @property
    def _old_columns(self) -> str:
        """Those of a changed row: its id from the history, so that a condition on it is answered from there."""
        found = {column: f"r.{quoted(column)}" for column in self.table.columns}
        found["id"] = "p.id"
        if self._is_record and "updated_at" in found:
            found["updated_at"] = f"""coalesce((
        SELECT max(h.at) FROM history_change h WHERE h.root = {text(self.table.root)} AND h.root_id = p.id
            AND h.source = {text(self.table.name)} AND h.at <= {self.moment}
    ), r.created_at)"""
        return ", ".join(found.values())
