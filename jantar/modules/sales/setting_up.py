"""Setting up pipelines and their stages: what administrators do in the settings."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed
from jantar.modules.sales.models import Deal, Pipeline, Stage, Status
from jantar.modules.sales.services import create_pipeline, deals

#: More deals than these are moved by a bulk edit in the list, which runs as a job.
MOVED_AT_ONCE = 5000
CHUNK = 500


def add_pipeline(*, name: str, like: Pipeline, actor: Actor) -> Pipeline:
    """A new pipeline, last in order, with stages named and weighted as those of another one."""
    refuse_others(actor)
    refuse_known_name(name)
    stages = [(one.name, one.status, one.probability) for one in like.stages.order_by("position", "pk")]
    return create_pipeline(name, stages)


def rename_pipeline(pipeline: Pipeline, *, name: str, actor: Actor) -> None:
    refuse_others(actor)
    refuse_known_name(name, pipeline)
    Pipeline.objects.filter(pk=pipeline.pk).update(name=name)


def order_pipelines(pks: Sequence[int], *, actor: Actor) -> None:
    refuse_others(actor)
    put_in_order(Pipeline.objects.all(), pks)


def store_stage(stage: Stage, *, name: str, status: str, probability: Decimal, tone: str = "", actor: Actor) -> Stage:
    """Stores a new stage, last of its pipeline, or what changed of a known one. Raises Invalid.

    What becomes of the deals of a stage stays as it is while deals are in it; they would be won or lost unseen.
    """
    refuse_others(actor)
    others = Stage.with_retired.filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk)
    if others.filter(name__iexact=name).exists():
        raise Invalid({"name": [_("This pipeline already has a stage of this name, in use or retired.")]})
    if not 0 <= probability <= 100:
        raise Invalid({"probability": [_("A probability is between 0 and 100 %.")]})
    with transaction.atomic():
        if not stage._state.adding and status != stage.status:
            refuse_change_of_kind(stage)
        if stage._state.adding:
            stage.position = others.count()
        stage.name, stage.status, stage.probability, stage.tone = name, status, probability, tone
        stage.save()
    return stage


def order_stages(pipeline: Pipeline, pks: Sequence[int], *, actor: Actor) -> None:
    refuse_others(actor)
    put_in_order(Stage.objects.filter(pipeline=pipeline), pks)


def retire_stage(stage: Stage, *, move_to: Stage | None, actor: Actor) -> int | None:
    """Takes a stage out of use. Its deals move to another one of the same kind, which can be undone.

    Gives the operation of the move, None when there were no deals. Raises Invalid.
    """
    refuse_others(actor)
    refuse_last_of_kind(stage)
    pks = list(deals_in(stage).order_by("pk").values_list("pk", flat=True)[: MOVED_AT_ONCE + 1])
    if len(pks) > MOVED_AT_ONCE:
        words = _("More than %(number)d deals are in this stage. Move them in the list of deals first.")
        raise Invalid({"move_to": [words % {"number": MOVED_AT_ONCE}]})
    if pks and (move_to is None or move_to not in takers(stage)):
        raise Invalid({"move_to": [_("Choose the stage that takes the deals.")]})
    with transaction.atomic():
        opened = move_deals(pks, move_to, actor) if pks else None
        Stage.objects.filter(pk=stage.pk).update(retired_at=timezone.now())
    return opened


def revive_stage(stage: Stage, *, actor: Actor) -> None:
    refuse_others(actor)
    Stage.with_retired.filter(pk=stage.pk).update(retired_at=None)


def takers(stage: Stage) -> QuerySet[Stage]:
    """The stages that could take the deals of a stage: of its pipeline and its kind."""
    return Stage.objects.filter(pipeline=stage.pipeline_id, status=stage.status).exclude(pk=stage.pk)


def deals_in(stage: Stage) -> Any:
    return Deal._base_manager.filter(stage=stage, deleted_at=None)


def move_deals(pks: Sequence[int], to: Stage | None, actor: Actor) -> int:
    with operation(actor, Cause.BULK, _("Moved to “%(stage)s”") % {"stage": to}) as opened:
        for start in range(0, len(pks), CHUNK):
            write.update_many(deals(), pks[start : start + CHUNK], {"stage": to}, actor=actor)
    return opened.pk


def put_in_order(rows: Any, pks: Sequence[int]) -> None:
    """Rows that are not named keep their order behind those that are."""
    place = {pk: number for number, pk in enumerate(pks)}
    found = sorted(rows, key=lambda row: place.get(row.pk, len(place)))
    for position, row in enumerate(found):
        row.position = position
    rows.model._base_manager.bulk_update(found, ["position"])


def refuse_others(actor: Actor) -> None:
    if not actor.is_admin:
        raise NotAllowed(_("Only administrators may do this."))


def refuse_known_name(name: str, pipeline: Pipeline | None = None) -> None:
    others = Pipeline.objects.exclude(pk=pipeline.pk) if pipeline else Pipeline.objects.all()
    if others.filter(name__iexact=name).exists():
        raise Invalid({"name": [_("There is already a pipeline of this name.")]})


def refuse_change_of_kind(stage: Stage) -> None:
    if deals_in(stage).exists():
        raise Invalid({"status": [_("This can't be changed while deals are in the stage.")]})
    refuse_last_of_kind(stage)


def refuse_last_of_kind(stage: Stage) -> None:
    if not takers(stage):
        words = _("A pipeline needs a stage of the kind “%(kind)s”, and this is the only one.")
        raise Invalid({"": [words % {"kind": Status(stage.status).label}]})
