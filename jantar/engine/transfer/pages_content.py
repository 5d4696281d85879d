"""What the pages of an import show."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.engine.transfer import plan as modes
from jantar.engine.transfer.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, WRONG, Outcome
from jantar.engine.transfer.known import Recognised, recognised_by
from jantar.engine.transfer.links import acyclic, joinable, label_of, possible_links
from jantar.engine.transfer.models import ImportRun, State
from jantar.engine.transfer.new_fields import PLAIN, proposals
from jantar.engine.transfer.plan import SEPARATOR, Plan, full_key, own_key, references_in
from jantar.engine.transfer.reference_choices import ReferenceChoice, choice_of
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
        self.plan.also = [name for name in self.plan.also if name in registry]
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

    @cached_property
    def types(self) -> list[tuple[str, RecordType]]:
        """The types of the import by their prefix: its own, then those that its rows hold besides."""
        return [("", self.record_type), *((name, registry.get(name)) for name in self.plan.also)]

    @cached_property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The fields to choose from: those of the record, then those of its parts; then those of the other types."""
        found: dict[str, list[tuple[str, str]]] = {}
        for prefix, record_type in self.types:
            label = capfirst(str(record_type.label))
            for key, target in targets_of(record_type, self.actor).items():
                section = capfirst(str(target.section))
                name = f"{label}: {section}" if prefix and section else section or label
                told = capfirst(str(target.label))
                found.setdefault(name, []).append((full_key(prefix, key), f"{label}: {told}" if prefix else told))
        return list(found.items())

    @cached_property
    def joinable(self) -> list[Option]:
        """Types that the rows can hold besides."""
        found = joinable(self.record_type, self.actor)
        return [(one.name, capfirst(str(one.label_plural)), one.name in self.plan.also) for one in found]

    @cached_property
    def links(self) -> list[Option]:
        """References between the types of a row, and what they are filled with."""
        types = dict(self.types)
        offered = possible_links(self.plan, self.plan.types(self.record_type), self.actor) if self.plan.also else []
        chosen = {link.key for link in acyclic(offered)} if self.plan.links is None else set(self.plan.links)
        found = []
        for link in offered:
            filled = " / ".join(str(types[name].label) for name in link.targets)
            found.append((link.key, f"{label_of(link, self.record_type)} ← {filled}", link.key in chosen))
        return found

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
        found = []
        for prefix, record_type in self.types:
            fields = record_type.fields(self.actor)
            for name in (*record_type.match, *([ID] if full_key(prefix, ID) in self.plan.mapping else [])):
                key = full_key(prefix, name)
                found.append((key, self._labelled(record_type, fields[name].label), key in self.plan.match))
        return found

    def _labelled(self, record_type: RecordType, label: object) -> str:
        """A field, with its type where there are several."""
        plain = capfirst(str(label))
        return f"{capfirst(str(record_type.label))}: {plain}" if self.plan.also else plain

    @property
    def modes(self) -> list[Option]:
        labels = {
            modes.UPDATE: _("Update known records, create new ones"),
            modes.SKIP: _("Leave known records alone, create new ones"),
            modes.ONLY_UPDATE: _("Update known records only"),
            modes.CREATE: _("Create a new record from every row"),
        }
        return [(mode, label, mode == self.plan.mode) for mode, label in labels.items()]

    @cached_property
    def references(self) -> list[ReferenceChoice]:
        """The references that columns go to."""
        types = dict(self.types)
        found = []
        for key, reference in references_in(self.plan, self.record_type, self.actor).items():
            prefix = key.rpartition(SEPARATOR)[0]
            label = self._labelled(types[prefix], reference.label)
            can_create = key in self.plan.create_missing or bool(
                creatable(types[prefix], [own_key(key, prefix)], self.actor)
            )
            found.append(choice_of(key, label, reference, self.plan, self.actor, can_create=can_create))
        return found

    # What would be stored

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
        return [self._labelled(types[prefix], field.label) for prefix, field in self.shown_fields]

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
        value = field.read(record)
        text = field.titled(value, self.titles) if isinstance(field, RecordsOf) else field.text(value)
        return text[:100], changed

    @cached_property
    def titles(self) -> dict[RecordKey, str]:
        """Of the records that fields of several refer to."""
        several = [(prefix, one) for prefix, one in self.shown_fields if isinstance(one, RecordsOf)]
        outcomes = self.preview.outcomes if self.preview and several else ()
        records = [(one, row.records.get(prefix) if row.records else row.record) for prefix, one in several
                   for row in outcomes]  # fmt: skip
        return record_titles((key for one, record in records if record for key in one.read(record)), self.actor)

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
    def type_counts(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """By type what became of its records, where rows hold several types."""
        labels, found = kinds(), []
        for name, counts in self.counts.get("types", {}).items():
            if name in registry:
                told = [(labels[kind], counts.get(kind, 0)) for kind in (CREATED, UPDATED, UNCHANGED)]
                found.append((capfirst(str(registry.get(name).label_plural)), told))
        return found

    @property
    def references_made(self) -> list[tuple[str, int]]:
        made, found = self.counts.get("references", {}), []
        for prefix, record_type in self.types:
            for name, field in record_type.fields(self.actor).items():
                if number := made.get(full_key(prefix, name)):
                    found.append((self._labelled(record_type, field.label), number))
        return found

    @property
    def left_empty(self) -> list[tuple[str, int, str]]:
        """References that were left out because nothing was found: label, rows, the first texts."""
        types, found = dict(self.types), []
        for key, told in self.counts.get("left_empty", {}).items():
            prefix = key.rpartition(SEPARATOR)[0]
            one = types[prefix].fields(self.actor).get(own_key(key, prefix)) if prefix in types else None
            if one:
                found.append((self._labelled(types[prefix], one.label), told["rows"], ", ".join(told["texts"])))
        return found

    @property
    def wrong(self) -> int:
        return int(self.counts.get(WRONG, 0))

    @property
    def refused(self) -> list[Any]:
        return list(self.run.refused.all()[:REFUSED_SHOWN])

    @cached_property
    def created(self) -> list[tuple[str, str]]:
        """Links to the first records that were made."""
        found: list[tuple[str, str]] = []
        for record_type in dict(self.types).values():
            table = record_type.model._meta.db_table
            made = Change.objects.filter(operation=self.run.operation_id, source=table, action="I").order_by("pk")
            ids = [pk for (pk,) in made.values_list("record_id")[: 5 * LINKED]]
            records = record_type.visible_to(self.actor).filter(pk__in=ids).order_by("pk")[:LINKED]
            found += [(str(record), f"/{record_type.name}/{record.pk}/") for record in records]
        return found

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
