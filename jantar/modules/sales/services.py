"""Rules of deals that hold at every door, and the verbs that close and reopen them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Cause
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.modules.contacts.services import mark_won
from jantar.modules.sales.models import Deal, Pipeline, Stage, StageChange, Status


def deals() -> RecordType:
    return registry.get("deals")


# The verbs


def win_deal(deal: Deal, *, actor: Actor, cause: str = Cause.PAGE) -> Any:
    """Moves the deal to the won stage of its pipeline. Raises Invalid when the pipeline has none."""
    return write.update(deals(), deal.pk, {"stage": stage_for(deal, Status.WON)}, actor=actor, cause=cause)


def lose_deal(deal: Deal, *, actor: Actor, loss_reason: str, cause: str = Cause.PAGE) -> Any:
    values = {"stage": stage_for(deal, Status.LOST), "loss_reason": loss_reason}
    return write.update(deals(), deal.pk, values, actor=actor, cause=cause)


def reopen_deal(deal: Deal, *, actor: Actor, cause: str = Cause.PAGE) -> Any:
    """Back to the stage the deal was closed from, or to the first one."""
    last = deal.stage_changes.filter(from_stage__status=Status.OPEN).order_by("-at", "-id").first()
    stage = last.from_stage if last and last.from_stage else stage_for(deal, Status.OPEN)
    return write.update(deals(), deal.pk, {"stage": stage, "loss_reason": ""}, actor=actor, cause=cause)


def stage_for(deal: Deal, status: str) -> Stage:
    stage = Stage.objects.filter(pipeline=deal.pipeline_id, status=status).order_by("position").first()
    if stage is None:
        raise Invalid({"stage": [_("This pipeline has no such stage.")]})
    return stage


# The rules


def prepare_deals(records: Sequence[Any], given: frozenset[str], actor: Actor) -> None:
    """Fills in pipeline and stage of new deals, and what follows from a stage."""
    if any(deal.stage_id is None for deal in records):
        _start(records)
    if "stage" not in given and all(deal.pk for deal in records):
        return
    now = timezone.now()
    known = [deal.pk for deal in records if deal.pk]
    stored = dict(Deal._base_manager.filter(pk__in=known).values_list("pk", "stage_id")) if known else {}
    for deal in records:
        if deal.pk and stored.get(deal.pk) == deal.stage_id:
            continue
        deal.stage_since = now
        if "probability" not in given:
            deal.probability = deal.stage.probability if deal.stage_id else Decimal(0)
        status = deal.stage.status if deal.stage_id else Status.OPEN
        if status != deal.status or deal.pk is None:
            deal.closed_at = None if status == Status.OPEN else now
        deal.status = status


def start_deal(deal: Any, actor: Actor) -> None:
    """A new deal is shown in the pipeline and stage it would be stored in."""
    _start([deal])


def _start(records: Sequence[Any]) -> None:
    """Deals without a stage start in the first open one of their pipeline, by default the first pipeline."""
    first: dict[int, Stage] = {}
    for stage in Stage.objects.filter(status=Status.OPEN).select_related("pipeline"):
        first.setdefault(stage.pipeline_id, stage)
    default = next(iter(first.values()), None)
    for deal in records:
        start = first.get(deal.pipeline_id) if deal.pipeline_id else default
        if deal.stage_id is None and start:
            deal.stage, deal.pipeline = start, start.pipeline
        elif deal.pipeline_id is None and deal.stage_id:
            deal.pipeline_id = deal.stage.pipeline_id


def validate_deal(deal: Any, changed: frozenset[str], actor: Actor) -> None:
    errors: dict[str, list[str]] = {}
    if deal.stage_id is None:
        errors["stage"] = [_("There is no pipeline with an open stage yet.")]
    elif deal.pipeline_id is None:
        deal.pipeline_id = deal.stage.pipeline_id
    if deal.status == Status.LOST and not deal.loss_reason:
        errors["loss_reason"] = [_("Say why the deal was lost.")]
    if deal.amount is not None and deal.amount.amount < 0:
        errors["amount"] = [_("An amount can't be negative.")]
    if deal.probability is not None and not 0 <= deal.probability <= 100:
        errors["probability"] = [_("A probability is between 0 and 100 %.")]
    if errors:
        raise Invalid(errors)


def record_first_stages(records: Sequence[Any], actor: Actor) -> None:
    now = timezone.now()
    StageChange.objects.bulk_create(
        [StageChange(deal=deal, to_stage_id=deal.stage_id, at=now, by_id=actor.user_id) for deal in records],
        batch_size=2000,
    )
    _customers_won(records, actor)


def record_stage_changes(records: Sequence[Any], changed: frozenset[str], actor: Actor) -> None:
    """Writes a row for every deal whose stage is not the one it was last known in."""
    if "stage" not in changed:
        return
    latest = StageChange.objects.filter(deal__in=records).order_by("deal", "-at", "-id").distinct("deal")
    known = dict(latest.values_list("deal", "to_stage"))
    moved = [deal for deal in records if known.get(deal.pk) != deal.stage_id]
    now = timezone.now()
    StageChange.objects.bulk_create(
        StageChange(deal=deal, from_stage_id=known.get(deal.pk), to_stage_id=deal.stage_id, at=now, by_id=actor.user_id)
        for deal in moved
    )
    _customers_won(moved, actor)


def _customers_won(records: Sequence[Any], actor: Actor) -> None:
    won = [deal for deal in records if deal.status == Status.WON]
    if won:
        mark_won({deal.customer_id for deal in won}, by=actor.user_id, on=timezone.localdate())


def create_pipeline(name: str, stages: Sequence[tuple[str, str, Decimal | int]]) -> Pipeline:
    """A pipeline with its stages as (name, status, probability in percent), in order."""
    pipeline = Pipeline.objects.create(name=name, position=Pipeline.objects.count())
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=stage, status=status, probability=probability, position=position)
        for position, (stage, status, probability) in enumerate(stages)
    )
    return pipeline
