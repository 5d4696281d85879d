"""A worker is killed in the middle of a large import: nothing is doubled, nothing is lost."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.undo import undo
from jantar.engine.transfer.models import ImportRun, RefusedRow
from jantar.engine.transfer.services import find_import, start_import
from jantar.modules.contacts.models import Company, Person
from jantar.platform.accounts.models import User
from jantar.platform.jobs import queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("N19")]

ROWS = 20_000
WRONG = 7
#: So long a worker may take on a busy machine.
PATIENCE = 300.0
WORKERS = "workers_that_are_killed"
StartWorker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(settings: Settings, tmp_path: Path) -> Iterator[StartWorker]:
    """Real workers, each a process of its own, on the database and the files of the test."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_workers, procrastinate_jobs CASCADE")
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        known = connection.settings_dict
        place = f"{known['HOST']}:{known['PORT']}/{known['NAME']}?application_name={WORKERS}"
        url = f"postgresql://{known['USER']}:{known['PASSWORD']}@{place}"
        env = os.environ | {"DATABASE_URL": url, "JANTAR_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "jantar", "worker"]
        started.append(subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
    wait_for(lambda: not sessions_of_workers())


def sessions_of_workers() -> int:
    """Those of a killed process end when the server notices, after the statement they are at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [WORKERS])
        return int(cursor.fetchone()[0])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def forget_dead_workers() -> None:
    """Let half a minute pass without a sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = %s", [timezone.now() - timedelta(minutes=1)])
    queue.recover()


def sheet() -> bytes:
    """People of 50 companies; every row whose number is divided by 3,000 is wrong."""
    rows = (
        f"Person {number};{'no mail' if number % 3_000 == 0 else f'p{number}@example.cz'};Company {number % 50}"
        for number in range(ROWS)
    )
    return "\n".join(["Name;E-mail;Company", *rows]).encode()


def test_an_import_goes_on_after_its_worker_was_killed(start_worker: StartWorker) -> None:
    actor = actor_for(User.objects.create_user("admin@example.com", full_name="Admin", is_admin=True))
    mapping = {"Name": "full_name", "E-mail": "email", "Company": "company"}
    run = start_import(
        io.BytesIO(sheet()), "people.csv", "people", actor=actor, mapping=mapping, match=[],
        create_missing=["company"],
    )  # fmt: skip
    worker = start_worker()

    wait_for(lambda: ImportRun.objects.get(pk=run.pk).done_rows >= 2_000)
    assert sessions_of_workers()
    os.kill(worker.pid, 9)
    assert worker.wait(20) == -9
    reached = ImportRun.objects.get(pk=run.pk)
    # What is told as done is stored, and nothing else.
    assert 0 < reached.done_rows < ROWS
    assert Person.objects.count() + RefusedRow.objects.filter(run=run).count() == reached.done_rows

    forget_dead_workers()
    start_worker()
    wait_for(lambda: find_import(run.pk, actor=actor).is_finished)

    done = find_import(run.pk, actor=actor)
    assert done.state == "done"
    assert (done.counts["created"], done.counts["errors"], done.done_rows) == (ROWS - WRONG, WRONG, ROWS)
    emails = set(Person.objects.values_list("email", flat=True))
    assert emails == {f"p{number}@example.cz" for number in range(ROWS) if number % 3_000}
    assert (Person.objects.count(), Company.objects.count()) == (ROWS - WRONG, 50)
    assert list(RefusedRow.objects.filter(run=run).values_list("number", flat=True)) == [
        number + 2 for number in range(0, ROWS, 3_000)
    ]
    created = Change.objects.filter(operation=done.operation_id, source="contacts_party", action="I")
    assert created.count() == ROWS - WRONG + 50
    assert undo(done.operation_id or 0, actor=actor).undone == ROWS - WRONG + 50
    assert (Person.objects.count(), Company.objects.count()) == (0, 0)
