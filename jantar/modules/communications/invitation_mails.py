"""What an invitation says: in words, and as iCalendar (RFC 5545, 5546) that calendars understand."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress

from jantar.modules.communications.choices import VERBS, Answer
from jantar.modules.communications.models import Activity, Invitation
from jantar.platform.accounts.models import User
from jantar.platform.mail.services import CalendarPart, send_mail
from jantar.ui import formats

PARTSTAT = {"": "NEEDS-ACTION", **{one.value: one.value.upper() for one in Answer}}
signer = Signer(salt="communications.invitation")


class Words(StrEnum):
    INVITED = "invited"
    CHANGED = "changed"
    CANCELLED = "cancelled"


def mail_invitation(activity: Activity, one: Invitation, words: Words, now: datetime) -> None:
    """Writes the mail, in the language and time zone in force. No page shows what it says."""
    host: User = activity.owner  # type: ignore[assignment]
    method = "CANCEL" if words == Words.CANCELLED else "REQUEST"
    context = {
        "host": host, "activity": activity, "when": when_of(activity, host), "words": words.value,
        "answers": [(VERBS[answer], address_of(one, answer)) for answer in Answer],
    }  # fmt: skip
    send_mail(
        [one.address], subject=subject_of(activity, words, context["when"]),
        body=render_to_string("communications/invitation_mail.txt", context), owner_id=host.pk, is_private=True,
        reply_to=host.email, calendar=CalendarPart(calendar_of(activity, one, method, now), method),
    )  # fmt: skip


def subject_of(activity: Activity, words: Words, when: object) -> str:
    what = {"subject": activity.subject, "when": when}
    match words:
        case Words.CANCELLED:
            return _("Cancelled: %(subject)s (%(when)s)") % what
        case Words.CHANGED:
            return _("Changed: %(subject)s (%(when)s)") % what
    return _("Invitation: %(subject)s (%(when)s)") % what


def when_of(activity: Activity, host: User) -> str:
    """The time in words, in the language in force; of whole days those of the host."""
    language = get_language() or "en"
    minutes = activity.duration or 0
    if activity.all_day:
        first = activity.at.astimezone(ZoneInfo(host.time_zone)).date()
        last = first + timedelta(days=max(1, -(-minutes // 1440)) - 1)
        return formats.format_day(first, language) if first == last else formats.format_days(first, last, language)
    begin, end = timezone.localtime(activity.at), timezone.localtime(activity.at + timedelta(minutes=minutes))
    text = f"{formats.format_day_full(begin.date(), language)} {formats.format_clock(begin, language)}"
    if minutes and end.date() == begin.date():
        text += f"\N{EN DASH}{formats.format_clock(end, language)}"
    elif minutes:
        text += f" \N{EN DASH} {formats.format_day_full(end.date(), language)} {formats.format_clock(end, language)}"
    return f"{text} ({begin.tzname()})"


def calendar_of(activity: Activity, one: Invitation, method: str, now: datetime) -> str:
    """Moments are given in UTC, so no time zone has to be described; days stay days. Of the guests only the one."""
    calendar = Calendar()
    calendar.add("prodid", "-//Jantar//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event_of(activity, one, method, now))
    return str(calendar.to_ical(), "utf-8")


def event_of(activity: Activity, one: Invitation, method: str, now: datetime) -> Event:
    host: User = activity.owner  # type: ignore[assignment]
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", one.sequence)
    event.add("summary", activity.subject)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    if activity.location:
        event.add("location", activity.location)
    add_times(event, activity, host)
    organizer = vCalAddress(f"mailto:{host.email}")
    organizer.params["CN"] = host.full_name
    if sender := parseaddr(settings.DEFAULT_FROM_EMAIL)[1]:
        organizer.params["SENT-BY"] = f"mailto:{sender}"
    event.add("organizer", organizer)
    event.add("attendee", attendee_of(one, method))
    return event


def uid_of(activity: Activity) -> str:
    """As in the feed of the calendar, so that programs that have both show it once."""
    return f"activities-{activity.pk}@{settings.ADDRESS.rpartition('/')[2]}"


def add_times(event: Event, activity: Activity, host: User) -> None:
    minutes = activity.duration or 0
    if activity.all_day:
        first = activity.at.astimezone(ZoneInfo(host.time_zone)).date()
        event.add("dtstart", first)
        event.add("dtend", first + timedelta(days=max(1, -(-minutes // 1440))))
        return
    event.add("dtstart", activity.at.astimezone(UTC))
    if minutes:
        event.add("dtend", (activity.at + timedelta(minutes=minutes)).astimezone(UTC))


def attendee_of(one: Invitation, method: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{one.address}")
    attendee.params["CN"] = one.name or one.address
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = PARTSTAT[one.participant.answer if one.participant else ""]
    if method == "REQUEST":
        attendee.params["RSVP"] = "TRUE"
    return attendee


def address_of(one: Invitation, answer: Answer) -> str:
    """Where the guest answers. The signed key stands in the query, which no log has."""
    return f"{settings.ADDRESS}/invitation/?{urlencode({'key': signer.sign(str(one.pk)), 'answer': answer.value})}"


def invitation_of(key: str) -> Invitation | None:
    """The invitation a signed key is for; None for a key that is none."""
    try:
        pk = int(signer.unsign(key))
    except (BadSignature, ValueError):
        return None
    return Invitation.objects.select_related("activity__owner", "participant").filter(pk=pk).first()
