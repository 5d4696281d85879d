"""Kinds whose value is text."""

import re
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains, EndsWith, Exact, In, IsNull, StartsWith
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.errors import FieldError, too_long
from jantar.engine.fields.sql import Fold, NotTrue
from jantar.kit.text import fold, without_controls


class Text(Field):
    """One line of text. Compared and sorted without regard to case and accents."""

    kind = "text"
    operators: ClassVar[tuple[str, ...]] = (
        "contains", "not_contains", "is", "is_not", "starts_with", "ends_with", "any_of", "none_of",
        "empty", "not_empty",
    )  # fmt: skip
    max_length = 200

    def __init__(self, *args: Any, max_length: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.max_length = max_length or self.max_length

    @property
    def empty(self) -> str:
        return ""

    def load(self, data: Any) -> str:
        if data is None:
            return ""
        if not isinstance(data, str):
            raise FieldError(_("Text is expected."))
        return without_controls(data).strip()

    def check(self, value: Any) -> None:
        super().check(value)
        if value and len(value) > self.max_length:
            raise FieldError(too_long(self.max_length, len(value)))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length}

    def folded(self, prefix: str) -> Combinable:
        """Never NULL, so that an index on it serves filters and sorting alike."""
        return Fold(Coalesce(self.expression(prefix), Value("")) if self.nullable else self.expression(prefix))

    def sort_key(self, prefix: str = "") -> Combinable:
        return self.folded(prefix)

    @property
    def sort_nullable(self) -> bool:
        return False

    def unique_key(self) -> Combinable:
        return Fold(self.expression())

    def unique_value(self, value: Any) -> Any:
        return fold(value) if value else None

    def load_operand(self, data: Any, context: FilterContext) -> str:
        return fold(super().load_operand(data, context))

    def filled(self, prefix: str, texts: list[str]) -> Q:
        """Follows from equality with the texts; said as partial indexes say it, so that they serve."""
        return Q() if self.is_custom or "" in texts else ~Q(Exact(self.expression(prefix), ""))

    def where_is(self, prefix: str, text: str) -> Any:
        return Q(Exact(self.folded(prefix), text)) & self.filled(prefix, [text])

    def where_is_not(self, prefix: str, text: str) -> Any:
        return ~Q(Exact(self.folded(prefix), text))

    def where_contains(self, prefix: str, text: str) -> Any:
        return Contains(self.folded(prefix), text)

    def where_not_contains(self, prefix: str, text: str) -> Any:
        return ~Q(Contains(self.folded(prefix), text))

    def where_starts_with(self, prefix: str, text: str) -> Any:
        return StartsWith(self.folded(prefix), text)

    def where_ends_with(self, prefix: str, text: str) -> Any:
        return EndsWith(self.folded(prefix), text)

    def where_any_of(self, prefix: str, texts: list[str]) -> Any:
        return Q(In(self.folded(prefix), texts)) & self.filled(prefix, texts)

    def where_none_of(self, prefix: str, texts: list[str]) -> Any:
        return ~Q(In(self.folded(prefix), texts))

    def where_empty(self, prefix: str) -> Any:
        """A column without a value is compared as it is: cheaper, and as partial indexes say it."""
        is_plain = not self.is_custom and not self.nullable
        return Exact(self.expression(prefix) if is_plain else self.folded(prefix), "")

    def where_not_empty(self, prefix: str) -> Any:
        return ~Q(self.where_empty(prefix))


class LongText(Text):
    kind = "long_text"
    max_length = 50_000
    sortable = False

    def parse(self, text: str) -> Any:
        return self.load(text.replace("\r\n", "\n"))


class Email(Text):
    kind = "email"
    max_length = 254

    def check(self, value: Any) -> None:
        super().check(value)
        if value:
            try:
                validate_email(value)
            except ValidationError:
                raise FieldError(_("“%(value)s” is not an e-mail address.") % {"value": value}) from None


class Phone(Text):
    kind = "phone"
    max_length = 50
    ALLOWED = re.compile(r"^[+(]?[\d\s()/.\-–x#,;*]{2,}(ext\.?\s*\d+)?$", re.IGNORECASE)

    def check(self, value: Any) -> None:
        super().check(value)
        if value and (not self.ALLOWED.match(value) or not any(c.isdigit() for c in value)):
            raise FieldError(_("“%(value)s” is not a phone number.") % {"value": value})


class WebAddress(Text):
    """Kept with its scheme; typed without one it gets https."""

    kind = "web"
    max_length = 300

    def load(self, data: Any) -> str:
        text = super().load(data)
        return f"https://{text}" if text and "://" not in text else text

    def load_operand(self, data: Any, context: FilterContext) -> str:
        return fold(Text.load(self, data))

    def check(self, value: Any) -> None:
        super().check(value)
        if value:
            try:
                URLValidator(schemes=["http", "https"])(value)
            except ValidationError:
                raise FieldError(_("“%(value)s” is not a web address.") % {"value": value}) from None


class NullableText(Text):
    """Text whose column is NULL when empty (a unique one must be)."""

    @property
    def empty(self) -> Any:
        return None

    def load(self, data: Any) -> Any:
        return super().load(data) or None

    def where_empty(self, prefix: str) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | Q(super().where_empty(prefix))

    def where_not_empty(self, prefix: str) -> Any:
        return NotTrue(Q(self.where_empty(prefix)))
