"""What sales puts on the Today page."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from jantar.engine.pages.today import TodayPanel, add_panel
from jantar.engine.permissions.actor import Actor
from jantar.modules.sales.models import Deal, Status
from jantar.platform.settings.models import Workspace

SHOWN = 8


def next_steps(actor: Actor) -> dict[str, Any] | None:
    """The actor's open deals whose next step is due, or that have none; soonest first."""
    if not actor.may("see", "deals"):
        return None
    mine = Deal.objects.visible_to(actor).filter(owner_id=actor.user_id, status=Status.OPEN)
    due = mine.filter(Q(next_step_at__lte=actor.today) | Q(next_step_at=None))
    deals = list(due.select_related("customer", "stage").order_by("next_step_at", "expected_close", "pk")[: SHOWN + 1])
    return {"deals": deals[:SHOWN], "more": len(deals) > SHOWN, "today": actor.today}


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
