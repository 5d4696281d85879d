"""Imports: one row for each uploaded file, the rows of it that were refused, and remembered layouts; archives."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jantar.engine.permissions.actor import Actor


class State(models.TextChoices):
    DRAFT = "draft", _("Being prepared")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


#: How long the file and its refused rows are kept: as long as the import can be undone, and some more.
KEPT = timedelta(days=60)
#: A job is at work, or about to be.
BUSY = (State.CHECKING, State.RUNNING)
#: The rows (or some of them) went in; nothing of the plan can change any more.
FINISHED = (State.DONE, State.CANCELLED)


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody sees their own imports, administrators all."""
        return self if actor.is_admin else self.filter(created_by_id=actor.user_id)


class ImportRun(models.Model):
    """The import of one file. `plan` is a `transfer.plan.Plan`; `forecast` and `counts` count rows by outcome.

    `done_rows` is how far the run is; it is written in the transaction that stores the rows. `file` is gone some
    time after the import.
    """

    record_type = models.CharField(_("record type"), max_length=50)
    file = models.ForeignKey(
        "files.StoredFile", verbose_name=_("file"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    file_name = models.CharField(_("file name"), max_length=200)
    plan: "models.Field[Any, Any]" = models.JSONField(default=dict)
    notices: "models.Field[Any, Any]" = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    forecast: "models.Field[Any, Any]" = models.JSONField(null=True)
    counts: "models.Field[Any, Any]" = models.JSONField(null=True)
    done_rows = models.PositiveIntegerField(default=0)
    operation = models.ForeignKey("history.Operation", null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey("jobs.JobRun", null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("who")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = models.Manager.from_queryset(ImportRunQuerySet)()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["created_by", "-id"], name="transfer_import_owner")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED


class RefusedRow(models.Model):
    """A row that did not (or would not) go in: its number in the sheet, its cells and why."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refused")
    number = models.PositiveIntegerField(_("row"))
    cells: "models.Field[Any, Any]" = models.JSONField()
    reason = models.TextField(_("why"))

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ["number"]
        indexes = [models.Index(fields=["run", "number"], name="transfer_refused_of_run")]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"


class Layout(models.Model):
    """How files with the same headers were imported last, so that the next one needs no mapping."""

    #: The parts of the plan that are remembered.
    KEPT = ("mapping", "constants", "match", "mode", "create_missing", "clear_empty", "currency", "translate",
            "also", "links", "leave_empty", "find_by", "values")  # fmt: skip

    record_type = models.CharField(max_length=50)
    fingerprint = models.CharField(max_length=32)
    plan: "models.Field[Any, Any]" = models.JSONField()
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record_type", "fingerprint"], name="transfer_layout_once")]


class ArchiveSource(models.Model):
    """An installation of Jantar that archives come from; one row is this installation itself.

    `ranges` are by table pairs of the highest id there and what is added to ids up to it to make them ours, lowest
    first. So an archive that is imported again meets its own rows, whatever happened to both sides since.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    is_own = models.BooleanField(default=False)
    ranges: "models.Field[Any, Any]" = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_own"], condition=models.Q(is_own=True), name="transfer_own_source_once")
        ]

    def __str__(self) -> str:
        return str(self.key)

    @classmethod
    def own(cls) -> "ArchiveSource":
        return cls.objects.get_or_create(is_own=True)[0]
