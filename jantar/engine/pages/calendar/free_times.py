"""The strip in the form of a meeting: who of those chosen has time then, and when all of them have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.forms.controls import control_from, control_with, read_value
from jantar.engine.pages.forms.parts import editor_from
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.calendars import DAY_MINUTES, Entry, calendar_of, midnight
from jantar.engine.records.errors import NotFound
from jantar.engine.records.free_busy import MOST_PEOPLE, Key, next_free, taken_times
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.working_hours import USUAL, hours_of
from jantar.kit.numbers import whole_number
from jantar.platform.accounts.models import User
from jantar.ui import formats

#: The strip shows so much before and after work, in minutes.
BESIDE = 60
MOST_NAMED = 3


@dataclass(frozen=True)
class Asked:
    """What stands in the form, as far as it says when and who."""

    start: datetime
    minutes: int
    people: list[int]

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Bar:
    """A piece of the strip, in minutes of the clock of that day."""

    left: int
    width: int


@dataclass(frozen=True)
class Row:
    name: str
    taken: list[Bar]
    clashes: list[str]
    begins: int
    width: int

    @property
    def box(self) -> str:
        return f"{self.begins} 0 {self.width} 20"


@require_POST
def show(request: HttpRequest, type_name: str) -> HttpResponse:
    """POST of the form as it stands (?next=1 looks for the next free time); empty when there is nothing to say."""
    actor, record_type = current_actor(request), load_type(request, type_name)
    if record_type.calendar is None or not record_type.calendar.minutes or record_type.calendar.participants is None:
        raise NotFound(_("There is no such page."))
    asked = read_form(record_type, request.POST, actor)
    if asked is None or asked.end <= timezone.now():
        return render(request, "pages/free_times.html", {})
    pk = whole_number(request.GET.get("besides", ""))
    besides = (record_type.name, pk) if pk else None
    context: dict[str, Any] = {}
    if "next" in request.GET:
        asked, context = looked_for(record_type, asked, besides, actor)
    context |= drawn(asked, besides, actor)
    context["next_url"] = f"{request.path}?next=1" + (f"&besides={pk}" if pk else "")
    return render(request, "pages/free_times.html", context)


def looked_for(
    record_type: RecordType, asked: Asked, besides: Key | None, actor: Actor
) -> tuple[Asked, dict[str, Any]]:
    """The next time all are free, with the text that goes into the field; the same time when there is none."""
    after = max(asked.start, timezone.now())
    clash = any(taken_times(actor, asked.people, asked.start, asked.end, besides).values())
    found = next_free(actor, asked.people, after if clash else after + timedelta(minutes=1), asked.minutes, besides)
    if found is None:
        return asked, {"note": _("Within a month there is no working day with so much time that all of them have.")}
    control = control_with(record_type.own_fields[calendar_of(record_type).start], found, "at")
    language = get_language() or "en"
    words = {"day": formats.format_day_full(found.date(), language), "time": formats.format_clock(found, language)}
    note = _("All are free on %(day)s at %(time)s.") % words
    return Asked(found, asked.minutes, asked.people), {"note": note, "found": control.text}


def read_form(record_type: RecordType, data: QueryDict, actor: Actor) -> Asked | None:
    """None when it does not say a time with a length yet, or takes whole days."""
    calendar = calendar_of(record_type)
    if calendar.all_day and data.get(calendar.all_day):
        return None
    fields = record_type.own_fields
    try:
        start, minutes, owner = (
            read_value(control_from(fields[name], data)) for name in (calendar.start, calendar.minutes, "owner")
        )
    except FieldError:
        return None
    if not isinstance(start, datetime) or not minutes or minutes < 0:
        return None
    owner_id = owner.pk if owner else actor.user_id
    people = [*([owner_id] if owner_id else []), *participants_in(record_type, data)]
    return Asked(start, min(minutes, 1440), list(dict.fromkeys(people))[:MOST_PEOPLE])


def participants_in(record_type: RecordType, data: QueryDict) -> list[int]:
    name, column = calendar_of(record_type).participants or ("", "")
    part = record_type.part(name)
    if part is None:
        return []
    typed = (row.controls[column].text for row in editor_from(part, data).rows)
    return [pk for pk in map(whole_number, typed) if pk is not None]


def drawn(asked: Asked, besides: Key | None, actor: Actor) -> dict[str, Any]:
    day = timezone.localtime(asked.start).date()
    names = dict(User.objects.filter(pk__in=asked.people).values_list("pk", "full_name"))
    end = max(midnight(day + timedelta(days=1)), asked.end)
    taken = taken_times(actor, list(names), midnight(day), end, besides)
    span = bar(asked.start, asked.end, day)
    work = working_time(actor)
    begins, ends = min(work[0] - BESIDE, span.left), max(work[1] + BESIDE, span.left + span.width)
    begins, ends = max(0, begins), min(DAY_MINUTES, ends)
    rows = [row_of(names[pk], taken[pk], asked, day, (begins, ends - begins)) for pk in asked.people if pk in names]
    return {"rows": rows, "asked": span, "day": formats.format_day_full(day, get_language() or "en")}


def working_time(actor: Actor) -> tuple[int, int]:
    """When whoever asks works, in minutes of the clock."""
    hours = hours_of([actor.user_id or 0]).get(actor.user_id or 0, USUAL)
    return minutes(hours.begins), minutes(hours.ends)


def minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def row_of(name: str, entries: Sequence[Entry], asked: Asked, day: date, window: tuple[int, int]) -> Row:
    clashes = [said(one) for one in entries if one.start < asked.end and one.end > asked.start]
    return Row(name, [bar(one.start, one.end, day) for one in entries], clashes[:MOST_NAMED], *window)


def bar(start: datetime, end: datetime, day: date) -> Bar:
    """What of a span stands on the day."""
    left = clock_minutes(start, day)
    return Bar(left, max(1, clock_minutes(end, day) - left))


def clock_minutes(moment: datetime, day: date) -> int:
    local = timezone.localtime(moment)
    if local.date() != day:
        return 0 if local.date() < day else 1440
    return local.hour * 60 + local.minute


def said(entry: Entry) -> str:
    """Of an entry that takes time: when and, as far as the actor may see it, what."""
    what = entry.title or _("Busy")
    if entry.all_day:
        return what
    language = get_language() or "en"
    start, end = (formats.format_clock(timezone.localtime(one), language) for one in (entry.start, entry.end))
    return f"{start}\N{EN DASH}{end} {what}"
