"""Hand-picked lists and the records in them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.fields.model_fields import RecordKeyField
from jantar.engine.records.models import Record
from jantar.engine.records.registry import registry

NAME_LENGTH = 100


class Audience(models.TextChoices):
    """Who sees a list. Nobody but its owner sees a private one, administrators neither."""

    EVERYONE = "everyone", _("Everyone")
    TEAM = "team", pgettext_lazy("list", "The team")
    PRIVATE = "private", _("Only me")


def types_with_lists() -> list[tuple[str, str]]:
    """The types whose records can be put into lists, with their labels; not those that hang on other records."""
    return [(one.name, capfirst(str(one.label_plural))) for one in registry.all() if one.within is None]


class RecordList(Record):
    """A named set of records of the type `of`, each put in by somebody."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    of = models.CharField(pgettext_lazy("list", "records"), max_length=50, choices=types_with_lists)
    audience = models.CharField(_("who sees it"), max_length=10, choices=Audience, default=Audience.PRIVATE)
    description = models.TextField(_("description"), blank=True, default="")

    title_column: ClassVar[str] = "name"

    class Meta:
        verbose_name = pgettext_lazy("records", "list")
        verbose_name_plural = pgettext_lazy("records", "lists")
        indexes = [
            models.Index("of", condition=Q(deleted_at=None), name="list_of_type"),
            models.Index(F("created_at").desc(), F("id").desc(), condition=Q(deleted_at=None), name="list_by_created"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A record is in a list. The key may outlive its record: whoever reads members asks for the visible records."""

    #: Without an index of its own: the constraint has one that begins with it.
    list = models.ForeignKey(RecordList, on_delete=models.CASCADE, related_name="members", db_index=False)
    record = RecordKeyField(_("record"), blank=False, holds=False)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = pgettext_lazy("list", "member")
        verbose_name_plural = pgettext_lazy("list", "members")
        constraints = [models.UniqueConstraint(fields=["list", "record_type", "record_id"], name="lists_member_once")]
        indexes = [models.Index(fields=["record_type", "record_id"], name="lists_of_record")]

    def __str__(self) -> str:
        return f"{self.list_id} {self.record}"
