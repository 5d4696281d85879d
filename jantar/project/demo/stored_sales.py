"""Storing pipelines and deals. Deals start in their first stage and are moved, so that history knows the moves."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext

from jantar.modules.sales.services import create_pipeline
from jantar.project.bulk import copy_rows
from jantar.project.demo.model import Demo, DemoDeal, DemoStage
from jantar.project.demo.places import Places
from jantar.project.demo.stored_history import adopt_created, adopt_moves


def store_pipelines(demo: Demo, places: Places) -> None:
    """Store the pipelines; one that a new installation already has is used."""
    pipeline_model = apps.get_model("sales", "Pipeline")
    for pipeline in demo.pipelines:
        stored = pipeline_model.objects.filter(name=gettext(pipeline.name)).first()
        stored = stored or create_pipeline(
            gettext(pipeline.name),
            [(gettext(stage.name), stage.status, stage.probability) for stage in pipeline.stages],
        )
        places.pipelines.append(stored.pk)
        known = dict(stored.stages.values_list("name", "pk"))
        places.stages.append([known[gettext(stage.name)] for stage in pipeline.stages])


def store_deals(demo: Demo, places: Places) -> None:
    places.deals = copy_rows(apps.get_model("sales", "Deal"), [_deal(deal, demo, places) for deal in demo.deals])
    copy_rows(
        apps.get_model("sales", "DealContact"),
        [
            {"deal_id": pk, "person_id": places.people[person], "role": role}
            for pk, deal in zip(places.deals, demo.deals, strict=True)
            for person, role in deal.contacts
        ],
    )
    copy_rows(
        apps.get_model("sales", "StageChange"), [_change(pk, deal, 0, places) for pk, deal in _numbered(demo, places)]
    )
    adopt_created("sales_deal")
    for step in range(1, max((len(deal.stages) for deal in demo.deals), default=0)):
        _move(step, demo, places)


def _numbered(demo: Demo, places: Places) -> list[tuple[int, DemoDeal]]:
    return list(zip(places.deals, demo.deals, strict=True))


def _deal(deal: DemoDeal, demo: Demo, places: Places) -> dict[str, Any]:
    names = ("name", "expected_close", "next_step", "next_step_at")
    row = {name: getattr(deal, name) for name in names} | places.book_keeping(deal.owner, deal.created_at)
    row |= places.money("amount", deal.amount, deal.currency, deal.created_at.date())
    first = deal.stages[0][0]
    return row | {
        "customer_id": places.companies[deal.company],
        "pipeline_id": places.pipelines[deal.pipeline],
        "stage_id": places.stages[deal.pipeline][first],
        "stage_since": deal.created_at,
        "probability": demo.pipelines[deal.pipeline].stages[first].probability,
        "source": gettext(deal.source) if deal.source else "",
        "tags": list(deal.tags),
    }


def _change(pk: int, deal: DemoDeal, step: int, places: Places) -> dict[str, Any]:
    stages = places.stages[deal.pipeline]
    return {
        "deal_id": pk,
        "from_stage_id": stages[deal.stages[step - 1][0]] if step else None,
        "to_stage_id": stages[deal.stages[step][0]],
        "at": deal.stages[step][1],
        "by_id": places.users[deal.owner],
    }


def _move(step: int, demo: Demo, places: Places) -> None:
    """Move every deal that went further than `step - 1` stages."""
    moved = [(pk, deal) for pk, deal in _numbered(demo, places) if len(deal.stages) > step]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE moves (record_id bigint, actor_id bigint, moment timestamptz, stage_id bigint, "
            "status text, probability numeric, closed_at timestamptz, loss_reason text) ON COMMIT DROP"
        )
        with cursor.copy("COPY moves FROM STDIN") as copy:
            for pk, deal in moved:
                copy.write_row(_move_row(pk, deal, step, demo, places))
        cursor.execute(
            "UPDATE sales_deal d SET stage_id = m.stage_id, status = m.status, probability = m.probability, "
            "closed_at = m.closed_at, loss_reason = m.loss_reason, stage_since = m.moment, updated_at = m.moment, "
            "version = version + 1 FROM moves m WHERE m.record_id = d.id"
        )
        copy_rows(apps.get_model("sales", "StageChange"), [_change(pk, deal, step, places) for pk, deal in moved])
        adopt_moves("sales_deal")
        cursor.execute("DROP TABLE moves")


def _move_row(pk: int, deal: DemoDeal, step: int, demo: Demo, places: Places) -> tuple[Any, ...]:
    index, moment = deal.stages[step]
    stage: DemoStage = demo.pipelines[deal.pipeline].stages[index]
    closed_at: datetime | None = None if stage.status == "open" else moment
    reason = deal.loss_reason if stage.status == "lost" else ""
    stage_id = places.stages[deal.pipeline][index]
    return pk, places.users[deal.owner], moment, stage_id, stage.status, stage.probability, closed_at, reason
