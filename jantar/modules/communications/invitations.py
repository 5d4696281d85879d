"""Invitations by mail: to whom what is still to be said, and saying it.

A job looks every minute at the activities whose invitations are behind them. What the last mail to an address said is
kept as a digest, so that a change taken back at once says nothing, and no change is said twice. The mails are written
in the same transaction: a worker that dies neither loses nor doubles one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone, translation

from jantar.engine.history.models import Cause
from jantar.engine.history.operations import untold
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.records.links import key_of
from jantar.engine.timeline import stream
from jantar.modules.communications.invitation_mails import Words, mail_invitation, uid_of
from jantar.modules.communications.models import Activity, Invitation, Invited, Participant
from jantar.platform.accounts.models import User

#: What is changed within so short a time goes out together.
QUIET = timedelta(seconds=30)
#: So many meetings are looked at in one run.
MOST = 50
LONGEST = timedelta(days=62)
#: To what comes again people are invited one by one, so long before.
SERIES_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Guest:
    """Whom a mail goes to, in which language and with the times of which zone."""

    participant: Participant
    address: str
    name: str
    language: str
    time_zone: str


def send_due(now: datetime | None = None) -> int:
    """Writes the mails that are due at `now`; returns how many. One transaction."""
    now = now or timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                DUE,
                {"now": now, "earliest": now - LONGEST, "quiet": now - QUIET, "most": MOST, "soon": now + SERIES_AHEAD},
            )
            pks = [pk for (pk,) in cursor.fetchall()]
        activities = Activity._base_manager.filter(pk__in=pks).select_related("owner").order_by("at", "pk")
        return sum(send_for(one, now) for one in activities)


def send_for(activity: Activity, now: datetime) -> int:
    """Says to everybody what they do not know yet; returns how many mails that were."""
    Invited.objects.update_or_create(activity=activity, defaults={"version": activity.version})
    host = activity.owner
    if host is None or not host.is_active or not actor_for(host).may("see", "activities"):
        return 0
    guests, unknown = ({}, 0) if activity.deleted_at else guests_of(activity, host)
    known = {one.address: one for one in activity.invitations.all()}
    digest = digest_of(activity)
    told: dict[Words, int] = {}
    for address, guest in guests.items():
        if words := words_for(known.get(address), digest):
            invite(activity, guest, known.get(address), digest, now)
            told[words] = told.get(words, 0) + 1
    for address, one in known.items():
        if address not in guests and one.cancelled_at is None:
            cancel(activity, one, now)
            told[Words.CANCELLED] = told.get(Words.CANCELLED, 0) + 1
    note(activity, told, unknown, now)
    return sum(told.values())


def guests_of(activity: Activity, host: User) -> tuple[dict[str, Guest], int]:
    """Who is to be invited by address, each once, and of how many no address is known. The host is no guest."""
    rows = activity.participants.select_related("person", "user").order_by("pk")
    found: dict[str, Guest] = {}
    unknown = 0
    for row in rows:
        if row.user_id == host.pk or (row.user and not row.user.is_active):
            continue
        guest = guest_of(row, host)
        if not guest.address:
            unknown += 1
        elif guest.address != host.email.lower():
            found.setdefault(guest.address, guest)
    return found, unknown


def guest_of(row: Participant, host: User) -> Guest:
    if row.user:
        return Guest(row, row.user.email.lower(), row.user.full_name, row.user.language, row.user.time_zone)
    person: Any = row.person
    if person is None:
        return Guest(row, row.email.lower(), "", host.language, host.time_zone)
    address = "" if person.deleted_at else person.email.lower()
    return Guest(row, address, str(person), person.language or host.language, host.time_zone)


def words_for(known: Invitation | None, digest: str) -> Words | None:
    """What is to be said to an address; None when it knows."""
    if known is None or known.cancelled_at:
        return Words.INVITED
    return None if known.said == digest else Words.CHANGED


def digest_of(activity: Activity) -> str:
    """Of all that an invitation says."""
    said = (activity.subject, activity.at, activity.duration, activity.all_day, activity.location, activity.owner_id)
    return sha256(repr([str(one) for one in said]).encode()).hexdigest()


def invite(activity: Activity, guest: Guest, known: Invitation | None, digest: str, now: datetime) -> None:
    one = known or Invitation(activity=activity, address=guest.address, uid=uid_of(activity))
    is_new = known is None or known.cancelled_at is not None
    if known is None and activity.series_id:  # copied with the participants of another time
        ask_again(guest.participant)
    if known and not is_new and (known.starts_at, known.duration) != (activity.at, activity.duration):
        ask_again(guest.participant)
    one.sequence = known.sequence + 1 if known else 0
    one.participant, one.person_id = guest.participant, guest.participant.person_id
    one.name, one.language, one.time_zone = guest.name[:200], guest.language, guest.time_zone
    one.said, one.sent_at, one.cancelled_at = digest, now, None
    one.starts_at, one.duration = activity.at, activity.duration
    one.save()
    say(activity, one, Words.INVITED if is_new else Words.CHANGED, now)


def cancel(activity: Activity, one: Invitation, now: datetime) -> None:
    one.sequence += 1
    one.cancelled_at = one.sent_at = now
    one.save()
    say(activity, one, Words.CANCELLED, now)


def say(activity: Activity, one: Invitation, words: Words, now: datetime) -> None:
    with translation.override(one.language), timezone.override(ZoneInfo(one.time_zone)):
        mail_invitation(activity, one, words, now)


def ask_again(row: Participant) -> None:
    """An answer was for the time of then."""
    if row.answer:
        with untold(system_actor(), Cause.SYSTEM):
            Participant.objects.filter(pk=row.pk).update(answer="")
        row.answer = ""


def note(activity: Activity, told: Mapping[Words, int], unknown: int, now: datetime) -> None:
    """On the timeline of the activity: what went out to how many, and of how many no address is known."""
    entries: Sequence[stream.Told] = [
        (None, [key_of(activity)], now, {"words": words.value, "number": number, "unknown": unknown})
        for words, number in told.items()
    ]
    if not entries and unknown:
        entries = [(None, [key_of(activity)], now, {"words": "", "number": 0, "unknown": unknown})]
    if entries:
        stream.add_many("invited", entries, actor=None, around=False)


DUE = """
SELECT a.id FROM communications_activity a LEFT JOIN communications_invited i ON i.activity_id = a.id
WHERE a.invites AND a.at > %(earliest)s
    AND a.at + make_interval(mins => greatest(coalesce(a.duration, 0), CASE WHEN a.all_day THEN 1440 ELSE 0 END))
        > %(now)s
    AND (a.series_id IS NULL OR a.at < %(soon)s)
    AND i.version IS DISTINCT FROM a.version AND a.updated_at <= %(quiet)s
ORDER BY a.at LIMIT %(most)s FOR NO KEY UPDATE OF a SKIP LOCKED
"""
