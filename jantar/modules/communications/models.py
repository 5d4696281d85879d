"""What was said and done with customers, and what is still to be done."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.fields.model_fields import MinutesField, MoneyField, RecordKeyField
from jantar.engine.fields.sql import Fold
from jantar.engine.records.links import RecordLink
from jantar.engine.records.models import Record, Repeating
from jantar.modules.communications.choices import ActivityKind, Answer, Lead, Outcome, Priority

ALIVE = Q(deleted_at=None)


def lead_field() -> "models.CharField[str, str]":
    """When those concerned are reminded; empty as each of them chose."""
    return models.CharField(
        _("reminder"), max_length=5, choices=Lead, blank=True, default="", db_default="",
        help_text=_("When it is empty, as you chose in your account."),
    )  # fmt: skip


def uid_field() -> "models.CharField[str, str]":
    """By what a calendar it was brought from knows it; an import recognises it by that."""
    return models.CharField(_("calendar id"), max_length=255, blank=True, default="", db_default="")


class Activity(Record, Repeating):
    """A call, meeting, visit, e-mail or letter; `text` holds the minutes, `duration` the time it took in minutes."""

    kind = models.CharField(_("kind"), max_length=10, choices=ActivityKind, default=ActivityKind.CALL)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("minutes"), blank=True, default="")
    at = models.DateTimeField(_("when"), default=timezone.now)
    duration = MinutesField(_("duration"), null=True, blank=True)
    all_day = models.BooleanField(_("all day"), default=False, db_default=False)
    location = models.CharField(_("place"), max_length=200, blank=True, default="", db_default="")
    invites = models.BooleanField(
        _("invite by e-mail"), default=False, db_default=False,
        help_text=_("Participants get an invitation, and a mail with each later change. Untick it and no more go out."),
    )  # fmt: skip
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True, default="")
    cost = MoneyField(_("cost"))
    reminder = lead_field()
    calendar_uid = uid_field()

    title_column: ClassVar[str] = "subject"

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(F("at").desc(), F("id").desc(), condition=ALIVE, name="activity_by_at"),
            models.Index("owner", F("at").desc(), condition=ALIVE, name="activity_by_owner"),
            models.Index("team", F("at").desc(), condition=ALIVE, name="activity_by_team"),
            models.Index("at", condition=Q(invites=True), name="activity_inviting"),
            models.Index("series", "occurs_at", condition=~Q(series=None), name="activity_by_series"),
            models.Index("owner", "series", condition=ALIVE & ~Q(series=None), name="activity_series_of_owner"),
            models.Index(Fold("calendar_uid"), condition=~Q(calendar_uid=""), name="activity_by_uid"),
        ]

    def __str__(self) -> str:
        return self.subject


class ActivityLink(RecordLink):
    """A record the activity is about."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="links")

    class Meta(RecordLink.Meta):
        verbose_name = _("linked record")
        verbose_name_plural = _("linked records")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "record_type", "record_id"], name="activitylink_once",
                violation_error_message=_("This record is already linked."),
            )
        ]  # fmt: skip


class Participant(models.Model):
    """Who takes part: a person of the register, one of us, or anybody with a mail address; `answer` is empty until
    somebody answered the invitation."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(
        "contacts.Person", verbose_name=_("person"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    user = models.ForeignKey(
        "accounts.User", verbose_name=_("colleague"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    email = models.EmailField(_("e-mail"), blank=True, default="", db_default="")
    answer = models.CharField(
        pgettext_lazy("meeting", "answer"), max_length=10, choices=Answer, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, user=None, email="")
                | Q(person=None, user__isnull=False, email="")
                | (Q(person=None, user=None) & ~Q(email="")),
                name="participant_is_one",
                violation_error_message=_("A participant is a person, a colleague or an e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["activity", "person"], name="participant_person_once",
                violation_error_message=_("This person already takes part."),
            ),
            models.UniqueConstraint(
                fields=["activity", "user"], name="participant_user_once",
                violation_error_message=_("This colleague already takes part."),
            ),
            models.UniqueConstraint(
                F("activity"), Lower("email"), condition=~Q(email=""), name="participant_email_once",
                violation_error_message=_("This address already takes part."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.person or self.user or self.email)


class Invited(models.Model):
    """Up to which version of an activity the invitations were looked after."""

    activity = models.OneToOneField(Activity, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("invited meeting")
        verbose_name_plural = _("invited meetings")

    def __str__(self) -> str:
        return str(self.activity_id)


class Invitation(models.Model):
    """That somebody was invited by mail. `said` is the digest of what the last mail said, `sequence` its number.

    `address` is in lower case. The `uid` by which calendars know the meeting stays, also when it is merged.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="invitations")
    participant = models.ForeignKey(Participant, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey("contacts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    address = models.EmailField()
    uid = models.CharField(max_length=255)
    name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=50)
    sequence = models.PositiveIntegerField(default=0)
    said = models.CharField(max_length=64, blank=True, default="")
    starts_at = models.DateTimeField()
    duration = models.PositiveIntegerField(null=True)
    sent_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [models.UniqueConstraint(fields=["activity", "address"], name="invitation_once")]

    def __str__(self) -> str:
        return self.name or self.address


class Reply(models.Model):
    """An answer given through the link in an invitation."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="replies")
    answer = models.CharField(max_length=10, choices=Answer)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")

    def __str__(self) -> str:
        return str(self.invitation)


class Task(Record, Repeating):
    """Something to do by its owner; `origin` is the record it was planned from."""

    title = models.CharField(pgettext_lazy("task", "title"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    reminder = lead_field()
    calendar_uid = uid_field()
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        "accounts.User", verbose_name=_("done by"), null=True, editable=False, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    origin = RecordKeyField(_("planned from"))

    title_column: ClassVar[str] = "title"

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index("due_at", "id", condition=ALIVE, name="task_all_by_due"),
            models.Index("due_at", "id", condition=ALIVE & Q(done_at=None), name="task_by_due"),
            models.Index("owner", "due_at", "id", condition=ALIVE & Q(done_at=None), name="task_open_of_owner"),
            models.Index(F("created_at").desc(), F("id").desc(), condition=ALIVE, name="task_by_created"),
            models.Index("team", "due_at", condition=ALIVE, name="task_by_team"),
            models.Index("series", "occurs_at", condition=~Q(series=None), name="task_by_series"),
            models.Index("owner", "series", condition=ALIVE & ~Q(series=None), name="task_series_of_owner"),
            models.Index(Fold("calendar_uid"), condition=~Q(calendar_uid=""), name="task_by_uid"),
            models.Index("origin_type", "origin_id", condition=~Q(origin_type=""), name="task_by_origin"),
        ]

    def __str__(self) -> str:
        return self.title


class TaskLink(RecordLink):
    """A record the task is about."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="links")

    class Meta(RecordLink.Meta):
        verbose_name = _("linked record")
        verbose_name_plural = _("linked records")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "record_type", "record_id"], name="tasklink_once",
                violation_error_message=_("This record is already linked."),
            )
        ]  # fmt: skip


class ReminderPreference(models.Model):
    """How a user wants to be reminded; without a row as the defaults say."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    activity_lead = models.CharField(
        _("calls, meetings and visits"), max_length=5, choices=Lead, default=Lead.MINUTES_15
    )
    task_lead = models.CharField(_("tasks"), max_length=5, choices=Lead, default=Lead.AT_ONCE)
    on_screen = models.BooleanField(_("on every open page"), default=True)
    by_mail = models.BooleanField(_("by e-mail"), default=True)

    class Meta:
        verbose_name = _("reminder preference")
        verbose_name_plural = _("reminder preferences")

    def __str__(self) -> str:
        return str(self.pk)


class Reminder(models.Model):
    """That a user was to be reminded of an activity or a task which begins at `starts_at`: once, whatever happens.

    On screen it is shown from `shown_from` until it is dismissed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey(Activity, null=True, on_delete=models.CASCADE, related_name="reminders")
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="reminders")
    starts_at = models.DateTimeField()
    shown_from = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.CheckConstraint(condition=Q(activity=None) ^ Q(task=None), name="reminder_of_one"),
            models.UniqueConstraint(
                fields=["user", "activity", "task", "starts_at"], name="reminder_once", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index("user", "shown_from", condition=Q(dismissed_at=None), name="reminder_to_show"),
            models.Index("starts_at", name="reminder_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.activity_id or self.task_id}"


class OutsideCalendar(models.Model):
    """A calendar of a user elsewhere, read from an address that is kept encrypted: whoever knows it can read it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    address = models.TextField()
    host = models.CharField(max_length=253)
    etag = models.CharField(max_length=200, blank=True, default="")
    problem = models.CharField(max_length=300, blank=True, default="")
    left_out = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("outside calendar")
        verbose_name_plural = _("outside calendars")
        indexes = [models.Index("asked_at", name="outsidecalendar_by_asked")]

    def __str__(self) -> str:
        return self.name


class OutsideEntry(models.Model):
    """Taken time in a calendar elsewhere; what comes again is counted out. Whole days end with the day after."""

    calendar = models.ForeignKey(OutsideCalendar, on_delete=models.CASCADE, related_name="entries")
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)

    class Meta:
        verbose_name = _("entry of an outside calendar")
        verbose_name_plural = _("entries of outside calendars")
        indexes = [models.Index("calendar", "starts_at", name="outsideentry_by_start")]

    def __str__(self) -> str:
        return self.title
