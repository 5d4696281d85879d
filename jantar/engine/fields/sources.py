"""Where a field's value is kept: in a column of the model, or under a key of the record's `custom` document."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import BooleanField, DecimalField, F, TextField
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from django.db.models import Field as ModelField
    from django.db.models import Model

CUSTOM = "custom"
#: The SQL types a custom value can be compared as; dates are ISO text, whose order is that of time.
SQL_TYPES: "dict[str, ModelField[Any, Any]]" = {
    "text": TextField(),
    "number": DecimalField(max_digits=30, decimal_places=10),
    "boolean": BooleanField(),
}


def at(prefix: str, name: str) -> F:
    """A column of the record, or of the one that the relation `prefix` leads to."""
    return F(f"{prefix}__{name}" if prefix else name)


#: What a roll-up says: {"relation": "deals", "measure": "sum", "field": "amount", "where": {...}}.
Rollup = Mapping[str, Any]


class Source(Protocol):
    is_custom: bool
    is_computed: bool

    def read(self, record: "Model") -> Any: ...

    def write(self, record: "Model", value: Any) -> None: ...

    def expression(self, prefix: str) -> Combinable: ...


class Column:
    is_custom = False
    is_computed = False

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, record: "Model") -> Any:
        return getattr(record, self.name)

    def write(self, record: "Model", value: Any) -> None:
        setattr(record, self.name, value)

    def expression(self, prefix: str) -> Combinable:
        return at(prefix, self.name)


class CustomValue:
    is_custom = True
    is_computed = False

    def __init__(self, key: str, sql_type: str) -> None:
        self.key = key
        self.sql_type = sql_type

    def read(self, record: "Model") -> Any:
        return getattr(record, CUSTOM).get(self.key)

    def write(self, record: "Model", value: Any) -> None:
        values = dict(getattr(record, CUSTOM))
        if value in (None, "", []):
            values.pop(self.key, None)
        else:
            values[self.key] = value
        setattr(record, CUSTOM, values)

    def expression(self, prefix: str) -> Combinable:
        document = at(prefix, CUSTOM)
        if self.sql_type == "json":
            return KeyTransform(self.key, document)
        text = KeyTextTransform(self.key, document)
        return text if self.sql_type == "text" else Cast(text, SQL_TYPES[self.sql_type])


class Computed:
    """The source of a field that is worked out by the database each time it is asked for.

    `compile` makes the expression for records that a prefix leads to; whoever knows the record types gives it. Rows
    read with the column `alias` hold the value; of others it costs a statement.
    """

    is_custom = False
    is_computed = True

    def __init__(
        self, key: str, formula: str = "", rollup: "Rollup | None" = None,
        compile: "Callable[[str], Combinable] | None" = None, kept_in: str = "",
    ) -> None:  # fmt: skip
        self.key = key
        self.formula = formula
        self.rollup = rollup
        self.compile = compile
        #: Of a roll-up: the table with its values (see `KeptRollup`); empty where they are measured when asked for.
        self.kept_in = kept_in
        self._compiled: dict[str, Combinable] = {}

    def bound(self, compile: "Callable[[str], Combinable]") -> "Computed":
        """The same for the records of a type."""
        return type(self)(self.key, self.formula, self.rollup, compile, self.kept_in)

    @property
    def alias(self) -> str:
        return f"computed_{self.key}"

    def read(self, record: "Model") -> Any:
        if self.alias in record.__dict__:
            return record.__dict__[self.alias]
        if record.pk is None:
            return None
        rows = type(record)._base_manager.filter(pk=record.pk).annotate(**{self.alias: self.expression("")})
        return next(iter(rows.values_list(self.alias, flat=True)), None)

    def write(self, record: "Model", value: Any) -> None:
        raise TypeError(f"{self.key} is computed.")

    def expression(self, prefix: str) -> Combinable:
        if self.compile is None:
            raise TypeError(f"{self.key} is asked for without its record type.")
        if prefix not in self._compiled:
            self._compiled[prefix] = self.compile(prefix)
        return self._compiled[prefix]
