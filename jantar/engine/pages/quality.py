"""The data quality page: what is missing, late, quiet, out of reach or there twice, each a list to work through.

Each type is a card of its own that loads after the page, so that nobody waits for counting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from jantar.engine.pages.lists.page import said_count
from jantar.engine.pages.lists.state import ListState
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.quality.counting import Counted, Report, report_of
from jantar.engine.quality.findings import DAYS, MINE, Question, question_from
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

#: How many findings the card of the Today page shows.
WORST = 4
ICONS = {
    "missing": "circle-dashed", "late": "clock-exclamation", "quiet": "zzz", "unreachable": "plug-connected-x",
    "duplicates": "copy-check",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A finding as it is shown; without an address there is nothing to be opened."""

    label: str
    icon: str
    count: str
    href: str
    detail: str = ""


def show(request: HttpRequest) -> HttpResponse:
    """?whose=mine looks at the user's own records only, ?days= says after how long nothing happening is told."""
    question = question_from(request.GET)
    context = {
        "record_types": list(looked_after(current_actor(request))),
        "asked": parameters(question),
        "whose": [(label, f"?{parameters(one)}", one == question) for label, one in choices_of_whose(question)],
        "days": [(days_label(days), f"?{parameters(one)}", one == question) for days, one in choices_of_days(question)],
        "days_label": days_label(question.days),
        "exports": {kind: f"{reverse('transfer:quality')}?{parameters(question, format=kind)}" for kind in FORMATS},
    }
    return render(request, "pages/quality.html", context)


FORMATS = ("csv", "xlsx")


@never_cache
def show_type(request: HttpRequest, type_name: str) -> HttpResponse:
    """The card of one type; ?anew=1 counts what is kept again."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    question = question_from(request.GET)
    report = report_of(record_type, actor, question, anew=request.GET.get("anew") == "1")
    context = {
        "record_type": record_type,
        "report": report,
        "lines": [line(report, one, actor) for one in report.flaws],
        "clean": len(report.counted) - len(report.flaws),
        "anew": f"{reverse('pages:quality_of', args=[type_name])}?{parameters(question, anew='1')}",
    }
    return render(request, "pages/quality_card.html", context)


@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The largest numbers among the user's own records, for the Today page."""
    actor, question = current_actor(request), Question(only_mine=True)
    reports = [report_of(record_type, actor, question) for record_type in looked_after(actor)]
    found = [(report, one) for report in reports for one in report.flaws]
    found.sort(key=lambda pair: -pair[1].number)
    lines = [line(report, one, actor, with_type=True) for report, one in found[:WORST]]
    context = {"lines": lines, "more": f"{reverse('pages:quality')}?{parameters(question)}" if found else ""}
    return render(request, "pages/quality_mine.html", context)


def line(report: Report, one: Counted, actor: Actor, *, with_type: bool = False) -> Line:
    record_type = report.record_type
    detail = str(record_type.label_plural) if with_type else ""
    return Line(
        one.finding.label, ICONS[one.finding.kind], said_count(one.number, one.is_exact),
        address_of(record_type, one, actor), detail,
    )  # fmt: skip


def address_of(record_type: RecordType, one: Counted, actor: Actor) -> str:
    """The list that shows what was counted."""
    if one.finding.filter is None:
        return reverse("pages:duplicates", args=[record_type.name])
    return ListState(record_type, actor).address(filter=one.finding.filter)


def looked_after(actor: Actor) -> Iterable[RecordType]:
    return (one for one in registry.all() if one.quality and actor.may("see", one.name))


def sees_quality(request: HttpRequest) -> bool:
    return request.user.is_authenticated and any(looked_after(current_actor(request)))


def parameters(question: Question, **more: str) -> str:
    whose = {"whose": MINE} if question.only_mine else {}
    return urlencode({**whose, "days": question.days, **more})


def choices_of_whose(question: Question) -> list[tuple[str, Question]]:
    return [(_("All records"), Question(False, question.days)), (_("Only mine"), Question(True, question.days))]


def choices_of_days(question: Question) -> list[tuple[int, Question]]:
    return [(days, Question(question.only_mine, days)) for days in sorted(DAYS)]


def days_label(days: int) -> str:
    return ngettext("Quiet after %(n)d day", "Quiet after %(n)d days", days) % {"n": days}


def load_mine(actor: Actor) -> dict[str, Any] | None:
    """The card of the Today page; its numbers load after the page."""
    return {} if any(looked_after(actor)) else None
