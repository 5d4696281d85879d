"""Pages of sales beyond what the record type gives by itself."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.kit.numbers import whole_number
from jantar.modules.sales import queries
from jantar.modules.sales.models import Status
from jantar.modules.sales.queries import Cell
from jantar.platform.settings.models import Workspace
from jantar.ui.formats import format_month_short

MONTHS = 6


def show_pipeline(request: HttpRequest) -> HttpResponse:
    """Value of the open deals of one pipeline by stage and month of expected close."""
    load_type(request, "deals")
    actor = current_actor(request)
    pipelines = queries.pipelines(actor)
    pipeline = chosen(request, [pk for pk, _name in pipelines])
    cells = queries.pipeline_value(actor, pipeline)
    months = months_from(actor.today)
    stages = queries.stage_columns(actor, pipeline, only=Status.OPEN)
    rows = [row_of(stage.value, stage.label, pipeline, cells, months) for stage in stages]
    context = {
        "pipelines": [(pk, name, pk == pipeline) for pk, name in pipelines],
        "pipeline": pipeline,
        "currency": Workspace.get().base_currency,
        "months": [heading(month, actor.today) for month in months],
        "rows": rows,
        "totals": totals_of(rows, len(months)),
        "summary": summary_of(cells),
        "chart": chart_of(stages, months, cells, actor.today),
    }
    return render(request, "sales/pipeline.html", context)


def chosen(request: HttpRequest, pipelines: list[int]) -> int:
    wanted = request.GET.get("pipeline", "")
    if not wanted and pipelines:
        return pipelines[0]
    number = whole_number(wanted)
    if number not in pipelines:
        raise NotFound(_("There is no such pipeline."))
    return number


Bucket = date | str
BEFORE, LATER, UNDATED = "before", "later", "undated"


def months_from(today: date) -> list[Bucket]:
    """What is overdue, this month and the next ones, everything later, deals without a date."""
    first = today.replace(day=1)
    months: list[Bucket] = [first]
    for _n in range(MONTHS - 1):
        first = (first + timedelta(days=32)).replace(day=1)
        months.append(first)
    return [BEFORE, *months, LATER, UNDATED]


def bucket_of(month: date | None, today: date) -> Bucket:
    months = [one for one in months_from(today) if isinstance(one, date)]
    if month is None:
        return UNDATED
    return BEFORE if month < months[0] else LATER if month > months[-1] else month


def heading(bucket: Bucket, today: date) -> str:
    if isinstance(bucket, date):
        return format_month_short(bucket, get_language() or "en")
    return {BEFORE: _("Overdue"), LATER: _("Later"), UNDATED: _("No date")}[bucket]


def row_of(stage: int, label: Any, pipeline: int, cells: list[Cell], months: list[Bucket]) -> dict[str, Any]:
    today = next(month for month in months if isinstance(month, date))
    mine = [cell for cell in cells if cell.stage == stage]
    values = []
    for month in months:
        here = [cell for cell in mine if bucket_of(cell.month, today) == month]
        values.append({**sums(here), "href": drill_down(pipeline, stage, month, months)})
    return {
        "label": label,
        "values": values,
        "total": {**sums(mine), "href": drill_down(pipeline, stage, None, months)},
    }


def sums(cells: Iterable[Cell]) -> dict[str, Any]:
    cells = list(cells)
    return {
        "deals": sum(cell.deals for cell in cells),
        "value": sum((cell.value for cell in cells), Decimal(0)),
        "weighted": sum((cell.weighted for cell in cells), Decimal(0)),
    }


def summary_of(cells: list[Cell]) -> dict[str, Any]:
    whole = sums(cells)
    average = whole["value"] / whole["deals"] if whole["deals"] else Decimal(0)
    return {**whole, "average": average}


def totals_of(rows: list[dict[str, Any]], columns: int) -> list[dict[str, Any]]:
    keys = ("deals", "value", "weighted")
    return [{key: sum(row["values"][n][key] for row in rows) for key in keys} for n in range(columns)]


def drill_down(pipeline: int, stage: int, bucket: Bucket | None, months: list[Bucket]) -> str:
    """The list of exactly the deals that a cell counts."""
    lines: list[dict[str, Any]] = [{"field": "stage", "op": "is", "value": stage}]
    dated = [month for month in months if isinstance(month, date)]
    after_last = (dated[-1] + timedelta(days=32)).replace(day=1)
    if bucket == UNDATED:
        lines.append({"field": "expected_close", "op": "empty"})
    elif bucket == BEFORE:
        lines.append({"field": "expected_close", "op": "lt", "value": dated[0].isoformat()})
    elif bucket == LATER:
        lines.append({"field": "expected_close", "op": "gte", "value": after_last.isoformat()})
    elif isinstance(bucket, date):
        last = (bucket + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        lines.append({"field": "expected_close", "op": "between", "value": [bucket.isoformat(), last.isoformat()]})
    tree = json.dumps({"all": lines}, separators=(",", ":"))
    return f"{reverse('pages:list', args=['deals'])}?{urlencode({'filter': tree})}"


def chart_of(stages: list[Any], months: list[Bucket], cells: list[Cell], today: date) -> dict[str, Any]:
    series = [
        {
            "name": str(stage.label),
            "values": [
                float(sums(c for c in cells if c.stage == stage.value and bucket_of(c.month, today) == month)["value"])
                for month in months
            ],
        }
        for stage in stages
    ]
    return {
        "type": "bar",
        "stacked": True,
        "labels": [heading(month, today) for month in months],
        "series": series,
        "unit": Workspace.get().base_currency,
    }
