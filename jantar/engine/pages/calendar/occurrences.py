"""What comes again so far ahead that there is no record of it yet: asked about, opened, moved."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jantar.engine.fields.dates import is_near
from jantar.engine.pages.addresses import record_address
from jantar.engine.pages.forms.page import leading_to
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.calendars import Coming, calendar_of, span_of
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence.occurring import load_occurrence, load_pattern, next_of
from jantar.kit.numbers import whole_number
from jantar.ui import formats


def series_address(type_name: str, series_id: int) -> str:
    """Leads to the next record of a series."""
    return reverse("pages:calendar_series", args=[type_name, series_id])


def coming_address(type_name: str, coming: Coming) -> str:
    return f"{series_address(type_name, coming.series)}?{urlencode({'at': stamp_of(coming.at)})}"


def stamp_of(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def read_stamp(text: str) -> datetime:
    """Raises BadQuery."""
    try:
        found = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        found = None
    if found is None or not is_near(found.date()):
        raise BadQuery("at", _("“%(value)s” is not a date and time.") % {"value": text[:50]})
    return found


def show_series(request: HttpRequest, type_name: str, series_id: int) -> HttpResponse:
    """Leads to the next record of the series. With ?at= a dialog that says what comes then and offers to open it;
    as a page of its own that is the calendar of that day. A POST makes the record and opens it."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    if "at" not in request.GET:
        return redirect(record_address(type_name, next_of(record_type, series_id, actor).pk))
    at = read_stamp(request.GET["at"])
    if request.method == "POST":
        record = load_occurrence(record_type, series_id, at, actor)
        return leading_to(request, record_address(type_name, record.pk))
    pattern = load_pattern(record_type, series_id, actor)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('pages:calendar')}?show=day&day={timezone.localtime(at):%Y-%m-%d}")
    rule = record_type.own_fields[record_type.repeats]
    context = {
        "record": pattern,
        "when": when(record_type, pattern, at),
        "words": rule.text(rule.read(pattern)),
        "may_edit": record_type.visible_to(actor, "edit").one(pattern.pk) is not None,
        "action": request.get_full_path(),
        "series_url": series_address(type_name, series_id),
    }
    return render(request, "pages/calendar_occurrence.html", context)


def when(record_type: RecordType, pattern: Any, at: datetime) -> str:
    """The day in words, and the time where there is one."""
    start, _end, all_day = span_of(calendar_of(record_type), pattern, at)
    language = get_language() or "en"
    day = formats.format_day_full(start.date(), language)
    return day if all_day else f"{day}, {formats.format_clock(start, language)}"


def moved_record(request: HttpRequest, record_type: RecordType, given: QueryDict) -> tuple[Any, int]:
    """The record an entry of the calendar stands for, which is made where it is still to come, and the version that
    was looked at. Takes `card` and `version`, or `series` and `at`. Raises BadQuery, NotFound, NotAllowed."""
    if "series" in given:
        series_id = read_number(given, "series")
        record = load_occurrence(record_type, series_id, read_stamp(given.get("at", "")), current_actor(request))
        return record, record.version
    pk, version = read_number(given, "card"), read_number(given, "version")
    return load_record(request, record_type, pk, "edit"), version


def asked_record(request: HttpRequest, record_type: RecordType, given: QueryDict) -> Any:
    """The same without making anything: of what is still to come the record that it would be made after."""
    if "series" in given:
        return load_pattern(record_type, read_number(given, "series"), current_actor(request), "edit")
    return load_record(request, record_type, read_number(given, "card"), "edit")


def read_number(given: QueryDict, name: str) -> int:
    number = whole_number(given.get(name, ""))
    if number is None:
        raise BadQuery(name, _("Part of the request could not be understood."))
    return number
