"""Sending messages: at least once, each under an id that stays; tried again for about a day.

The order is not promised. A webhook that nothing reached for days is turned off, and administrators are told.
"""

import random
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jantar.engine.webhooks.jobs import send
from jantar.engine.webhooks.models import Attempt, Delivery, Webhook
from jantar.engine.webhooks.payload import NothingToSay, body_of
from jantar.engine.webhooks.signing import signature
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import Run
from jantar.platform.mail.services import send_mail
from jantar.platform.outgoing.client import Answer, NotSent, post
from jantar.platform.settings.sealing import CannotUnseal, unseal

#: How long to wait after the first, second ... attempt: about a day in all.
DELAYS = [
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800)
]  # fmt: skip
#: A message that a job took to send is free for others after this time.
CLAIM = timedelta(minutes=5)
#: One job sends so long, then others have their turn.
BUSY_SECONDS = 30.0
GIVE_UP_AFTER = timedelta(days=3)
KEPT_DAYS = 30
GONE = 410


def send_due(webhook_id: int, run: Run) -> None:
    """Sends what is due to one webhook. After an attempt without an answer the others wait for a later job."""
    started, count = time.monotonic(), 0
    while True:
        with run.step(done=count):
            delivery = claim(webhook_id, run.id)
        if delivery is None:
            return
        outcome = attempt(delivery)
        with transaction.atomic():
            settle(delivery, outcome)
            count += 1
            if time.monotonic() - started > BUSY_SECONDS:
                send.later(webhook_id=webhook_id)
                return


def claim(webhook_id: int, run_id: int) -> Delivery | None:
    """A message that is due, with its body. What the same job took before its worker died is due at once."""
    now = timezone.now()
    waiting = Delivery.objects.filter(webhook=webhook_id, state=Delivery.State.WAITING)
    due = waiting.filter(
        Q(webhook__rests_until=None) | Q(webhook__rests_until__lte=now),
        Q(next_at__lte=now) | Q(claimed_by=run_id), webhook__state=Webhook.State.ON,
    )  # fmt: skip
    rows = due.select_related("webhook__user").select_for_update(of=("self",), skip_locked=True)
    for delivery in rows.order_by("next_at", "pk")[:1]:
        delivery.claimed_by, delivery.next_at = run_id, now + CLAIM
        try:
            delivery.body = delivery.body or body_of(delivery)
        except NothingToSay:
            delivery.state, delivery.finished_at = Delivery.State.FAILED, now
            _note(delivery, NotSent(_("The kind of records it is about is switched off.")))
        delivery.save(update_fields=["claimed_by", "next_at", "body", "state", "finished_at"])
        return delivery if delivery.state == Delivery.State.WAITING else claim(webhook_id, run_id)
    return None


def attempt(delivery: Delivery) -> Answer | NotSent:
    """One attempt over the network, outside of any transaction."""
    hook = delivery.webhook
    now = timezone.now()
    sealed = [hook.secret, *([hook.old_secret] if hook.old_until and hook.old_until > now else [])]
    try:
        signed = signature(delivery.message_id, int(now.timestamp()), delivery.body, map(unseal, sealed))
        return post(hook.url, delivery.body.encode(), headers_of(delivery, int(now.timestamp()), signed))
    except CannotUnseal:
        return NotSent(_("The secret can't be read any more. Make a new one."), is_refused=True)
    except NotSent as error:
        return error


def headers_of(delivery: Delivery, timestamp: int, signed: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Jantar",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signed,
    }


def settle(delivery: Delivery, outcome: Answer | NotSent) -> None:
    """Notes an attempt and what follows from it."""
    hook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
    now = timezone.now()
    _note(delivery, outcome)
    delivery.attempts, delivery.claimed_by = delivery.attempts + 1, None
    if isinstance(outcome, Answer) and 200 <= outcome.status < 300:
        delivery.state, delivery.finished_at = Delivery.State.SENT, now
        hook.failing_since, hook.last_error, hook.rests_until = None, "", None
    else:
        hook.failing_since = hook.failing_since or now
        hook.last_error = said(outcome)[:300]
        delay = _delay(delivery.attempts)
        if delay is None:
            delivery.state, delivery.finished_at = Delivery.State.FAILED, now
        else:
            delivery.next_at = now + delay
            send.later(webhook_id=hook.pk, run_at=delivery.next_at)
        if isinstance(outcome, NotSent):
            _rest(hook, now)
        if now - hook.failing_since > GIVE_UP_AFTER or (isinstance(outcome, Answer) and outcome.status == GONE):
            _turn_off(hook)
    delivery.save(update_fields=["attempts", "claimed_by", "state", "finished_at", "next_at"])
    hook.save(update_fields=["failing_since", "last_error", "rests_until", "state"])


def said(outcome: Answer | NotSent) -> str:
    if isinstance(outcome, NotSent):
        return str(outcome)
    return _("The answer was %(status)d.") % {"status": outcome.status}


def wake_overdue() -> None:
    """Jobs for messages that nobody sends, such as those whose job was cancelled."""
    late = timezone.now() - timedelta(minutes=1)
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lt=late, webhook__state=Webhook.State.ON)
    for webhook_id in waiting.values_list("webhook", flat=True).distinct():
        send.later(webhook_id=webhook_id)


def delete_old_messages() -> None:
    """Messages hold what records said: they are kept for 30 days."""
    Delivery.objects.filter(created_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


def _note(delivery: Delivery, outcome: Answer | NotSent) -> None:
    told = {"status": outcome.status, "answer": outcome.text, "milliseconds": outcome.milliseconds} if isinstance(
        outcome, Answer
    ) else {"error": str(outcome)[:300]}  # fmt: skip
    Attempt.objects.create(delivery=delivery, at=timezone.now(), **told)


def _delay(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts, not the same for all that failed together; None: no longer."""
    if attempts > len(DELAYS):
        return None
    return DELAYS[attempts - 1] * (0.9 + random.random() * 0.2)  # noqa: S311 - spreads load, hides nothing


def _rest(hook: Webhook, now: datetime) -> None:
    """Where nobody answers each attempt costs seconds: the longer nobody did, the rarer the attempts."""
    failing = now - (hook.failing_since or now)
    hook.rests_until = now + min(max(timedelta(seconds=5), failing / 4), timedelta(minutes=30))
    send.later(webhook_id=hook.pk, run_at=hook.rests_until)


def _turn_off(hook: Webhook) -> None:
    hook.state = Webhook.State.OFF
    for user in User.objects.filter(is_active=True, is_admin=True).order_by("pk"):
        with translation.override(user.language):
            send_mail(
                [user.email],
                subject=_("The webhook “%(name)s” was turned off") % {"name": hook.name},
                body=_(
                    "Messages to %(url)s could not be delivered for days. The last attempt: %(error)s\n\n"
                    "Turn it on again in the settings, under Webhooks, when the other side works."
                )
                % {"url": hook.url, "error": hook.last_error},
            )
