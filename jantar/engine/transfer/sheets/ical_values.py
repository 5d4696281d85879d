"""Times of iCalendar files: days, moments in UTC, in a named zone or by the clock of whoever reads them."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from icalendar import vDuration

from jantar.engine.transfer.sheets.ical_zones import Zones
from jantar.engine.transfer.sheets.vcard_lines import Property
from jantar.kit.errors import InputError, gettext_noop

_STAMP: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z?))?")
_LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True)
class Moment:
    """`clock` is the time without a zone; `zone` the name by which the file calls it, empty for UTC and for none."""

    clock: datetime
    is_day: bool = False
    is_utc: bool = False
    zone: str = ""
    zones: Zones | None = None

    @property
    def cell(self) -> str:
        """As a cell says it: a day, or a time with its difference to UTC where that is known."""
        if self.is_day:
            return self.clock.date().isoformat()
        return self.aware.isoformat() if self.aware else self.clock.isoformat()

    @property
    def aware(self) -> datetime | None:
        if self.is_utc:
            return self.clock.replace(tzinfo=UTC)
        if self.zone and self.zones:
            local = self.clock.replace(tzinfo=self.zones.find(self.zone))
            return local.astimezone(UTC)
        return None

    @property
    def stamp(self) -> str:
        return f"{self.clock:%Y%m%d}" if self.is_day else f"{self.clock:%Y%m%dT%H%M%S}"

    def at(self, clock: datetime) -> "Moment":
        """The same kind of time by another clock."""
        return replace(self, clock=clock)


def read_moment(given: Property, zones: Zones) -> Moment:
    """The time of a property. Raises InputError."""
    return _moment(given.value.strip(), given.parameters.get("TZID", "").strip(), zones)


def read_moments(given: Property, zones: Zones) -> list[Moment]:
    """The times of a property that may name several, of periods their beginnings. Raises InputError."""
    zone = given.parameters.get("TZID", "").strip()
    return [_moment(text.strip().partition("/")[0], zone, zones) for text in given.value.split(",") if text.strip()]


def read_length(end: Property | None, length: Property | None, start: Moment, zones: Zones) -> timedelta:
    """How long an entry takes; a day where days are meant and nothing is said. Raises InputError."""
    found = timedelta(days=1) if start.is_day else timedelta()
    if end is not None:
        last = read_moment(end, zones)
        both = last.aware, start.aware
        found = both[0] - both[1] if both[0] and both[1] else last.clock - start.clock
        if start.is_day:
            found = max(found, timedelta(days=1)) if found >= timedelta() else found
    elif length is not None:
        try:
            value: Any = vDuration.from_ical(length.value.strip())  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            value = None
        if not isinstance(value, timedelta):
            raise InputError(gettext_noop("“%(text)s” is not a duration."), text=length.value.strip()[:40])
        found = value
    if found > _LONGEST:
        raise InputError(gettext_noop("This entry takes longer than a year."))
    return found


def day_by_clock_of(moment: Moment, start: Moment, zones: Zones) -> date:
    """On which day of the clock of `start` a moment is."""
    aware = moment.aware
    if moment.is_day or start.is_day or aware is None or not (start.zone or start.is_utc):
        return moment.clock.date()
    return aware.astimezone(UTC if start.is_utc else zones.find(start.zone)).date()


def _moment(text: str, zone: str, zones: Zones) -> Moment:
    match = _STAMP.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return Moment(datetime.combine(day, time()), is_day=True)
        clock = time(int(match[4]), int(match[5]), min(59, int(match[6] or 0)))
    except ValueError:
        raise InputError(gettext_noop("“%(text)s” is not a time."), text=text[:40]) from None
    found = Moment(datetime.combine(day, clock), is_utc=bool(match[7]), zone="" if match[7] else zone, zones=zones)
    if found.zone:
        zones.find(found.zone)
    try:
        found.aware  # noqa: B018 - a day before the first or after the last there is
    except OverflowError:
        raise InputError(gettext_noop("“%(text)s” is not a time."), text=text[:40]) from None
    return found
