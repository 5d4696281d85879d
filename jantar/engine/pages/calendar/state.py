"""What the calendar shows, read from its address and put back into addresses.

    ?show=week&day=2026-11-23&users=3,4&teams=2&types=visits

Without people and teams it is the calendar of whoever looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jantar.engine.pages.lists.state import encode
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.calendars import calendar_types, midnight
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.kit.text import fold
from jantar.platform.accounts.models import Team, User
from jantar.ui import formats
from jantar.ui.addresses import address
from jantar.ui.html import TONES

SHOWS = ("day", "week", "month", "agenda")
AGENDA_DAYS = 28
MOST_PEOPLE = 30
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shown:
    """A user whose calendar is shown, in a colour. `without` is the address without them, "" for a member of a team."""

    pk: int
    name: str
    tone: str
    without: str = ""


@dataclass(frozen=True)
class CalendarState:
    actor: Actor
    show: str = "week"
    day: date = date.min
    people: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    types_asked: tuple[str, ...] | None = None

    def address(self, **changes: object) -> str:
        found = replace(self, **changes).parameters()  # type: ignore[arg-type]
        url = address("pages:calendar")
        return f"{url}?{encode(found)}" if found else url

    def parameters(self) -> dict[str, str]:
        """Only what differs from the calendar as it opens; the day always, so that a shared address stays true."""
        found = {} if self.show == "week" else {"show": self.show}
        found["day"] = self.day.isoformat()
        if self.people:
            found["users"] = joined(self.people)
        if self.teams:
            found["teams"] = joined(self.teams)
        if self.types_asked is not None:
            found["types"] = ",".join(self.types_asked)
        return found

    @cached_property
    def known_types(self) -> list[RecordType]:
        return calendar_types(self.actor, registry.all())

    @cached_property
    def types(self) -> list[RecordType]:
        """The record types shown."""
        if self.types_asked is None:
            return [one for one in self.known_types if one.calendar and one.calendar.at_first]
        return [one for one in self.known_types if one.name in self.types_asked]

    def switched(self, name: str) -> str:
        """The address with a record type shown or no longer shown."""
        shown = {one.name for one in self.types} ^ {name}
        return self.address(types_asked=tuple(one.name for one in self.known_types if one.name in shown))

    # Days ----------------------------------------------------------------------------------------

    @cached_property
    def days(self) -> list[date]:
        """The days shown; those of a month fill its weeks."""
        first, number = self.day, 1
        if self.show == "week":
            first, number = monday(self.day), 7
        elif self.show == "agenda":
            number = AGENDA_DAYS
        elif self.show == "month":
            first = monday(self.day.replace(day=1))
            last = monday(next_month(self.day) - ONE_DAY) + 6 * ONE_DAY
            number = (last - first).days + 1
        return [first + timedelta(days=index) for index in range(number)]

    @property
    def span(self) -> tuple[datetime, datetime]:
        return midnight(self.days[0]), midnight(self.days[-1] + ONE_DAY)

    @property
    def previous(self) -> str:
        if self.show == "month":
            return self.address(day=(self.day.replace(day=1) - ONE_DAY).replace(day=1))
        return self.address(day=max(EARLIEST, self.day - len(self.days) * ONE_DAY))

    @property
    def next(self) -> str:
        if self.show == "month":
            return self.address(day=next_month(self.day))
        return self.address(day=min(LATEST, self.day + len(self.days) * ONE_DAY))

    @property
    def title(self) -> str:
        language = get_language() or "en"
        if self.show == "day":
            return formats.format_day_full(self.day, language)
        if self.show == "month":
            return formats.format_month(self.day, language)
        return formats.format_days(self.days[0], self.days[-1], language)

    @property
    def week_number(self) -> int | None:
        return self.day.isocalendar().week if self.show in ("day", "week") else None

    # People --------------------------------------------------------------------------------------

    @cached_property
    def users(self) -> list[Shown]:
        """Those chosen and the members of the teams chosen; the actor first, then by name. One statement."""
        chosen = self.people or (() if self.teams else (self.actor.user_id or 0,))
        wanted = Q(pk__in=chosen) | Q(memberships__team__in=self.teams, is_active=True)
        names = dict(User.objects.filter(wanted).values_list("pk", "full_name"))
        order = sorted(names, key=lambda pk: (pk != self.actor.user_id, fold(names[pk]), pk))[:MOST_PEOPLE]
        tones = [tone for tone in TONES if tone not in ("neutral", "red")]
        return [Shown(pk, names[pk], tones[at % len(tones)], self.without(pk)) for at, pk in enumerate(order)]

    @cached_property
    def shown_teams(self) -> list[tuple[str, str]]:
        """Name of each team chosen, and the address without it."""
        if not self.teams:
            return []
        names = Team.objects.filter(pk__in=self.teams).values_list("pk", "name")
        return [
            (name, self.address(teams=tuple(one for one in self.teams if one != pk)))
            for pk, name in sorted(names, key=lambda row: fold(row[1]))
        ]

    def without(self, pk: int) -> str:
        if pk not in self.people or len(self.people) + len(self.teams) < 2:
            return ""
        return self.address(people=tuple(one for one in self.people if one != pk))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form that adds people keeps in hidden inputs."""
        found = self.parameters()
        found["users"] = joined(self.people or ((self.actor.user_id,) if self.actor.user_id and not self.teams else ()))
        return [(name, value) for name, value in found.items() if value]


def read_calendar(given: QueryDict, actor: Actor) -> CalendarState:
    """The state the address asks for. Raises BadQuery for a day or view there is not."""
    show = given.get("show", "week")
    if show not in SHOWS:
        raise BadQuery("show", _("There is no such view of the calendar."))
    names = words(given, "types")
    return CalendarState(
        actor, show, read_day(given.get("day", ""), actor.today), numbers(given, "users"), numbers(given, "teams"),
        tuple(names) if "types" in given else None,
    )  # fmt: skip


def read_day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not EARLIEST <= day <= LATEST:
        raise BadQuery("day", _("“%(value)s” is not a day the calendar can show.") % {"value": text[:50]})
    return day


def words(given: QueryDict, name: str) -> list[str]:
    return [word for text in given.getlist(name) for word in text.split(",") if word]


def numbers(given: QueryDict, name: str) -> tuple[int, ...]:
    found = (whole_number(word) for word in words(given, name))
    return tuple(dict.fromkeys(one for one in found if one is not None))[:MOST_PEOPLE]


def joined(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
