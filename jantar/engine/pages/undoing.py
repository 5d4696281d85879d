"""Taking an operation back: at once, or as a job when it changed very much; and what that would do."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.history.acts import UNDO_DAYS
from jantar.engine.history.changes import Entry
from jantar.engine.history.kept import kept_of
from jantar.engine.history.models import Cause, Change
from jantar.engine.pages.jobs import undo_in_background
from jantar.engine.pages.kept import Line, lines_of
from jantar.engine.pages.undo_words import expected, kept_address, outcome
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.links import visible_keys
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import UndoResult, undo, undoable
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

#: Above so many changed rows an undo runs as a job.
AT_ONCE = 2000
#: So much of what an undo would leave is listed before.
FEW = 20


@dataclass(frozen=True)
class Preview:
    """What an undo would do now; without a result when that takes too long to find out."""

    result: UndoResult | None = None
    lines: tuple[Line, ...] = ()

    @property
    def words(self) -> str:
        if self.result:
            return expected(self.result)
        return _("It changed very much. It is taken back in the background; what was changed since is kept.")

    @property
    def does_something(self) -> bool:
        return self.result is None or self.result.undone > 0

    @property
    def has_more(self) -> bool:
        return self.result is not None and len(self.result.conflicts) > len(self.lines)


@require_GET
@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog before an operation of the history is undone; ?record= is the page it was asked from."""
    actor = current_actor(request)
    context = {
        "title": title_of(pk, actor),
        "preview": preview_of(pk, actor),
        "action": reverse("pages:undo", args=[pk]),
        "record": request.GET.get("record", ""),
    }
    return render(request, "pages/undo_preview.html", context)


def title_of(pk: int, actor: Actor) -> str:
    """Of a change made on a page it says nothing more: its fields stand in the history beside."""
    told = told_of(pk, actor)
    return _("Undo") if told == str(Cause.PAGE.label) else _("Undo: %(what)s") % {"what": told}


def preview_of(pk: int, actor: Actor) -> Preview:
    """Undoes it and forgets that: so it says what really would happen. Raises what `undo` raises."""
    if is_large(pk):
        return Preview()
    with transaction.atomic():
        result = undo(pk, actor=actor)
        lines, _sees_some = lines_of(kept_of(result.operation_id, limit=FEW), actor)
        transaction.set_rollback(True)
    return Preview(result, tuple(lines))


def can_undo(entry: Entry, record: Any) -> bool:
    """Whether the history offers it, by what may be done with the record shown; the preview knows about all others."""
    if not entry.operation_id or not entry.cause or entry.undone:
        return False
    if entry.at < timezone.now() - timedelta(days=UNDO_DAYS):
        return False
    return bool(record.may_delete if entry.kind == "created" else record.may_edit)


@require_POST
def undo_operation(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one operation back, from the toast or the history. The page loads anew and says what came of it."""
    actor = current_actor(request)
    if is_large(pk):
        label = _("Undo: %(what)s") % {"what": told_of(pk, actor)}
        undo_in_background.later(actor_id=actor.user_id, label=label, operation=pk)
        text = _("This takes a moment. It goes on in the background and is listed under Jobs.")
        return answer(request, text, reverse("jobs:list"))
    result = undo(pk, actor=actor)
    return answer(request, outcome(result), kept_address(result))


def is_large(pk: int) -> bool:
    return Change.objects.filter(operation=pk)[: AT_ONCE + 1].count() > AT_ONCE


def told_of(pk: int, actor: Actor) -> str:
    """What the operation was; what it says of itself may be closed to others. Raises NotFound, NotUndoable."""
    wanted = undoable(pk)
    return str(wanted if wanted.actor_id == actor.user_id else wanted.get_cause_display())


def answer(request: HttpRequest, text: str, address: str) -> HttpResponse:
    if "record" in request.POST:
        messages.success(request, text, extra_tags=f"show:{address}" if address else "")
        return to_record(request.POST["record"], current_actor(request))
    if request.headers.get("HX-Request"):
        response = with_event(with_closed_dialog(HttpResponse(status=204)), "list:changed")
        return with_toast(response, text, link_url=address)
    messages.success(request, text, extra_tags=f"show:{address}" if address else "")
    return HttpResponse(status=204)


def to_record(written: str, actor: Actor) -> HttpResponse:
    """The page of the record anew, or the list of its type when the record went with what was undone."""
    try:
        key = AnyRecord("record", "").load(written)
    except FieldError:
        key = None
    if key is None or key.type not in registry or visible_keys([key], actor):
        return HttpResponseClientRefresh()
    return HttpResponseClientRedirect(reverse("pages:list", args=[key.type]))
