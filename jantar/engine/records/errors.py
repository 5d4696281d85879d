"""Why a write or a read of records was refused; pages and API turn these into answers."""

from typing import Any

from jantar.engine.fields.errors import Invalid, NotAllowed, Unconfirmed

__all__ = ["BadQuery", "Invalid", "NotAllowed", "NotFound", "Stale", "Unconfirmed"]


class NotFound(LookupError):
    """There is no such record, or the actor may not know of it."""


class BadQuery(ValueError):
    """A filter, sort key, column or cursor that can't be understood; `where` names its place."""

    def __init__(self, where: str, message: object) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = str(message)


class Stale(Exception):
    """Somebody else changed the same fields since the actor loaded the record.

    `theirs` maps field names to the values stored now, `yours` to those that were not stored.
    """

    def __init__(self, version: int, theirs: dict[str, Any], yours: dict[str, Any]) -> None:
        super().__init__(f"changed meanwhile: {', '.join(theirs)}")
        self.version = version
        self.theirs = theirs
        self.yours = yours
