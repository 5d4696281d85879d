"""Webhooks and their messages, for pages and API; both have made sure that an administrator asks."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from jantar.engine.records.errors import NotFound
from jantar.engine.webhooks.models import Delivery, Webhook


def all_webhooks() -> QuerySet[Webhook]:
    """By name, each with the number of its `waiting` messages."""
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
    return Webhook.objects.select_related("user").annotate(waiting=waiting).order_by("name", "pk")


def find_webhook(pk: int) -> Any:
    """Raises NotFound."""
    for hook in Webhook.objects.select_related("user").filter(pk=pk):
        return hook
    raise NotFound(_("There is no such webhook."))


def find_message(hook: Webhook, pk: int) -> Delivery:
    """Raises NotFound."""
    for delivery in Delivery.objects.filter(webhook=hook, pk=pk):
        return delivery
    raise NotFound(_("There is nothing here."))


def page_of_messages(hook: Webhook, *, state: str, before: int | None, limit: int) -> tuple[list[Any], int | None]:
    """The newest messages, without what they say; and before which the next page starts."""
    rows = Delivery.objects.filter(webhook=hook).defer("body", "ids").order_by("-pk")
    rows = rows.filter(state=state) if state in Delivery.State.values else rows
    rows = rows.filter(pk__lt=before) if before is not None else rows
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None
