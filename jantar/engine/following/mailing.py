"""Telling by e-mail what the bell tells: at once or once a day, never in the quiet hours of the user.

Each user is one transaction that writes the mail and notes what it tells, so nothing is mailed twice, whoever dies.
What was read meanwhile, and what the user may no longer see, is not mailed.
"""

import zoneinfo
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from jantar.engine.following import reading
from jantar.engine.following.models import Notification, Preference, Way
from jantar.engine.following.reading import Told
from jantar.engine.permissions.actor import actor_for
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import Run
from jantar.platform.mail.services import send_mail

#: A mail lists no more; the rest stands in the bell.
MOST_LISTED = 50


def mail_waiting(run: Run) -> None:
    """Mails to everybody for whom something waits and whose time has come, a step for each user."""
    waiting = list(_waiting().order_by("user").values_list("user", flat=True).distinct())
    for number, user_id in enumerate(waiting, start=1):
        with run.step(done=number, total=len(waiting)):
            mail_user(user_id, now=timezone.now())


def mail_user(user_id: int, *, now: datetime) -> bool:
    """Mails the user what is due at `now`, in one mail; says whether there was one. Inside a transaction."""
    user = User.objects.get(pk=user_id)
    preference = Preference.objects.filter(pk=user_id).first() or Preference()
    local = now.astimezone(zoneinfo.ZoneInfo(user.time_zone))
    if is_quiet(local.time(), preference):
        return False
    rows = _waiting().filter(user=user_id).select_for_update(skip_locked=True, of=("self",))
    daily = daily_moment(local, preference.daily_hour)
    due = [row.pk for row in rows if row.mail == Way.NOW or row.at < daily]
    if not due:
        return False
    is_sent = user.is_active and _send(user, due)
    Notification.objects.filter(pk__in=due).update(mailed_at=now)
    return is_sent


def is_quiet(at: time, preference: Preference) -> bool:
    """Whether the time of day lies in the quiet hours, which may go over midnight."""
    start, end = preference.quiet_from, preference.quiet_until
    if start is None or end is None:
        return False
    return start <= at < end if start < end else at >= start or at < end


def daily_moment(local: datetime, hour: int) -> datetime:
    """When the daily mail was last due, at `local` or before."""
    moment = datetime.combine(local.date(), time(hour), local.tzinfo)
    return moment if moment <= local else datetime.combine(local.date() - timedelta(days=1), time(hour), local.tzinfo)


def _waiting() -> QuerySet[Notification]:
    return Notification.objects.filter(mailed_at=None).exclude(mail="")


def _send(user: User, pks: Sequence[int]) -> bool:
    """One mail with those the user has not read and may see now, in the user's language."""
    actor = actor_for(user)
    with translation.override(user.language), timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
        rows = Notification.objects.visible_to(actor).filter(pk__in=pks, read_at=None)
        told = reading.shown(list(rows.select_related("actor", "operation").order_by("pk")), actor)
        if not told:
            return False
        context: dict[str, Any] = {
            "subject": _subject(told),
            "told": told[:MOST_LISTED],
            "more": max(0, len(told) - MOST_LISTED),
            "site": settings.ADDRESS,
        }
        send_mail(
            [user.email],
            subject=context["subject"],
            body=render_to_string("following/mail.txt", context),
            html=render_to_string("following/mail.html", context),
            is_private=True,
        )
    return True


def _subject(told: Sequence[Told]) -> str:
    if len(told) == 1:
        return f"{told[0].title}: {told[0].sentence}"
    return ngettext("%(n)d notification", "%(n)d notifications", len(told)) % {"n": len(told)}
