"""Errors of the pure helpers: an English message with named parts, translated at the edge."""


def gettext_noop(message: str) -> str:
    """Mark `message` for the catalogue and return it unchanged (the kit knows no Django)."""
    return message


class InputError(ValueError):
    """What somebody typed or sent cannot be understood.

    `message` is the English text with %(name)s parts, to be translated by whoever shows it;
    `params` fills the parts. `str(error)` is the filled English text.
    """

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)
