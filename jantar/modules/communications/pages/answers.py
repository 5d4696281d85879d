"""The public page on which guests answer an invitation. Mail programs open links before people do: a GET only shows."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jantar.engine.fields.errors import Invalid
from jantar.engine.records.errors import NotFound
from jantar.modules.communications.answering import answer_invitation, problem_of
from jantar.modules.communications.choices import VERBS
from jantar.modules.communications.invitation_mails import invitation_of, when_of
from jantar.modules.communications.models import Invitation


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """?key=SIGNED&answer=accepted. Raises NotFound for a key that is none."""
    one = invitation_of(request.GET.get("key", ""))
    if one is None:
        raise NotFound(_("There is no such page."))
    with translation.override(one.language), timezone.override(ZoneInfo(one.time_zone)):
        status = 200
        context: dict[str, Any] = {"chosen": request.GET.get("answer", "")}
        if request.method == "POST":
            try:
                answer_invitation(one, request.POST.get("answer", ""))
            except Invalid as error:
                status, context["errors"] = 422, [text for texts in error.errors.values() for text in texts]
            else:
                context["is_answered"] = True
                one.refresh_from_db()
        response = render(request, "communications/answer.html", context | words_of(one), status=status)
        response.headers["Content-Language"] = one.language
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def words_of(one: Invitation) -> dict[str, Any]:
    """What the page tells; of a meeting somebody is no longer invited to nothing."""
    if problem := problem_of(one):
        return {"problem": problem}
    activity, row = one.activity, one.participant
    host = activity.owner
    return {
        "activity": activity,
        "host": host,
        "when": when_of(activity, host) if host else "",
        "answers": list(VERBS.items()),
        "current": row.get_answer_display() if row and row.answer else "",
    }
