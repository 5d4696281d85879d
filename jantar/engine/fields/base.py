"""The field: the one thing that knows how a value of a record is shown, typed, checked, filtered and sorted.

A field reads its value from a model column or from a custom field's place in `record.custom`; above this
module nothing needs to know which.

Four forms of a value, and who converts:
- value: the Python object on the record (`read`, `write`);
- JSON: what the API, filters and saved views carry (`load`, `dump`);
- text: what a person types or reads, in the language in force (`parse`, `text`);
- sheet cell: what import and export files carry (`parse_cell`, `cell`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.lookups import IsNull
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.sources import CUSTOM, Column, Source

if TYPE_CHECKING:
    from django.db.models import Model

Label = str | Promise
NO_OPERAND = ("empty", "not_empty")
MANY_OPERANDS = ("any_of", "none_of", "has_any", "has_all", "has_none")


@dataclass(frozen=True)
class FilterContext:
    """What relative operands are relative to: the day of the user, the user and the user's teams."""

    today: date
    user_id: int | None = None
    team_ids: tuple[int, ...] = ()


class Field:
    kind: ClassVar[str]
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "empty", "not_empty")
    sortable: ClassVar[bool] = True
    is_numeric: ClassVar[bool] = False
    align: ClassVar[str] = "start"
    #: Whether its control is small enough to stand where the value stood.
    in_place: ClassVar[bool] = True
    #: Where its control consists of several inputs: each is named like the control, with one of these after a hyphen.
    inputs: ClassVar[tuple[str, ...]] = ()
    #: Of a piece of a value: what it is called beside the field whose value it is a piece of.
    short: Label = ""
    #: Whether its values can stand in a cell of a sheet: what is uploaded can't be imported or pasted.
    is_typed: ClassVar[bool] = True
    #: Whether it is small enough for the cell of a list, too.
    in_cell: ClassVar[bool] = True
    #: Of a custom field: the section of the form it stands in; empty for the one of the custom fields.
    section: str = ""
    #: Of a custom field: records without a value are told on the data quality page.
    wanted: bool = False
    #: Of a custom field: the filter its record has to fit for the field to be shown; empty for always.
    shown_when: Mapping[str, Any] = MappingProxyType({})

    def __init__(
        self,
        name: str,
        label: Label,
        *,
        source: Source | None = None,
        required: bool = False,
        read_only: bool = False,
        unique: bool = False,
        help: Label = "",
        default: object = None,
        nullable: bool = True,
    ) -> None:
        self.name = name
        self.label = label
        self.source = source or Column(name)
        self.required = required
        self.read_only = read_only
        self.unique = unique
        self.help = help
        self.default = default
        self.nullable = nullable

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def is_custom(self) -> bool:
        return self.source.is_custom

    @property
    def is_computed(self) -> bool:
        """Whether the value is nowhere stored: a formula or a roll-up."""
        return self.source.is_computed

    @property
    def is_always_required(self) -> bool:
        """Whether every record needs a value, whatever else it holds."""
        return self.required and not self.shown_when

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that hold the value; of a custom field the document with all of them."""
        if self.is_computed:
            return ()
        return (CUSTOM,) if self.is_custom else (self.name,)

    # The value on the record -------------------------------------------------------------------

    def read(self, record: "Model") -> Any:
        return self.restore(self.source.read(record))

    def write(self, record: "Model", value: Any) -> None:
        self.source.write(record, self.stored(value))

    def stored(self, value: Any) -> Any:
        """The value as its source keeps it (a custom field keeps JSON)."""
        return self.dump(value) if self.is_custom else value

    def restore(self, stored: Any) -> Any:
        """The value of what the source keeps; a custom field without a value reads as an empty column does."""
        if not self.is_custom:
            return stored
        return self.empty if stored is None else self.load(stored)

    def is_empty(self, value: Any) -> bool:
        return value is None or value == ""

    @property
    def empty(self) -> Any:
        """What the column holds when there is no value."""
        return None

    def differs(self, there: Any, value: Any) -> bool:
        """Whether a value from a file says something else than the one that is there."""
        return bool(there != value)

    def check(self, value: Any) -> None:
        """Raises FieldError when the value may not be stored."""
        if self.required and self.is_empty(value):
            raise FieldError(_("This field is required."))

    @property
    def loads(self) -> tuple[str, ...]:
        """Relations to load with the record so that showing the value costs no further statement."""
        return ()

    @property
    def pieces(self) -> "Mapping[str, Field]":
        """Fields of what its value consists of, by name, where that is asked for by itself: the city of an address."""
        return MappingProxyType({})

    # JSON --------------------------------------------------------------------------------------

    def load(self, data: Any) -> Any:
        """The value from JSON. Raises FieldError when the JSON is not of this kind."""
        return data

    def dump(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        """JSON schema of one value."""
        raise NotImplementedError

    # Text and sheets ---------------------------------------------------------------------------

    def parse(self, text: str) -> Any:
        """The value from what a person typed. Raises FieldError. Empty text is no value."""
        text = text.strip()
        return self.load(text) if text else self.empty

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        """The value from a cell of a sheet that follows the conventions. Raises FieldError."""
        return self.parse(text)

    def text(self, value: Any) -> str:
        """The value as a person reads it, in the language and time zone in force."""
        return "" if self.is_empty(value) else str(value)

    def input_text(self, value: Any) -> str:
        """The value as it stands in an input to be changed; `parse` takes it back."""
        return self.text(value)

    def input_texts(self, value: Any) -> dict[str, str]:
        """What stands in each of its `inputs` for the value."""
        return {}

    def joined(self, texts: Mapping[str, str]) -> str:
        """The texts of its `inputs` as one, which `parse` and `split` take back; "" where nothing was typed."""
        return ""

    def split(self, text: str) -> dict[str, str]:
        """What stands in each of its `inputs` for a text, also for one that is no value."""
        return {}

    def cell(self, value: Any) -> Any:
        """The value as a cell of an export: text, number, bool, date or datetime, or None."""
        return None if self.is_empty(value) else self.text(value)

    # Filter and sort ---------------------------------------------------------------------------

    def expression(self, prefix: str = "") -> Combinable:
        return self.source.expression(prefix)

    def sort_key(self, prefix: str = "") -> Combinable:
        return self.expression(prefix)

    @property
    def sort_nullable(self) -> bool:
        """Whether the sort key of a row can be NULL."""
        return self.nullable

    def unique_key(self) -> Combinable:
        """What no two records may share where the field is unique; NULL without a value."""
        return self.expression()

    def unique_value(self, value: Any) -> Any:
        """The same of a value; None without one."""
        return None if self.is_empty(value) else self.stored(value)

    def condition(self, op: str, operand: Any, context: FilterContext, prefix: str = "") -> Q:
        """The condition of one filter line. Raises FieldError for an unknown operator or a wrong operand.

        Conditions may be NULL in SQL where the value is missing; whoever negates one wraps it in NotTrue.
        """
        if op not in self.operators:
            raise FieldError(_("“%(field)s” can't be compared by “%(op)s”.") % {"field": self.label, "op": op})
        method = getattr(self, f"where_{op}")
        if op in NO_OPERAND:
            return Q(method(prefix))
        return Q(method(prefix, self.operand(op, operand, context)))

    def operand(self, op: str, data: Any, context: FilterContext) -> Any:
        if op in MANY_OPERANDS:
            return [self.load_operand(item, context) for item in as_list(data)]
        if op == "between":
            low, high = pair(data)
            return self.load_operand(low, context), self.load_operand(high, context)
        return self.load_operand(data, context)

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        if data is None or data == "":
            raise FieldError(_("A value to compare with is missing."))
        return self.load(data)

    def where_empty(self, prefix: str) -> Any:
        return IsNull(self.expression(prefix), True)

    def where_not_empty(self, prefix: str) -> Any:
        return ~Q(self.where_empty(prefix))


def as_list(data: Any) -> Sequence[Any]:
    if not isinstance(data, list) or not data:
        raise FieldError(_("A list of values is expected."))
    if len(data) > 1000:
        raise FieldError(_("At most 1,000 values can be compared at once."))
    return data


def pair(data: Any) -> tuple[Any, Any]:
    if not isinstance(data, list) or len(data) != 2:
        raise FieldError(_("Two values are expected: from and to."))
    return data[0], data[1]
