"""The kind whose value is text with formatting."""

from dataclasses import replace
from typing import Any, ClassVar

from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError, too_long
from jantar.engine.fields.text import LongText, Text
from jantar.kit import rich_text
from jantar.kit.rich_text import Formatted, TooMuchHtml
from jantar.kit.text import fold


class RichText(LongText):
    """Formatted text, kept as {"html", "text"}: cleaned HTML for pages, and what it says for everything else."""

    kind = "rich_text"
    operators: ClassVar[tuple[str, ...]] = ("contains", "not_contains", "empty", "not_empty")

    in_cell: ClassVar[bool] = False

    @property
    def empty(self) -> Any:
        return None

    def load(self, data: Any) -> Any:
        """Takes what `dump` gives, of which only the HTML counts, and text: with tags it is HTML, else plain."""
        if data is None or isinstance(data, Formatted):
            return data
        html = data.get("html") if isinstance(data, dict) else data
        if not isinstance(html, str) or (isinstance(data, dict) and not data.keys() <= {"html", "text"}):
            raise FieldError(_("Text or HTML is expected."))
        is_html = isinstance(data, dict) or rich_text.looks_like_html(html)
        try:
            return rich_text.formatted(html) if is_html else rich_text.from_text(html)
        except TooMuchHtml as error:
            raise FieldError(too_long(rich_text.LONGEST_HTML, len(html))) from error

    def differs(self, there: Any, value: Any) -> bool:
        """A bare text that says what is there already leaves its formatting."""
        if there is not None and value is not None and value.is_bare:
            return bool(there.text.split() != value.text.split())
        return super().differs(there, value)

    def stored(self, value: Any) -> Any:
        return self.dump(self.load(value))

    def dump(self, value: Any) -> Any:
        return None if value is None else {"html": value.html, "text": value.text}

    def restore(self, stored: Any) -> Any:
        if isinstance(stored, dict) and isinstance(stored.get("html"), str) and isinstance(stored.get("text"), str):
            return Formatted(stored["html"], stored["text"])
        return self.load(stored)

    def check(self, value: Any) -> None:
        Field.check(self, value)
        if value and len(value.text) > self.max_length:
            raise FieldError(too_long(self.max_length, len(value.text)))

    def schema(self) -> dict[str, Any]:
        described = _("Cleaned HTML, and what it says as plain text. Writing takes the HTML alone, or plain text, too.")
        both = {"html": {"type": "string"}, "text": {"type": "string"}}
        return {
            "anyOf": [
                {"type": "object", "properties": both, "required": ["html"], "additionalProperties": False},
                {"type": "string"},
            ],
            "description": described,
        }

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        value = self.load(text)
        is_bare = value is not None and not rich_text.looks_like_html(text)
        return replace(value, is_bare=True) if is_bare else value

    def text(self, value: Any) -> str:
        return "" if value is None else value.text

    def input_text(self, value: Any) -> str:
        """Plain paragraphs as they are read; else the HTML."""
        if value is None:
            return ""
        is_plain = value.is_plain and "<" not in value.text
        return str(value.text if is_plain else value.html)

    def expression(self, prefix: str = "") -> Combinable:
        return KeyTextTransform("text", self.source.expression(prefix))

    def html(self, prefix: str = "") -> Combinable:
        """The HTML as it is stored."""
        return KeyTextTransform("html", self.source.expression(prefix))

    def load_operand(self, data: Any, context: FilterContext) -> str:
        return fold(Field.load_operand(Text(self.name, self.label), data, context))
