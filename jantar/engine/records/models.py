"""What every record has: an owner, a team, a version, custom values, a place in the bin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.model_fields import RecurrenceField
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor

if TYPE_CHECKING:
    from jantar.engine.records.record_type import RecordType


class RecordQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor, action: str = "see") -> Self:
        """The records with which the actor may do `action`. The only door to records; the bin is left out."""
        return self.filter(allowed(self.model, actor, action), deleted_at=None)

    def one(self, pk: int) -> Any | None:
        """The record with this key. Without the ORDER BY of `first`, for which Django weighs each column."""
        return next(iter(self.filter(pk=pk)), None)

    def in_bin_for(self, actor: Actor) -> Self:
        """Deleted records that the actor may restore."""
        return self.filter(allowed(self.model, actor, "delete"), deleted_at__isnull=False)


def allowed(model: type[models.Model], actor: Actor, action: str, prefix: str = "") -> Q:
    """The scopes of all record types kept in the model's table, as one condition."""
    from jantar.engine.records.registry import registry

    types = registry.types_of(model)
    if len(types) == 1:
        return types[0].allowed(actor, action)
    condition = Q(pk__in=[])
    for record_type in types:
        condition |= Q(**record_type.defaults) & record_type.allowed(actor, action)
    return condition


def ids_sql(model: type[models.Model], scope: Q) -> tuple[str, Sequence[Any]]:
    """A statement that gives the ids of the rows the condition holds for, in the bin or not, with its parameters."""
    try:
        sql, parameters = model._base_manager.filter(scope).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", ()
    return sql, parameters


RecordManager = models.Manager.from_queryset(RecordQuerySet)


class Record(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    custom = models.JSONField(default=dict, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), null=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)
    #: The record this one became part of; a record that has it is in the bin.
    merged_into = models.BigIntegerField(_("merged into"), null=True, editable=False)

    objects: ClassVar[Any] = RecordManager()
    #: The column that names a record of this table; references are sorted by it.
    title_column: ClassVar[str] = "name"

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @property
    def record_type(self) -> "RecordType":
        from jantar.engine.records.registry import registry

        return registry.type_of(self)


#: Of a series: it was not found to be over by the rule it has.
GOES_ON = Q(over_by=None) | Q(over_by__lt=F("rule")) | Q(over_by__gt=F("rule"))


class Series(models.Model):
    """Records that come again by a rule: when it begins, by the clock of which time zone, up to when they are made.

    Each of them is an ordinary record. What is made later belongs to the operation that began the series, so that
    undoing it takes them all back.
    """

    record_type = models.CharField(max_length=50)
    rule = models.CharField(max_length=500)
    starts_at = models.DateTimeField()
    time_zone = models.CharField(max_length=63)
    made_until = models.DateTimeField(db_index=True)
    began_with = models.BigIntegerField(null=True)
    #: The rule by which nothing comes after `made_until`. Once the rule is another, it is looked at again.
    over_by = models.CharField(max_length=500, null=True)  # noqa: DJ001 - undo puts rows back that do not have it

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        indexes = [
            models.Index(
                fields=["record_type", "made_until"],
                condition=GOES_ON,
                name="records_series_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.rule}"


class Repeating(models.Model):
    """What records that can come again have besides: the rule, their series, and when the rule wants them.

    `occurs_at` stays when one of them is put on another time. `made_apart` are those that were made before their turn,
    to be something of their own: no other is made after them.
    """

    repeats = RecurrenceField(_("repeats"))
    series = models.ForeignKey(
        Series, null=True, editable=False, db_index=False, on_delete=models.SET_NULL, related_name="+"
    )
    occurs_at = models.DateTimeField(null=True, editable=False)
    made_apart = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        abstract = True


class WorkingHours(models.Model):
    """When somebody works, by their own clock: the row without a user holds for all who have none of their own.

    `days` are weekdays, 0 is Monday.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    begins = models.TimeField(_("work begins"))
    ends = models.TimeField(_("work ends"))
    days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("working days"))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.UniqueConstraint(fields=["user"], name="records_hours_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(begins__lt=models.F("ends")), name="records_hours_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


class CreatedOnce(models.Model):
    """Which record a user's form or API call with this key has created."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=50)
    key = models.CharField(max_length=100)
    record_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("creation")
        verbose_name_plural = _("creations")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "record_type", "key"], name="records_created_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class Moved(models.Model):
    """A row of a table without history that points elsewhere since a merge; with it undo brings the row back.

    `pointer` is the column, `was` and `became` are ids of records of the type.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="moved")
    record_type = models.CharField(max_length=50)
    source = models.CharField(max_length=63)
    pointer = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    was = models.BigIntegerField()
    became = models.BigIntegerField()

    class Meta:
        verbose_name = _("moved row")
        verbose_name_plural = _("moved rows")

    def __str__(self) -> str:
        return f"{self.source} {self.row_id}"
