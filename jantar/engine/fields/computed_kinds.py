"""Kinds whose values are computed: what formulas and roll-ups give."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Model, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.lookups import IsNull

from jantar.engine.fields import choices, dates, numbers, text
from jantar.engine.fields.base import Field
from jantar.engine.fields.sources import Computed
from jantar.kit.money import Money
from jantar.platform.settings.models import Workspace

if TYPE_CHECKING:
    from jantar.engine.fields.models import CustomField


class ComputedText(text.Text):
    def read(self, record: Model) -> Any:
        return super().read(record) or ""


class ComputedInteger(numbers.Integer):
    def read(self, record: Model) -> Any:
        found = super().read(record)
        return None if found is None else int(found)


class ComputedMinutes(numbers.Minutes):
    def read(self, record: Model) -> Any:
        found = super().read(record)
        return None if found is None else int(found)


class ComputedMoney(numbers.MoneyKind):
    """An amount in the base currency: what is computed from amounts of several currencies has no other."""

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def read(self, record: Model) -> Any:
        found: Decimal | None = super().read(record)
        return None if found is None else Money(round(found, 2), Workspace.get().base_currency)

    def expression(self, prefix: str = "") -> Combinable:
        return self.source.expression(prefix)

    def amount(self, prefix: str = "") -> Combinable:
        return self.source.expression(prefix)

    def currency(self, prefix: str = "") -> Combinable:
        return Value(Workspace.get().base_currency, output_field=TextField())

    def where_empty(self, prefix: str) -> Any:
        return IsNull(self.expression(prefix), True)


#: The class of each kind of result.
RESULTS: Mapping[str, type[Field]] = {
    "number": numbers.Number,
    "percent": numbers.Percent,
    "integer": ComputedInteger,
    "duration": ComputedMinutes,
    "money": ComputedMoney,
    "text": ComputedText,
    "date": dates.Date,
    "datetime": dates.DateTime,
    "boolean": choices.Boolean,
}


def computed_field(definition: "CustomField") -> Field:
    """The field, without the expression: that needs the record types (`engine.records.computed`)."""
    source = Computed(definition.key, definition.formula, definition.rollup or None, kept_in=definition.kept_in)
    found = RESULTS[definition.result](
        definition.key, definition.label, source=source, read_only=True, help=definition.help
    )
    found.section, found.shown_when = definition.section, definition.shown_when
    return found
