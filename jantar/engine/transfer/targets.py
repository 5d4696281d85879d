"""What a column of a sheet can be imported into: a field, a currency, a row of a part, a column of the type's own."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, Label
from jantar.engine.fields.choices import Choice
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import ImportColumn, RecordType

ID = "id"
CURRENCY = ".currency"


@dataclass(frozen=True)
class Target:
    """`key` is how mappings name it. `group` and `fixed` tell the row of a part it goes to and how that row starts."""

    key: str
    label: Label
    field: Field | None = None
    column: ImportColumn | None = None
    part: Part | None = None
    group: str = ""
    fixed: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    more: Part | None = None
    section: Label = ""
    #: The field whose value the column gives a piece of.
    whole: Field | None = None

    @property
    def is_currency(self) -> bool:
        return self.key.endswith(CURRENCY)

    @property
    def takes_several(self) -> bool:
        """Whether several columns can go here: the first value is the main one."""
        return self.more is not None


def targets_of(record_type: RecordType, actor: Actor) -> dict[str, Target]:
    """Everything a column can be imported into, by key, in the order of the type's fields."""
    found = [*_fields(record_type, actor), *_columns(record_type), *_parts(record_type)]
    return {target.key: target for target in found}


def _fields(record_type: RecordType, actor: Actor) -> Iterator[Target]:
    several = {name: part for part in record_type.parts for name in part.more_of}
    for name, one in record_type.fields(actor).items():
        if name == ID:
            yield Target(ID, one.label, one)
        elif not one.read_only and one.is_typed:
            yield Target(name, one.label, one, more=several.get(name))
            for piece in one.pieces.values():
                yield Target(piece.name, format_lazy("{}: {}", one.label, piece.short), piece, whole=one)
            if isinstance(one, MoneyKind):
                label = _("%(field)s: currency") % {"field": one.label}
                yield Target(f"{name}{CURRENCY}", label, one)


def _columns(record_type: RecordType) -> Iterator[Target]:
    for column in record_type.import_columns:
        yield Target(column.name, column.label, column=column)


def _parts(record_type: RecordType) -> Iterator[Target]:
    """Parts without references: a group of columns for each value of their first list, such as the kind of address."""
    for part in record_type.parts:
        fields = {
            name: one
            for name, one in part.fields.items()
            if not isinstance(one, Reference) and one.kind != "boolean" and name != part.main
        }
        has_needs = any(isinstance(one, Reference) and one.required for one in part.fields.values())
        if part.more_of or has_needs or not fields:
            continue
        yield from _groups(part, fields)


def _groups(part: Part, fields: Mapping[str, Field]) -> Iterator[Target]:
    listed = next((name for name, one in fields.items() if isinstance(one, Choice) and one.kind == "choice"), None)
    choice = fields[listed] if listed else None
    groups = list(choice.choices) if isinstance(choice, Choice) else [("", part.label)]
    for key, group_label in groups:
        for name, one in fields.items():
            if name != listed:
                label = f"{group_label}: {one.label}"
                fixed = {listed: key} if listed else {}
                yield Target(f"{part.name}:{key}.{name}", label, one, None, part, key, fixed, section=part.label)
