"""The queue: enqueue, retry, cancel, and take up again what a dead worker left behind."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from jantar.platform.jobs.declare import Job, job_of
from jantar.platform.jobs.models import FINISHED, OPEN, JobRun, State

if TYPE_CHECKING:
    from django.utils.functional import Promise

TASK = "jantar.run"
WORKER_SILENT = timedelta(seconds=30)
LIVE = ("todo", "doing")


def enqueue(
    job: Job[Any],
    arguments: dict[str, Any],
    *,
    owner_id: int | None = None,
    label: "str | Promise" = "",
    run_at: datetime | None = None,
) -> JobRun:
    """Create the run and put it into the queue, both in the current transaction."""
    with transaction.atomic():
        run = JobRun.objects.create(
            kind=job.kind,
            label=str(label or job.label)[:200],
            owner_id=owner_id,
            is_internal=job.internal,
            arguments=arguments,
            run_at=run_at,
        )
        _defer(run, job.queue)
    return run


def retry(run: JobRun) -> bool:
    """Let a failed or cancelled run be done again; return whether it was put into the queue.

    A run that works in steps goes on at its checkpoint.
    """
    with transaction.atomic():
        changed = JobRun.objects.filter(pk=run.pk, state__in=[State.FAILED, State.CANCELLED]).update(
            state=State.WAITING, error="", result=None, cancel_requested=False, attempts_before=F("attempt"),
            finished_at=None, run_at=None,
        )  # fmt: skip
        if changed:
            run.refresh_from_db()
            _defer(run)
    return bool(changed)


def cancel(run: JobRun) -> bool:
    """Cancel a waiting run at once, ask a running one to stop; return whether there was a need."""
    waiting = JobRun.objects.filter(pk=run.pk, state=State.WAITING)
    if waiting.update(state=State.CANCELLED, cancel_requested=True, finished_at=timezone.now()):
        return True
    return bool(JobRun.objects.filter(pk=run.pk, state=State.RUNNING).update(cancel_requested=True))


def put_back(run_id: int, attempt: int, delay: timedelta) -> None:
    """Queue a run again that this attempt could not finish."""
    with transaction.atomic():
        at = timezone.now() + delay if delay else None
        if JobRun.objects.held_by(run_id, attempt).update(state=State.WAITING, run_at=at):
            _defer(JobRun.objects.get(pk=run_id))


def recover() -> int:
    """Queue the runs again whose worker died or whose place in the queue got lost; return how many."""
    silent = timezone.now() - WORKER_SILENT
    dead = Q(worker=None) | Q(worker__last_heartbeat__lt=silent)
    stalled = ProcrastinateJob.objects.filter(dead, status="doing", task_name=TASK).values_list("pk", flat=True)
    count = 0
    for job_id in stalled:
        app.job_manager.retry_job_by_id(job_id, retry_at=timezone.now())
        count += 1
    queued = ProcrastinateJob.objects.filter(pk=OuterRef("queue_job_id"), status__in=LIVE)
    for run in JobRun.objects.filter(~Exists(queued), state__in=OPEN):
        _defer(run)
        count += 1
    return count


def clean_up() -> int:
    """Delete finished runs: internal ones after a week, others after 90 days; return how many."""
    now = timezone.now()
    old = Q(finished_at__lt=now - timedelta(days=90)) | Q(is_internal=True, finished_at__lt=now - timedelta(days=7))
    return JobRun.objects.filter(old, state__in=FINISHED).delete()[0]


def live_workers() -> int:
    """How many workers have been heard of lately."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gte=timezone.now() - WORKER_SILENT).count()


def waiting_runs() -> int:
    """How many runs should be running but are not."""
    due = Q(run_at=None) | Q(run_at__lte=timezone.now())
    return JobRun.objects.filter(due, state=State.WAITING).count()


def _defer(run: JobRun, queue: str | None = None) -> None:
    """Put the run into the queue; two places in the queue for one run cannot run side by side."""
    job = job_of(run.kind)
    place = app.configure_task(
        TASK,
        lock=f"run-{run.pk}",
        queue=queue or (job.queue if job else "default"),
        schedule_at=run.run_at,
        allow_unknown=True,
    )
    run.queue_job_id = place.defer(run_id=run.pk)
    run.save(update_fields=["queue_job_id"])
