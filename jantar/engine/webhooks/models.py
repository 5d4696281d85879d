"""Webhooks, the messages to them (an outbox), and each attempt to send one."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Event(models.TextChoices):
    CREATED = "created", pgettext_lazy("event", "created")
    CHANGED = "changed", pgettext_lazy("event", "changed")
    DELETED = "deleted", pgettext_lazy("event", "deleted")
    RESTORED = "restored", pgettext_lazy("event", "restored")
    MERGED = "merged", pgettext_lazy("event", "merged")
    ENTRY = "entry", pgettext_lazy("event", "new on the timeline")


class Webhook(models.Model):
    """Who is told of what. `record_type` is empty for all types; `fields` (of `changed`) for all fields.

    The messages hold what `user` may see. Secrets are sealed; the old one signs too until `old_until`.
    """

    class State(models.TextChoices):
        ON = "on", pgettext_lazy("webhook", "on")
        PAUSED = "paused", pgettext_lazy("webhook", "paused")
        OFF = "off", pgettext_lazy("webhook", "turned off")

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("with the rights of"), on_delete=models.CASCADE, related_name="+"
    )
    record_type = models.CharField(_("records"), max_length=50, blank=True)
    events = models.JSONField(_("events"), default=list)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    filter = models.JSONField(_("filter"), default=dict, blank=True)
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_until = models.DateTimeField(null=True)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.ON)
    #: Since when nothing reached it; empty while it works.
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    #: Nothing is sent before, because nobody answered.
    rests_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name

    @property
    def tone(self) -> str:
        if self.state == self.State.ON:
            return "warning" if self.failing_since else "success"
        return "danger" if self.state == self.State.OFF else "neutral"


class Delivery(models.Model):
    """One message: what happened to up to 100 records of one type in one operation, in the manner of `event`.

    `ids` are records; of the event "entry" they are entries of the timeline. The body is written at the first
    attempt and stays; `key` is the id that the receiver sees. `claimed_by` is the job that is sending it now.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("message", "waiting")
        SENT = "sent", pgettext_lazy("message", "delivered")
        FAILED = "failed", pgettext_lazy("message", "failed")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    event = models.CharField(max_length=10)
    record_type = models.CharField(max_length=50, blank=True)
    ids = models.JSONField(default=list)
    operation_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    claimed_by = models.BigIntegerField(null=True)
    body = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["webhook", "-id"], name="webhooks_delivery_of_webhook"),
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="webhooks_delivery_waiting"),
            models.Index(fields=["created_at"], name="webhooks_delivery_by_age"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        return f"msg_{self.key.hex}"

    @property
    def type(self) -> str:
        return f"{self.record_type}.{self.event}" if self.record_type else self.event

    @property
    def tone(self) -> str:
        return {"sent": "success", "failed": "danger"}.get(self.state, "neutral")


class Attempt(models.Model):
    """`status` is that of the answer (empty when none came), `answer` the beginning of its text."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return f"{self.status or self.error}"
