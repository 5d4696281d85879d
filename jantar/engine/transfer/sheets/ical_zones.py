"""The time zones that an iCalendar file names: by a name of ours where there is one, else as the file says."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from jantar.kit.errors import InputError, gettext_noop

_NAME_AT_END: Final = re.compile(r"([A-Z][A-Za-z]+/[A-Za-z_+\-]+(?:/[A-Za-z_]+)?)$")
#: Descriptions may hold so many lines; of changes of clocks only yearly ones.
_MOST_LINES: Final = 400
#: Where several zones have the same clock, these are meant first.
_USUAL: Final = (
    "Europe/Prague", "Europe/Budapest", "Europe/Warsaw", "Europe/Bratislava", "Europe/London", "Europe/Athens",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "UTC",
)  # fmt: skip
_MONTHS: Final = [datetime(year, month, 15, tzinfo=UTC) for year in (2024, 2025, 2026) for month in range(1, 13)]


class Zones:
    """The zones of one file. What a file describes counts in this file only."""

    def __init__(self) -> None:
        self.described: dict[str, list[str]] = {}
        self.known: dict[str, tzinfo] = {}
        self.names: dict[str, str] = {}

    def describe(self, name: str, lines: Iterable[str]) -> None:
        """Remembers the lines of a VTIMEZONE."""
        self.described.setdefault(name, list(lines))

    def find(self, name: str) -> tzinfo:
        """Raises InputError for a zone that neither we nor the file know."""
        if name not in self.known:
            self.known[name] = self._found(name)
        return self.known[name]

    def name_of(self, name: str) -> str:
        """By which of our names rules go on in that zone; empty when none has the same clock."""
        zone = self.find(name)
        if isinstance(zone, ZoneInfo):
            return zone.key
        if name not in self.names:
            offsets = [moment.astimezone(zone).utcoffset() for moment in _MONTHS]
            same = (
                one
                for one in (*_USUAL, *sorted(available_timezones()))
                if offsets == [moment.astimezone(ZoneInfo(one)).utcoffset() for moment in _MONTHS]
            )
            self.names[name] = next(same, "")
        return self.names[name]

    def _found(self, name: str) -> tzinfo:
        at_end = _NAME_AT_END.search(name)
        for one in (name, WINDOWS_TO_OLSON.get(name, ""), at_end[1] if at_end else ""):
            if one in available_timezones():
                return ZoneInfo(one)
        if name in self.described:
            return described_zone(name, self.described[name])
        raise InputError(gettext_noop("The time zone “%(name)s” is not known."), name=name[:60])


def described_zone(name: str, lines: list[str]) -> tzinfo:
    """The zone of the lines of a VTIMEZONE. Raises InputError when they make no sense."""
    wrong = InputError(gettext_noop("The time zone “%(name)s” is not described well."), name=name[:60])
    rules = [line.upper() for line in lines if line.upper().startswith("RRULE")]
    if len(lines) > _MOST_LINES or any("FREQ=YEARLY" not in rule for rule in rules):
        raise wrong
    text = "\r\n".join(["BEGIN:VTIMEZONE", *lines, "END:VTIMEZONE", ""])
    try:
        described: Any = Timezone.from_ical(text)
        zone: tzinfo = described.to_tz(lookup_tzid=False)
        _MONTHS[0].astimezone(zone)
    except Exception as error:  # whatever a stranger's description makes the libraries stumble over
        raise wrong from error
    return zone
