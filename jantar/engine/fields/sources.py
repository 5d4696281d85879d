"""Where a field's value is kept: in a column of the model, or under a key of the record's `custom` document."""

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


class Source(Protocol):
    is_custom: bool

    def read(self, record: "Model") -> Any: ...

    def write(self, record: "Model", value: Any) -> None: ...

    def expression(self, prefix: str) -> Combinable: ...


class Column:
    is_custom = False

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
