"""What happened to the data: operations (who, why, when) and the changes each of them made."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Cause(models.TextChoices):
    PAGE = "page", pgettext_lazy("cause", "In Jantar")
    API = "api", _("API")
    IMPORT = "import", _("Import")
    BULK = "bulk", _("Bulk edit")
    MERGE = "merge", _("Merge")
    AUTOMATION = "automation", _("Automation")
    UNDO = "undo", _("Undo")
    SYSTEM = "system", _("Jantar")


class Operation(models.Model):
    """One act of one actor. Everything it changed can be listed and undone together."""

    #: While it is open: the last change before it, or before this step of it.
    starts_after: int = 0
    #: While it is open: who hears of its end, functions that take the operation.
    told: "Sequence[Callable[[Operation], None]]" = ()

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False,
        verbose_name=_("who"),
    )  # fmt: skip
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    label = models.CharField(_("what"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), db_default=Now(), db_index=True)
    undone_by = models.OneToOneField(
        "self", null=True, on_delete=models.SET_NULL, related_name="undoes", verbose_name=_("undone by")
    )

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes = [models.Index(F("actor"), F("id").desc(), name="history_operation_of_actor")]

    def __str__(self) -> str:
        return self.label or str(self.get_cause_display())


class Kept(models.Model):
    """Something that undoing an operation left as it is; `operation` is the undoing.

    `reason` is one of `Reason`; for a single column `kept` holds what stands there and `had` what would have come
    back, as columns with their values.
    """

    class Reason(models.TextChoices):
        CHANGED = "changed", _("changed since")
        USED = "used", _("in use by other records")
        GONE = "gone", _("what it needs no longer exists")
        RIGHTS = "rights", _("not yours to change")

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="kept")
    source = models.CharField(max_length=63)
    record_id = models.BigIntegerField()
    root = models.CharField(max_length=63)
    root_id = models.BigIntegerField()
    column = models.CharField(max_length=63, blank=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    kept = models.JSONField(null=True)
    had = models.JSONField(null=True)

    class Meta:
        verbose_name = _("kept value")
        verbose_name_plural = _("kept values")

    def __str__(self) -> str:
        return f"{self.root} {self.root_id} {self.column}"


class Change(models.Model):
    """One row that was inserted, updated or deleted; written by triggers only.

    `source` is the table and `record_id` the row; `root` and `root_id` name the record the row is a part of
    (itself, for a record). `before` and `after` hold the changed columns; a deleted row is kept whole in
    `before`, an inserted one needs no values because the table has them.
    """

    operation = models.ForeignKey(
        Operation, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="changes"
    )
    at = models.DateTimeField(db_default=Now())
    source = models.CharField(max_length=63)
    record_id = models.BigIntegerField()
    root = models.CharField(max_length=63)
    root_id = models.BigIntegerField()
    action = models.CharField(max_length=1, choices=[("I", _("Created")), ("U", _("Changed")), ("D", _("Deleted"))])
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["root", "root_id", "-id"], name="history_change_of_record"),
            models.Index(fields=["root", "at", "root_id"], name="history_change_since"),
        ]
