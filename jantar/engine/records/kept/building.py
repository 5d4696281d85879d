"""Building the tables of kept roll-ups beside the work of others, and dropping those nobody asks for any more.

What the definitions ask for is compared with the tables there are, so the work can be interrupted anywhere and done
again. From the moment the triggers are there every row of the table is right, so filling it means making the rows
that are missing; once none is missing and the indexes are there, lists read it.
"""

# ruff: noqa: S608 (what is put in are names of tables)

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.models import CustomField, KeptRollup
from jantar.engine.permissions.actor import system_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.kept.shape import PREFIX, Shape, shape_of
from jantar.engine.records.kept.triggers import TRIGGERS, drop_sql, index_sql, table_sql, trigger_sql
from jantar.engine.records.registry import registry

#: Records whose values are measured in one transaction.
BATCH = 2000
#: So long a statement that keeps others out of a table waits for its turn; whoever comes meanwhile waits, too.
TURN_MILLISECONDS = 300
WAIT_SECONDS = 1.0
#: So long pages that began before a change may go on reading the old table.
READERS_SECONDS = 60.0
#: What PostgreSQL says when a lock was not to be had in time, or two wait for each other.
NOT_NOW = ("55P03", "40P01")
Tell = Callable[[int, int], None]
Check = Callable[[], None]


@dataclass(frozen=True)
class Wanted:
    definition: CustomField
    shape: Shape

    @property
    def name(self) -> str:
        return self.shape.table(self.definition.pk)


def wanted_tables() -> dict[str, Wanted]:
    """What the definitions ask for, by the name of the table; without what can't be kept any more."""
    found: dict[str, Wanted] = {}
    definitions = CustomField.objects.filter(kind="rollup", indexed=True, retired_at=None)
    actor = system_actor() if definitions else None
    for definition in definitions:
        if actor is None or definition.record_type not in registry:
            continue
        try:
            one = Wanted(definition, shape_of(definition.rollup, registry.get(definition.record_type), actor))
        except (FieldError, BadQuery):  # a formula it needs depends on the day by now
            continue
        found[one.name] = one
    return found


def kept_tables() -> dict[str, bool]:
    """The tables in the database, and whether all triggers keep each right."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [PREFIX.replace("_", r"\_") + "%"])
        return {name: triggers == TRIGGERS for name, triggers in cursor.fetchall()}


TABLES = """
SELECT c.relname, (
    SELECT count(*) FROM pg_trigger t JOIN pg_class on_table ON on_table.oid = t.tgrelid
    WHERE starts_with(t.tgname, c.relname) AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(on_table.oid)
)
FROM pg_class c
WHERE c.relkind = 'r' AND c.relname LIKE %s AND pg_table_is_visible(c.oid)
"""


def is_kept_as_wanted() -> bool:
    """Whether all that the definitions ask for is there and read, and nothing else."""
    wanted, read = set(wanted_tables()), set(KeptRollup.objects.values_list("name", flat=True))
    return wanted == read and dict.fromkeys(wanted, True) == kept_tables()


def states_of_kept(definitions: Sequence[CustomField]) -> dict[int, str]:
    """By definition whether its table is read ("ready"), or how far it is: "waiting" or the percent done."""
    asked = {one.pk for one in definitions if one.kind == "rollup" and one.indexed}
    if not asked:
        return {}
    there, read = kept_tables(), set(KeptRollup.objects.values_list("name", flat=True))
    return {
        one.definition.pk: "ready" if name in read else filled(one) if name in there else "waiting"
        for name, one in wanted_tables().items()
        if one.definition.pk in asked
    }


def filled(one: Wanted) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT (SELECT count(*) FROM "{one.name}"), (SELECT count(*) FROM "{one.shape.parent}")')
        [(done, total)] = cursor.fetchall()
    return str(min(99, 100 * done // max(total, 1)))


def build_kept(tell: Tell, check: Check = lambda: None) -> None:
    """Brings the tables in line with the definitions. Outside of a transaction only.

    `tell` gets how many of how many records are done, `check` may raise to stop.
    """
    wanted = wanted_tables()
    forget(wanted, check)
    read = set(KeptRollup.objects.values_list("name", flat=True))
    for name, one in wanted.items():
        if name not in read:
            in_turn(table_sql(name, one.shape) + trigger_sql(name, one.shape), check, unless=name)
            fill(one, tell, check)


def forget(wanted: dict[str, Wanted], check: Check) -> None:
    """Drops what nobody asks for and what is broken; pages that read it already come to their end first."""
    there = kept_tables()
    old = [name for name, is_whole in there.items() if name not in wanted or not is_whole]
    KeptRollup.objects.exclude(name__in=wanted.keys() & there.keys() - set(old)).delete()
    if old:
        wait_for_readers(check)
    for name in old:
        in_turn(drop_sql(name), check)


def wait_for_readers(check: Check) -> None:
    """Until no transaction that began before is open, up to a bound."""
    ended = time.monotonic() + READERS_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [(began,)] = cursor.fetchall()
        while time.monotonic() < ended:
            cursor.execute(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend' AND xact_start < %s LIMIT 1",
                [began],
            )
            if not cursor.fetchall():
                return
            check()
            time.sleep(WAIT_SECONDS / 10)


def in_turn(sql: str, check: Check, unless: str = "") -> None:
    """Runs in one transaction what keeps others out of tables; lets them go first as often as it takes.

    Not where the table `unless` is there by then.
    """
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jantar.kept'))")
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(TURN_MILLISECONDS)])
                if not unless or unless not in kept_tables():
                    cursor.execute(sql)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in NOT_NOW:
                raise
        else:
            return
        check()
        time.sleep(WAIT_SECONDS)


def fill(one: Wanted, tell: Tell, check: Check) -> None:
    """Makes the missing rows, some thousand at a time, then the indexes; then it is read."""
    name, after, done = one.name, 0, 0
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{one.shape.parent}"')
        [(total,)] = cursor.fetchall()
        while True:
            tell(done, total)
            check()
            cursor.execute(f'SELECT id FROM "{one.shape.parent}" WHERE id > %s ORDER BY id LIMIT %s', [after, BATCH])
            ids = [pk for (pk,) in cursor.fetchall()]
            if not ids:
                break
            cursor.execute(
                f'SELECT "{name}_refresh"(ARRAY(SELECT unnest(%s::bigint[]) EXCEPT SELECT id FROM "{name}"'
                " WHERE id = ANY (%s)))",
                [ids, ids],
            )
            after, done = ids[-1], min(done + len(ids), total)
        for index, sql in index_sql(name).items():
            make_index(index, sql, check)
        cursor.execute(f'ANALYZE "{name}"')
    tell(total, total)
    be_read(one)


def make_index(index: str, sql: str, check: Check) -> None:
    """What an interrupted run left of it goes first; what another run is building is waited for."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(INDEX, [index])
            found = cursor.fetchone()
            if found is None or not found[1]:
                break
            check()
            time.sleep(WAIT_SECONDS)
        if found == (False, False):
            cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{index}"')
        cursor.execute(sql)


INDEX = """
SELECT i.indisvalid, p.pid IS NOT NULL
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_stat_progress_create_index p ON p.index_relid = c.oid
WHERE c.relname = %s AND pg_table_is_visible(c.oid)
"""


def be_read(one: Wanted) -> None:
    """Unless the definition went or changed meanwhile: then another run is on its way."""
    with transaction.atomic():
        definition = CustomField.objects.select_for_update().filter(pk=one.definition.pk, retired_at=None).first()
        if definition is not None and definition.indexed:
            KeptRollup.objects.update_or_create(definition=definition, defaults={"name": one.name})


def forget_before_migrating(plan: Sequence[Any] = (), **_signal: Any) -> None:
    """Drops all tables where something is going to be migrated: their triggers name columns that may change then.

    Roll-ups are measured until they are built again by night.
    """
    if plan and KeptRollup._meta.db_table in connection.introspection.table_names():
        dropped = "".join(map(drop_sql, kept_tables()))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{KeptRollup._meta.db_table}";' + dropped)


def forget_sql() -> str:
    """For after a `migrate`, which may have changed what the triggers name: drops what is not as it would be made now.

    It is measured then, and built again by night.
    """
    if KeptRollup._meta.db_table not in connection.introspection.table_names():
        return ""
    there = kept_tables()
    wanted = wanted_tables() if there else {}
    old = [name for name, is_whole in there.items() if name not in wanted or not is_whole]
    names = ", ".join(f"'{name}'" for name in there.keys() - set(old)) or "''"
    return f'DELETE FROM "{KeptRollup._meta.db_table}" WHERE name NOT IN ({names});' + "".join(map(drop_sql, old))
