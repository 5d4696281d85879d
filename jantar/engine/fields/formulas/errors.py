"""What is wrong with a formula, and where."""

from django.utils.translation import gettext as _

from jantar.engine.fields.errors import FieldError


class FormulaError(FieldError):
    """`start` and `end` are the place in the text, in characters from 0."""

    def __init__(self, message: str, start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.start = start
        self.end = end

    def placed(self, text: str) -> str:
        """The message with the place it is about."""
        found = text[self.start : self.end].strip()
        if not found:
            return _("At the end: %(why)s") % {"why": self.message} if self.start else self.message
        short = found if len(found) <= 40 else f"{found[:39]}…"
        return _("At “%(place)s” (character %(number)d): %(why)s") % {
            "place": short, "number": self.start + 1, "why": self.message,
        }  # fmt: skip
