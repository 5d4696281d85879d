"""A postal address as a value of its own: its parts are fields, too, to be asked for, sorted and grouped by."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains, In, IsNull
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.choices import Country
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.sources import CUSTOM, at
from jantar.engine.fields.sql import Fold, NotTrue, Sql
from jantar.engine.fields.text import Text
from jantar.kit.address import Address, parse_address
from jantar.kit.text import fold, without_controls

if TYPE_CHECKING:
    from django.db.models import Model

#: What the parts are called, in the order they are typed in.
LABELS = {
    "street": gettext_lazy("street"),
    "postal_code": gettext_lazy("postal code"),
    "city": gettext_lazy("city"),
    "region": gettext_lazy("region"),
    "country": gettext_lazy("country"),
}
LENGTHS = {"street": 200, "postal_code": 20, "city": 100, "region": 100}
#: Street, code and city, region, without the signs beside what is missing.
LINE = (
    "substr(coalesce(', ' || nullif({0}, ''), '')"
    " || coalesce(', ' || nullif(btrim(coalesce({1}, '') || ' ' || coalesce({2}, '')), ''), '')"
    " || coalesce(', ' || nullif({3}, ''), ''), 3)"
)


class PartOfValue:
    """The source of one part of a value that a custom field keeps as a document."""

    is_custom = True
    is_computed = False

    def __init__(self, key: str, part: str) -> None:
        self.key = key
        self.part = part

    def read(self, record: "Model") -> Any:
        return (getattr(record, CUSTOM).get(self.key) or {}).get(self.part)

    def write(self, record: "Model", value: Any) -> None:
        raise TypeError(f"{self.key} is written as a whole.")

    def expression(self, prefix: str) -> Combinable:
        return KeyTextTransform(self.part, KeyTransform(self.key, at(prefix, CUSTOM)))


class SomeParts(dict[str, str]):
    """Parts of an address that replace those it has; the others stay."""


def united(value: Any, more: Any) -> Any:
    """The value with `more`, which replaces it unless it is only some parts."""
    if not isinstance(more, SomeParts):
        return more
    return SomeParts({**value, **more}) if isinstance(value, SomeParts) else replace(value or Address(), **more) or None


def with_pieces(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The values by field with those of `more`."""
    return {**values, **{name: united(values.get(name, SomeParts()), value) for name, value in more.items()}}


class AddressKind(Field):
    """An address. Compared without regard to case and accents, sorted by city and street."""

    kind = "address"
    operators: ClassVar[tuple[str, ...]] = ("contains", "not_contains", "empty", "not_empty")
    inputs = tuple(LABELS)

    @cached_property
    def pieces(self) -> Mapping[str, Field]:
        return {name: self._piece(name) for name in LABELS}

    def _piece(self, name: str) -> Field:
        label = format_lazy("{} › {}", capfirst(str(self.label)), capfirst(LABELS[name]))
        source = PartOfValue(self.name, name)
        path = f"{self.name}.{name}"
        piece = Text(path, label, source=source, max_length=LENGTHS[name]) if name in LENGTHS else None
        found: Field = piece or Country(path, label, source=source)
        found.short, found.in_place = LABELS[name], False  # type: ignore[misc]
        return found

    # The value on the record -------------------------------------------------------------------

    def write(self, record: "Model", value: Any) -> None:
        super().write(record, united(self.read(record), value))

    def stored(self, value: Any) -> Any:
        return {name: text for name, text in value.parts.items() if text} if value else None

    def is_empty(self, value: Any) -> bool:
        return not value

    def check(self, value: Any) -> None:
        super().check(value)
        wrong = []
        for name, piece in self.pieces.items():
            try:
                piece.check(getattr(value, name) if value else "")
            except FieldError as error:
                wrong.append(f"{capfirst(str(piece.short))}: {error.message}")
        if wrong:
            raise FieldError(" ".join(wrong))

    # JSON --------------------------------------------------------------------------------------

    def load(self, data: Any) -> Any:
        if data is None or data == "" or isinstance(data, Address):
            return data or None
        if not isinstance(data, dict):
            raise FieldError(_("An object with the parts of an address is expected: %(parts)s.") % self._told)
        if unknown := next((str(name) for name in data if name not in LABELS), None):
            words = _("An address has no part “%(name)s”. Its parts are %(parts)s.")
            raise FieldError(words % {"name": unknown[:50], **self._told})
        found = {}
        for name, text in data.items():
            try:
                found[name] = " ".join(self.pieces[name].load(text).split())
            except FieldError as error:
                raise FieldError(f"{capfirst(str(LABELS[name]))}: {error.message}") from error
        found["country"] = found.get("country", "").upper()
        return Address(**found) or None

    @property
    def _told(self) -> dict[str, str]:
        return {"parts": ", ".join(LABELS)}

    def dump(self, value: Any) -> Any:
        return value.parts if value else None

    def schema(self) -> dict[str, Any]:
        pieces = {name: piece.schema() for name, piece in self.pieces.items()}
        return {"type": "object", "properties": pieces, "additionalProperties": False}

    # Text --------------------------------------------------------------------------------------

    def lines(self, value: Any) -> list[str]:
        """The address as it stands on a letter, the country in the language in force."""
        return value.lines(self.pieces["country"].text(value.country)) if value else []

    def text(self, value: Any) -> str:
        return ", ".join(self.lines(value))

    def parse(self, text: str) -> Any:
        """Takes an address as people write it, and its parts as a JSON object (see `joined`)."""
        text = without_controls(text)
        parts = parts_in(text)
        return parse_address(text, self._country_of) or None if parts is None else self.load(parts)

    def _country_of(self, text: str) -> str:
        try:
            return str(self.pieces["country"].parse_cell(text, Conventions.in_force()))
        except FieldError:
            return ""

    def input_text(self, value: Any) -> str:
        """As people write it, unless that would be understood otherwise."""
        text = self.text(value)
        with suppress(FieldError):
            if self.parse(text) == value:
                return text
        return self.joined(value.parts)

    def input_texts(self, value: Any) -> dict[str, str]:
        return (value or Address()).parts

    def joined(self, texts: Mapping[str, str]) -> str:
        filled = {name: texts[name] for name in LABELS if texts.get(name, "").strip()}
        return json.dumps(filled, ensure_ascii=False) if filled else ""

    def split(self, text: str) -> dict[str, str]:
        """What stands in the inputs for the text that `joined` made of them, or for one a person wrote."""
        try:
            return self.input_texts(self.parse(text))
        except FieldError:
            return self.input_texts(Address(street=text))

    # Filter and sort ---------------------------------------------------------------------------

    def expression(self, prefix: str = "") -> Combinable:
        """The text without the country, in the order most countries have."""
        names = ("street", "postal_code", "city", "region")
        return Sql(LINE, *(self.pieces[name].expression(prefix) for name in names))

    def folded(self, prefix: str) -> Combinable:
        return Fold(self.expression(prefix))

    def sort_key(self, prefix: str = "") -> Combinable:
        names = ("city", "street", "postal_code")
        texts = (Coalesce(self.pieces[name].expression(prefix), Value("")) for name in names)
        return Fold(Sql("{0} || ' ' || {1} || ' ' || {2}", *texts))

    @property
    def sort_nullable(self) -> bool:
        return False

    def load_operand(self, data: Any, context: FilterContext) -> str:
        if not isinstance(data, str) or not data.strip():
            raise FieldError(_("A value to compare with is missing."))
        return fold(data.strip())

    def where_contains(self, prefix: str, text: str) -> Any:
        """The name of the country counts, in the language of whoever asks."""
        country = self.pieces["country"]
        codes = [code for code, label in country.choices if text in fold(label)]  # type: ignore[attr-defined]
        found = Q(Contains(self.folded(prefix), text))
        return found | Q(In(country.expression(prefix), codes)) if codes else found

    def where_not_contains(self, prefix: str, text: str) -> Any:
        return NotTrue(self.where_contains(prefix, text))

    def where_empty(self, prefix: str) -> Any:
        return IsNull(self._document(prefix), True)

    def _document(self, prefix: str) -> Combinable:
        return KeyTransform(self.name, at(prefix, CUSTOM))


def parts_in(text: str) -> dict[str, Any] | None:
    """The JSON object that the text is; None for any other text, also for one that only begins like an object."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
        text.encode(), json.dumps(found, ensure_ascii=False).encode()  # halves of letters can't be stored
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def piece_of(fields: Mapping[str, Field], path: str) -> Field | None:
    """The field of that name, or the piece of one that the path (“x_site.city”) leads to."""
    first, dot, rest = path.partition(".")
    one = fields.get(first)
    return one.pieces.get(rest) if dot and one is not None else one
