"""What sales puts on the Today page."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.urls import reverse

from jantar.engine.pages.today import TodayPanel, add_panel
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.modules.sales.models import Deal, Status
from jantar.platform.settings.models import Workspace

SHOWN = 8
#: The list of the deals that wait, of which the panel shows the first.
WAITING = {
    "all": [
        {"field": "owner", "op": "is", "value": "me"},
        {"field": "status", "op": "is", "value": "open"},
        {"none": [{"field": "next_step_at", "op": "within", "value": "after today"}]},
    ]
}


def next_steps(actor: Actor) -> dict[str, Any] | None:
    """The actor's open deals whose next step is due, or that have none; soonest first."""
    if not actor.may("see", "deals"):
        return None
    mine = Deal.objects.visible_to(actor).filter(owner_id=actor.user_id, status=Status.OPEN)
    due = mine.filter(Q(next_step_at__lte=actor.today) | Q(next_step_at=None))
    deals = list(due.select_related("stage").order_by("next_step_at", "expected_close", "pk")[: SHOWN + 1])
    customers = customers_of(deals, actor)
    rows = [(deal, *customers.get(deal.customer_id, ("", None))) for deal in deals[:SHOWN]]
    more = (
        f"{reverse('pages:list', args=['deals'])}?{urlencode({'filter': json.dumps(WAITING), 'sort': 'next_step_at'})}"
    )
    return {"deals": rows, "more": more if len(deals) > SHOWN else "", "today": actor.today}


def customers_of(deals: list[Deal], actor: Actor) -> dict[int, tuple[str, Any]]:
    """Type and record of the customers that the actor sees, by id; a statement for each type of customer."""
    ids = {deal.customer_id for deal in deals}
    kinds = registry.types_of(Deal._meta.get_field("customer").related_model)
    return {row.pk: (one.name, row) for one in kinds for row in one.visible_to(actor).filter(pk__in=ids)}


def closing_soon(actor: Actor) -> dict[str, Any] | None:
    """The actor's open deals expected to close within two weeks or already late."""
    if not actor.may("see", "deals"):
        return None
    mine = Deal.objects.visible_to(actor).filter(owner_id=actor.user_id, status=Status.OPEN)
    soon = mine.filter(expected_close__lte=actor.today + timedelta(days=14)).select_related("customer")
    deals = list(soon.order_by("expected_close", "pk")[:SHOWN])
    whole = mine.aggregate(number=Count("pk"), value=Sum("amount_base"))
    return {"deals": deals, "whole": whole, "currency": Workspace.get().base_currency, "today": actor.today}


add_panel(
    TodayPanel("next-steps", "sales/today_next_steps.html", next_steps, order=40),
    TodayPanel("closing-soon", "sales/today_closing.html", closing_soon, order=50, side=True),
)
