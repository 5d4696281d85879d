"""What would be stored of the first rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.references import unseen
from jantar.engine.records.references import record_titles
from jantar.engine.transfer.import_page.columns import ColumnsPart
from jantar.engine.transfer.import_page.kinds import TONES, kinds
from jantar.engine.transfer.importing import UPDATED, Outcome
from jantar.engine.transfer.plan import full_key, own_key
from jantar.engine.transfer.targets import ID


@dataclass(frozen=True)
class PreviewRow:
    number: int
    label: str
    tone: str
    cells: list[tuple[str, bool]]
    reason: str


class PreviewPart(ColumnsPart):
    @cached_property
    def shown_fields(self) -> list[tuple[str, Field]]:
        """By the prefix of their type the fields that columns go to, and those filled with other records of the row."""
        found = []
        for prefix, record_type in self.plan.types(self.record_type):
            fields = record_type.fields(self.actor)
            linked = [own_key(key, prefix) for key, _label, chosen in self.links if chosen]
            keys = [record_type.title, *self.plan.of_type(prefix).mapping, *linked]
            found += [(prefix, fields[key]) for key in dict.fromkeys(keys) if key in fields and key != ID]
        return found

    @property
    def preview_heads(self) -> list[str]:
        types = dict(self.types)
        return [self.labelled(types[prefix], field.label) for prefix, field in self.shown_fields]

    @property
    def preview_rows(self) -> Iterator[PreviewRow]:
        if self.preview is None:
            return
        for outcome in self.preview.outcomes:
            shown = self.shown_fields if outcome.record else ()
            cells = [self._cell(prefix, field, outcome) for prefix, field in shown]
            reason = self.preview.importer.reason(outcome) if outcome.errors else ""
            yield PreviewRow(outcome.row.number, kinds()[outcome.kind], TONES[outcome.kind], cells, reason)

    def _cell(self, prefix: str, field: Field, outcome: Outcome) -> tuple[str, bool]:
        record = outcome.records.get(prefix) if outcome.records else outcome.record
        if record is None:
            return "", False
        changed = outcome.kind == UPDATED and full_key(prefix, field.name) in outcome.changed
        return self._text(prefix, field, field.read(record), outcome)[:100], changed

    def _text(self, prefix: str, field: Field, value: Any, outcome: Outcome) -> str:
        if isinstance(field, RecordsOf):
            return field.titled(value, self.titles)
        if not isinstance(field, RecordOf) or value is None:
            return field.text(value)
        # What has no title is to be made on the way, as the sheet names it, or stands there and may not be seen.
        return self.titles.get(value) or self._in_sheet(prefix, field, outcome) or unseen()

    def _in_sheet(self, prefix: str, field: Field, outcome: Outcome) -> str:
        mapping = self.plan.of_type(prefix).mapping
        return outcome.row.cells[mapping.index(field.name)].strip() if field.name in mapping else ""

    @cached_property
    def titles(self) -> dict[RecordKey, str]:
        """Of the records that custom fields refer to; one statement for all rows."""
        referring = [(prefix, one) for prefix, one in self.shown_fields if isinstance(one, RecordOf | RecordsOf)]
        outcomes = self.preview.outcomes if self.preview and referring else ()
        records = [(one, row.records.get(prefix) if row.records else row.record) for prefix, one in referring
                   for row in outcomes]  # fmt: skip
        values = [one.read(record) for one, record in records if record]
        keys = [key for value in values for key in ([value] if isinstance(value, RecordKey) else value or ())]
        return record_titles(keys, self.actor)
