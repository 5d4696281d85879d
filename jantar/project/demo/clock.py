"""Working hours: when things happen in an office."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

#: All four countries share this clock.
LOCAL = ZoneInfo("Europe/Prague")
DAYS = 730


def working_moment(random: Random, day: date) -> datetime:
    """Return a moment in UTC between 8:00 and 17:30 on `day`, or on the Friday before a weekend."""
    return moment_on(random, day - timedelta(days=max(0, day.weekday() - 4)))


def moment_on(random: Random, day: date) -> datetime:
    """Return a moment in UTC between 8:00 and 17:30 on `day`, a weekend too."""
    minutes = random.randint(0, 570)
    local = datetime.combine(day, time(8 + minutes // 60, minutes % 60, random.randint(0, 59)), tzinfo=LOCAL)
    return local.astimezone(UTC)


def on_the_quarter(moment: datetime) -> datetime:
    """The beginning of its quarter of an hour: what people plan, they plan at such times."""
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0)


def moment_between(random: Random, first: date, last: date) -> datetime:
    """Return a working moment on a day from `first` to `last`."""
    return working_moment(random, first + timedelta(days=random.randint(0, max(0, (last - first).days))))
