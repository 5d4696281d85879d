"""Taking an operation back: at once, or as a job when it changed very much."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.history.models import Change
from jantar.engine.pages.jobs import undo_in_background
from jantar.engine.pages.undo_words import kept_address, outcome
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.undo import undo, undoable
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

#: Above so many changed rows an undo runs as a job.
AT_ONCE = 2000


@require_POST
def undo_operation(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one operation back, from the toast or the history. The page loads anew and says what came of it."""
    actor = current_actor(request)
    if Change.objects.filter(operation=pk)[: AT_ONCE + 1].count() > AT_ONCE:
        wanted = undoable(pk)  # what it says of itself may be closed to others
        what = wanted if wanted.actor_id == actor.user_id else wanted.get_cause_display()
        label = _("Undo: %(what)s") % {"what": what}
        undo_in_background.later(actor_id=actor.user_id, label=label, operation=pk)
        text = _("This takes a moment. It goes on in the background and is listed under Jobs.")
        return answer(request, text, reverse("jobs:list"))
    result = undo(pk, actor=actor)
    return answer(request, outcome(result), kept_address(result))


def answer(request: HttpRequest, text: str, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = with_event(with_closed_dialog(HttpResponse(status=204)), "list:changed")
        return with_toast(response, text, link_url=address)
    messages.success(request, text, extra_tags=f"show:{address}" if address else "")
    return HttpResponse(status=204)
