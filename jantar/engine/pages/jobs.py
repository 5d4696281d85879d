"""Bulk changes that take longer than a request should."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jantar.engine.lists.services import add_records, load_list, remove_records
from jantar.engine.pages.lists.bulk_selection import Selection, outcome_text
from jantar.engine.pages.lists.bulk_work import Change, change_records, delete_records
from jantar.engine.pages.undo_words import kept_address, outcome
from jantar.engine.permissions.running import owner_of
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import NotUndoable, undo
from jantar.platform.jobs import job
from jantar.platform.jobs.errors import JobFailedError
from jantar.platform.jobs.running import Run


@job("pages.bulk_change", _("Bulk edit"))
def bulk_change(
    type_name: str, selection: dict[str, Any], change: dict[str, Any], operation_label: str, run: Run
) -> dict[str, Any]:
    record_type, actor = registry.get(type_name), owner_of(run)
    pks = Selection.from_json(selection, record_type, actor).pks("edit")
    wanted = Change.from_json(change, record_type, actor)
    outcome = change_records(record_type, pks, wanted, actor=actor, label=operation_label, tell=run.progress)
    return {"message": outcome_text("edit", outcome.number), **_way_back(outcome.operation)}


@job("pages.bulk_delete", _("Delete many"))
def bulk_delete(type_name: str, selection: dict[str, Any], operation_label: str, run: Run) -> dict[str, Any]:
    record_type, actor = registry.get(type_name), owner_of(run)
    pks = Selection.from_json(selection, record_type, actor).pks("delete")
    outcome = delete_records(record_type, pks, actor=actor, label=operation_label, tell=run.progress)
    return {"message": outcome_text("delete", outcome.number), **_way_back(outcome.operation)}


@job("pages.bulk_list", _("Lists"))
def bulk_list(type_name: str, selection: dict[str, Any], list_id: int, is_adding: bool, run: Run) -> dict[str, Any]:
    from jantar.engine.pages.lists.picked import outcome_words  # which starts this job

    actor = owner_of(run)
    pks = Selection.from_json(selection, registry.get(type_name), actor).pks("see")
    act = add_records if is_adding else remove_records
    outcome = act(list_id, pks, actor=actor, tell=run.progress)
    message = outcome_words(load_list(list_id, actor), outcome, is_adding=is_adding, is_job=True)
    return {"message": message, **_way_back(outcome.operation if outcome.changed else None)}


def _way_back(operation: int | None) -> dict[str, Any]:
    """What the result of a job says of its operation: for the page that waits, and for the list of jobs."""
    return {"operation": operation, "url": f"{reverse('pages:acts')}#act-{operation}" if operation else ""}


@job("pages.undo", _("Undo"))
def undo_in_background(operation: int, run: Run) -> dict[str, str]:
    try:
        result = undo(operation, actor=owner_of(run))
    except NotUndoable as error:
        raise JobFailedError(str(error)) from error
    return {"message": outcome(result), "url": kept_address(result)}
