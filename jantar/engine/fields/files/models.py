"""The files that fields of records hold, and which records hold them or once did."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 200


def new_key() -> str:
    return uuid4().hex


class HeldFile(models.Model):
    """A file that was uploaded for a field. `key` names it in values of records, also in other installations.

    `media_type` follows from the content. Of an image there is a small and a large picture, drawn anew.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    media_type = models.CharField(_("type"), max_length=100)
    size = models.BigIntegerField(_("size"))
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    small = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    large = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("file of a field")
        verbose_name_plural = _("files of fields")

    def __str__(self) -> str:
        return self.name


class Holder(models.Model):
    """A field of a record that holds a file, or did: who sees the two sees the file, in the history too.

    The rows follow from the history of each operation (`engine.records.held_files`).
    """

    file = models.ForeignKey(HeldFile, on_delete=models.CASCADE, related_name="holders")
    record_type = models.CharField(max_length=50)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=50)

    class Meta:
        verbose_name = _("holder of a file")
        verbose_name_plural = _("holders of files")
        constraints = [
            models.UniqueConstraint(fields=["file", "record_type", "record_id", "field"], name="fields_holder_once")
        ]
        indexes = [models.Index(fields=["record_type", "field", "record_id"], name="fields_holder_of_record")]

    def __str__(self) -> str:
        return f"{self.record_type}/{self.record_id} {self.field}"
