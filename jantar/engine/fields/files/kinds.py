"""What a file can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What a file is by its content."""

    IMAGE = "image", _("Image")
    PDF = "pdf", _("PDF")
    TEXT = "text", pgettext_lazy("file", "Text")
    WORDS = "words", _("Text document")
    SHEET = "sheet", _("Spreadsheet")
    SLIDES = "slides", _("Presentation")
    ARCHIVE = "archive", _("Archive")
    OTHER = "other", pgettext_lazy("file", "Other")
