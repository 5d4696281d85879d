"""Doing a run: exactly once, although workers may die, come back late or be stopped."""

import logging
import time
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jantar.platform.jobs.declare import Job, Result, job_of, may_run
from jantar.platform.jobs.errors import JobCancelledError, JobFailedError, RunLostError, WorkerStopsError
from jantar.platform.jobs.models import OPEN, JobRun, State
from jantar.platform.jobs.queue import put_back

logger = logging.getLogger("jantar.jobs")

MAX_ATTEMPTS = 5
REPORT_SECONDS = 0.5


class Run:
    """What a job body knows of its run: progress, cancelling, and steps for long work."""

    def __init__(self, row: JobRun, *, aside: bool, stopping: Callable[[], bool] = lambda: False) -> None:
        self.id = row.pk
        self.attempt = row.attempt
        self.owner_id = row.owner_id
        self.checkpoint: dict[str, Any] = row.checkpoint or {}
        self._stopping = stopping
        self._reported = 0.0
        self._aside: BaseDatabaseWrapper | None = connections.create_connection(DEFAULT_DB_ALIAS) if aside else None

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the work is, for example rows done of all rows. Cheap to call for each row.

        It is seen at once, also while the job's transaction is open.
        Raises JobCancelledError when the owner cancelled the run.
        """
        now = time.monotonic()
        if now - self._reported < REPORT_SECONDS and done != total:
            return
        self._reported = now
        row = self._query(
            "UPDATE jobs_jobrun SET progress = %s, total = coalesce(%s, total) "
            "WHERE id = %s AND attempt = %s AND state = %s RETURNING cancel_requested",
            [done, total, self.id, self.attempt, State.RUNNING],
        )
        self._obey(row)

    def cancelled(self) -> bool:
        """Say whether the owner wants the run to stop."""
        row = self._query("SELECT cancel_requested FROM jobs_jobrun WHERE id = %s", [self.id])
        return row is not None and bool(row[0])

    def check(self) -> None:
        """Raise JobCancelledError when the owner cancelled the run."""
        row = self._query(
            "SELECT cancel_requested FROM jobs_jobrun WHERE id = %s AND attempt = %s AND state = %s",
            [self.id, self.attempt, State.RUNNING],
        )
        self._obey(row)

    @contextmanager
    def step(self, *, done: int, total: int | None = None, checkpoint: dict[str, Any] | None = None) -> Iterator[None]:
        """One transaction of a job that works in steps; kept together with its progress.

        `checkpoint` is what a new worker finds in `run.checkpoint` when this one dies afterwards.
        """
        with transaction.atomic():
            row = JobRun.objects.held_by(self.id, self.attempt).select_for_update().first()
            self._obey(None if row is None else (row.cancel_requested,))
            yield
            changes: dict[str, Any] = {"progress": done}
            changes |= {} if total is None else {"total": total}
            changes |= {} if checkpoint is None else {"checkpoint": checkpoint}
            JobRun.objects.filter(pk=self.id).update(**changes)
        self.checkpoint = checkpoint if checkpoint is not None else self.checkpoint

    def close(self) -> None:
        """Give the connection for progress back."""
        if self._aside is not None:
            self._aside.close()

    def _obey(self, row: tuple[Any, ...] | None) -> None:
        if row is None:
            raise RunLostError(f"run {self.id} was taken over after attempt {self.attempt}")
        if row[0]:
            raise JobCancelledError
        if self._stopping():
            raise WorkerStopsError

    def _query(self, query: str, parameters: list[Any]) -> tuple[Any, ...] | None:
        connection = self._aside or connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def execute(run_id: int, *, aside: bool = True, stopping: Callable[[], bool] = lambda: False) -> None:
    """Do one run that the queue handed out, and note how it ended.

    With `aside` progress goes through a connection of its own, so that others see it while
    the job's transaction is open.
    """
    row = _claim(run_id)
    if row is None:
        return
    job = job_of(row.kind)
    with _as_owner(row):
        if job is None:
            _finish(row, State.FAILED, error=_("This version of Jantar does not know this kind of job."))
            return
        if not may_run(job):
            _finish(row, State.CANCELLED)
            return
        run = Run(row, aside=aside, stopping=stopping)
        try:
            _do(job, run, row)
        finally:
            run.close()


def run_waiting_jobs(limit: int = 1000) -> int:
    """Do all runs that are due, one after the other in this process; return how many.

    For tests and for commands without a worker.
    """
    for count in range(limit):
        due = JobRun.objects.filter(state=State.WAITING).exclude(run_at__gt=timezone.now()).order_by("pk")
        run_id = due.values_list("pk", flat=True).first()
        if run_id is None:
            return count
        execute(run_id, aside=False)
    return limit


def _claim(run_id: int) -> JobRun | None:
    """Take the run; None when it is finished, cancelled or gone."""
    with transaction.atomic():
        row = JobRun.objects.select_for_update().filter(pk=run_id, state__in=OPEN).first()
        if row is None:
            return None
        row.attempt += 1
        row.started_at = row.started_at or timezone.now()
        row.state = State.RUNNING
        if row.tries > MAX_ATTEMPTS:
            row.state, row.finished_at = State.FAILED, timezone.now()
            row.error = _(
                "The job was interrupted each time it was started. Ask your administrator to look at the log."
            )
        row.save(update_fields=["attempt", "started_at", "state", "finished_at", "error"])
    return row if row.state == State.RUNNING else None


def _do(job: Job[Any], run: Run, row: JobRun) -> None:
    try:
        if job.atomic:
            with transaction.atomic():
                _complete(row, job.body(**job.arguments_for(run, row.arguments)))
        else:
            _complete(row, job.body(**job.arguments_for(run, row.arguments)))
    except JobCancelledError:
        _finish(row, State.CANCELLED)
    except JobFailedError as error:
        _finish(row, State.FAILED, error=str(error))
    except WorkerStopsError:
        put_back(run.id, run.attempt, timedelta())
    except RunLostError:
        logger.warning("Run %s was taken over by another worker", run.id)
    except OperationalError:
        # A lost connection, a deadlock: the transaction is gone, trying again is safe.
        logger.warning("Run %s (%s) is tried again", run.id, row.kind, exc_info=True)
        put_back(run.id, run.attempt, timedelta(seconds=2**row.tries))
    except Exception:
        logger.exception("Run %s (%s) failed", run.id, row.kind)
        _finish(row, State.FAILED, error=_("Something went wrong. The log has the details under job %s.") % run.id)


def _complete(row: JobRun, result: Result) -> None:
    """Note that the run is done, in the same transaction as the work of an atomic job."""
    changes = {"state": State.DONE, "result": result, "finished_at": timezone.now(), "error": ""}
    if not JobRun.objects.held_by(row.pk, row.attempt).update(**changes):
        raise RunLostError(f"run {row.pk} was taken over after attempt {row.attempt}")


def _finish(row: JobRun, state: State, error: str = "") -> None:
    JobRun.objects.held_by(row.pk, row.attempt).update(state=state, error=error, finished_at=timezone.now())


@contextmanager
def _as_owner(row: JobRun) -> Iterator[None]:
    """The language and time zone of the owner, for texts in the result and in errors."""
    language = getattr(row.owner, "language", "en")
    zone = zoneinfo.ZoneInfo(getattr(row.owner, "time_zone", "UTC"))
    with translation.override(language), timezone.override(zone):
        yield
