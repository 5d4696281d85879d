"""The rows of a part as small editors: one row of controls each, and a template for rows to come."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from jantar.engine.fields.references import Reference
from jantar.engine.pages.forms.controls import Control, control_from, control_with, digest_of, read_values
from jantar.engine.records.parts import Part
from jantar.kit.numbers import whole_number

#: Stands for the number of a row in the template from which the browser makes new ones.
NEW = "NEW"
MOST_ROWS = 500


@dataclass
class PartRow:
    part: Part
    number: str
    pk: str
    controls: dict[str, Control]
    errors: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        return f"{self.part.name}-{self.number}"


@dataclass
class PartEditor:
    """All rows of one part in a form."""

    part: Part
    rows: list[PartRow]
    errors: list[str] = field(default_factory=list)

    template = "pages/part_editor.html"
    is_part = True
    is_wide = True

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def blank(self) -> PartRow:
        """A row to come, with the defaults of its model."""
        return row_with(self.part, self.part.model(), NEW)

    @property
    def all_controls(self) -> Iterator[Control]:
        for row in self.rows:
            yield from row.controls.values()

    @property
    def digest(self) -> str:
        texts = [
            f"{row.pk}:{name}:{control.digest}" for row in self.rows for name, control in sorted(row.controls.items())
        ]
        return digest_of(texts)

    @property
    def has_errors(self) -> bool:
        return bool(self.errors) or any(row.errors for row in self.rows) or any(one.errors for one in self.all_controls)

    @property
    def stored_controls(self) -> Iterator[Control]:
        """Those of rows that are in the database."""
        for row in self.rows:
            if row.pk:
                yield from row.controls.values()

    def read(self, loaded: Mapping[str, str]) -> list[dict[str, Any]]:
        """The rows as the write path takes them; texts that can't be read put errors to their controls.

        Of stored rows only what was touched: the rest may name what the actor does not see.
        """
        values = []
        for row in self.rows:
            controls = row.controls.values()
            found = read_values([one for one in controls if not row.pk or one.digest != loaded.get(one.name)])
            values.append({**({"id": int(row.pk)} if row.pk else {}), **found})
        return values

    def fill_errors(self, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        """Takes the messages of this part ("contact_points.0.value") and returns the others."""
        left = {}
        for name, messages in errors.items():
            first, _dot, rest = name.partition(".")
            if first != self.part.name:
                left[name] = messages
                continue
            number, _dot, field_name = rest.partition(".")
            place = whole_number(number, most=len(self.rows) - 1)
            row = None if place is None else self.rows[place]
            if row and field_name in row.controls:
                row.controls[field_name].errors = list(messages)
            else:
                (row.errors if row else self.errors).extend(messages)
        return left


def editor_with(part: Part, rows: Iterable[Any]) -> PartEditor:
    return PartEditor(part, [row_with(part, row, str(number)) for number, row in enumerate(rows)])


def editor_from(part: Part, data: QueryDict) -> PartEditor:
    """The rows that were posted, in the order in which they stood; rows left quite empty are dropped."""
    pattern = re.compile(rf"^{re.escape(part.name)}-(\d+)-id$")
    numbers = [match[1] for name in data if (match := pattern.match(name))][:MOST_ROWS]
    rows = [posted_row(part, data, number) for number in numbers]
    return PartEditor(part, [row for row in rows if row.pk or not is_blank(row)])


def posted_row(part: Part, data: QueryDict, number: str) -> PartRow:
    prefix = f"{part.name}-{number}"
    controls = {name: control_from(one, data, f"{prefix}-{name}") for name, one in shown_fields(part)}
    pk = data.get(f"{prefix}-id", "")
    return prepared(PartRow(part, number, "" if whole_number(pk) is None else pk, controls))


def row_with(part: Part, row: Any, number: str) -> PartRow:
    controls = {}
    for name, one in shown_fields(part):
        value = one.read(row) if not isinstance(one, Reference) or getattr(row, one.id_name) else None
        controls[name] = control_with(one, value, f"{part.name}-{number}-{name}")
    return prepared(PartRow(part, number, str(row.pk or ""), controls))


def prepared(row: PartRow) -> PartRow:
    for control in row.controls.values():
        control.bare = True
    return row


def shown_fields(part: Part) -> list[tuple[str, Any]]:
    return [(name, one) for name, one in part.fields.items() if not one.read_only]


def is_blank(row: PartRow) -> bool:
    """Whether nothing but preset values stands in a new row."""
    blank = row_with(row.part, row.part.model(), row.number)
    return all(control.text in ("", blank.controls[name].text) for name, control in row.controls.items()) and not any(
        control.text for control in row.controls.values() if control.field.required
    )
