"""Bulk acts on the rows chosen in a list: change a field, add or remove tags, delete; each can be undone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Several
from jantar.engine.pages import jobs
from jantar.engine.pages.filters.words import capital
from jantar.engine.pages.forms.controls import Control, control_from, label_references, read_values
from jantar.engine.pages.forms.page import is_confirmed
from jantar.engine.pages.lists.bulk_selection import Selection, outcome_text
from jantar.engine.pages.lists.bulk_work import Change, change_records, delete_records
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery, Invalid
from jantar.engine.records.many import Outcome
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.write import refuse_unconfirmed
from jantar.platform.jobs.models import JobRun
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

#: Above this a bulk act runs as a job.
AT_ONCE = 200


@require_POST
def edit_many(request: HttpRequest, type_name: str) -> HttpResponse:
    """The dialog for the chosen rows; with `field` also its control; with `run` the change is made."""
    record_type = load_type(request, type_name, "bulk")
    actor = current_actor(request)
    selection = Selection.posted(request.POST, record_type, actor)
    fields = editable(record_type, actor)
    name = request.POST.get("field", "")
    if name and name not in fields:
        raise BadQuery("field", _("There is no field “%(name)s”.") % {"name": name})
    control = control_from(fields[name], request.POST, "value") if name else None
    if control and request.POST.get("run"):
        values = read_values([control])
        if not control.errors:
            mode = mode_in(request, fields[name])
            change = Change(name, values[name], mode, confirmed=is_confirmed(request))
            return run_change(request, selection, control, change)
    return show_edit(request, selection, control)


def run_change(request: HttpRequest, selection: Selection, control: Control, change: Change) -> HttpResponse:
    record_type, actor = selection.state.record_type, selection.state.actor
    label = _("Bulk edit: %(field)s") % {"field": control.field.label}
    try:
        if selection.count("edit") > AT_ONCE:
            return start_change(request, selection, change, label)
        outcome = change_records(record_type, selection.pks("edit"), change, actor=actor, label=label)
    except Invalid as error:
        control.errors = [message for found in error.errors.values() for message in found]
        control.asks = error.asks
        return show_edit(request, selection, control)
    return done("edit", outcome)


def start_change(request: HttpRequest, selection: Selection, change: Change, label: str) -> HttpResponse:
    """Raises Unconfirmed before the job starts, which could ask nobody."""
    record_type, actor = selection.state.record_type, selection.state.actor
    if not change.confirmed:
        refuse_unconfirmed(record_type, selection.pks("edit"), {change.field: change.value}, actor)
    run = jobs.bulk_change.later(
        actor_id=actor.user_id, label=label, type_name=record_type.name, selection=selection.as_json(),
        change=change.as_json(record_type, actor), operation_label=label,
    )  # fmt: skip
    return show_started(request, selection, run)


def show_edit(request: HttpRequest, selection: Selection, control: Control | None) -> HttpResponse:
    record_type, actor = selection.state.record_type, selection.state.actor
    fields = editable(record_type, actor)
    if control:
        label_references([control], actor, dict.fromkeys(record_type.own_fields))
    found, editable_count = selection.count(), selection.count("edit")
    context = {
        "selection": selection,
        "control": control,
        "fields": sorted(((name, capital(field.label)) for name, field in fields.items()), key=lambda one: one[1]),
        "modes": modes() if control and isinstance(control.field, Several) else [],
        "mode": request.POST.get("mode", "add"),
        "preview": preview(editable_count, found),
        "may_run": editable_count > 0,
        "count": show.number(editable_count),
        "action": reverse("pages:bulk_edit", args=[record_type.name]),
    }
    status = 422 if control and control.errors else 200
    return render(request, "pages/bulk_edit.html", context, status=status)


def modes() -> list[tuple[str, str]]:
    return [("add", _("Add these")), ("remove", _("Remove these")), ("set", _("Replace all by these"))]


def mode_in(request: HttpRequest, field: Field) -> str:
    mode = request.POST.get("mode", "set")
    return mode if isinstance(field, Several) and mode in ("add", "remove") else "set"


def editable(record_type: RecordType, actor: Actor) -> dict[str, Field]:
    """Fields that may be the same in many records."""
    return {
        name: field for name, field in record_type.fields(actor).items() if not field.read_only and not field.unique
    }


def preview(allowed: int, found: int) -> str:
    """How many of the chosen rows the act reaches."""
    if allowed == found:
        return ngettext("%(n)s record is chosen.", "%(n)s records are chosen.", found) % {"n": show.number(found)}
    text = _("%(n)s of the %(all)s chosen records; the others are not yours to change.")
    return text % {"n": show.number(allowed), "all": show.number(found)}


@require_POST
def delete_many(request: HttpRequest, type_name: str) -> HttpResponse:
    """Asks first; then the chosen rows go to the bin."""
    record_type = load_type(request, type_name, "bulk")
    actor = current_actor(request)
    selection = Selection.posted(request.POST, record_type, actor)
    allowed = selection.count("delete")
    if not request.POST.get("run"):
        context = {
            "selection": selection, "preview": preview(allowed, selection.count()), "may_run": allowed > 0,
            "count": show.number(allowed), "action": reverse("pages:bulk_delete", args=[record_type.name]),
        }  # fmt: skip
        return render(request, "pages/bulk_delete.html", context)
    label = _("Delete many")
    if allowed > AT_ONCE:
        run = jobs.bulk_delete.later(
            actor_id=actor.user_id,
            label=label,
            type_name=record_type.name,
            selection=selection.as_json(),
            operation_label=label,
        )
        return show_started(request, selection, run)
    return done("delete", delete_records(record_type, selection.pks("delete"), actor=actor, label=label))


def done(act: str, outcome: Outcome) -> HttpResponse:
    """Closes the dialog, has the list load anew, offers to undo."""
    response = with_event(with_closed_dialog(HttpResponse(status=204)), "list:changed")
    url = reverse("pages:undo", args=[outcome.operation])
    return with_toast(response, outcome_text(act, outcome.number), action_label=_("Undo"), action_url=url)


def show_started(request: HttpRequest, selection: Selection, run: JobRun) -> HttpResponse:
    return render(request, "pages/bulk_started.html", {"selection": selection, "run": run})


def show_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job of a bulk act is; at its end with the offer to undo."""
    actor = current_actor(request)
    run = get_object_or_404(JobRun.objects.visible_for(actor.user_id, is_admin=actor.is_admin), pk=pk)
    operation: Any = (run.result or {}).get("operation")
    context = {"run": run, "undo_url": reverse("pages:undo", args=[operation]) if operation else ""}
    response = render(request, "pages/bulk_progress.html", context)
    return response if run.is_open else with_event(response, "list:changed")
