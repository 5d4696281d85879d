"""Custom fields: what an administrator added to a record type, without a restart."""

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.files.models import HeldFile as HeldFile
from jantar.engine.fields.files.models import Holder as Holder

#: How long the values of a field outlive it.
KEPT_FOR = timedelta(days=30)
KEY_LENGTH, LABEL_LENGTH, HELP_LENGTH, CHOICE_LENGTH = 50, 100, 300, 100


class CustomField(models.Model):
    """The definition of one added field. Its values are under its key in the `custom` document of the records."""

    KINDS = (
        ("text", _("Text")),
        ("long_text", _("Long text")),
        ("rich_text", _("Rich text")),
        ("number", _("Number")),
        ("integer", _("Whole number")),
        ("money", _("Amount of money")),
        ("percent", _("Percent")),
        ("duration", _("Duration")),
        ("boolean", _("Yes or no")),
        ("date", _("Date")),
        ("datetime", _("Date and time")),
        ("choice", _("One of a list")),
        ("multi_choice", _("Several of a list")),
        ("tags", _("Tags")),
        ("country", _("Country")),
        ("address", _("Address")),
        ("record", _("Record")),
        ("records", _("Several records")),
        ("user", _("Colleague")),
        ("team", _("Team")),
        ("email", _("E-mail")),
        ("phone", _("Phone")),
        ("web", _("Web address")),
        ("file", _("File")),
        ("image", _("Image")),
        ("formula", _("Formula")),
        ("rollup", _("Roll-up")),
    )

    record_type = models.CharField(_("record type"), max_length=50)
    key = models.CharField(
        _("key"),
        max_length=KEY_LENGTH,
        validators=[RegexValidator(r"^x_[a-z][a-z0-9_]*$", _("Only x_, small letters, digits and _ can be used."))],
    )
    label = models.CharField(_("label"), max_length=LABEL_LENGTH)
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    help = models.CharField(_("help"), max_length=HELP_LENGTH, blank=True)
    required = models.BooleanField(_("required"), default=False)
    #: No two records may have the same value.
    unique = models.BooleanField(_("unique"), default=False)
    #: Records without a value are told on the data quality page.
    wanted = models.BooleanField(_("worth having"), default=False)
    #: Filters and sorts by it are quick on large tables: it has indexes.
    indexed = models.BooleanField(_("quick to find by"), default=False)
    #: Why its indexes could not be built.
    index_error = models.CharField(max_length=500, blank=True, default="", editable=False)
    choices: "models.Field[Any, Any]" = ArrayField(
        models.CharField(max_length=CHOICE_LENGTH), verbose_name=_("values"), default=list, blank=True
    )
    #: Of a field that refers to records: the name of their type.
    target = models.CharField(_("refers to"), max_length=50, blank=True, default="")
    #: Of a formula: its text, fields by their keys, and the kind of its values.
    formula = models.TextField(_("formula"), blank=True, default="")
    #: Of a roll-up: what it measures of which related records (see `sources.Rollup`).
    rollup: "models.Field[Any, Any]" = models.JSONField(_("roll-up"), default=dict, blank=True)
    #: The filter that a record has to fit for the field to be shown; empty for always.
    shown_when: "models.Field[Any, Any]" = models.JSONField(_("shown when"), default=dict, blank=True)
    result = models.CharField(_("kind of the result"), max_length=20, blank=True, default="")
    #: What new records start with, as it is stored in them; None for nothing.
    default: "models.Field[Any, Any]" = models.JSONField(_("default"), null=True, blank=True)
    #: The section of the form it stands in, by `Section.key`; empty for the one of the custom fields.
    section = models.CharField(_("section"), max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    #: When the values of a retired field were removed from the records. The definition stays, to name old changes.
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    #: Of a roll-up, as far as whoever read the row asked for it: the name of `KeptRollup`.
    kept_in: str = ""

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ["record_type", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["record_type", "key"], name="fields_customfield_key")]

    def __str__(self) -> str:
        return self.label

    @property
    def kept_until(self) -> date | None:
        """The last day on which the values of a retired field can come back."""
        return (self.retired_at + KEPT_FOR).date() if self.retired_at else None


class KeptRollup(models.Model):
    """The table with the values of a roll-up, from when all of them are there (`engine.records.kept`).

    Its name ends in a digest of what is measured; so after a change of that nobody reads the old values.
    """

    definition = models.OneToOneField(CustomField, on_delete=models.CASCADE, related_name="kept")
    name = models.CharField(max_length=63)

    class Meta:
        verbose_name = _("kept roll-up")
        verbose_name_plural = _("kept roll-ups")

    def __str__(self) -> str:
        return self.name
