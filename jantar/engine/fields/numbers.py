"""Kinds whose value is a number: integer, decimal, percent, minutes, money."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.rates import to_base
from jantar.engine.fields.sources import Column
from jantar.kit.errors import InputError
from jantar.kit.money import Money, parse_decimal, parse_money
from jantar.kit.numbers import whole_number
from jantar.platform.settings.models import Workspace

if TYPE_CHECKING:
    from django.db.models import Model


#: What the column of amounts in the base currency holds.
LARGEST_BASE = 10**16


class Ordered(Field):
    """Kinds whose values have an order: numbers, dates and times."""

    operators: ClassVar[tuple[str, ...]] = (
        "is", "is_not", "lt", "lte", "gt", "gte", "between", "empty", "not_empty",
    )  # fmt: skip

    def where_is(self, prefix: str, value: Any) -> Any:
        return Exact(self.expression(prefix), value)

    def where_is_not(self, prefix: str, value: Any) -> Any:
        return ~Q(Exact(self.expression(prefix), value)) | Q(IsNull(self.expression(prefix), True))

    def where_lt(self, prefix: str, value: Any) -> Any:
        return LessThan(self.expression(prefix), value)

    def where_lte(self, prefix: str, value: Any) -> Any:
        return LessThanOrEqual(self.expression(prefix), value)

    def where_gt(self, prefix: str, value: Any) -> Any:
        return GreaterThan(self.expression(prefix), value)

    def where_gte(self, prefix: str, value: Any) -> Any:
        return GreaterThanOrEqual(self.expression(prefix), value)

    def where_between(self, prefix: str, bounds: tuple[Any, Any]) -> Any:
        """Both ends belong to the range."""
        return Q(self.where_gte(prefix, bounds[0])) & Q(self.where_lte(prefix, bounds[1]))


class Number(Ordered):
    """A decimal number with a fixed count of decimal places."""

    kind = "number"
    is_numeric = True
    align = "end"

    def __init__(
        self,
        *args: Any,
        places: int = 2,
        minimum: int | None = None,
        maximum: Decimal | int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.places = places
        self.minimum = minimum
        self.maximum = maximum if maximum is not None else Decimal(10) ** (18 - places) - 1

    def load(self, data: Any) -> Any:
        if data is None or data == "":
            return None
        if isinstance(data, bool) or not isinstance(data, int | float | str | Decimal):
            raise FieldError(_("A number is expected."))
        try:
            number = Decimal(str(data))
        except InvalidOperation:
            raise FieldError(_("“%(value)s” is not a number.") % {"value": data}) from None
        return self.exact(number)

    def exact(self, number: Decimal) -> Any:
        if not number.is_finite():
            raise FieldError(_("“%(value)s” is not a number.") % {"value": number})
        if abs(number) > 10**20:
            raise FieldError(_("This number is too large."))
        rounded = round(number, self.places)
        return int(rounded) if self.places == 0 else rounded

    def dump(self, value: Any) -> Any:
        return None if value is None else (int(value) if self.places == 0 else str(value))

    def parse(self, text: str) -> Any:
        return self.parse_cell(text, Conventions.in_force())

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        if not text.strip():
            return None
        try:
            return self.exact(parse_decimal(text, decimal_comma=conventions.decimal_comma))
        except InputError as error:
            raise FieldError.said(error) from error

    def check(self, value: Any) -> None:
        super().check(value)
        if value is None:
            return
        if self.minimum is not None and value < self.minimum:
            raise FieldError(_("This must be at least %(limit)s.") % {"limit": show.number(self.minimum)})
        if value > self.maximum or value < -self.maximum:
            raise FieldError(_("This must be at most %(limit)s.") % {"limit": show.number(self.maximum)})

    def unique_value(self, value: Any) -> Any:
        return value

    def text(self, value: Any) -> str:
        return "" if value is None else show.number(value, places=self.places)

    def cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        if self.places == 0:
            return {"type": "integer"}
        return {"type": "string", "format": "decimal", "examples": ["12.50"]}


class Integer(Number):
    kind = "integer"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"maximum": 2**31 - 1, **options, "places": 0})

    def exact(self, number: Decimal) -> Any:
        value = super().exact(number)
        if value != number:
            raise FieldError(_("A whole number is expected."))
        return value


class Percent(Number):
    """A number of percent: 12.5 is 12.5 %."""

    kind = "percent"

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        return super().parse_cell(text.replace("%", ""), conventions)

    def text(self, value: Any) -> str:
        return "" if value is None else show.percent(value)

    def input_text(self, value: Any) -> str:
        return super().text(value)


class Minutes(Integer):
    """A duration in whole minutes; typed as minutes ("90") or hours and minutes ("1:30")."""

    kind = "duration"

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        typed_hours, _colon, typed_minutes = text.strip().partition(":")
        hours, minutes = whole_number(typed_hours), whole_number(typed_minutes, most=59)
        if hours is not None and minutes is not None:
            return hours * 60 + minutes
        return super().parse_cell(text, conventions)

    def text(self, value: Any) -> str:
        return "" if value is None else show.duration(value)

    def input_text(self, value: Any) -> str:
        return "" if value is None else str(value)


class MoneyKind(Ordered):
    """An amount with its currency. Compared, summed and sorted in the base currency."""

    kind = "money"
    is_numeric = True
    align = "end"

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that are written; the base amount follows from them."""
        return f"{self.name}_value", f"{self.name}_currency"

    def expression(self, prefix: str = "") -> Combinable:
        return Column(f"{self.name}_base").expression(prefix)

    def amount(self, prefix: str = "") -> Combinable:
        """The number in its own currency."""
        return Column(f"{self.name}_value").expression(prefix)

    def currency(self, prefix: str = "") -> Combinable:
        return Column(f"{self.name}_currency").expression(prefix)

    def where_empty(self, prefix: str) -> Any:
        return IsNull(self.amount(prefix), True)

    def load(self, data: Any) -> Any:
        if data is None or data == "":
            return None
        if not isinstance(data, dict) or not {"amount", "currency"} <= data.keys():
            raise FieldError(_("An amount and a currency are expected."))
        try:
            amount = Number(self.name, self.label, places=2).load(data["amount"])
            return None if amount is None else Money(amount, str(data["currency"]))
        except InputError as error:
            raise FieldError.said(error) from error

    def dump(self, value: Any) -> Any:
        return None if value is None else {"amount": str(value.amount), "currency": value.currency}

    def parse(self, text: str, *, currency: str | None = None) -> Any:
        """The text may name its currency ("1 250,50 PLN", "€ 12"); else `currency` or the base one is meant."""
        return self.parse_cell(text, replace(Conventions.in_force(), currency=currency or ""))

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        if not text.strip():
            return None
        currency = conventions.currency or Workspace.get().base_currency
        try:
            money = parse_money(text, currency=currency, decimal_comma=conventions.decimal_comma)
        except InputError as error:
            raise FieldError.said(error) from error
        return Money(Number(self.name, self.label, places=2).exact(money.amount), money.currency)

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        """Operands are plain numbers in the base currency, or money that is converted at today's rate."""
        if not isinstance(data, dict):
            return Number(self.name, self.label).load_operand(data, context)
        base = to_base(self.load(data), context.today)
        if base is None:
            raise FieldError(_("There is no exchange rate for this currency."))
        return base

    def write(self, record: "Model", value: Any) -> None:
        """Also keeps the amount in the base currency at the rate of the day it is written."""
        setattr(record, self.name, value)
        base = to_base(value, timezone.localdate()) if value is not None else None
        setattr(record, f"{self.name}_base", base)

    def check(self, value: Any) -> None:
        super().check(value)
        if value is None:
            return
        base = to_base(value, timezone.localdate())
        if abs(value.amount) >= 10**14 or (base is not None and abs(base) >= LARGEST_BASE):
            raise FieldError(_("This amount is too large."))

    def text(self, value: Any) -> str:
        return "" if value is None else show.money(value)

    def input_text(self, value: Any) -> str:
        return "" if value is None else f"{show.number(value.amount, places=2)} {value.currency}"

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "amount": {"type": "string", "format": "decimal", "examples": ["123.45"]},
                "currency": {"type": "string", "minLength": 3, "maxLength": 3, "examples": ["PLN"]},
            },
            "required": ["amount", "currency"],
        }
