"""From the cells of a row to the values of a record, under the conventions of the sheet."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.address import SomeParts, united
from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Tags
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference
from jantar.engine.fields.text import Text
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import Errors, Values
from jantar.engine.transfer.known import folded
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.sheets import Row
from jantar.engine.transfer.targets import CURRENCY, ID, Target
from jantar.kit.errors import InputError
from jantar.kit.money import parse_money
from jantar.kit.numbers import whole_number

_REMEMBERED = 5_000
_BETWEEN_VALUES = re.compile(r"\s*(?::::|;|,)\s*")


@dataclass
class ReadRow:
    """What a row says: values, texts of references still to be found, rows for parts, fields to be emptied."""

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    parts: dict[str, list[Values]] = field(default_factory=dict)
    #: Texts of columns whose rows are found for a whole batch at once, by target.
    told: dict[str, str] = field(default_factory=dict)
    emptied: list[str] = field(default_factory=list)
    #: Texts of references that lead nowhere and may be left out.
    left_out: dict[str, str] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)

    def refuse(self, name: str, message: str) -> None:
        self.errors.setdefault(name, []).append(message)


Step = Callable[[ReadRow, str], None]


class RowReader:
    """Reads the rows of one import. Texts that come again (countries, dates) are parsed once."""

    def __init__(
        self,
        plan: Plan,
        targets: Mapping[str, Target],
        conventions: Conventions,
        values: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.plan = plan
        self.base = conventions
        self.values = values or {}
        self.currencies: dict[str, str] = {}
        used = [(index, targets[key]) for index, key in enumerate(plan.mapping) if key]
        # Currencies before amounts; columns the type reads itself last, as fields win over them.
        used.sort(key=lambda pair: (not pair[1].is_currency, pair[1].column is not None, pair[1].whole is not None))
        self.pieces = {target.key: target for _index, target in used if target.whole}
        self.steps = [(index, target.key, self._step(index, target)) for index, target in used]

    def read(self, row: Row) -> ReadRow:
        read = ReadRow(row)
        for notice in row.notices:
            read.refuse("", _(notice.message) % notice.params if notice.params else _(notice.message))
        self.currencies.clear()
        cells = row.cells
        for index, key, step in self.steps:
            text = cells[index].strip()
            if text:
                try:
                    step(read, text)
                except FieldError as error:
                    read.refuse(key, error.message)
            elif self.plan.clear_empty and key in self.pieces:
                add_piece(read, self.pieces[key], "")
            elif self.plan.clear_empty and ":" not in key:
                read.emptied.append(key)
        return read

    def constants(self, targets: Mapping[str, Target]) -> ReadRow:
        """The values of new records that no column gives."""
        read = ReadRow(Row(0, []))
        for key, text in self.plan.values_given.items():
            if text.strip():
                step = self._step_for(targets[key], self.base)
                try:
                    step(read, text.strip())
                except FieldError as error:
                    read.refuse(key, error.message)
        return read

    def _step(self, index: int, target: Target) -> Step:
        step = self._step_for(target, self.plan.conventions(index, self.base))
        values = self.values.get(target.key)
        if not values:
            return step
        return translating_pieces(step, values) if holds_several(target.field) else translating(step, values)

    def _step_for(self, target: Target, conventions: Conventions) -> Step:
        if target.is_currency:
            return self._currency(target.key.removesuffix(CURRENCY))
        if target.column:
            return told(target.key) if target.column.part else own_column(target)
        assert target.field
        if target.key == ID:
            return identity
        if isinstance(target.field, Reference | RecordOf | RecordsOf):
            return reference(target.key)
        if target.whole:
            return piece(target, parser(target.field, conventions))
        if target.part:
            return part_value(target, parser(target.field, conventions))
        if target.more:
            return several(target, parser(target.field, conventions))
        if target.field.kind == "money":
            return self._money(target.field, conventions)
        return single(target.key, parser(target.field, conventions))

    def _currency(self, name: str) -> Step:
        def step(read: ReadRow, text: str) -> None:
            try:
                self.currencies[name] = parse_money(f"1 {text}", currency="EUR", decimal_comma=False).currency
            except InputError:
                message = _("%(code)s is not a currency. Use a code such as EUR.") % {"code": text[:20]}
                raise FieldError(message) from None

        return step

    def _money(self, field: Field, conventions: Conventions) -> Step:
        def step(read: ReadRow, text: str) -> None:
            currency = self.currencies.get(field.name)
            own = replace(conventions, currency=currency) if currency else conventions
            read.values[field.name] = field.parse_cell(text, own)

        return step


def parser(field: Field, conventions: Conventions) -> Callable[[str], Any]:
    """Parses the cells of one column; what was seen before comes from memory."""
    if isinstance(field, Text):
        return lambda text: field.parse_cell(text, conventions)
    known: dict[str, Any] = {}

    def parse(text: str) -> Any:
        if text in known:
            return known[text]
        value = field.parse_cell(text, conventions)
        if len(known) < _REMEMBERED:
            known[text] = value
        return value

    return parse


def translating(step: Step, values: Mapping[str, str]) -> Step:
    """The step for what another program calls a value; one that has no match here is left out."""

    def translated(read: ReadRow, text: str) -> None:
        if known := values.get(folded(text), text):
            step(read, known)

    return translated


def translating_pieces(step: Step, values: Mapping[str, str]) -> Step:
    """The same for a cell that can hold several values."""

    def translated(read: ReadRow, text: str) -> None:
        if folded(text) in values:
            known = values[folded(text)]
        else:
            known = "; ".join(filter(None, (values.get(folded(piece), piece) for piece in pieces_of(text))))
        if known:
            step(read, known)

    return translated


def holds_several(field: Field | None) -> bool:
    """Whether a cell can hold several values of the field."""
    return isinstance(field, Tags | RecordsOf)


def pieces_of(text: str) -> list[str]:
    return [piece for piece in _BETWEEN_VALUES.split(text.strip()) if piece]


def single(name: str, parse: Callable[[str], Any]) -> Step:
    def step(read: ReadRow, text: str) -> None:
        read.values[name] = parse(text)

    return step


def piece(target: Target, parse: Callable[[str], Any]) -> Step:
    return lambda read, text: add_piece(read, target, parse(text))


def add_piece(read: ReadRow, target: Target, value: str) -> None:
    """Puts a piece into the value that the row gives, whose other pieces stay."""
    assert target.whole
    name = target.key.rpartition(".")[2]
    read.values[target.whole.name] = united(read.values.get(target.whole.name, SomeParts()), SomeParts({name: value}))


def reference(name: str) -> Step:
    def step(read: ReadRow, text: str) -> None:
        read.references[name] = text

    return step


def identity(read: ReadRow, text: str) -> None:
    if whole_number(text) is None:
        raise FieldError(_("The id of a record is expected."))
    read.references[ID] = text


def told(key: str) -> Step:
    def step(read: ReadRow, text: str) -> None:
        read.told[key] = text

    return step


def add_told_rows(reads: Sequence[ReadRow], targets: Mapping[str, Target], actor: Actor) -> None:
    """Turns the texts of columns that give rows of a part into these rows."""
    for key in {key for read in reads for key in read.told}:
        column = targets[key].column
        assert column
        assert column.rows
        concerned = [read for read in reads if key in read.told]
        for read, rows in zip(concerned, column.rows([read.told[key] for read in concerned], actor), strict=True):
            if isinstance(rows, FieldError):
                read.refuse(key, rows.message)
            else:
                read.parts.setdefault(column.part, []).extend(rows)


def own_column(target: Target) -> Step:
    assert target.column
    read_text = target.column.read
    assert read_text

    def step(read: ReadRow, text: str) -> None:
        for name, value in read_text(text, read.values).items():
            read.values.setdefault(name, value)

    return step


def several(target: Target, parse: Callable[[str], Any]) -> Step:
    """The first value is that of the field, further ones become rows of the part that holds more of it."""
    name, part, one = target.key, target.more, target.field
    assert part
    assert one

    def step(read: ReadRow, text: str) -> None:
        for value in parsed_values(one, text, parse):
            if name not in read.values:
                read.values[name] = value
            elif value != read.values[name]:
                read.parts.setdefault(part.name, []).append({**part.more_of[name], part.value: value})

    return step


def parsed_values(field: Field, text: str, parse: Callable[[str], Any]) -> Sequence[Any]:
    """The values in one cell: several when each piece alone is a good value."""
    pieces = pieces_of(text)
    if len(pieces) > 1:
        values = [parse(piece) for piece in pieces]
        if all(accepted(field, value) for value in values):
            return list(dict.fromkeys(values))
    return [parse(text)]


def accepted(field: Field, value: Any) -> bool:
    try:
        field.check(value)
    except FieldError:
        return False
    return True


def part_value(target: Target, parse: Callable[[str], Any]) -> Step:
    """Fills the first row of the group that lacks this column; a column that comes again starts another row."""
    assert target.part
    assert target.field
    part, name = target.part.name, target.field.name

    def step(read: ReadRow, text: str) -> None:
        value = parse(text)
        rows = read.parts.setdefault(part, [])
        for position, row in enumerate(rows):
            if name not in row and all(row.get(key) == fixed for key, fixed in target.fixed.items()):
                rows[position] = {**row, name: value}
                return
        rows.append({**target.fixed, name: value})

    return step


def reasons(errors: Errors, targets: Mapping[str, Target], labels: Mapping[str, object]) -> str:
    """The errors as one text that names the fields."""
    return " ".join(_reason(name, messages, targets, labels) for name, messages in errors.items())


def _reason(name: str, messages: Iterable[str], targets: Mapping[str, Target], labels: Mapping[str, object]) -> str:
    target = targets.get(name)
    label = target.label if target else labels.get(name) or labels.get(name.partition(".")[0])
    text = " ".join(messages)
    return f"{capfirst(str(label))}: {text}" if label else text
