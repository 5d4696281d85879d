"""Kinds whose value is picked: yes or no, one of a list, several of a list, tags, country."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, CharField, Func, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, In, IsNull
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext, Label
from jantar.engine.fields.conventions import Conventions, every_spelling
from jantar.engine.fields.errors import FieldError
from jantar.kit.text import fold, without_controls

Choices = Sequence[tuple[str, Label]]
YES = {"1", "true", "yes", "y", "t", "on", "ano", "áno", "igen", "tak", "x"}
NO = {"0", "false", "no", "n", "f", "off", "ne", "nie", "nem", ""}


class Boolean(Field):
    kind = "boolean"
    operators: ClassVar[tuple[str, ...]] = ("is",)

    def is_empty(self, value: Any) -> bool:
        return value is None

    @property
    def empty(self) -> Any:
        return False

    def load(self, data: Any) -> Any:
        if data is None:
            return self.empty
        if not isinstance(data, bool):
            raise FieldError(_("Yes or no is expected."))
        return data

    def parse(self, text: str) -> Any:
        word = text.strip().lower()
        if word in YES:
            return True
        if word in NO:
            return False
        raise FieldError(_("“%(value)s” is neither yes nor no.") % {"value": text})

    def text(self, value: Any) -> str:
        return "" if value is None else (_("Yes") if value else _("No"))

    def input_text(self, value: Any) -> str:
        return "1" if value else ""

    def cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def where_is(self, prefix: str, value: bool) -> Any:
        if value:
            return Exact(self.expression(prefix), Value(True))
        return Q(Exact(self.expression(prefix), Value(False))) | Q(IsNull(self.expression(prefix), True))


class Choice(Field):
    """One of a fixed list; the list may be worked out when asked for."""

    kind = "choice"
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "any_of", "none_of", "empty", "not_empty")

    def __init__(self, *args: Any, choices: Choices | Callable[[], Choices] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self._choices = choices

    @property
    def choices(self) -> Choices:
        return self._choices() if callable(self._choices) else self._choices

    @property
    def empty(self) -> Any:
        return ""

    def load(self, data: Any) -> Any:
        if data is None or data == "":
            return ""
        if not isinstance(data, str):
            raise FieldError(_("One of the listed values is expected."))
        return data

    def check(self, value: Any) -> None:
        super().check(value)
        if value and value not in dict(self.choices):
            raise FieldError(_("“%(value)s” is not one of the listed values.") % {"value": value})

    def parse(self, text: str) -> Any:
        """Takes the key or the label, in any case and without accents."""
        wanted = fold(text.strip())
        if not wanted:
            return ""
        for key, label in self.choices:
            if wanted in (fold(key), fold(str(label))):
                return key
        raise FieldError(_("“%(value)s” is not one of the listed values.") % {"value": text.strip()})

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        """Takes the key or the label in any language of the interface."""
        wanted = fold(text.strip())
        if not wanted:
            return ""
        choices = self.choices
        spellings = every_spelling((self.name, tuple(key for key, _label in choices)), lambda: self.choices)
        if wanted not in spellings:
            raise FieldError(_("“%(value)s” is not one of the listed values.") % {"value": text.strip()[:100]})
        return spellings[wanted]

    def text(self, value: Any) -> str:
        return str(dict(self.choices).get(value, value or ""))

    def input_text(self, value: Any) -> str:
        return value or ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [*(key for key, _label in self.choices), *([] if self.required else [""])]}

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        value = super().load_operand(data, context)
        if value not in dict(self.choices):
            raise FieldError(_("“%(value)s” is not one of the listed values.") % {"value": value})
        return value

    def where_is(self, prefix: str, value: str) -> Any:
        return Exact(self.expression(prefix), value)

    def where_is_not(self, prefix: str, value: str) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | ~Q(Exact(self.expression(prefix), value))

    def where_any_of(self, prefix: str, values: list[str]) -> Any:
        return In(self.expression(prefix), values)

    def where_none_of(self, prefix: str, values: list[str]) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | ~Q(In(self.expression(prefix), values))

    def where_empty(self, prefix: str) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | Q(Exact(self.expression(prefix), ""))


class Country(Choice):
    """A country by its ISO 3166-1 alpha-2 code; its name comes from the locale data."""

    kind = "country"

    def __init__(self, *args: Any, **options: Any) -> None:
        from jantar.engine.fields.countries import country_choices

        super().__init__(*args, **{**options, "choices": country_choices})

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        from jantar.engine.fields.countries import ALSO_CALLED

        return ALSO_CALLED.get(fold(text.strip())) or super().parse_cell(text, conventions)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 2, "examples": ["CZ"]}


class ArrayOperator(Func):
    """`left OPERATOR right` on arrays or JSON documents, which a GIN index serves."""

    output_field = BooleanField()
    conditional = True
    arg_joiner = " "

    def __init__(self, left: Any, operator: str, right: Any) -> None:
        super().__init__(left, right, template="(%(expressions)s)", arg_joiner=f" {operator} ")


class Several(Field):
    """Several values, kept as a PostgreSQL array of text or, in a custom field, as a JSON list of texts."""

    operators: ClassVar[tuple[str, ...]] = ("has_any", "has_all", "has_none", "empty", "not_empty")
    sortable = False
    max_items = 50

    def is_empty(self, value: Any) -> bool:
        return not value

    @property
    def empty(self) -> Any:
        return []

    def check(self, value: Any) -> None:
        super().check(value)
        if len(value or []) > self.max_items:
            raise FieldError(_("At most %(limit)d values fit here.") % {"limit": self.max_items})

    def words(self, items: list[str]) -> Any:
        """The operand as an array of the type that stands on the other side."""
        element = TextField() if self.is_custom else CharField()
        return Cast(Value(items, output_field=ArrayField(element)), ArrayField(element))

    def where_has_any(self, prefix: str, items: list[str]) -> Any:
        return self.where_any_among(prefix, self.words(items))

    def where_any_among(self, prefix: str, words: Any) -> Any:
        """That one of the values is among those of an array in SQL."""
        return ArrayOperator(self.expression(prefix), "?|" if self.is_custom else "&&", words)

    def where_has_all(self, prefix: str, items: list[str]) -> Any:
        return ArrayOperator(self.expression(prefix), "?&" if self.is_custom else "@>", self.words(items))

    def where_has_none(self, prefix: str, items: list[str]) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | ~Q(self.where_has_any(prefix, items))

    def where_empty(self, prefix: str) -> Any:
        if self.is_custom:
            return IsNull(self.expression(prefix), True)
        return Exact(Func(self.expression(prefix), function="cardinality"), 0)


class Tags(Several):
    """Free words."""

    kind = "tags"
    max_length = 60

    def load(self, data: Any) -> Any:
        if data is None:
            return []
        if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
            raise FieldError(_("A list of words is expected."))
        items = (without_controls(item).strip() for item in data)
        return list(dict.fromkeys(item for item in items if item))

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        items = self.load([data])
        if not items:
            raise FieldError(_("A value to compare with is missing."))
        return items[0]

    def check(self, value: Any) -> None:
        super().check(value)
        for item in value or []:
            if len(item) > self.max_length:
                raise FieldError(_("“%(value)s…” is too long.") % {"value": item[:20]})

    def parse(self, text: str) -> Any:
        return self.load(text.replace(";", ",").split(","))

    def text(self, value: Any) -> str:
        return ", ".join(value or [])

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "maxLength": self.max_length}}

    def words_of(self, prefix: str = "") -> Combinable:
        """A row for each word of a record."""
        function = "jsonb_array_elements_text" if self.is_custom else "unnest"
        return Func(self.expression(prefix), function=function, output_field=TextField())


class MultiChoice(Tags):
    """Several of a fixed list."""

    kind = "multi_choice"

    def __init__(self, *args: Any, choices: Choices = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.choices = choices

    def check(self, value: Any) -> None:
        super().check(value)
        known = dict(self.choices)
        for item in value or []:
            if item not in known:
                raise FieldError(_("“%(value)s” is not one of the listed values.") % {"value": item})

    def parse(self, text: str) -> Any:
        return self.parse_with(lambda single, part: single.parse(part), text)

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        return self.parse_with(lambda single, part: single.parse_cell(part, conventions), text)

    def parse_with(self, parse: Callable[[Choice, str], str], text: str) -> list[str]:
        single = Choice(self.name, self.label, choices=self.choices)
        parts = [part for part in text.replace(";", ",").split(",") if part.strip()]
        return list(dict.fromkeys(parse(single, part) for part in parts))

    def text(self, value: Any) -> str:
        known = dict(self.choices)
        return ", ".join(str(known.get(item, item)) for item in value or [])

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": [key for key, _label in self.choices]}}
