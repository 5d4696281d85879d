"""What administrators do with webhooks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.errors import BadQuery, Invalid
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.registry import registry
from jantar.engine.webhooks.jobs import send
from jantar.engine.webhooks.models import Delivery, Event, Webhook
from jantar.engine.webhooks.payload import TEST
from jantar.engine.webhooks.signing import new_secret
from jantar.platform.accounts.models import User
from jantar.platform.outgoing.client import problem_of
from jantar.platform.settings.sealing import seal

#: How long the old secret signs too, after a new one was made.
OVERLAP = timedelta(hours=24)
MOST_WEBHOOKS = 100
Errors = dict[str, list[str]]


def add_webhook(values: Mapping[str, Any], *, actor: Actor) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is never told again. Raises NotAllowed, Invalid.

    `values` are name, url, user (id), record_type, events, fields and filter.
    """
    actor.require_admin()
    if Webhook.objects.count() >= MOST_WEBHOOKS:
        raise Invalid({"": [_("There can be at most %(limit)d webhooks.") % {"limit": MOST_WEBHOOKS}]})
    secret = new_secret()
    hook = Webhook(user_id=actor.user_id or 0, secret=seal(secret))
    _store(hook, values)
    return hook, secret


def change_webhook(hook: Webhook, values: Mapping[str, Any], *, actor: Actor) -> Webhook:
    """Changes the given settings. Raises NotAllowed, Invalid."""
    actor.require_admin()
    _store(hook, values)
    return hook


def delete_webhook(hook: Webhook, *, actor: Actor) -> None:
    """With its messages."""
    actor.require_admin()
    hook.delete()


def pause_webhook(hook: Webhook, *, actor: Actor) -> None:
    """Messages wait until it goes on."""
    actor.require_admin()
    Webhook.objects.filter(pk=hook.pk).update(state=Webhook.State.PAUSED)


def resume_webhook(hook: Webhook, *, actor: Actor) -> None:
    """Lets it go on, also after it was turned off; what waits is sent at once."""
    actor.require_admin()
    with transaction.atomic():
        Webhook.objects.filter(pk=hook.pk).update(
            state=Webhook.State.ON, failing_since=None, last_error="", rests_until=None
        )
        hook.deliveries.filter(state=Delivery.State.WAITING).update(next_at=timezone.now())
        send.later(webhook_id=hook.pk)


def rotate_secret(hook: Webhook, *, actor: Actor) -> str:
    """A new secret, told once. For a day messages are signed with the old one too."""
    actor.require_admin()
    secret = new_secret()
    hook.old_secret, hook.old_until, hook.secret = hook.secret, timezone.now() + OVERLAP, seal(secret)
    hook.save(update_fields=["secret", "old_secret", "old_until"])
    return secret


def send_test(hook: Webhook, *, actor: Actor) -> Delivery:
    """A message of the type "test", whatever the webhook listens to. Raises Invalid unless it is on."""
    actor.require_admin()
    if hook.state != Webhook.State.ON:
        raise Invalid({"": [_("Turn the webhook on first.")]})
    with transaction.atomic():
        delivery = Delivery.objects.create(webhook=hook, event=TEST)
        _at_once(hook)
    return delivery


def redeliver(hook: Webhook, deliveries: Sequence[int] | None = None, *, actor: Actor) -> int:
    """Sends messages again under the same ids: the named ones that are finished, or all failed ones."""
    actor.require_admin()
    chosen = hook.deliveries.exclude(state=Delivery.State.WAITING)
    chosen = chosen.filter(state=Delivery.State.FAILED) if deliveries is None else chosen.filter(pk__in=deliveries)
    with transaction.atomic():
        count = chosen.update(
            state=Delivery.State.WAITING, attempts=0, next_at=timezone.now(), claimed_by=None, finished_at=None
        )
        if count:
            _at_once(hook)
    return count


def _at_once(hook: Webhook) -> None:
    Webhook.objects.filter(pk=hook.pk).update(rests_until=None)
    send.later(webhook_id=hook.pk)


def _store(hook: Webhook, values: Mapping[str, Any]) -> None:
    errors: Errors = {}
    for name, value in values.items():
        setattr(hook, "user_id" if name == "user" else name, value)
    if not hook.name.strip():
        errors["name"] = [_("This field is required.")]
    elif len(hook.name) > 100:
        errors["name"] = [_("At most %(limit)d characters fit here.") % {"limit": 100}]
    if problem := problem_of(hook.url):
        errors["url"] = [problem]
    elif len(hook.url) > 500:
        errors["url"] = [_("At most %(limit)d characters fit here.") % {"limit": 500}]
    user = User.objects.filter(pk=hook.user_id, is_active=True).first()
    if user is None:
        errors["user"] = [_("There is no such user.")]
    errors |= _wrong_events(hook) or _wrong_details(hook, actor_for(user) if user else None)
    if errors:
        raise Invalid(errors)
    hook.save()


def _wrong_events(hook: Webhook) -> Errors:
    if not hook.events:
        return {"events": [_("Choose at least one event.")]}
    if not set(hook.events) <= set(Event.values):
        return {"events": [_("There is no such event.")]}
    if hook.record_type and hook.record_type not in registry:
        return {"record_type": [_("There is no such type.")]}
    return {}


def _wrong_details(hook: Webhook, actor: Actor | None) -> Errors:
    """What is wrong with fields and filter, seen by whose rights the webhook has."""
    if not hook.record_type:
        return {name: [_("Choose a type of records first.")] for name in ("fields", "filter") if getattr(hook, name)}
    record_type = registry.get(hook.record_type)
    errors: Errors = {}
    if actor is None:
        return errors
    known = {*record_type.fields(actor), *(part.name for part in record_type.parts)}
    if unknown := [name for name in hook.fields if name not in known]:
        errors["fields"] = [_("There is no field “%(name)s”.") % {"name": str(unknown[0])[:50]}]
    try:
        compile_filter(hook.filter, record_type, actor)
    except BadQuery as error:
        errors["filter"] = [error.message]
    return errors
