"""The calendar: records of all types that have one, on days; moved, made longer and made where they shall stand."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.pages.calendar.layout import Day, days_of
from jantar.engine.pages.calendar.occurrences import asked_record, moved_record
from jantar.engine.pages.calendar.state import EARLIEST, LATEST, SHOWS, CalendarState, read_calendar
from jantar.engine.pages.forms.page import posted_scope
from jantar.engine.pages.lists.state import encode
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.agenda import read_entries
from jantar.engine.records.calendars import (
    DAY_MINUTES,
    calendar_of,
    calendar_types,
    midnight,
    outside_entries,
)
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence import changing as series
from jantar.engine.records.registry import registry
from jantar.engine.records.working_hours import hours_of
from jantar.ui import formats
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

LEAST_MINUTES = 5
#: When what needs a time begins on a day that was chosen without one.
MORNING = timedelta(hours=9)
HOURS = range(24)
#: What a move is asked for with, besides how far it goes.
MOVED_BY = ("type", "card", "version", "series", "at", "start", "end")


def is_offered(request: HttpRequest) -> bool:
    """Whether there is anything that the calendar could show whoever asks."""
    return request.user.is_authenticated and bool(calendar_types(current_actor(request), registry.all()))


def show_calendar(request: HttpRequest) -> HttpResponse:
    """One or two statements for each record type shown, one each for people and teams, two for working hours."""
    actor = current_actor(request)
    state = read_calendar(request.GET, actor)
    if not state.known_types:
        raise NotFound(_("There is no such page."))
    start, end = state.span
    people = [one.pk for one in state.users]
    read = [read_entries(one, actor, people, start, end) for one in state.types]
    outside = outside_entries(actor, people, start, end)
    days = days_of(state, chain((entry for entries, _more in read for entry in entries), outside))
    if state.show in ("day", "week"):
        shade(days, state)
    context = {
        "state": state,
        "days": days,
        "shown_days": [day for day in days if day.all or day.is_today] if state.show == "agenda" else days,
        "weeks": [days[at : at + 7] for at in range(0, len(days), 7)],
        "hours": [f"{hour}:00" for hour in HOURS],
        "has_more": any(more for _entries, more in read),
        "shows": [(name, label, state.address(show=name), name[0]) for name, label in labels()],
        "types": [(one, state.switched(one.name), one in state.types) for one in state.known_types],
        "today": state.address(day=actor.today),
        "new_url": new_address(state) if any(actor.may("create", one.name) for one in state.known_types) else "",
        "changes": ", ".join(f"{one.name}:changed from:body" for one in state.known_types),
    }
    return render(request, "pages/calendar.html", context)


def shade(days: list[Day], state: CalendarState) -> None:
    """Says of each day when there is work: for the one whose calendar it is, of several for whoever looks."""
    whose = state.users[0].pk if len(state.users) == 1 else state.actor.user_id or 0
    if hours := hours_of([whose]).get(whose):
        for day in days:
            day.work = hours.within(day.day, ZoneInfo(state.actor.time_zone))


def labels() -> list[tuple[str, str]]:
    return list(zip(SHOWS, (_("Day"), _("Week"), _("Month"), _("Agenda")), strict=True))


def new_address(state: CalendarState) -> str:
    """Where a record for a chosen span is made; it goes to the calendar shown when that is one colleague's."""
    url = reverse("pages:calendar_new")
    return f"{url}?owner={state.users[0].pk}" if len(state.users) == 1 else url


def choose_new(request: HttpRequest) -> HttpResponse:
    """A dialog that asks what to make in the span of the address; for a single type its form at once."""
    actor = current_actor(request)
    types = [one for one in calendar_types(actor, registry.all()) if actor.may("create", one.name)]
    if not types:
        raise NotFound(_("There is no such page."))
    start, end = read_span(request.GET.get("start", ""), request.GET.get("end", ""), actor)
    owner = request.GET.get("owner", "")
    offered = [(one, form_address(one, start, end, owner)) for one in types]
    words = said(start, is_day=not isinstance(start, datetime))
    if isinstance(start, datetime) and isinstance(end, datetime):
        words = f"{words}\N{EN DASH}{formats.format_clock(end, get_language() or 'en')}"
    return render(request, "pages/calendar_new.html", {"offered": offered, "words": words})


def form_address(record_type: RecordType, start: date, end: date, owner: str) -> str:
    """The form of a new record with the span filled in; whole days where only days were chosen."""
    calendar = calendar_of(record_type)
    field = record_type.own_fields[calendar.start]
    given: dict[str, str] = {"dialog": "1", "stay": "1", **calendar.new}
    is_day = not isinstance(start, datetime)
    moment = start if isinstance(start, datetime) else midnight(start)
    if is_day and not calendar.all_day:
        moment += MORNING
    given[calendar.start] = field.input_text(timezone.localtime(moment).date() if field.kind == "date" else moment)
    if is_day and calendar.all_day:
        given[calendar.all_day] = "1"
    if calendar.minutes and (calendar.all_day or not is_day):
        length = record_type.own_fields[calendar.minutes]
        given[calendar.minutes] = length.input_text(minutes_between(start, end))
    if owner:
        given["owner"] = owner
    return f"{reverse('pages:new', args=[record_type.name])}?{encode(given)}"


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Puts an entry on another time or gives it another end: an ordinary change of one or two fields.

    Takes `type`, `card`, `version` (of what has no record yet `series` and `at`), `start` (a day, or day and time by
    the clock of the user's time zone) and, to change the length, `end`; of a series also `occurrences`. Answers with
    a sentence and the address of the undo.
    """
    actor = current_actor(request)
    record_type = load_type(request, request.POST.get("type", ""))
    if record_type.calendar is None:
        raise NotFound(_("There is no such page."))
    start, end = read_span(request.POST.get("start", ""), request.POST.get("end", ""), actor)
    record, version = moved_record(request, record_type, request.POST)
    values = moved_values(record_type, record, start, end if request.POST.get("end") else None)
    with operation(actor, Cause.PAGE) as done:
        record = series.update(
            record_type, record.pk, values, scope=posted_scope(request), actor=actor, version=version
        )
    calendar = record_type.calendar
    is_day = bool(calendar.all_day and getattr(record, calendar.all_day))
    words = said(getattr(record, calendar.start), is_day=is_day)
    message = _("“%(what)s” is now on %(when)s.") % {"what": record, "when": words}
    undo = reverse("pages:undo", args=[done.pk])
    if "occurrences" in request.POST:
        answer = with_event(with_closed_dialog(HttpResponse(status=204)), "calendar:changed")
        return with_toast(answer, message, action_label=_("Undo"), action_url=undo)
    return JsonResponse({"message": message, "undo": undo, "label": _("Undo")})


def ask_how_far(request: HttpRequest) -> HttpResponse:
    """GET with what `move` takes, makes nothing: asks which entries of a series are to go along."""
    record_type = load_type(request, request.GET.get("type", ""))
    if record_type.calendar is None:
        raise NotFound(_("There is no such page."))
    record = asked_record(request, record_type, request.GET)
    given = [(name, request.GET.get(name, "")) for name in MOVED_BY]
    start, _end = read_span(request.GET.get("start", ""), "", current_actor(request))
    words = said(start, is_day=not isinstance(start, datetime))
    context = {"record": record, "given": [(name, value) for name, value in given if value], "words": words}
    return render(request, "pages/calendar_move_ask.html", context)


def moved_values(record_type: RecordType, record: Any, start: date, end: date | None) -> dict[str, Any]:
    """What changes when a record is put there. A day alone keeps the time of the day, or the length in days."""
    calendar = calendar_of(record_type)
    before = getattr(record, calendar.start)
    is_day = not isinstance(start, datetime)
    if not isinstance(before, datetime):
        return {calendar.start: start if is_day else timezone.localtime(start).date()}  # type: ignore[arg-type]
    was_day = bool(calendar.all_day and getattr(record, calendar.all_day))
    values: dict[str, Any] = {}
    if not is_day:
        values[calendar.start] = start
        if was_day:
            values |= {calendar.all_day: False, calendar.minutes: 60}
    else:
        clock = time() if was_day else timezone.localtime(before).time()
        values[calendar.start] = timezone.make_aware(datetime.combine(start, clock))
    if end is not None and calendar.minutes:
        values[calendar.minutes] = minutes_between(start, end)
    return values


def read_span(start_text: str, end_text: str, actor: Actor) -> tuple[date, date]:
    """A span from an address: two days, the second excluded, or two moments. Raises BadQuery.

    Without an end it is a day or half an hour; without anything the next full hour.
    """
    if not start_text:
        now = timezone.localtime(timezone.now())
        start: date = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return start, start + timedelta(hours=1)
    start = read_moment(start_text)
    length = timedelta(minutes=30) if isinstance(start, datetime) else timedelta(days=1)
    end = read_moment(end_text) if end_text else start + length
    if isinstance(end, datetime) is not isinstance(start, datetime) or end <= start:
        raise BadQuery("end", _("The end has to be after the start."))
    return start, end


def read_moment(text: str) -> date:
    """A day, or a moment by the clock of the time zone in force. Raises BadQuery."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuery("start", _("“%(value)s” is not a date and time.") % {"value": text[:50]}) from error
    day = found.date() if isinstance(found, datetime) else found
    if not EARLIEST <= day <= LATEST:
        raise BadQuery("start", _("This date is too far away."))
    if isinstance(found, datetime) and found.tzinfo is None:
        return timezone.make_aware(found)
    return found


def minutes_between(start: date, end: date) -> int:
    """Whole days count 24 hours each; moments as long as it really takes, also when clocks are changed between."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        length = end.astimezone(UTC) - start.astimezone(UTC)  # in one zone Python subtracts clocks, not moments
        return max(LEAST_MINUTES, int(length.total_seconds() // 60))
    return (end - start).days * DAY_MINUTES


def said(value: date, *, is_day: bool) -> str:
    language = get_language() or "en"
    if isinstance(value, datetime):
        value = timezone.localtime(value)
        words = formats.format_day_short(value.date(), language)
        return words if is_day else f"{words}, {formats.format_clock(value, language)}"
    return formats.format_day_short(value, language)
