"""Real workers in processes of their own, killed in the middle of their work."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from jantar.platform.jobs import queue
from jantar.platform.jobs.models import JobRun, State
from jantar.platform.jobs.tests import sample

Notes = Callable[[], list[str]]
StartWorker = Callable[..., "subprocess.Popen[bytes]"]
pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = "workers_that_are_killed"
SCRIPT = (
    "import sys, django; django.setup()\n"
    "import jantar.platform.jobs.tests.sample\n"
    "from jantar.platform.jobs import worker\n"
    "worker.STOP_SECONDS = 1.0\n"
    "worker.run_worker(concurrency=2, listen=sys.argv[1] == 'listen')\n"
)


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_workers, procrastinate_jobs CASCADE")
    started: list[subprocess.Popen[bytes]] = []

    def start(*, listen: bool = False, port: int | None = None) -> "subprocess.Popen[bytes]":
        config = connection.settings_dict
        place = f"{config['HOST']}:{port or config['PORT']}/{config['NAME']}?application_name={WORKERS}"
        url = f"postgresql://{config['USER']}:{config['PASSWORD']}@{place}"
        env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "jantar.project.settings"}
        command = [sys.executable, "-c", SCRIPT, "listen" if listen else "poll"]
        started.append(subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
    wait_for(sessions_have_ended)


def sessions_have_ended() -> bool:
    """Those of a killed process end when the server notices, after the statement they are at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [WORKERS])
        return int(cursor.fetchone()[0]) == 0


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def state(run: JobRun) -> str:
    run.refresh_from_db()
    return run.state


def forget_dead_workers() -> None:
    """Let half a minute pass without a sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = %s", [timezone.now() - timedelta(minutes=1)])
    queue.recover()


@pytest.mark.parametrize("listen", [True, False])
def test_a_worker_does_what_is_enqueued(notes: Notes, start_worker: StartWorker, listen: bool) -> None:
    first = sample.write_note.later(text="before")
    start_worker(listen=listen)
    wait_for(lambda: state(first) == State.DONE)

    second = sample.write_note.later(text="after")
    wait_for(lambda: state(second) == State.DONE)

    assert notes() == ["before", "after"]
    assert queue.live_workers() == 1


def test_a_run_survives_its_worker_and_is_done_once(notes: Notes, start_worker: StartWorker, tmp_path: Path) -> None:
    run = sample.die_once.later(marker=str(tmp_path / "died"))
    worker = start_worker()
    assert worker.wait(20) == -signal.SIGKILL
    assert (state(run), notes()) == (State.RUNNING, [])

    forget_dead_workers()
    start_worker()
    wait_for(lambda: state(run) == State.DONE)

    assert notes() == ["work"]
    assert run.attempt == 2


def test_a_run_in_steps_goes_on_where_its_worker_died(notes: Notes, start_worker: StartWorker, tmp_path: Path) -> None:
    run = sample.steps.later(total=10, marker=str(tmp_path / "died"))
    assert start_worker().wait(20) == -signal.SIGKILL
    run.refresh_from_db()
    assert (run.progress, run.total) == (6, 10)

    forget_dead_workers()
    start_worker()
    wait_for(lambda: state(run) == State.DONE)

    assert notes() == [str(number) for number in range(10)]


def test_progress_is_seen_while_the_transaction_is_open_and_cancelling_stops_it(
    notes: Notes, start_worker: StartWorker
) -> None:
    run = sample.slow.later(seconds=60)
    start_worker()
    wait_for(lambda: state(run) == State.RUNNING)

    assert queue.cancel(run) is True
    wait_for(lambda: state(run) == State.CANCELLED)
    assert notes() == []


def test_a_stopped_worker_puts_its_run_back_into_the_queue(notes: Notes, start_worker: StartWorker) -> None:
    run = sample.slow.later(seconds=60)
    worker = start_worker()
    wait_for(lambda: state(run) == State.RUNNING)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0

    assert (state(run), notes()) == (State.WAITING, [])


def test_a_worker_ends_while_it_waits_for_a_database_that_does_not_answer(start_worker: StartWorker) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(30)
        worker = start_worker(port=silent.getsockname()[1])
        asking, _address = silent.accept()
        with asking:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(20) == 0
