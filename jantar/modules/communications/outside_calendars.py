"""Calendars that users have elsewhere: read from an address every half an hour, shown as taken time."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.calendars import Entry, midnight
from jantar.engine.records.errors import NotFound
from jantar.modules.communications.models import OutsideCalendar, OutsideEntry
from jantar.modules.communications.outside_parsing import Found, NoCalendar, Parsed, parse
from jantar.platform.jobs import job
from jantar.platform.outgoing.client import Fetched, NotSent, fetch, problem_of
from jantar.platform.settings.sealing import CannotUnseal, seal, unseal

BEFORE, AFTER = timedelta(days=62), timedelta(days=400)
AGAIN = timedelta(minutes=30)
MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 3
MOST_CALENDARS = 10
MOST_AT_ONCE = 20
REDIRECTS = (301, 302, 303, 307, 308)


def add_calendar(*, name: str, address: str, actor: Actor) -> OutsideCalendar:
    """Adds one to the actor's own and has it read. Raises Invalid with the keys name and address."""
    address = address.strip().replace("webcal://", "https://", 1)
    errors: dict[str, list[str]] = {}
    if not name.strip() or len(name) > 100:
        errors["name"] = [_("Please enter a name of at most 100 characters.")]
    if problem := problem_of(address):
        errors["address"] = [problem]
    elif OutsideCalendar.objects.filter(user=actor.user_id).count() >= MOST_CALENDARS:
        errors["address"] = [_("You have as many calendars as can be read: %(number)d.") % {"number": MOST_CALENDARS}]
    if errors:
        raise Invalid(errors)
    if actor.user_id is None:
        raise NotFound(_("There is no such calendar."))
    with transaction.atomic():
        host = (urlsplit(address).hostname or "")[:253]
        made = OutsideCalendar.objects.create(
            user_id=actor.user_id, name=name.strip(), address=seal(address), host=host
        )
        read_later(made)
    return made


def remove_calendar(pk: int, *, actor: Actor) -> None:
    """With all its entries. Raises NotFound when it is not the actor's."""
    own(pk, actor).delete()


def ask_again(pk: int, *, actor: Actor) -> None:
    """Has it read at once. Raises NotFound when it is not the actor's."""
    read_later(own(pk, actor))


def calendars_of(actor: Actor) -> list[OutsideCalendar]:
    """The actor's own, by name."""
    return list(OutsideCalendar.objects.filter(user=actor.user_id).order_by("name", "pk"))


def own(pk: int, actor: Actor) -> OutsideCalendar:
    found = OutsideCalendar.objects.filter(pk=pk, user=actor.user_id).first()
    if found is None:
        raise NotFound(_("There is no such calendar."))
    return found


def read_later(one: OutsideCalendar) -> None:
    read_calendar.later(calendar_id=one.pk)


def read_due(now: datetime | None = None) -> int:
    """Has those read that were last asked half an hour ago, of people who can still sign in; returns how many."""
    now = now or timezone.now()
    due = OutsideCalendar.objects.filter(user__is_active=True).filter(Q(asked_at=None) | Q(asked_at__lte=now - AGAIN))
    with transaction.atomic():
        found = list(due.order_by(F("asked_at").asc(nulls_first=True), "pk")[:MOST_AT_ONCE])
        OutsideCalendar.objects.filter(pk__in=[one.pk for one in found]).update(asked_at=now)
        for one in found:
            read_later(one)
    return len(found)


@job("communications.read_outside", gettext_lazy("Read a calendar from outside"), internal=True, atomic=False)
def read_calendar(calendar_id: int) -> None:
    read(calendar_id)


def read(pk: int) -> None:
    """Asks the address and keeps what it says; no transaction is open while it waits.

    Where nothing can be read the reason is kept and what was read before stays.
    """
    one = OutsideCalendar.objects.select_related("user").filter(pk=pk).first()
    if one is None:
        return
    now = timezone.now()
    zone = ZoneInfo(one.user.time_zone)
    with translation.override(one.user.language):
        try:
            answer = asked(one)
            parsed = None if answer.status == 304 else parse(answer.body, now - BEFORE, now + AFTER, zone)
        except NotSent as error:
            keep_problem(one, str(error), now)
        except CannotUnseal:
            keep_problem(one, _("The address can no longer be read. Add the calendar again."), now)
        except NoCalendar:
            keep_problem(one, _("There is no calendar at this address."), now)
        else:
            keep(one, answer, parsed, zone, now)


def asked(one: OutsideCalendar) -> Fetched:
    """The answer, over a few redirects, each of them guarded. Raises NotSent, CannotUnseal."""
    address = unseal(one.address)
    headers = {"Accept": "text/calendar", "User-Agent": "Jantar", **({"If-None-Match": one.etag} if one.etag else {})}
    for _redirect in range(MOST_REDIRECTS + 1):
        answer = fetch(address, headers, most=MOST_BYTES)
        if answer.status in REDIRECTS and answer.headers.get("location"):
            address = urljoin(address, answer.headers["location"])
            continue
        if answer.status in (200, 304):
            return answer
        if answer.status in (401, 403):
            raise NotSent(_("The other side does not let us read it."))
        if answer.status in (404, 410):
            raise NotSent(_("There is nothing at this address any more."))
        raise NotSent(_("The other side answered with status %(status)d.") % {"status": answer.status})
    raise NotSent(_("The address leads from one to the next."))


def keep_problem(one: OutsideCalendar, problem: str, now: datetime) -> None:
    OutsideCalendar.objects.filter(pk=one.pk).update(problem=problem[:300], asked_at=now)


def keep(one: OutsideCalendar, answer: Fetched, parsed: Parsed | None, zone: ZoneInfo, now: datetime) -> None:
    with transaction.atomic():
        if not OutsideCalendar.objects.select_for_update().filter(pk=one.pk).exists():
            return  # removed while we asked
        if parsed is None:
            OutsideCalendar.objects.filter(pk=one.pk).update(problem="", asked_at=now, read_at=now)
            return
        OutsideEntry.objects.filter(calendar=one).delete()
        OutsideEntry.objects.bulk_create((stored(one, found, zone) for found in parsed.entries), batch_size=1000)
        etag = answer.headers.get("etag", "")
        OutsideCalendar.objects.filter(pk=one.pk).update(
            problem="", asked_at=now, read_at=now, left_out=parsed.left_out, etag=etag if len(etag) <= 200 else ""
        )


def stored(one: OutsideCalendar, found: Found, zone: ZoneInfo) -> OutsideEntry:
    row = OutsideEntry(calendar=one, title=found.title)
    if isinstance(found.start, datetime) and isinstance(found.end, datetime):
        row.starts_at, row.ends_at = found.start.astimezone(UTC), found.end.astimezone(UTC)
    else:
        row.first_day, row.last_day = found.start, found.end
        row.starts_at, row.ends_at = (datetime.combine(day, time(), zone) for day in (found.start, found.end))
    return row


def outside_entries(actor: Actor, people: Collection[int], start: datetime, end: datetime) -> Iterator[Entry]:
    """Taken time in the calendars of these users; what it is only in one's own. One statement."""
    if not actor.may("see", "activities"):
        return
    rows = OutsideEntry.objects.filter(calendar__user__in=people, starts_at__lt=end, ends_at__gt=start)
    columns = ("calendar__user_id", "title", "starts_at", "ends_at", "first_day", "last_day")
    for user_id, title, starts_at, ends_at, first_day, last_day in rows.order_by("starts_at").values_list(*columns):
        begin, finish = (
            (midnight(first_day), midnight(last_day))
            if first_day
            else (timezone.localtime(starts_at), timezone.localtime(ends_at))
        )
        told = title if user_id == actor.user_id else ""
        yield Entry(None, begin, finish, first_day is not None, (user_id,), title=told)
