"""What the pages of an import show."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.engine.transfer import plan as modes
from jantar.engine.transfer.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, WRONG, Outcome
from jantar.engine.transfer.known import Recognised, recognised_by
from jantar.engine.transfer.models import ImportRun, State
from jantar.engine.transfer.new_fields import PLAIN, proposals
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.services import Preview, creatable, preview
from jantar.engine.transfer.targets import ID, Target, targets_of

ENCODINGS = {"utf-8": "UTF-8", "cp1250": "Windows-1250", "iso8859-2": "ISO 8859-2", "cp852": "DOS 852",
             "cp1252": "Windows-1252", "utf-16": "UTF-16"}  # fmt: skip
TONES = {CREATED: "green", UPDATED: "blue", UNCHANGED: "neutral", SKIPPED: "neutral", WRONG: "red"}
PREPARING, RUNNING, ENDED = 2, 3, 4
LINKED = 20
REFUSED_SHOWN = 20
NEW_FIELDS = 20
SAMPLE_LENGTH = 60

Option = tuple[str, str, bool]


@dataclass(frozen=True)
class ColumnChoice:
    """A column of the file with the field it goes to."""

    place: int
    header: str
    samples: str
    chosen: str


@dataclass(frozen=True)
class PreviewRow:
    number: int
    label: str
    tone: str
    cells: list[tuple[str, bool]]
    reason: str


class ImportPage:
    """Everything the templates ask of one import. Lists are worked out when asked for."""

    def __init__(self, run: ImportRun, actor: Actor, errors: dict[str, list[str]] | None = None) -> None:
        self.run = run
        self.actor = actor
        self.record_type = registry.get(run.record_type)
        self.plan = Plan.from_json(run.plan)
        self.errors = errors or {}
        self.preview: Preview | None = None

    def prepare(self) -> "ImportPage":
        """Tries the first rows; what can't be followed is among the errors then."""
        if not self.errors:
            try:
                self.preview = preview(self.run, actor=self.actor)
            except Invalid as error:
                self.errors = error.errors
        return self

    @property
    def step(self) -> int:
        if self.run.is_finished or self.run.state == State.FAILED:
            return ENDED
        return RUNNING if self.run.is_busy else PREPARING

    @property
    def tone(self) -> str:
        return {State.DONE: "success", State.FAILED: "danger", State.CANCELLED: "warning"}.get(self.run.state, "info")  # type: ignore[call-overload, no-any-return]

    @property
    def messages(self) -> list[str]:
        return [message for messages in self.errors.values() for message in messages]

    # How the file is read

    @property
    def encodings(self) -> list[Option]:
        found = self.plan.encoding.removesuffix("-sig")
        known = {**ENCODINGS, found: ENCODINGS.get(found, found.upper())}
        return [(key, label, key == found) for key, label in known.items()]

    @property
    def delimiters(self) -> list[Option]:
        signs = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Vertical bar")}
        return [(sign, label, sign == self.plan.delimiter) for sign, label in signs.items()]

    @property
    def worksheets(self) -> list[Option]:
        return [(name, name, name == self.plan.worksheet) for name in self.plan.worksheets]

    @property
    def decimal_signs(self) -> list[Option]:
        return tristate(self.plan.decimal_comma, _("Comma (1,5)"), _("Point (1.5)"))

    @property
    def date_orders(self) -> list[Option]:
        return tristate(self.plan.day_first, _("Day first (31/12)"), _("Month first (12/31)"))

    # The program it comes from

    @cached_property
    def recognised(self) -> Recognised | None:
        return recognised_by(self.plan.known)

    @property
    def looks_like(self) -> str:
        """Which program's export this seems to be, and when it is of something else than what is imported."""
        if self.recognised is None:
            return ""
        known = {"program": self.recognised.export.program, "content": self.recognised.export.content}
        text = _("This looks like a %(program)s export of %(content)s.") % known
        if self.recognised.record_type.name != self.run.record_type:
            text += " " + _("You are importing it as %(types)s.") % {"types": self.record_type.label_plural}
        return text

    @property
    def translated(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The fields whose values are translated, each with pairs of the program's word and ours."""
        if self.recognised is None:
            return []
        found = []
        for export in self.record_type.known_exports:
            if export.program == self.recognised.export.program:
                for key, values in export.values.items():
                    target = self.targets.get(key)
                    if target and target.field and key in self.plan.mapping:
                        words = [(text, target.field.text(value) if value else "–") for text, value in values.items()]
                        found.append((capfirst(str(target.label)), words))
        return found

    # Columns and fields

    @cached_property
    def targets(self) -> dict[str, Target]:
        return targets_of(self.record_type, self.actor)

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The fields to choose from: those of the record, then those of its parts."""
        found: dict[str, list[tuple[str, str]]] = {}
        for key, target in self.targets.items():
            section = str(target.section) or str(self.record_type.label)
            found.setdefault(capfirst(section), []).append((key, capfirst(str(target.label))))
        return list(found.items())

    @property
    def columns(self) -> list[ColumnChoice]:
        return [
            ColumnChoice(place, column.header, " · ".join(s[:SAMPLE_LENGTH] for s in column.samples), chosen)
            for place, (column, chosen) in enumerate(zip(self.plan.columns, self.plan.mapping, strict=False))
        ]

    @cached_property
    def without_field(self) -> list[tuple[int, str, list[Option]]]:
        """Filled columns that go nowhere, with the kinds a field of theirs could be of; for administrators."""
        if not self.actor.is_admin or not self.run.file_id:
            return []
        try:
            found = proposals(self.run, NEW_FIELDS)
        except Invalid:
            return []
        kinds = [(kind, label) for kind, label in CustomField.KINDS if kind in PLAIN]
        return [
            (one.place, one.header, [(kind, capfirst(str(label)), kind == one.kind) for kind, label in kinds])
            for one in found
        ]

    @property
    def mapped(self) -> int:
        return sum(1 for key in self.plan.mapping if key)

    @property
    def constants(self) -> list[tuple[int, str, str]]:
        """What was chosen, and one empty line."""
        return [(n, *pair) for n, pair in enumerate([*self.plan.constants.items(), ("", "")])]

    # Known records

    @property
    def match_options(self) -> list[Option]:
        fields = self.record_type.fields(self.actor)
        names = [*self.record_type.match, *([ID] if ID in self.plan.mapping else [])]
        return [(name, capfirst(str(fields[name].label)), name in self.plan.match) for name in names]

    @property
    def modes(self) -> list[Option]:
        labels = {
            modes.UPDATE: _("Update known records, create new ones"),
            modes.SKIP: _("Leave known records alone, create new ones"),
            modes.ONLY_UPDATE: _("Update known records only"),
            modes.CREATE: _("Create a new record from every row"),
        }
        return [(mode, label, mode == self.plan.mode) for mode, label in labels.items()]

    @property
    def creatable(self) -> list[Option]:
        """References whose missing records can be made from their names."""
        fields = self.record_type.fields(self.actor)
        found = []
        for name in creatable(self.record_type, self.plan.mapping, self.actor):
            label = _("Create what is missing in “%(field)s”") % {"field": capfirst(str(fields[name].label))}
            found.append((name, label, name in self.plan.create_missing))
        return found

    # What would be stored

    @cached_property
    def shown_fields(self) -> list[Field]:
        fields = self.record_type.fields(self.actor)
        keys = [self.record_type.title, *self.plan.mapping]
        return [fields[key] for key in dict.fromkeys(keys) if key in fields and key != ID]

    @property
    def preview_heads(self) -> list[str]:
        return [capfirst(str(field.label)) for field in self.shown_fields]

    @property
    def preview_rows(self) -> Iterator[PreviewRow]:
        if self.preview is None:
            return
        for outcome in self.preview.outcomes:
            cells = [self._cell(field, outcome) for field in self.shown_fields] if outcome.record else []
            reason = self.preview.importer.reason(outcome) if outcome.errors else ""
            yield PreviewRow(outcome.row.number, kinds()[outcome.kind], TONES[outcome.kind], cells, reason)

    def _cell(self, field: Field, outcome: Outcome) -> tuple[str, bool]:
        text = field.text(field.read(outcome.record))
        return text[:100], outcome.kind == UPDATED and field.name in outcome.changed

    # What came of it

    @property
    def counts(self) -> dict[str, Any]:
        return self.run.counts or self.run.forecast or {}

    @property
    def tiles(self) -> list[tuple[str, int, str]]:
        """Label, number and colour of each outcome; those nobody expects only when they happened."""
        labels, always = kinds(), (CREATED, UPDATED, UNCHANGED, WRONG)
        return [
            (labels[kind], self.counts.get(kind, 0), TONES[kind])
            for kind in (CREATED, UPDATED, UNCHANGED, SKIPPED, WRONG)
            if kind in always or self.counts.get(kind)
        ]

    @property
    def references_made(self) -> list[tuple[str, int]]:
        fields = self.record_type.fields(self.actor)
        made = self.counts.get("references", {})
        return [(capfirst(str(fields[name].label)), number) for name, number in made.items() if name in fields]

    @property
    def wrong(self) -> int:
        return int(self.counts.get(WRONG, 0))

    @property
    def refused(self) -> list[Any]:
        return list(self.run.refused.all()[:REFUSED_SHOWN])

    @cached_property
    def created(self) -> list[tuple[str, str]]:
        """Links to the first records that were made."""
        table = self.record_type.model._meta.db_table
        made = Change.objects.filter(operation=self.run.operation_id, source=table, action="I").order_by("pk")
        ids = [pk for (pk,) in made.values_list("record_id")[: 5 * LINKED]]
        records = self.record_type.visible_to(self.actor).filter(pk__in=ids).order_by("pk")[:LINKED]
        return [(str(record), f"/{self.record_type.name}/{record.pk}/") for record in records]

    @property
    def undone(self) -> bool:
        return bool(self.run.operation and self.run.operation.undone_by_id)

    @property
    def undo_url(self) -> str:
        stored = (
            self.counts.get(CREATED, 0) + self.counts.get(UPDATED, 0) + sum(n for _label, n in self.references_made)
        )
        if not stored or self.run.operation_id is None or self.undone or self.run.is_busy:
            return ""
        try:
            return reverse("pages:undo", args=[self.run.operation_id])
        except NoReverseMatch:
            return ""


def kinds() -> dict[str, str]:
    return {
        CREATED: _("New"), UPDATED: _("Changed"), UNCHANGED: _("Unchanged"), SKIPPED: _("Left alone"),
        WRONG: _("Refused"),
    }  # fmt: skip


def tristate(value: bool | None, yes: str, no: str) -> list[Option]:
    return [("", _("As found in the file"), value is None), ("1", yes, value is True), ("0", no, value is False)]
