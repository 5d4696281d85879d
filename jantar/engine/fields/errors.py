"""What is wrong with a value, said so that the person who typed it can mend it."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from jantar.kit.errors import InputError


class FieldError(ValueError):
    """One value of one field is not acceptable. The message is for the user, in the language in force."""

    def __init__(self, message: object) -> None:
        super().__init__(str(message))
        self.message = str(message)

    @classmethod
    def said(cls, error: InputError) -> "FieldError":
        """An error of the kit, in the language in force."""
        return cls(_(error.message) % error.params if error.params else _(error.message))


class NotAllowed(PermissionError):
    """The actor knows of the thing but may not do this with it."""


class Invalid(ValueError):
    """A record can't be stored as asked. `errors` maps field names to messages; "" holds those of the whole."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(messages)}" for name, messages in errors.items()))
        self.errors = {name: [str(message) for message in messages] for name, messages in errors.items()}

    #: Whether it can be stored all the same, once whoever asked says that it is meant.
    asks = False


class Unconfirmed(Invalid):
    """What is asked has consequences that have to be meant; its messages say which."""

    asks = True


def too_long(limit: int, length: int) -> str:
    """What is wrong with a text of `length` characters where `limit` fit."""
    return _("At most %(limit)d characters fit here; this has %(length)d.") % {"limit": limit, "length": length}
