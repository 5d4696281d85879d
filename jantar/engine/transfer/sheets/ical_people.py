"""Who takes part in an event of an iCalendar file, and when it reminds of itself."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, timedelta
from typing import Final

from icalendar import vDuration

from jantar.engine.transfer.sheets.ical_values import Moment, read_moment
from jantar.engine.transfer.sheets.ical_zones import Zones
from jantar.engine.transfer.sheets.vcard_lines import Property
from jantar.kit.errors import InputError, gettext_noop

Alarm = dict[str, Property]
MOST_GUESTS: Final = 200
MOST_ALARMS: Final = 20
#: Minutes before its time at which something can remind of itself.
LEADS: Final = (0, 5, 10, 15, 30, 60, 120, 1440, 2880, 10080)
ANSWERS: Final = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
TOO_MANY_GUESTS = gettext_noop("This entry names more than %(most)d participants.")


def read_guests(properties: Iterable[Property]) -> str:
    """The addresses of those who take part, each with the answer: "ada@x.cz (accepted), bob@y.cz". Who invites takes
    part; rooms and whoever has no address do not. Raises InputError."""
    found: dict[str, str] = {}
    organizer = ""
    for one in properties:
        if one.name not in ("ATTENDEE", "ORGANIZER") or not (address := address_of(one)):
            continue
        if one.name == "ORGANIZER":
            organizer = address
        elif one.parameters.get("CUTYPE", "").upper() not in ("ROOM", "RESOURCE"):
            found[address] = ANSWERS.get(one.parameters.get("PARTSTAT", "").upper(), "")
    if organizer:
        found[organizer] = found.get(organizer) or "accepted"
    if len(found) > MOST_GUESTS:
        raise InputError(TOO_MANY_GUESTS, most=MOST_GUESTS)
    return ", ".join(f"{address} ({answer})" if answer else address for address, answer in found.items())


def address_of(one: Property) -> str:
    """Empty for what is no mail address, such as the path of a directory."""
    value = one.value.strip()
    named = value[7:] if value[:7].lower() == "mailto:" else one.parameters.get("EMAIL", "")
    address = named.partition("?")[0].strip().strip("'\"").lower()
    name, at, host = address.rpartition("@")
    is_plain = not set(" ,;()<>\n") & set(address)
    return address if name and at and "." in host and is_plain and len(address) <= 254 else ""


def read_lead(alarms: Sequence[Alarm], start: Moment, length: timedelta, zones: Zones) -> str:
    """The minutes before its time at which it reminds of itself: of several alarms the last before it, as the next of
    those there are to choose from. Empty without an alarm; an alarm that can't be read is left out."""
    found = [lead for alarm in alarms if (lead := lead_of(alarm, start, length, zones)) is not None]
    if not found:
        return ""
    least = min(found)
    return str(min(LEADS, key=lambda one: (abs(one - least), -one)))


def lead_of(alarm: Mapping[str, Property], start: Moment, length: timedelta, zones: Zones) -> int | None:
    trigger, action = alarm.get("TRIGGER"), alarm.get("ACTION")
    if trigger is None or (action and action.value.strip().upper() == "NONE"):
        return None
    text = trigger.value.strip().upper()
    try:
        if "P" in text[:2]:
            before = -vDuration.from_ical(text)  # type: ignore[no-untyped-call]
            if trigger.parameters.get("RELATED", "").upper() == "END":
                before -= length
        else:
            at = read_moment(trigger, zones).aware
            begin = start.aware or start.clock.replace(tzinfo=UTC)
            before = begin - at if at else timedelta()
    except (InputError, ValueError, OverflowError):
        return None
    return max(0, int(before.total_seconds() // 60))
