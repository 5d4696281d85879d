"""The worker: takes runs out of the queue and does them, several at a time in threads."""

import asyncio
import logging
import signal
from typing import Any

from django.db import close_old_connections
from procrastinate import JobContext
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.worker import Worker

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
        (outcome,) = await asyncio.gather(_work_once(concurrency, listen, stop), return_exceptions=True)
        if not stopping.is_set():
            logger.warning("The worker lost the database, trying again: %r", outcome)
            await asyncio.wait({stop}, timeout=RECONNECT_SECONDS)


async def _work_once(concurrency: int, listen: bool, stop: "asyncio.Task[Any]") -> None:
    """Work until `stop` is done or the database is lost.

    Nothing is cancelled once the connections are open: the pool takes a cancellation for a broken connection and
    goes on. A pool that is half open has tasks that end only when it is closed.
    """
    # An app beside Django's: jobs that enqueue others go on using Django's connection and transaction.
    worker_app = DjangoApp(connector=app.connector.get_worker_connector())  # type: ignore[attr-defined]
    _add_tasks(worker_app)
    try:
        opening = asyncio.ensure_future(worker_app.open_async())
        await asyncio.wait({opening, stop}, return_when=asyncio.FIRST_COMPLETED)
        opening.cancel()
        await asyncio.wait({opening})
        if not stop.done():
            await opening
            await _run_until(stop, _procrastinate_worker(worker_app, concurrency, listen))
    finally:
        await worker_app.close_async()


async def _run_until(stop: "asyncio.Task[Any]", worker: Worker) -> None:
    running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
    recovering = asyncio.create_task(_recover_for_ever())
    try:
        await asyncio.wait({running, stop}, return_when=asyncio.FIRST_COMPLETED)
        worker.stop()  # type: ignore[no-untyped-call]
        await running
    finally:
        recovering.cancel()


def _procrastinate_worker(worker_app: DjangoApp, concurrency: int, listen: bool) -> Worker:
    return Worker(
        worker_app,
        name="jantar",
        concurrency=concurrency,
        listen_notify=listen,
        install_signal_handlers=False,
        fetch_job_polling_interval=POLL_SECONDS if listen else POLL_SECONDS_ALONE,
        abort_job_polling_interval=60.0,
        shutdown_graceful_timeout=STOP_SECONDS,
        delete_jobs="always",
    )


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
