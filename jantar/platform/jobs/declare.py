"""Declaring a job. A job body is one call of a service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, ParamSpec

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from jantar.platform.jobs.models import JobRun
    from jantar.platform.jobs.running import Run

P = ParamSpec("P")
Result = dict[str, Any] | None
Body = Callable[P, Result]


@dataclass(frozen=True)
class Job(Generic[P]):
    """A kind of job. Call it to do the work now, `later` to have a worker do it."""

    kind: str
    body: Body[P]
    label: "str | Promise"
    queue: str = "default"
    atomic: bool = True
    internal: bool = False
    wants_run: bool = field(default=False)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Result:
        return self.body(*args, **kwargs)

    def later(
        self,
        *,
        actor_id: int | None = None,
        label: "str | Promise" = "",
        run_at: datetime | None = None,
        **arguments: Any,
    ) -> "JobRun":
        """Enqueue in the current transaction: a rollback takes the job back too.

        `actor_id` is the user who sees the run under Jobs and may cancel it, `label` what it
        is called there. `run_at` (aware) is the earliest start. Arguments must fit in JSON:
        pass ids, not objects.
        """
        from jantar.platform.jobs.queue import enqueue

        return enqueue(self, arguments, owner_id=actor_id, label=label or self.label, run_at=run_at)

    def arguments_for(self, run: "Run", arguments: dict[str, Any]) -> dict[str, Any]:
        """Arguments for the body, with the run when it asks for it."""
        return {**arguments, "run": run} if self.wants_run else arguments


@dataclass(frozen=True)
class Schedule:
    """A job that is enqueued again and again; `cron` is in UTC."""

    job: Job[Any]
    cron: str


_jobs: dict[str, Job[Any]] = {}
_schedules: dict[str, Schedule] = {}
#: Asked before a run; a run of a job that one of them refuses is cancelled.
Gate = Callable[[Job[Any]], bool]
_gates: list[Gate] = []


def add_gate(gate: Gate) -> None:
    """Registers who decides whether a job may run now; called when Django starts."""
    _gates.append(gate)


def may_run(job: Job[Any]) -> bool:
    return all(gate(job) for gate in _gates)


def job(
    kind: str,
    label: "str | Promise",
    *,
    queue: str = "default",
    atomic: bool = True,
    internal: bool = False,
) -> Callable[[Body[P]], Job[P]]:
    """Declare a function as a job of this kind, for example "transfer.import".

    An atomic job is one transaction together with the note that it is done, so it happens
    once or not at all. With `atomic=False` the body works in steps of `with run.step(...)`,
    each a transaction that also keeps the checkpoint from which a new worker goes on.
    A body that has a parameter `run` gets the Run for progress and cancelling. It returns
    None or a dictionary for JSON; "message" and "url" in it are shown to the owner.
    Internal jobs are listed for administrators only.
    """

    def declare(body: Body[P]) -> Job[P]:
        if kind in _jobs:
            raise ValueError(f"There is already a job of the kind {kind}.")
        wants_run = "run" in body.__annotations__
        _jobs[kind] = Job(kind, body, label, queue, atomic, internal, wants_run)
        return _jobs[kind]

    return declare


def schedule(scheduled: Job[Any], cron: str) -> None:
    """Enqueue the job at the times of a cron line (UTC), once however many workers run."""
    _schedules[scheduled.kind] = Schedule(scheduled, cron)


def job_of(kind: str) -> Job[Any] | None:
    """Return the declared job, or None when this version has no such kind."""
    return _jobs.get(kind)


def schedules() -> list[Schedule]:
    """All scheduled jobs."""
    return list(_schedules.values())
