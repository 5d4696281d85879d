"""Going through the rows of a file in a worker, a chunk to a transaction, resumed where a dead worker left it."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Cause, Operation
from jantar.engine.history.operations import OperationUndoneError, continued
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.registry import registry
from jantar.engine.transfer import exports_later  # noqa: F401 - declares the job of long exports
from jantar.engine.transfer.archive import jobs as archive_jobs  # noqa: F401 - declares those of archives
from jantar.engine.transfer.combined import counts_with_types
from jantar.engine.transfer.importing import OUTCOMES, LeftEmpty, Outcome, counts_of
from jantar.engine.transfer.models import FINISHED, KEPT, ImportRun, Layout, RefusedRow, State
from jantar.engine.transfer.opening import AnyImporter, error_headers, file_of, importer_for, rows_of
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.sheets import Row, layout_of
from jantar.platform.jobs.declare import job, schedule
from jantar.platform.jobs.errors import JobCancelledError, JobFailedError
from jantar.platform.jobs.running import Run

CHUNK = 2_000


@job("transfer.check", gettext_lazy("Check a file"), atomic=False)
def check_rows(import_id: int, run: Run) -> dict[str, Any]:
    return go_through(import_id, run, store=False)


@job("transfer.import", gettext_lazy("Import a file"), atomic=False)
def import_rows(import_id: int, run: Run) -> dict[str, Any]:
    return go_through(import_id, run, store=True)


@job("transfer.clean_up", gettext_lazy("Delete the refused rows of old imports"), internal=True)
def clean_up() -> None:
    """Refused rows are personal data like the file, which goes by itself; what was counted stays."""
    old = ImportRun.objects.filter(created_at__lt=timezone.now() - KEPT)
    RefusedRow.objects.filter(run__in=old).delete()
    old.exclude(state__in=FINISHED).update(state=State.FAILED)


schedule(clean_up, "50 2 * * *")


def go_through(import_id: int, job_run: Run, *, store: bool) -> dict[str, Any]:
    """Checks or imports all rows. A chunk, its counts, its refused rows and the place reached are one transaction."""
    run = ImportRun.objects.select_related("created_by").get(pk=import_id)
    run.state = State.RUNNING if store else State.CHECKING
    run.save(update_fields=["state"])
    try:
        _chunks(run, job_run, store=store)
    except JobCancelledError:
        _end(run, State.CANCELLED if store and run.done_rows else State.DRAFT)
        raise
    except JobFailedError:
        _end(run, State.FAILED)
        raise
    except Invalid as error:
        _end(run, State.FAILED)
        raise JobFailedError(" ".join(message for messages in error.errors.values() for message in messages)) from None
    except OperationUndoneError:
        _end(run, State.CANCELLED)
        raise JobFailedError(_("The import was undone while it was going on.")) from None
    _end(run, State.DONE if store else State.CHECKED)
    if store and run.counts and run.counts["errors"] < run.done_rows:
        remember_layout(run)
    return {"url": f"/import/{run.pk}/", **(run.counts or run.forecast or {})}


def remember_layout(run: ImportRun) -> None:
    """The next file with the same headers is mapped as this one was, its corrected refused rows among them."""
    plan = Plan.from_json(run.plan)
    kept = {name: run.plan[name] for name in Layout.KEPT}
    again = {**kept, "mapping": [*plan.mapping, "", ""]}
    for fingerprint, known in ((plan.layout, kept), (layout_of(error_headers(plan)), again)):
        Layout.objects.update_or_create(record_type=run.record_type, fingerprint=fingerprint, defaults={"plan": known})


def _end(run: ImportRun, state: State) -> None:
    run.state, run.finished_at = state, timezone.now()
    if run.is_finished:
        run.plan = {**run.plan, "columns": [{**column, "values": []} for column in run.plan["columns"]]}
    run.save(update_fields=["state", "finished_at", "plan"])


def _chunks(run: ImportRun, job_run: Run, *, store: bool) -> None:
    plan = Plan.from_json(run.plan)
    if run.created_by is None or not run.created_by.is_active:
        raise JobFailedError(_("Whoever started this import may no longer use Jantar."))
    actor = actor_for(run.created_by)
    if store:
        _open_operation(run, job_run, plan)
    importer = importer_for(run, plan, actor)
    with file_of(run) as file, rows_of(file, plan) as rows:
        for chunk in _chunked(islice(rows, run.done_rows), CHUNK):
            importer.remember(chunk)
        for chunk in _chunked(rows, CHUNK):
            done = run.done_rows + len(chunk)
            with job_run.step(done=done, total=plan.rows):
                if store:
                    _wait_for_other_imports()
                    with continued(run.operation_id):  # type: ignore[arg-type]
                        outcomes = importer.batch(chunk, store=True)
                else:
                    outcomes = importer.batch(chunk, store=False)
                _note(run, importer, outcomes, done, store=store)


def _wait_for_other_imports() -> None:
    """Chunks are stored one after the other, so that each finds what another import has stored and doubles nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jantar.import'))")


def _open_operation(run: ImportRun, job_run: Run, plan: Plan) -> None:
    """Everything an import stores belongs to one operation, also after an interruption."""
    if run.operation_id:
        return
    with job_run.step(done=0, total=plan.rows):
        label = _("Import of %(file)s (%(type)s)") % {
            "file": run.file_name,
            "type": registry.get(run.record_type).label_plural,
        }
        run.operation = Operation.objects.create(actor_id=run.created_by_id, cause=Cause.IMPORT, label=label[:200])
        run.save(update_fields=["operation"])


def _note(run: ImportRun, importer: AnyImporter, outcomes: Sequence[Outcome], done: int, *, store: bool) -> None:
    """Counts the outcomes and keeps the refused rows, in the transaction of their chunk."""
    before = (run.counts if store else run.forecast if run.done_rows else None) or {}
    counts: dict[str, Any] = {
        kind: before.get(kind, 0) + number for kind, number in counts_of(outcomes).items() if kind in OUTCOMES
    }
    counts["references"] = {**before.get("references", {})}
    if importer.type_counts:
        counts["types"] = counts_with_types(before.get("types", {}), importer)
    left_empty = LeftEmpty()
    left_empty.merge(before.get("left_empty", {}))
    left_empty.merge(importer.left_empty)
    if left_empty:
        counts["left_empty"] = left_empty
    for name, number in importer.references_created.items():
        counts["references"][name] = max(number, counts["references"].get(name, 0))
    RefusedRow.objects.bulk_create(
        RefusedRow(run=run, number=one.row.number, cells=one.row.cells, reason=importer.reason(one))
        for one in outcomes
        if one.errors
    )
    changes: dict[str, Any] = {"done_rows": done, "counts" if store else "forecast": counts}
    ImportRun.objects.filter(pk=run.pk).update(**changes)
    for name, value in changes.items():
        setattr(run, name, value)


def _chunked(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, size)):
        yield chunk
