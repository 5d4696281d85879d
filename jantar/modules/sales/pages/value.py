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
    rows = [row_of(stage.value, stage.label, pipeline, cells, actor.today) for stage in stages]
    context = {
        "pipelines": [(pk, name, pk == pipeline) for pk, name in pipelines],
        "pipeline": pipeline,
        "currency": Workspace.get().base_currency,
        "months": [heading(month, actor.today) for month in months],
        "rows": rows,
        "totals": totals_of(rows, len(months)),
        "summary": summary_of(cells),
        "chart": chart_of(stages, cells, actor.today),
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
    """What is overdue, this month from today and the next ones, everything later, deals without a date."""
    first = today.replace(day=1)
    months: list[Bucket] = [first]
    for _n in range(MONTHS - 1):
        first = following(first)
        months.append(first)
    return [BEFORE, *months, LATER, UNDATED]


def bucket_of(cell: Cell, today: date) -> Bucket:
    if cell.overdue:
        return BEFORE
    if cell.month is None:
        return UNDATED
    return cell.month if cell.month in months_from(today) else LATER


def heading(bucket: Bucket, today: date) -> str:
    if isinstance(bucket, date):
        return format_month_short(bucket, get_language() or "en")
    return {BEFORE: _("Overdue"), LATER: _("Later"), UNDATED: _("No date")}[bucket]


def row_of(stage: int, label: Any, pipeline: int, cells: list[Cell], today: date) -> dict[str, Any]:
    mine = [cell for cell in cells if cell.stage == stage]
    values = []
    for bucket in months_from(today):
        here = [cell for cell in mine if bucket_of(cell, today) == bucket]
        values.append({**sums(here), "href": drill_down(pipeline, stage, bucket, today)})
    return {"label": label, "values": values, "total": {**sums(mine), "href": drill_down(pipeline, stage, None, today)}}


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


def drill_down(pipeline: int, stage: int, bucket: Bucket | None, today: date) -> str:
    """The list of exactly the deals that a cell counts."""
    lines: list[dict[str, Any]] = [{"field": "stage", "op": "is", "value": stage}]
    dated = [month for month in months_from(today) if isinstance(month, date)]
    if bucket == UNDATED:
        lines.append({"field": "expected_close", "op": "empty"})
    elif bucket == BEFORE:
        lines.append({"field": "expected_close", "op": "lt", "value": today.isoformat()})
    elif bucket == LATER:
        lines.append({"field": "expected_close", "op": "gte", "value": following(dated[-1]).isoformat()})
    elif isinstance(bucket, date):
        first, last = max(bucket, today), following(bucket) - timedelta(days=1)
        lines.append({"field": "expected_close", "op": "between", "value": [first.isoformat(), last.isoformat()]})
    tree = json.dumps({"all": lines}, separators=(",", ":"))
    return f"{reverse('pages:list', args=['deals'])}?{urlencode({'filter': tree})}"


def following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def chart_of(stages: list[Any], cells: list[Cell], today: date) -> dict[str, Any]:
    months = months_from(today)
    series = [
        {
            "name": str(stage.label),
            "values": [
                float(sums(c for c in cells if c.stage == stage.value and bucket_of(c, today) == month)["value"])
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
