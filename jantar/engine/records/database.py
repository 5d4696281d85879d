"""Brings the database in line with the declarations: called after every `migrate`."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from jantar.engine.history.triggers import Tracked, tracking_sql
from jantar.engine.records.models import Series
from jantar.engine.records.registry import registry

#: Further SQL that follows from the declarations; other engine parts add theirs when Django starts.
EXTRA: list[Callable[[], str]] = []


#: Compiling a statement takes longer than any of ours runs. Kept with the database, so that a pooler needs no setting.
NO_COMPILING = """
DO $$ BEGIN
    IF current_setting('jit') = 'on' THEN
        EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The database should be set to jit = off by its owner.';
END $$;
"""


def tracked_tables() -> list[Tracked]:
    """Every table whose changes are recorded: records with their parts and traces, and their series; each once."""
    found: dict[str, Tracked] = {}
    for record_type in registry.all():
        table = record_type.model._meta.db_table
        found.setdefault(table, Tracked(table, root=table))
        for part in (*record_type.parts, *record_type.traces):
            own = part.model._meta.db_table
            found.setdefault(own, Tracked(own, root=table, root_column=f"{part.parent}_id"))
    series = Series._meta.db_table
    return [*found.values(), Tracked(series, root=series)]


def install(**_signal: Any) -> None:
    """(Re)creates the triggers. Idempotent."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(NO_COMPILING)
        for tracked in tracked_tables():
            if tracked.table in existing:
                cursor.execute(tracking_sql(tracked))
        for sql in EXTRA:
            cursor.execute(sql())
