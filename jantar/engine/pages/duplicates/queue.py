"""The page of records that may be there twice: a scan, and its pairs to be worked through."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.duplicates import services
from jantar.engine.duplicates.models import State
from jantar.engine.duplicates.services import Group
from jantar.engine.fields.show import moment, number
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
        "searched": searched(record_type),
    }
    return render(request, "pages/duplicates.html", context)


def searched(record_type: RecordType) -> str:
    """When all records were gone through last, and how many they were; empty when that is long ago."""
    run = services.last_scan(record_type)
    if run is None or run.finished_at is None:
        return ""
    count = (run.result or {}).get("records", 0)
    told = {"when": moment(run.finished_at), "n": number(count)}
    return ngettext("Searched on %(when)s in %(n)s record.", "Searched on %(when)s in %(n)s records.", count) % told


def shown(record_type: RecordType, one: Group) -> dict[str, Any]:
    """A group with what tells its records apart."""
    sides = [
        {"record": record, "facts": facts_of(record_type, record), "pairs": one.pairs_with(record)}
        for record in one.records
    ]
    address = merge_address(record_type, [record.pk for record in one.records[:MOST_MERGED]])
    pairs = [weighed.pair.pk for weighed in one.pairs]
    return {"pairs": pairs, "sides": sides, "reasons": one.reasons, "merge": address}


def facts_of(record_type: RecordType, record: Any) -> list[str]:
    """Identifiers with what they are, each number once; then how it is reached and where it is."""
    same = record_type.duplicates
    assert same
    numbers: dict[str, list[str]] = {}
    for label, text in texts_of(record_type, record, same.identifiers):
        numbers.setdefault(text, []).append(label)
    reached = texts_of(record_type, record, [*(name for name in same.contacts if "." not in name), *same.place])
    return [*(f"{capfirst(', '.join(labels))}: {text}" for text, labels in numbers.items()), *(t for _l, t in reached)]


def texts_of(record_type: RecordType, record: Any, names: Iterable[str]) -> list[tuple[str, str]]:
    fields = [record_type.own_fields[name] for name in names]
    values = [(one, one.read(record)) for one in fields]
    return [(str(one.label), one.text(value)) for one, value in values if not one.is_empty(value)]


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
