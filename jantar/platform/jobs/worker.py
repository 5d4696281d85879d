"""The worker: takes runs out of the queue and does them, several at a time in threads."""

import asyncio
import logging
import signal

from django.db import close_old_connections
from procrastinate import JobContext
from procrastinate.contrib.django import DjangoApp, app

from jantar.platform.jobs import queue
from jantar.platform.jobs.declare import job, job_of, schedule, schedules
from jantar.platform.jobs.running import execute

logger = logging.getLogger("jantar.jobs")

PERIODIC_TASK = "jantar.schedule"
RECOVER_SECONDS = 15
POLL_SECONDS = 5.0
POLL_SECONDS_ALONE = 1.0
STOP_SECONDS = 10.0
RECONNECT_SECONDS = 2.0


@job("jobs.clean_up", "Delete old jobs", internal=True)
def clean_up() -> None:
    queue.clean_up()


schedule(clean_up, "20 2 * * *")


def run_worker(*, concurrency: int = 2, listen: bool = True) -> None:
    """Work until SIGINT or SIGTERM. Runs in progress get 10 seconds, then go back to the queue.

    Without `listen` the worker only polls, as PgBouncer in transaction mode needs.
    """
    asyncio.run(_work(concurrency, listen))


async def _work(concurrency: int, listen: bool) -> None:
    """Run workers one after the other until a signal comes: a worker ends when it loses the database."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    stop = asyncio.create_task(stopping.wait())
    while not stopping.is_set():
        worker = asyncio.create_task(_work_once(concurrency, listen))
        await asyncio.wait({worker, stop}, return_when=asyncio.FIRST_COMPLETED)
        worker.cancel()
        (outcome,) = await asyncio.gather(worker, return_exceptions=True)
        if not stopping.is_set():
            logger.warning("The worker lost the database, trying again: %r", outcome)
            await asyncio.wait({stop}, timeout=RECONNECT_SECONDS)


async def _work_once(concurrency: int, listen: bool) -> None:
    # An app beside Django's: jobs that enqueue others go on using Django's connection and transaction.
    worker_app = DjangoApp(connector=app.connector.get_worker_connector())  # type: ignore[attr-defined]
    _add_tasks(worker_app)
    # Not `async with`, which would leave a pool half open when a signal comes while it is opened: such a pool
    # keeps tasks that nothing but closing it ends, and the process would never end.
    try:
        await worker_app.open_async()
        await _run_until_cancelled(worker_app, concurrency, listen)
    finally:
        await worker_app.close_async()


async def _run_until_cancelled(worker_app: DjangoApp, concurrency: int, listen: bool) -> None:
    recovering = asyncio.create_task(_recover_for_ever())
    try:
        await worker_app.run_worker_async(
            name="jantar",
            concurrency=concurrency,
            listen_notify=listen,
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL_SECONDS if listen else POLL_SECONDS_ALONE,
            abort_job_polling_interval=60.0,
            shutdown_graceful_timeout=STOP_SECONDS,
            delete_jobs="always",
        )
    finally:
        recovering.cancel()


def _add_tasks(worker_app: DjangoApp) -> None:
    """One task does any run, the other enqueues the scheduled jobs."""
    worker_app.task(name=queue.TASK, pass_context=True)(_run)
    periodic = worker_app.task(name=PERIODIC_TASK)(_enqueue_scheduled)
    for entry in schedules():
        worker_app.periodic(cron=entry.cron, periodic_id=entry.job.kind, task_kwargs={"kind": entry.job.kind})(periodic)


def _run(context: JobContext, run_id: int) -> None:
    execute(run_id, stopping=context.should_abort)


def _enqueue_scheduled(timestamp: int, kind: str) -> None:
    scheduled = job_of(kind)
    if scheduled is not None:
        scheduled.later()


async def _recover_for_ever() -> None:
    """Look for runs of dead workers, beside the queue so that it works when all threads are busy."""
    while True:
        try:
            if count := await asyncio.to_thread(_recover):
                logger.warning("Put %s runs of dead workers back into the queue", count)
        except Exception:
            logger.exception("Looking for runs of dead workers failed")
        await asyncio.sleep(RECOVER_SECONDS)


def _recover() -> int:
    close_old_connections()
    try:
        return queue.recover()
    finally:
        close_old_connections()
