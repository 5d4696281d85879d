"""When colleagues have time."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from ninja import Query, Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.documents import answer, problem
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.schemas import reference
from jantar.engine.fields.dates import in_utc
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.calendars import Entry
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.free_busy import LONGEST, MOST_PEOPLE, next_free, taken_times
from jantar.kit.numbers import whole_number
from jantar.platform.accounts.models import User


def add_free_busy(router: Router) -> None:
    description = documents.route(
        "free_busy", "When colleagues have time; `next` is when all are free next for so many `minutes`",
        answer(200, reference("FreeBusy")) | problem(400), tag="calendar",
    )  # fmt: skip

    @router.get("/free-busy", **description)
    def show(
        request: HttpRequest, users: str, begin: str = Query(..., alias="from"), to: str = Query(...), minutes: str = ""
    ) -> HttpResponse:
        refuse_unknown(request, {"users", "from", "to", "minutes"})
        return json_answer(free_busy(current_actor(request), users, begin, to, minutes))


def free_busy(actor: Actor, users: str, begin: str, end: str, minutes: str) -> dict[str, Any]:
    """Raises BadQuery."""
    start, until = moment("from", begin), moment("to", end)
    if not start < until <= start + LONGEST:
        raise BadQuery(
            "to", _("The span has to end after its start, and within %(days)d days.") % {"days": LONGEST.days}
        )
    asked = ids(users)
    names = dict(User.objects.filter(pk__in=asked, is_active=True).values_list("pk", "full_name"))
    if unknown := [pk for pk in asked if pk not in names]:  # else `next` would say that they are free
        raise BadQuery("users", _("There is no such user: %(id)d") % {"id": unknown[0]})
    taken = taken_times(actor, list(names), start, until)
    found: dict[str, Any] = {
        "users": [
            {"user": {"id": pk, "name": names[pk]}, "taken": [dump(one) for one in taken[pk]]} for pk in sorted(names)
        ]
    }
    if minutes:
        length = whole_number(minutes, most=1440)
        if not length:
            raise BadQuery("minutes", _("A whole number is expected."))
        free = next_free(actor, list(names), max(start, timezone.now()), length)
        found["next"] = in_utc(free) if free else None
    return found


def ids(text: str) -> list[int]:
    found = [whole_number(word) for word in text.split(",") if word]
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found) or len(known) > MOST_PEOPLE:
        raise BadQuery("users", _("Ids of at most %(number)d users are expected.") % {"number": MOST_PEOPLE})
    return known


def moment(name: str, text: str) -> datetime:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or not 1970 < found.year < 2200:
        raise BadQuery(name, _("“%(value)s” is not a date and time.") % {"value": text[:50]})
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def dump(entry: Entry) -> dict[str, Any]:
    """What may not be seen has neither title nor record."""
    record = {"type": entry.type_name, "id": entry.pk} if entry.pk is not None else None
    return {
        "start": in_utc(entry.start), "end": in_utc(entry.end), "all_day": entry.all_day,
        "title": entry.title or None, "record": record,
    }  # fmt: skip
