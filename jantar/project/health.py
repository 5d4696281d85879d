"""Whether this installation can work: the short form for /readyz, the long one for `jantar doctor`."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import Error as DatabaseFault
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jantar.engine.records.database import tracked_tables
from jantar.platform.database.cluster import DURABLE
from jantar.platform.jobs import queue

Level = Literal["ok", "warning", "error"]
EXTENSIONS = ("pg_trgm", "btree_gin")
OLDEST_VERSION = 150000
_ready_before = False
#: A bucket is asked so often at most, in seconds.
FILES_SECONDS = 10
_files_asked = (float("-inf"), "ok")


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    name: str
    level: Level
    message: str


def readiness() -> dict[str, str]:
    """ "ok" or what is missing, for the database, migrations and files; cheap enough for every second.

    Without its files Jantar is ready all the same: everything but uploads and downloads works.
    """
    global _ready_before
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _ready_before and pending_migrations():
            return {"database": "ok", "migrations": "pending"}
    except DatabaseFault:
        return {"database": "unreachable"}
    _ready_before = True
    return {"database": "ok", "migrations": "ok", "files": files_state()}


def pending_migrations() -> list[str]:
    """Names of migrations that have not been applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def diagnose() -> Iterator[Finding]:
    """Run all checks; without a database only those that need none."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseFault as error:
        yield Finding("database", "error", f"does not answer: {str(error).strip()}")
    else:
        for check in DATABASE_CHECKS:
            finding = check()
            yield finding
            if check is check_migrations and finding.level == "error":
                break  # what is left reads tables that may not be there
    yield check_storage()
    yield check_mail()
    yield check_secrets()


def check_version() -> Finding:
    """The server's version."""
    number = int(_value("SHOW server_version_num"))
    text = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number < OLDEST_VERSION:
        return Finding("version", "error", f"{text}; Jantar needs 15 or newer")
    return Finding("version", "ok", text)


def check_durable() -> Finding:
    """Settings with which a power cut could lose confirmed changes."""
    weak = [f"{name}=off" for name in DURABLE if _value(f"SHOW {name}") == "off"]
    if weak:
        return Finding("durability", "error", f"{', '.join(weak)}: a power cut loses confirmed changes")
    return Finding("durability", "ok", "fsync, full_page_writes and synchronous_commit are on")


def check_extensions() -> Finding:
    """Extensions of PostgreSQL that the schema uses."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        present = {row[0] for row in cursor.fetchall()}
    missing = [name for name in EXTENSIONS if name not in present]
    if missing:
        return Finding("extensions", "error", f"missing: {', '.join(missing)}; run `jantar migrate`")
    return Finding("extensions", "ok", ", ".join(EXTENSIONS))


def check_migrations() -> Finding:
    """Whether the schema is that of this version."""
    pending = pending_migrations()
    if pending:
        return Finding("migrations", "error", f"{len(pending)} not applied, first {pending[0]}; run `jantar migrate`")
    return Finding("migrations", "ok", "all applied")


def check_triggers() -> Finding:
    """Whether the triggers that write history are there and switched on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgname LIKE 'history\\_%%' AND t.tgenabled <> 'D' GROUP BY 1"
        )
        found = dict(cursor.fetchall())
    missing = [tracked.table for tracked in tracked_tables() if found.get(tracked.table, 0) < 3]
    if missing:
        return Finding("history", "error", f"triggers missing on {', '.join(missing)}; run `jantar migrate`")
    return Finding("history", "ok", f"changes of {len(found)} tables are recorded")


def check_jobs() -> Finding:
    """Whether a worker is alive."""
    workers, waiting = queue.live_workers(), queue.waiting_runs()
    if not workers:
        return Finding("jobs", "warning", f"no worker runs, {waiting} jobs wait; start `jantar worker`")
    return Finding("jobs", "ok", f"{workers} workers, {waiting} jobs wait")


def check_storage() -> Finding:
    """Whether files can be kept."""
    try:
        name = default_storage.save("doctor.txt", ContentFile(b"Jantar"))
        default_storage.delete(name)
        with tempfile.TemporaryFile(dir=_existing(Path(settings.DATA_DIR))):
            pass
    except OSError as error:
        return Finding("storage", "error", f"{place_of_files()} cannot be written: {error}")
    return Finding("storage", "ok", f"files can be written to {place_of_files()}")


def place_of_files() -> str:
    """Where files are kept, in words."""
    bucket = getattr(default_storage, "bucket_name", "")
    service = getattr(default_storage, "endpoint_url", None) or "Amazon S3"
    return f"bucket {bucket} at {service}" if bucket else "the data directory"


def files_state() -> str:
    """ "ok", or "unreachable" for a bucket that does not answer; asked again after some seconds."""
    global _files_asked
    check = getattr(default_storage, "check", None)
    if check is None:
        return "ok"
    at, state = _files_asked
    if time.monotonic() - at > FILES_SECONDS:
        try:
            check()
            state = "ok"
        except OSError:
            state = "unreachable"
        _files_asked = (time.monotonic(), state)
    return state


def check_mail() -> Finding:
    """Whether the mail server lets us in."""
    backend = get_connection(fail_silently=False)
    try:
        backend.open()
        backend.close()
    except OSError as error:
        return Finding("mail", "warning", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not take mail: {error}")
    return Finding("mail", "ok", f"sent by {settings.EMAIL_BACKEND.rpartition('.')[2]}")


def check_secrets() -> Finding:
    """Settings that must not stay as they are on the open network."""
    if settings.DEBUG:
        return Finding("security", "warning", "JANTAR_DEBUG is on: for development only")
    return Finding("security", "ok", "debugging is off")


DATABASE_CHECKS: list[Callable[[], Finding]] = [
    check_version,
    check_durable,
    check_extensions,
    check_migrations,
    check_triggers,
    check_jobs,
]


def _value(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
