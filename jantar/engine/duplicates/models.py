"""Pairs of records that may be the same, found by the scan, what people decided about them, and by which rules."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType


class State(models.TextChoices):
    OPEN = "open", pgettext_lazy("duplicate", "Open")
    LATER = "later", pgettext_lazy("duplicate", "Later")
    DIFFERENT = "different", pgettext_lazy("duplicate", "Not the same")


class Rules(models.Model):
    """What holds for a type; without a row the defaults do. A reason in `left_out` speaks neither for nor against."""

    record_type = models.CharField(max_length=50, unique=True)
    proposed_from = models.PositiveSmallIntegerField(_("proposed from"), default=50)
    hinted_from = models.PositiveSmallIntegerField(_("hinted from"), default=40)
    left_out = models.JSONField(default=list)

    class Meta:
        verbose_name = _("rules for duplicates")
        verbose_name_plural = _("rules for duplicates")

    def __str__(self) -> str:
        return self.record_type

    @property
    def of_scan(self) -> list[Any]:
        """What a scan finds depends on it."""
        return [self.proposed_from, *sorted(self.left_out)]


class PairQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor, record_type: RecordType) -> Self:
        """Pairs of a type both of whose records the actor sees; what is in the bin is no pair."""
        rows = record_type.visible_to(actor)
        seen = [Exists(rows.filter(pk=OuterRef(side))) for side in ("first_id", "second_id")]
        return self.filter(*seen, record_type=record_type.name)


class Pair(models.Model):
    """`first_id` is the smaller id. Why they are alike is worked out when they are shown."""

    record_type = models.CharField(max_length=50)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    points = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    #: Of a decision that came with a merged record: the merge, and what the pair was before, "" when it was none.
    follows = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+")
    state_before = models.CharField(max_length=10, blank=True, default="")

    objects: ClassVar[Any] = models.Manager.from_queryset(PairQuerySet)()

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        constraints = [
            models.UniqueConstraint(fields=["record_type", "first_id", "second_id"], name="duplicates_pair_once")
        ]
        indexes = [
            models.Index(fields=["record_type", "state", "-points", "id"], name="duplicates_pair_queue"),
            models.Index(fields=["record_type", "second_id"], name="duplicates_pair_second"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.first_id} {self.second_id}"
