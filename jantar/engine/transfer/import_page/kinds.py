"""What can become of a row, in words and colours."""

from django.utils.translation import gettext as _

from jantar.engine.transfer.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, WRONG

TONES = {CREATED: "green", UPDATED: "blue", UNCHANGED: "neutral", SKIPPED: "neutral", WRONG: "red"}


def kinds() -> dict[str, str]:
    return {
        CREATED: _("New"), UPDATED: _("Changed"), UNCHANGED: _("Unchanged"), SKIPPED: _("Left alone"),
        WRONG: _("Refused"),
    }  # fmt: skip
