"""The data quality report as a file."""

import io
from collections.abc import Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jantar.engine.permissions.actor import Actor
from jantar.engine.quality.counting import report_of
from jantar.engine.quality.findings import Question
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.registry import registry
from jantar.engine.transfer.exporting import FORMATS
from jantar.engine.transfer.sheets import csv_chunks, write_xlsx
from jantar.kit.money import uses_decimal_comma


def quality_file(actor: Actor, question: Question, format: str) -> bytes:
    """The report as CSV or workbook in the language in force. Raises BadQuery for another format."""
    if format not in FORMATS:
        raise BadQuery("format", _("“%(value)s” is not one of the listed values.") % {"value": format})
    headers = [_("Type"), _("What to mend"), pgettext("how many", "Number"), _("Estimated")]
    rows = list(rows_of_report(actor, question))
    if format == "csv":
        delimiter = ";" if uses_decimal_comma(actor.language) else ","
        return b"".join(csv_chunks(headers, rows, delimiter=delimiter))
    file = io.BytesIO()
    write_xlsx(file, headers, rows, name=_("Data quality"))
    return file.getvalue()


def rows_of_report(actor: Actor, question: Question) -> Iterator[tuple[str, str, int, str]]:
    """Every check of every type the actor sees, also those that found nothing."""
    for record_type in registry.all():
        if not record_type.quality or not actor.may("see", record_type.name):
            continue
        for one in report_of(record_type, actor, question).counted:
            estimated = "" if one.is_exact else _("yes")
            yield capfirst(str(record_type.label_plural)), one.finding.label, one.number, estimated
