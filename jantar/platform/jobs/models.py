"""One row for each run of a job: what its owner sees of it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.WAITING, State.RUNNING)
FINISHED = (State.DONE, State.FAILED, State.CANCELLED)


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def visible_for(self, user_id: int | None, *, is_admin: bool) -> "JobRunQuerySet":
        """Everybody sees their own runs, administrators all."""
        return self if is_admin else self.filter(owner_id=user_id, is_internal=False)

    def held_by(self, run_id: int, attempt: int) -> "JobRunQuerySet":
        """The run as long as this attempt has not been replaced by another worker's."""
        return self.filter(pk=run_id, attempt=attempt, state=State.RUNNING)


JobRunManager = models.Manager.from_queryset(JobRunQuerySet)


class JobRun(models.Model):
    """A run of a job. `attempt` counts its starts and tells an outdated worker from the current one.

    It never starts again from the beginning: `attempts_before` are those before the run was last tried again.
    """

    kind = models.CharField(_("kind"), max_length=100)
    label = models.CharField(_("job"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_internal = models.BooleanField(default=False)
    arguments = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    progress = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    checkpoint = models.JSONField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    attempts_before = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    queue_job_id = models.BigIntegerField(null=True)
    run_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = JobRunManager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["owner", "-id"], name="jobs_run_owner"),
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="jobs_run_open"),
            models.Index(fields=["finished_at"], name="jobs_run_finished"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def tries(self) -> int:
        """Starts since the run was enqueued, or tried again."""
        return self.attempt - self.attempts_before

    @property
    def is_open(self) -> bool:
        """Still to be done or being done."""
        return self.state in OPEN

    @property
    def can_retry(self) -> bool:
        """Ended without having done its work."""
        return self.state in (State.FAILED, State.CANCELLED)

    @property
    def tone(self) -> str:
        """Colour of the state on pages."""
        return {State.DONE: "success", State.FAILED: "danger", State.RUNNING: "info"}.get(State(self.state), "neutral")

    @property
    def result_url(self) -> str:
        """Where the result can be looked at; only addresses of our own."""
        url = str((self.result or {}).get("url", ""))
        return url if url.startswith("/") and not url.startswith("//") else ""

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100, None when the total is not known."""
        return min(100, self.progress * 100 // self.total) if self.total else None

    @property
    def seconds(self) -> float | None:
        """How long it ran, or has been running."""
        if self.started_at is None:
            return None
        end: datetime = self.finished_at or timezone.now()
        return (end - self.started_at).total_seconds()
