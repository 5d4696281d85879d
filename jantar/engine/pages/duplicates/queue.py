"""The page of records that may be there twice: a scan, and its pairs to be worked through."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.duplicates import services
from jantar.engine.duplicates.models import State
from jantar.engine.duplicates.services import Group
from jantar.engine.pages.duplicates.merging import merge_address, numbers_in
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.merging.service import MOST_MERGED
from jantar.engine.records.record_type import RecordType
from jantar.kit.numbers import whole_number
from jantar.platform.jobs import queue
from jantar.ui.responses import with_toast

ROWS = 20
MOST_PAGES = 1000


@never_cache
def show(request: HttpRequest, type_name: str) -> HttpResponse:
    """?state= is open (at first), later or different; ?page= goes on."""
    record_type = load_type(request, type_name, "delete")
    actor = current_actor(request)
    services.refuse_unless_may_clean(record_type, actor)
    state = request.GET.get("state", "")
    state = state if state in State.values else State.OPEN
    page = whole_number(request.GET.get("page", ""), most=MOST_PAGES) or 1
    groups, has_more = services.groups_of(record_type, actor, state, start=(page - 1) * ROWS, limit=ROWS)
    context = {
        "record_type": record_type,
        "state": state,
        "states": State.choices,
        "groups": [shown(record_type, one) for one in groups],
        "previous": f"?state={state}&page={page - 1}" if page > 1 else "",
        "next": f"?state={state}&page={page + 1}" if has_more else "",
        "run": services.scan_of(record_type),
    }
    return render(request, "pages/duplicates.html", context)


def shown(record_type: RecordType, one: Group) -> dict[str, Any]:
    """A group with what tells its records apart: the first columns of the list that hold a text of their own."""
    fields = record_type.own_fields
    same = record_type.duplicates
    assert same
    names = [*same.identifiers, *(name for name in same.contacts if "." not in name), *same.place]
    sides = []
    for record in one.records:
        texts = [(fields[name], fields[name].read(record)) for name in names]
        facts = [field.text(value) for field, value in texts if not field.is_empty(value)]
        sides.append({"record": record, "facts": facts, "pairs": one.pairs_with(record)})
    address = merge_address(record_type, [record.pk for record in one.records[:MOST_MERGED]])
    pairs = [weighed.pair.pk for weighed in one.pairs]
    return {"pairs": pairs, "sides": sides, "reasons": one.reasons, "merge": address}


@require_POST
def decide(request: HttpRequest, type_name: str, state: str) -> HttpResponse:
    """Remembers the answer for each `pair`; what is left of the group (`rest`) stays."""
    record_type, actor = load_type(request, type_name, "delete"), current_actor(request)
    decided = numbers_in([*request.POST.getlist("pair"), *request.GET.getlist("pair")])
    rest = numbers_in(request.POST.getlist("rest"))
    services.decide_all(record_type, decided, state, actor=actor)
    left = services.group_of_pairs(record_type, [pk for pk in rest if pk not in decided], actor)
    context = {"record_type": record_type, "state": request.POST.get("state", State.OPEN)}
    context["groups"] = [shown(record_type, one) for one in left]
    words = {
        State.DIFFERENT: _("Remembered: not the same."),
        State.LATER: _("Put aside for later."),
        State.OPEN: _("Back among the open ones."),
    }
    return with_toast(render(request, "pages/duplicates_groups.html", context), words[State(state)])


@require_POST
def start(request: HttpRequest, type_name: str) -> HttpResponse:
    record_type = load_type(request, type_name, "delete")
    services.start_scan(record_type, actor=current_actor(request))
    return redirect("pages:duplicates", type_name)


@require_POST
def cancel(request: HttpRequest, type_name: str) -> HttpResponse:
    """Ends the scan; what it found stays."""
    record_type = load_type(request, type_name, "delete")
    services.refuse_unless_may_clean(record_type, current_actor(request))
    run = services.scan_of(record_type)
    if run and queue.cancel(run):
        messages.success(request, _("“%(job)s” is being cancelled.") % {"job": run.label})
    return redirect("pages:duplicates", type_name)


@never_cache
def progress(request: HttpRequest, type_name: str) -> HttpResponse:
    """How far the scan is; once it has ended the page is loaded anew."""
    record_type = load_type(request, type_name, "delete")
    run = services.scan_of(record_type)
    if run is None:
        response = HttpResponse("<span hidden data-job-done></span>")
        response["HX-Redirect"] = reverse("pages:duplicates", args=[type_name])
        return response
    return render(request, "pages/duplicates_progress.html", {"run": run})
