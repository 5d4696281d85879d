"""Who watches what, and what each user was told."""

from collections.abc import Collection, Sequence
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.fields.model_fields import RecordKeyField
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.engine.timeline.channels import CHANNELS, in_channels
from jantar.engine.timeline.kinds import sources
from jantar.engine.timeline.models import Comment


class Kind(models.TextChoices):
    GIVEN = "given", _("A record was given to me")
    CHANGED = "changed", _("A record I watch was changed")
    DELETED = "deleted", _("A record I watch was deleted or restored")
    COMMENT = "comment", _("A comment on a record I watch")
    MENTION = "mention", _("Somebody mentioned me in a comment")
    REPLY = "reply", _("A reply where I wrote or was mentioned")
    MESSAGE = "message", _("A message in the channel of a team of mine")
    ENTRY = "entry", _("Something new around a record I watch")
    DATE = "date", _("A date I watch comes near or was changed")
    VIEW = "view", _("A record came into a view I watch, or left it")


class Way(models.TextChoices):
    """How a user is told of a kind; by e-mail always means in the bell too."""

    BELL = "bell", pgettext_lazy("notifications", "In the bell")
    NOW = "now", pgettext_lazy("notifications", "In the bell and by e-mail at once")
    DAILY = "daily", pgettext_lazy("notifications", "In the bell and in a daily e-mail")
    NEVER = "never", pgettext_lazy("notifications", "Not at all")


class Watch(models.Model):
    """A user wants to be told of a record; with `is_on` false not even of an own one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record = RecordKeyField(_("record"), blank=False)
    is_on = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("watched record")
        verbose_name_plural = _("watched records")
        constraints = [
            models.UniqueConstraint(fields=["user", "record_type", "record_id"], name="following_watch_once")
        ]
        indexes = [models.Index(fields=["record_type", "record_id"], name="following_watch_of_record")]

    def __str__(self) -> str:
        return str(self.record)


class OfView(models.Model):
    """A watch of the records of a view: a saved one, or by its name (`ready`) one that comes with the type.

    A hand-picked list has a name too: "list-5".
    """

    view = models.ForeignKey("pages.SavedView", null=True, on_delete=models.CASCADE, related_name="+")
    ready = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def view_key(self) -> str:
        """What the view is called in addresses; "" when it is a watch of one record."""
        return self.ready or str(self.view_id or "")


class DateWatch(OfView):
    """A user wants to be told of a date: of one record, or of every record of a view (`record_id` is empty then).

    `days` and `hours` say how long before it, `on_change` also whenever somebody changes it. `looked_at` is when the
    records of the view were last looked through.
    """

    record_type: str
    record_id: int | None
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record = RecordKeyField(_("record"))
    field = models.CharField(max_length=60)
    days: "models.Field[list[int], list[int]]" = ArrayField(models.PositiveSmallIntegerField(), default=list)
    hours: "models.Field[list[int], list[int]]" = ArrayField(models.PositiveSmallIntegerField(), default=list)
    on_change = models.BooleanField(default=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("watched date")
        verbose_name_plural = _("watched dates")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "record_type", "record_id", "field"], name="following_date_of_record"
            ),
            models.UniqueConstraint(fields=["user", "view", "field"], name="following_date_of_view"),
            models.UniqueConstraint(
                fields=["user", "record_type", "ready", "field"], condition=~Q(ready=""), name="following_date_of_ready"
            ),
        ]
        indexes = [models.Index(fields=["record_type", "field", "record_id"], name="following_date_by_record")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.field}"


class DateReminder(models.Model):
    """That a user was reminded of a date; a row that can't be there twice. `moment` is when it was due."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record = RecordKeyField(_("record"), blank=False, holds=False)
    field = models.CharField(max_length=60)
    value = models.CharField(max_length=40)
    moment = models.DateTimeField()
    watch = models.ForeignKey(DateWatch, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("reminder of a date")
        verbose_name_plural = _("reminders of dates")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "record_type", "record_id", "field", "moment"], name="following_reminded_once"
            )
        ]
        indexes = [models.Index(fields=["moment"], name="following_reminded_when")]

    def __str__(self) -> str:
        return f"{self.field} {self.value}"


class DateMove(models.Model):
    """A watched date that an operation changed, until those who watch it were told. Values are as in JSON."""

    operation = models.ForeignKey(
        Operation, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    record = RecordKeyField(_("record"), blank=False, holds=False)
    field = models.CharField(max_length=60)
    was = models.JSONField(null=True)
    became = models.JSONField(null=True)

    class Meta:
        verbose_name = _("changed date")
        verbose_name_plural = _("changed dates")

    def __str__(self) -> str:
        return f"{self.field} {self.pk}"


class ViewWatch(OfView):
    """A user wants to be told which records come into a view and which leave it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_type = models.CharField(max_length=50)

    class Meta:
        verbose_name = _("watched view")
        verbose_name_plural = _("watched views")
        constraints = [
            models.UniqueConstraint(fields=["user", "view"], name="following_view_once"),
            models.UniqueConstraint(
                fields=["user", "record_type", "ready"], condition=~Q(ready=""), name="following_ready_view_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.view_key}"


class ViewLook(models.Model):
    """What the watcher saw in the view when it was last looked at: the ids of its records.

    `question` is the digest of filter and rights: after a change of these the look says nothing. `tables` are those
    the question reads. Of a view that has grown too large no ids are kept.
    """

    watch = models.OneToOneField(ViewWatch, primary_key=True, on_delete=models.CASCADE, related_name="look")
    question = models.CharField(max_length=64)
    tables: "models.Field[list[str], list[str]]" = ArrayField(models.CharField(max_length=63), default=list)
    members: "models.Field[list[int], list[int]]" = ArrayField(models.BigIntegerField(), default=list)
    is_too_large = models.BooleanField(default=False)
    looked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("look at a view")
        verbose_name_plural = _("looks at views")

    def __str__(self) -> str:
        return str(self.pk)


class Preference(models.Model):
    """How a user wants to be told; without a row everything is as by default."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    watches_own = models.BooleanField(default=True)
    #: A way for each kind that is told in another one than in the bell.
    ways = models.JSONField(default=dict)
    #: The hour of the daily e-mail, in the user's time zone.
    daily_hour = models.PositiveSmallIntegerField(default=7)
    #: No e-mail between these times of the user's day; what is told then is mailed when they end.
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)

    class Meta:
        verbose_name = _("notification setting")
        verbose_name_plural = _("notification settings")

    def __str__(self) -> str:
        return str(self.pk)


class NotificationQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor, among: Collection[str] | None = None) -> Self:
        """What the actor was told, without what is about things the actor may no longer see.

        Records in the bin count as seen by whom could see them before: that they went there is told too. `among` are
        the types that records and sources of the rows have, where that is known: nothing is asked of others then.
        """
        if actor.user_id is None:
            return self.none()
        types = [one.name for one in registry.all() if (among is None or one.name in among)]
        types = [name for name in types if actor.may("see", name)]
        record = Q(record_id=None) & _seen_among("records", types, actor) | _seen("record", types, actor)
        if among is None or CHANNELS in among:
            record |= in_channels(actor)
        comments = Comment.objects.filter(pk=OuterRef("source_id"), deleted_at=None)
        source = Q(source_type="") | Q(Exists(comments), source_type="comment") | _seen("source", types, actor)
        source |= _seen_sources(actor, among)
        return self.filter(record & source, user=actor.user_id)


def _seen(name: str, types: Sequence[str], actor: Actor) -> Q:
    """That the record a key column names exists and is within the actor's rights; the bin counts.

    Looked up by its id: a scalar subquery, which PostgreSQL never turns into a scan of the records.
    """
    found = Q(pk__in=[])
    for type_name in types:
        record_type = registry.get(type_name)
        rows = record_type.model._base_manager.filter(record_type.allowed(actor, "see"), pk=OuterRef(f"{name}_id"))
        found |= Q(IsNull(Subquery(rows.values("pk")[:1]), False), **{f"{name}_type": type_name})
    return found


def _seen_sources(actor: Actor, among: Collection[str] | None) -> Q:
    """That the source is no record but something else entries of the timeline come from, which the actor may see."""
    found = Q(pk__in=[])
    for name, rows in sources(actor, among):
        if name not in registry and name != "comment":
            found |= Q(
                IsNull(Subquery(rows.filter(pk=OuterRef("source_id")).values("pk")[:1]), False), source_type=name
            )
    return found


def _seen_among(name: str, types: Sequence[str], actor: Actor) -> Q:
    """That one of the records whose ids stand in the column `name` exists and is within the actor's rights."""
    found = Q(pk__in=[])
    for type_name in types:
        record_type = registry.get(type_name)
        rows = record_type.model._base_manager.filter(
            record_type.allowed(actor, "see"), _AnyOf("pk", OuterRef(name), output_field=models.BooleanField())
        )
        found |= Q(Exists(rows), record_type=type_name)
    return found


class _AnyOf(Func):
    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("


class Notification(models.Model):
    """Something one user is told, once.

    `record` is where it leads; without an id it sums up `number` records of a type, `records` are the first of their
    ids. `source` is the comment or the
    other record it comes from. What happened is told once to each user: `once` says which happening it is. `data`
    holds the names of changed columns, own fields and tables of parts, and the kind of an entry of the timeline.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    record = RecordKeyField(_("record"))
    source = RecordKeyField(_("source"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    operation = models.ForeignKey(
        Operation, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    number = models.PositiveIntegerField(default=1)
    records = ArrayField(models.BigIntegerField(), default=list)
    data = models.JSONField(default=dict)
    once = models.CharField(max_length=120)
    read_at = models.DateTimeField(_("read"), null=True)
    #: "now" or "daily" when it is to be told by e-mail too; `mailed_at` is when that was done or found needless.
    mail = models.CharField(max_length=10, blank=True, default="")
    mailed_at = models.DateTimeField(null=True)

    objects = models.Manager.from_queryset(NotificationQuerySet)()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["user", "once"], name="following_told_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="following_of_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="following_unread"),
            models.Index(fields=["at"], name="following_by_time"),
            models.Index(fields=["user"], condition=Q(mailed_at=None) & ~Q(mail=""), name="following_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
