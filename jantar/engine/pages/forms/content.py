"""A form over fields and parts: what stands in it, what was typed into it, what of that is new, what is wrong."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from jantar.engine.fields.base import Field, Label
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.pages.forms.controls import (
    Control,
    control_from,
    control_with,
    fill_errors,
    follow,
    label_references,
    read_values,
    suggestions_address,
)
from jantar.engine.pages.forms.parts import PartEditor, editor_from, editor_with
from jantar.engine.pages.layout import Layout, layout_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType

#: More fields of the first section than these are left to the full form.
QUICK_FIELDS = 8
NOTHING: Mapping[str, Any] = {}


@dataclass
class FormSection:
    title: Label
    items: list[Control | PartEditor]
    is_open: bool = True

    @property
    def is_hidden(self) -> bool:
        return all(isinstance(item, Control) and item.is_hidden for item in self.items)


@dataclass
class RecordForm:
    """`loaded` maps names to digests of what stood in the form when it was drawn; only what differs is written."""

    controls: dict[str, Control]
    editors: dict[str, PartEditor]
    layout: Layout
    loaded: Mapping[str, str] = field(default_factory=dict)
    #: The digests of a new form before anything was typed: sections in which something was are open.
    begun: Mapping[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    is_new: bool = False
    #: Where what is typed is asked which fields are shown; empty where that does not depend on it.
    shown_url: str = ""
    #: What is chosen in the references that others depend on.
    chosen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> str:
        return ",".join([*self.controls, *self.editors])

    @property
    def snapshot(self) -> str:
        """Goes into the page and comes back as `loaded`."""
        return json.dumps(dict(self.loaded) or self.digests())

    def digests(self) -> dict[str, str]:
        found = {name: control.digest for name, control in self.controls.items()}
        found |= {name: editor.digest for name, editor in self.editors.items()}
        return found | {one.name: one.digest for editor in self.editors.values() for one in editor.stored_controls}

    @property
    def sections(self) -> list[FormSection]:
        found = []
        for number, (title, names) in enumerate(self.layout):
            items = [item for name in names if (item := self.controls.get(name) or self.editors.get(name))]
            if items:
                is_open = (
                    not self.is_new or number < 2 or any(wants_care(one) or self.is_typed_in(one) for one in items)
                )
                found.append(FormSection(title, items, is_open))
        return found

    def is_typed_in(self, item: Control | PartEditor) -> bool:
        return self.begun.get(item.name, item.digest) != item.digest

    @property
    def is_valid(self) -> bool:
        return not self.errors and not any(one.errors for one in self.controls.values()) and not any(
            editor.has_errors for editor in self.editors.values()
        )  # fmt: skip

    def read(self) -> dict[str, Any]:
        """Values of what was touched (of everything in a new form); wrong texts put errors to their controls.

        What is hidden is left as it is stored; what is shown on a condition is asked for as in a new form.
        """
        touched = [one for name, one in self.controls.items() if one.digest != self.loaded.get(name) or one.is_asked]
        touched = [one for one in touched if not one.is_hidden]
        values = read_values(touched)
        for name, editor in self.editors.items():
            if editor.digest != self.loaded.get(name) and (editor.rows or not self.is_new):
                values[name] = editor.read(self.loaded)
        return values

    def refuse(self, error: Invalid, fields: Mapping[str, Field]) -> None:
        """Puts the messages of the write path to their controls; those without one go to the top, with the label."""
        left = fill_errors(self.controls, error.errors, asks=error.asks)
        for editor in self.editors.values():
            left = editor.fill_errors(left)
        for name, messages in left.items():
            label = f"{fields[name].label}: " if name in fields else ""
            self.errors += [f"{label}{message}" for message in messages]

    def prepare(self, actor: Actor) -> "RecordForm":
        """Before it is drawn: titles of what is picked, rows to pick from, and the cursor at the first mistake."""
        everything = [
            *self.controls.values(),
            *(one for editor in self.editors.values() for one in editor.all_controls),
        ]
        label_references(everything, actor, {**dict.fromkeys(self.controls), **self.chosen})
        wrong = next((one for one in everything if one.errors), None)
        first = wrong or next((one for one in self.controls.values() if not one.is_hidden), None)
        if first:
            first.autofocus = True
        return self


def wants_care(item: Control | PartEditor) -> bool:
    if isinstance(item, PartEditor):
        return item.has_errors or bool(item.rows)
    return bool(item.errors) or (item.field.required and not item.is_hidden)


def form_layout(record_type: RecordType, actor: Actor, only: Iterable[str] = ()) -> Layout:
    """The sections of the record page, narrowed to the names given."""
    wanted = set(only)
    return [
        (title, tuple(n for n in names if not wanted or n in wanted)) for title, names in layout_of(record_type, actor)
    ]


def editable(record_type: RecordType, actor: Actor, layout: Layout) -> dict[str, Field]:
    fields = record_type.fields(actor)
    return {n: fields[n] for _title, names in layout for n in names if n in fields and not fields[n].read_only}


def parts_in(record_type: RecordType, layout: Layout) -> list[Part]:
    return [part for _title, names in layout for name in names if (part := record_type.part(name))]


def quick_names(record_type: RecordType, actor: Actor) -> list[str]:
    """The essential fields: those of the first section, what else is required, and essential parts."""
    fields = record_type.fields(actor)
    first = [name for name in layout_of(record_type, actor)[0][1] if name in fields][:QUICK_FIELDS]
    required = (name for name, one in fields.items() if one.required and not one.read_only and name not in first)
    return [*first, *required, *(part.name for part in record_type.parts if part.is_essential)]


def form_for(
    record_type: RecordType, record: Any, actor: Actor, *, only: Iterable[str] = (), linked: Mapping[str, Any] = NOTHING
) -> RecordForm:
    """The form of a stored record, or of a draft with the values a new one starts with.

    `linked` holds rows that the parts of a new record start with.
    """
    layout = form_layout(record_type, actor, only)
    controls = {n: control_with(one, one.read(record)) for n, one in editable(record_type, actor, layout).items()}
    stored = record.pk is not None
    editors = {
        part.name: editor_with(part, part.rows([record.pk], actor)[record.pk] if stored else linked.get(part.name, ()))
        for part in parts_in(record_type, layout)
    }
    return suggesting(RecordForm(controls, editors, layout, is_new=not stored), record_type)


def form_from(record_type: RecordType, data: QueryDict, actor: Actor, *, is_new: bool = False) -> RecordForm:
    """The form as it was posted."""
    names = [name for name in data.get("form_fields", "").split(",") if name]
    layout = form_layout(record_type, actor, names or ["-"])
    controls = {n: control_from(one, data) for n, one in editable(record_type, actor, layout).items()}
    editors = {part.name: editor_from(part, data) for part in parts_in(record_type, layout)}
    loaded = {} if is_new else loaded_from(data)
    return suggesting(RecordForm(controls, editors, layout, loaded=loaded, is_new=is_new), record_type)


def with_typed(form: RecordForm, record_type: RecordType, data: QueryDict, actor: Actor) -> RecordForm:
    """The form of a new record with what stands in a posted one that may have fewer fields."""
    typed = form_from(record_type, data, actor, is_new=True)
    form.controls.update(typed.controls)
    form.editors.update(typed.editors)
    form.chosen = follow(form.controls, record_type)
    return form


def loaded_from(data: QueryDict) -> dict[str, str]:
    try:
        found = json.loads(data.get("loaded", ""))
    except ValueError:
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}


def suggesting(form: RecordForm, record_type: RecordType) -> RecordForm:
    form.chosen = follow(form.controls, record_type)
    for control in form.controls.values():
        if control.kind == "tags":
            control.suggest = suggestions_address(record_type.name, control.field.name)
        elif control.kind == "recurrence":
            control.suggest = reverse("pages:rule_words", args=[record_type.name])
    return form


def prefilled(record_type: RecordType, data: QueryDict, actor: Actor) -> dict[str, Any]:
    """Values for a new record from an address (?company=17); what can't be read is left out."""
    fields, values = record_type.fields(actor), {}
    for name in data:
        one = fields.get(name)
        if one is None or one.read_only:
            continue
        try:
            values[name] = one.parse(data.get(name, "")[:200])
        except FieldError:
            continue
    return values


def prefilled_links(record_type: RecordType, data: QueryDict) -> dict[str, list[Any]]:
    """First rows of parts that hold links, from an address (?links=companies/17)."""
    found: dict[str, list[Any]] = {}
    for part in record_type.parts:
        column = next((one for one in part.fields.values() if isinstance(one, AnyRecord)), None)
        if column is None or part.name not in data:
            continue
        try:
            row = part.model()
            column.write(row, column.parse(data.get(part.name, "")[:100]))
            found[part.name] = [row]
        except FieldError:
            continue
    return found
