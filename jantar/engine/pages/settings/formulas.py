"""The editor of formulas: what they can name, whether they can be read, and what they give on real records."""

from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from jantar.engine.fields.computed_kinds import RESULTS
from jantar.engine.fields.formulas.errors import FormulaError
from jantar.engine.fields.formulas.terms import type_words
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.sources import Computed
from jantar.engine.pages.settings.shared import administrator
from jantar.engine.pages.values import show_value
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.computed_settings import checked
from jantar.engine.records.formulas import compiled, usable
from jantar.engine.records.patience import TooSlow, at_most
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.kit.text import without_controls

SAMPLES = 3
#: How long the values of the samples may take, in milliseconds.
WAITING = 1500
#: How each function is written; put into the formula by a click.
EXAMPLES = (
    "if(, , )", "empty()", "coalesce(, )", "round(, 2)", "floor()", "ceiling()", "abs()", "min(, )", "max(, )",
    "money()", "number()", "concat(, )", "length()", "contains(, )", "today()", "date(\"2026-01-31\")", "days(, )",
    "months(, )", "years(, )", "year()", "month()", "day()",
)  # fmt: skip


@dataclass(frozen=True)
class FormulaNames:
    """Names under a heading; none for the type's own fields."""

    heading: str
    names: list[str]


def usable_names(record_type: RecordType, definition: CustomField | None) -> list[FormulaNames]:
    own = definition.key if definition else ""
    return [FormulaNames(heading, names) for heading, names in usable(record_type, system_actor(), own) if names]


def shown_formula(definition: CustomField) -> str:
    """The formula with the labels of its fields; as it is stored when a field of it is gone."""
    if definition.kind != "formula":
        return ""
    try:
        return compiled(registry.get(definition.record_type), definition.formula, system_actor()).shown
    except FormulaError:
        return definition.formula


@require_POST
def check(request: HttpRequest, type_name: str) -> HttpResponse:
    """What is wrong with the formula that is being written, or what it gives on the newest records."""
    actor = administrator(request)
    record_type = registry.get(type_name)
    text = without_controls(request.POST.get("formula", "")).strip()
    pk = whole_number(request.POST.get("definition", ""))
    definition = CustomField.objects.filter(pk=pk, record_type=type_name).first() if pk else None
    context: dict[str, Any] = {"is_blank": not text}
    if text:
        try:
            found = checked(record_type, text, actor, definition)
        except FormulaError as error:
            context["error"] = error.placed(text)
        else:
            context["kind"] = type_words(found.term.type)
            context["samples"] = samples(record_type, actor, found.term.type, found.term.sql)
    return render(request, "pages/formula_check.html", context)


def samples(record_type: RecordType, actor: Actor, kind: str, sql: Combinable) -> list[tuple[Any, Any]]:
    """The newest records for which it gives something, else any, with the values; none when that takes too long."""
    field = RESULTS[kind]("preview", "", source=Computed("preview", compile=lambda prefix: sql))
    rows = record_type.visible_to(actor).annotate(computed_preview=sql).order_by("-pk")
    try:
        with at_most(WAITING):
            found = list(rows.filter(computed_preview__isnull=False)[:SAMPLES]) or rows[:SAMPLES]
            return [(row, show_value(field, field.read(row)) or "–") for row in found]
    except TooSlow:
        return []
