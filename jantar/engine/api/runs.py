"""What runs as a job because it takes longer than a request should: its state, its file, and stopping it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.schemas import COUNT, ID, Schema, reference
from jantar.engine.fields.dates import in_utc
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.platform.jobs import queue
from jantar.platform.jobs.models import JobRun, State

WHEN: Schema = {"type": ["string", "null"], "format": "date-time"}
TEXT: Schema = {"type": "string"}
JOB_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "id": ID,
        "label": TEXT,
        "state": {"enum": list(State.values)},
        "done": {**COUNT, "description": "How much is done of `total`."},
        "total": {"type": ["integer", "null"], "description": "Unknown until it has begun, or all along."},
        "message": {**TEXT, "description": "What came of it."},
        "error": {**TEXT, "description": "Why it failed; nothing is changed then."},
        "counts": {"type": "object", "description": "Of a change of many: as it is answered when it is done at once."},
        "operation_id": {"type": ["integer", "null"], "description": "For POST /operations/{id}/undo."},
        "file": {"type": ["string", "null"], "description": "The address of the file that it wrote."},
        "created_at": WHEN,
        "started_at": WHEN,
        "finished_at": WHEN,
    },
    "required": ["id", "label", "state", "done", "total", "message", "error", "operation_id", "file"],
}
#: Of the result of a run, what its counts are.
COUNTS = ("found", "allowed", "changed", "dry_run")


def runs_router() -> Router:
    router = Router(tags=["jobs"])

    @router.get("/{int:id}", **described("get", "How far a job is"))
    def show_run(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(dump_run(find_run(current_actor(request), id)))

    @router.post("/{int:id}/cancel", **described("cancel", "Stop a job; what it did is undone"))
    def cancel_run(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        run = find_run(current_actor(request), id)
        queue.cancel(run)
        return json_answer(dump_run(find_run(current_actor(request), id)))

    return router


def described(name: str, summary: str) -> documents.Description:
    return documents.route(f"jobs_{name}", summary, documents.answer(200, reference("Job")) | documents.problem(404))


def find_run(actor: Actor, pk: int) -> JobRun:
    """Only one's own. Raises NotFound."""
    run = JobRun.objects.visible_for(actor.user_id, is_admin=False).filter(pk=pk).first()
    if run is None:
        raise NotFound(_("There is no such job."))
    return run


def dump_run(run: JobRun) -> dict[str, Any]:
    result = run.result or {}
    counts = {name: result[name] for name in COUNTS if name in result}
    return {
        "id": run.pk,
        "label": run.label,
        "state": run.state,
        "done": run.progress,
        "total": run.total,
        "message": result.get("message", ""),
        "error": run.error,
        "operation_id": result.get("operation"),
        "file": f"{address_of(run)}/file" if result.get("file") else None,
        **({"counts": counts} if counts else {}),
        **{f"{act}_at": at and in_utc(at) for act, at in moments(run).items()},
    }


def moments(run: JobRun) -> dict[str, Any]:
    return {"created": run.created_at, "started": run.started_at, "finished": run.finished_at}


def address_of(run: JobRun) -> str:
    return f"{reverse('api:api-root').rstrip('/')}/jobs/{run.pk}"


def accepted(run: JobRun) -> HttpResponse:
    """The answer to what goes on as a job."""
    return json_answer(dump_run(run), 202, {"Location": address_of(run)})
