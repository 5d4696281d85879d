"""The record types of sales."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Choice
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import (
    Board,
    Calendar,
    Deadline,
    Quality,
    RecordAction,
    RecordType,
    Search,
    Section,
    View,
)
from jantar.engine.records.registry import registry
from jantar.modules.communications.records import PLAN_TASK
from jantar.modules.sales import importing, known_exports, queries, services
from jantar.modules.sales.models import Deal, DealContact, LossReason, StageChange, Status


def loss_fields() -> Mapping[str, Field]:
    return {"loss_reason": Choice("loss_reason", _("Reason of loss"), choices=LossReason.choices, required=True)}


IS_MINE = {"field": "owner", "op": "is", "value": "me"}
IS_OPEN = {"field": "status", "op": "is", "value": "open"}
CLOSES_SOON = {"field": "expected_close", "op": "within", "value": "this month"}

MARKS = {Status.WON: "green", Status.LOST: "red"}

deals = RecordType(
    name="deals",
    model=Deal,
    icon="briefcase",
    area="sales",
    columns=("name", "customer", "stage", "amount", "expected_close", "next_step", "next_step_at", "owner"),
    sections=(
        Section(_("Deal"), "name", "customer", "pipeline", "stage", "amount", "expected_close", "owner", "team"),
        Section(_("Next step"), "next_step", "next_step_at", "submission_date", "probability"),
        Section(_("People"), "contacts"),
        Section(_("More"), "source", "tags", "description", "loss_reason"),
    ),
    views=(
        View("open", _("Open deals"), {"all": [IS_OPEN]}, sort="expected_close"),
        View("mine", _("My open deals"), {"all": [IS_MINE, IS_OPEN]}, sort="expected_close"),
        View("closing", _("Closing this month"), {"all": [IS_OPEN, CLOSES_SOON]}, sort="expected_close"),
    ),
    search=Search(text=("name", "customer.name"), subtitle=("customer.name",)),
    calendar=Calendar("expected_close", at_first=False),
    board=Board(
        by="stage", total="amount", card=("customer", "amount", "expected_close", "owner"),
        group_by="pipeline", groups=queries.pipelines, columns=queries.stage_columns,
    ),
    parts=(Part("contacts", DealContact, "deal", _("People in the deal")),),
    traces=(Part("stage_changes", StageChange, "deal", _("Stage changes")),),
    actions=(
        RecordAction(
            "win", _("Win"), services.win_deal, icon="trophy", done=_("Deal won."),
            available=lambda deal: deal.status == Status.OPEN,
        ),
        RecordAction(
            "lose", _("Lose"), services.lose_deal, icon="thumb-down", fields=loss_fields,
            available=lambda deal: deal.status == Status.OPEN, done=_("Deal lost."),
        ),
        RecordAction(
            "reopen", _("Reopen"), services.reopen_deal, icon="rotate",
            available=lambda deal: deal.status != Status.OPEN, done=_("Deal reopened."),
        ),
        PLAN_TASK,
    ),
    deadlines=(Deadline("expected_close", "status", Status.OPEN), Deadline("next_step_at", "status", Status.OPEN)),
    mark=lambda deal: None if deal.status == Status.OPEN else (Status(deal.status).label, MARKS[deal.status]),
    quality=Quality(
        wanted=("next_step", "expected_close", "amount", "owner"), among=(IS_OPEN,), grows_quiet=True
    ),
    depends={"stage": "pipeline"},
    belongs_to=("customer",),
    milestones=("stage", "amount", "expected_close", "owner"),
    match=("customer", "name"),
    import_names=importing.OF_DEALS,
    import_prefixes=importing.DEAL_WORDS,
    known_exports=known_exports.OF_DEALS,
    import_words={"stage": importing.usual_stages},
    complete_import=importing.complete_deal,
    start=services.start_deal,
    prepare=services.prepare_deals,
    validate=services.validate_deal,
    after_create=services.record_first_stages,
    after_update=services.record_stage_changes,
)  # fmt: skip

registry.register(deals)
