"""The stream of a record, and what people write on it.

Notes and comments are no records: no list, search, export, API of types or history panel knows them. The only way
to a note is `visible_to`, which lets nobody in but its author and those it is shared with, administrators included.
"""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.model_fields import RecordKeyField
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.engine.timeline.channels import CHANNELS, WORDS_OF_MESSAGE, in_channels


class Entry(models.Model):
    """Something that happened. Who may not see its source does not see it; what it says comes from source and data."""

    kind = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    source = RecordKeyField("source")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index("source_type", "source_id", name="timeline_entry_by_source")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Place(models.Model):
    """A record on whose stream an entry stands; time and kind are repeated so that one index serves a page."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="places")
    record = RecordKeyField(None, blank=False, holds=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)

    class Meta:
        indexes = [
            models.Index(
                "record_type", "record_id", F("at").desc(), F("entry").desc(),
                name="timeline_place_of_record", include=["kind"],
            )
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["entry", "record_type", "record_id"], name="timeline_place_once")
        ]

    def __str__(self) -> str:
        return str(self.record)


class NoteQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Notes the actor wrote or was named for. Nobody else sees a note, whatever their rights."""
        if actor.user_id is None:
            return self.none()
        mine = Q(author=actor.user_id) | Q(pk__in=NoteShare.objects.filter(user=actor.user_id).values("note"))
        return self.filter(mine, deleted_at=None)


class Note(models.Model):
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    record = RecordKeyField(_("record"), blank=False)
    text = models.TextField(_("note"))
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    shared_with: "models.ManyToManyField[models.Model, NoteShare]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="NoteShare", related_name="+"
    )

    objects: ClassVar[Any] = models.Manager.from_queryset(NoteQuerySet)()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return str(_("Note"))


class NoteShare(models.Model):
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="timeline_noteshare_once")]

    def __str__(self) -> str:
        return str(self.user_id)


IS_CHANGED = Q(edited_at__isnull=False) | Q(deleted_at__isnull=False)


class CommentQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Comments on records the actor may see, and messages in channels the actor reads."""
        seen = in_channels(actor)
        for record_type in registry.all():
            if actor.may("see", record_type.name):
                rows = record_type.visible_to(actor).filter(pk=models.OuterRef("record_id"))
                seen |= Q(models.Exists(rows), record_type=record_type.name)
        return self.filter(seen, deleted_at=None)


class Comment(models.Model):
    """A word for everybody who sees the record; a message, where it stands in the channel of a team."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    record = RecordKeyField(_("record"), blank=False)
    text = models.TextField(_("comment"))
    #: The comment that began the thread, of those that answer in it.
    begins = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(CommentQuerySet)()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            GinIndex(WORDS_OF_MESSAGE, name="timeline_words_of_message", condition=Q(record_type=CHANNELS)),
            models.Index(
                F("record_id"), Greatest("edited_at", "deleted_at"), name="timeline_changed_message",
                condition=Q(record_type=CHANNELS) & IS_CHANGED,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(_("Comment"))

    @property
    def is_message(self) -> bool:
        return bool(self.record.type == CHANNELS)


class Mention(models.Model):
    """A user or a team named in a comment: they are told of it, whether they watch the record or not."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    team = models.ForeignKey("accounts.Team", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "user", "team"], name="timeline_mention_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.user.full_name if self.user else self.team.name if self.team else ""

    @property
    def key(self) -> str:
        """As forms send it: "u17", "t3"."""
        return f"u{self.user_id}" if self.user_id else f"t{self.team_id}"
