"""What filters measure of the rows that point to a record: how many, their sum, the latest of them.

The rows are grouped once by the record they point to, and the groups compared; so a measure of a million records
costs one pass over what points to them, not a million lookups.
"""

from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DecimalField, Max, Min, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.numbers import MoneyKind, Number
from jantar.engine.fields.sources import Column
from jantar.engine.fields.sql import NotTrue

MEASURED = "measured"
#: Measures of numbers and money, and of dates and times: what they are called in SQL.
OF_NUMBERS = {"sum": Sum, "average": Avg, "least": Min, "most": Max}
OF_TIMES = {"earliest": Min, "latest": Max}
MEASURES = (*OF_NUMBERS, *OF_TIMES)


class Measure(Column):
    """The source of a measured field: the value of its group, in the form the field's own values have in SQL."""

    def __init__(self, field: Field) -> None:
        super().__init__(MEASURED)
        self.is_custom = field.is_custom


class MeasuredMoney(MoneyKind):
    """Amounts of a group in the base currency."""

    def expression(self, prefix: str = "") -> Combinable:
        return self.source.expression(prefix)

    def where_empty(self, prefix: str) -> Any:
        return IsNull(self.expression(prefix), True)


@dataclass(frozen=True)
class Measured:
    """The measure `kind` of `field`, compared by any operator of the field's kind."""

    kind: str
    field: Field

    @property
    def compared(self) -> Field:
        """The field as operators see it; an average of whole numbers is none."""
        if isinstance(self.field, MoneyKind):
            return MeasuredMoney(self.field.name, self.field.label, source=Measure(self.field))
        if self.kind == "average":
            return Number(self.field.name, self.field.label, source=Measure(self.field), places=4)
        found = copy(self.field)
        found.source = Measure(self.field)
        return found

    @property
    def expression(self) -> Combinable:
        value = {**OF_NUMBERS, **OF_TIMES}[self.kind](self.field.expression())
        return Coalesce(value, Decimal(0), output_field=DecimalField()) if self.kind == "sum" else value

    def condition(self, rows: Any, column: str, op: str, operand: Any, context: FilterContext) -> Q:
        """The records whose rows, all pointing to one by `column`, measure so. Raises FieldError."""
        compared = self.compared
        condition = compared.condition(op, operand, context)
        groups = rows.order_by().values(column).annotate(**{MEASURED: self.expression})
        if self._holds_for_nothing(compared, op, operand, context):
            return ~Q(pk__in=groups.filter(NotTrue(condition)).values(column))
        return Q(pk__in=groups.filter(condition).values(column))

    def _holds_for_nothing(self, compared: Field, op: str, operand: Any, context: FilterContext) -> bool:
        """Whether a record to which nothing points fits: its sum is 0, its other measures are unknown."""
        if op in ("empty", "not_empty"):
            return (op == "empty") is (self.kind != "sum")
        if self.kind != "sum":
            return op == "is_not"
        value = compared.operand(op, operand, context)
        if op == "between":
            return bool(value[0] <= 0 <= value[1])
        answers = {"is": value == 0, "is_not": value != 0, "lt": value > 0, "lte": value >= 0, "gt": value < 0}
        return bool(answers.get(op, value <= 0))


def measured(kind: str, field: Field) -> Measured:
    """Raises FieldError when the field has no such measure."""
    if kind not in measures_of(field):
        raise FieldError(_("“%(field)s” can't be measured so.") % {"field": field.label})
    return Measured(kind, field)


def measures_of(field: Field) -> tuple[str, ...]:
    """The measures a field has, by their names in filters; what can't be put in order has none."""
    if not field.sortable:
        return ()
    if field.kind in ("date", "datetime"):
        return tuple(OF_TIMES)
    return tuple(OF_NUMBERS) if field.is_numeric else ()


def counted(rows: Any, column: str, has: str, count: int) -> Q:
    """The records to which at least or at most so many rows point; each row points to one by `column`."""
    groups = rows.order_by().values(column).annotate(**{MEASURED: Count("pk", distinct=True)})
    if has == "at_most":
        return ~Q(pk__in=groups.filter(**{f"{MEASURED}__gt": count}).values(column))
    if not count:
        return Q(pk__isnull=False)  # holds always; an empty Q would count as no condition
    return Q(pk__in=groups.filter(**{f"{MEASURED}__gte": count}).values(column))
