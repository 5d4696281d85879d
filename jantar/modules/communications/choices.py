"""The fixed lists of communication."""

from typing import Any

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


class Answer(TextChoices):
    """What somebody answered to an invitation."""

    ACCEPTED = "accepted", pgettext_lazy("meeting", "Accepted")
    TENTATIVE = "tentative", pgettext_lazy("meeting", "Tentative")
    DECLINED = "declined", pgettext_lazy("meeting", "Declined")


#: What stands on the buttons of an invitation.
VERBS: dict[str, Any] = {
    Answer.ACCEPTED: pgettext_lazy("meeting", "Accept"),
    Answer.TENTATIVE: pgettext_lazy("meeting", "Accept tentatively"),
    Answer.DECLINED: pgettext_lazy("meeting", "Decline"),
}


class Lead(TextChoices):
    """How long before its time somebody is reminded, in minutes."""

    NEVER = "never", _("No reminder")
    AT_ONCE = "0", _("At the time")
    MINUTES_5 = "5", _("5 minutes before")
    MINUTES_10 = "10", _("10 minutes before")
    MINUTES_15 = "15", _("15 minutes before")
    MINUTES_30 = "30", _("30 minutes before")
    HOUR = "60", _("1 hour before")
    HOURS_2 = "120", _("2 hours before")
    DAY = "1440", _("1 day before")
    DAYS_2 = "2880", _("2 days before")
    WEEK = "10080", _("1 week before")


ICONS: dict[str, str] = {
    ActivityKind.CALL: "phone",
    ActivityKind.MEETING: "users",
    ActivityKind.VISIT: "map-pin",
    ActivityKind.EMAIL: "mail",
    ActivityKind.LETTER: "file-text",
}
