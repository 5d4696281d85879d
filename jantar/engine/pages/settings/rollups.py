"""The editor of roll-ups: what is measured of which related records, and the filter they have to fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.filters.places import Place, by_label
from jantar.engine.pages.filters.reading import rows_from, whole_row
from jantar.engine.pages.filters.rows import Row
from jantar.engine.pages.filters.words import MEASURES, capital, relation_label
from jantar.engine.pages.settings.conditions import NAME as CONDITION
from jantar.engine.pages.settings.formulas import samples
from jantar.engine.pages.settings.shared import administrator
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.computed_settings import checked_rollup
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import Relation, registry
from jantar.engine.records.rollups import COUNT, measurable
from jantar.kit.text import fold

#: Between relation, measure and field in the value of a choice.
BETWEEN = "|"


@dataclass
class RollupEditor:
    """`chosen` is like "deals|sum|amount"; `row` are the controls of the filter, None where nothing can be filtered."""

    record_type: RecordType
    actor: Actor
    chosen: str
    row: Row | None = None

    @cached_property
    def relation(self) -> Relation | None:
        return registry.relations(self.record_type).get(self.chosen.partition(BETWEEN)[0])

    @property
    def related(self) -> RecordType | None:
        return self.relation.record_type if self.relation else None

    @property
    def row_url(self) -> str:
        return reverse("pages:filter_row", args=[self.related.name]) if self.related else ""

    @property
    def url(self) -> str:
        return reverse("pages:settings_field_rollup", args=[self.record_type.name])

    @property
    def rollup(self) -> dict[str, Any]:
        """What is chosen. Raises FieldError; the row at fault keeps its message."""
        relation, _between, rest = self.chosen.partition(BETWEEN)
        measure, _between, field = rest.partition(BETWEEN)
        return {"relation": relation, "measure": measure, "field": field, "where": self.row.node() if self.row else {}}


def editor_of(record_type: RecordType, actor: Actor, rollup: Mapping[str, Any]) -> RollupEditor:
    """The editor of a stored roll-up, or of a new one."""
    names = [str(rollup.get(name) or "") for name in ("relation", "measure", "field")]
    found = RollupEditor(record_type, actor, BETWEEN.join(names).rstrip(BETWEEN))
    if found.related:
        found.row = whole_row(rollup.get("where") or {}, Place(found.related, actor))
    return found


def editor_from(record_type: RecordType, actor: Actor, data: QueryDict) -> RollupEditor:
    """The editor as it was sent."""
    found = RollupEditor(record_type, actor, data.get("rollup", ""))
    if found.related:
        place = Place(found.related, actor)
        sent = next((row for row in rows_from(data, place) if row.is_group and row.prefix != data.get(CONDITION)), None)
        found.row = sent if sent and data.get("rollup-of") == found.related.name else whole_row({}, place)
        found.row.is_top = True
    return found


def choices(record_type: RecordType, actor: Actor) -> list[Any]:
    """What can be measured, by relation."""
    found: list[tuple[str, Any]] = []
    for name, relation in registry.relations(record_type).items():
        label = relation_label(relation)
        counted = (f"{name}{BETWEEN}{COUNT}", f"{label}: {_('how many there are')}")
        kinds = [
            (
                BETWEEN.join((name, measure, field.name)),
                f"{label}: {MEASURES[measure] % {'field': capital(field.label)}}",
            )
            for measure, field in measurable(relation, actor)
        ]
        found.append((label, [counted, *by_label(kinds)]))
    return [("", ""), *sorted(found, key=lambda group: fold(group[0]))]


@require_POST
def show(request: HttpRequest, type_name: str) -> HttpResponse:
    """What the roll-up gives on the newest records; with ?where=1 the filter of what was chosen, too."""
    actor = administrator(request)
    editor = editor_from(registry.get(type_name), actor, request.POST)
    if request.GET.get("where"):
        return render(request, "pages/rollup_where.html", {"editor": editor})
    context: dict[str, Any] = {"is_blank": not editor.chosen}
    if editor.chosen:
        try:
            found = checked_rollup(editor.record_type, editor.rollup, actor)
        except (FieldError, BadQuery) as error:
            context["error"] = error.message
        else:
            context["samples"] = samples(editor.record_type, actor, found.kind, found.term.sql)
    return render(request, "pages/formula_check.html", context)
