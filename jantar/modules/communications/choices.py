"""The fixed lists of communication."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActivityKind(TextChoices):
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")


class Outcome(TextChoices):
    AGREED = "agreed", _("Agreed")
    INTERESTED = "interested", _("Interested")
    CALL_BACK = "call_back", _("Call back later")
    NOT_REACHED = "not_reached", _("Not reached")
    REFUSED = "refused", _("Not interested")
    DONE = "done", pgettext_lazy("outcome", "Done")


class Priority(TextChoices):
    HIGH = "high", pgettext_lazy("priority", "High")
    NORMAL = "normal", pgettext_lazy("priority", "Normal")
    LOW = "low", pgettext_lazy("priority", "Low")


ICONS: dict[str, str] = {
    ActivityKind.CALL: "phone",
    ActivityKind.MEETING: "users",
    ActivityKind.VISIT: "map-pin",
    ActivityKind.EMAIL: "mail",
    ActivityKind.LETTER: "file-text",
}
