"""Reads of sales that several callers need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, TruncMonth

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import BoardColumn
from jantar.modules.sales.models import Deal, Pipeline, Stage, Status

MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=18, decimal_places=2)
BOOLEAN: "BooleanField[Any, Any]" = BooleanField()


def pipelines(actor: Actor) -> Sequence[tuple[int, str]]:
    return [(pipeline.pk, pipeline.name) for pipeline in Pipeline.objects.all()]


def every_pipeline() -> QuerySet[Pipeline]:
    return Pipeline.objects.all()


def stages_of(pipeline: Pipeline) -> list[Any]:
    """The stages of a pipeline, retired ones too, in order; `number` says how many deals each holds."""
    alive = Count("deals", filter=Q(deals__deleted_at=None))
    return list(Stage.with_retired.filter(pipeline=pipeline).annotate(number=alive).order_by("position", "pk"))


def stage_columns(actor: Actor, pipeline: Any, only: str = "") -> list[BoardColumn]:
    """The stages in use, and retired ones in which deals still are; `only` those of one kind.

    A deal comes back to a retired stage out of the bin, or by an undo.
    """
    held = Exists(Deal._base_manager.filter(stage=OuterRef("pk"), deleted_at=None))
    stages = Stage.with_retired.filter(Q(retired_at=None) | held, pipeline_id=pipeline)
    stages = stages.filter(status=only) if only else stages
    return [BoardColumn(stage.pk, stage.name, stage.shown_tone, f"{stage.probability:.0f} %") for stage in stages]


@dataclass(frozen=True)
class Cell:
    """Deals of one stage expected to close in one month; amounts in the base currency.

    What should have closed before today is `overdue` and stands in cells of its own.
    """

    stage: int
    month: date | None
    overdue: bool
    deals: int
    value: Decimal
    weighted: Decimal


def pipeline_value(actor: Actor, pipeline: int, condition: Q | None = None) -> list[Cell]:
    """Open deals of a pipeline by stage and month of expected close, as the actor may see them; one statement."""
    zero = Value(Decimal(0), output_field=MONEY)
    share = ExpressionWrapper(F("amount_base") * Coalesce(F("probability"), zero) / 100, output_field=MONEY)
    overdue = Coalesce(ExpressionWrapper(Q(expected_close__lt=actor.today), BOOLEAN), Value(False))
    rows = (
        Deal.objects.visible_to(actor)
        .filter(condition or Q(), pipeline=pipeline, status=Status.OPEN)
        .values("stage", month=TruncMonth("expected_close"), overdue=overdue)
        .annotate(deals=Count("pk"), value=Coalesce(Sum("amount_base"), zero), weighted=Coalesce(Sum(share), zero))
        .order_by("stage__position", "month", "-overdue")
    )
    return [Cell(**{**row, "weighted": round(row["weighted"], 2)}) for row in rows]
