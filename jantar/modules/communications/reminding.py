"""Reminders: who is to be told of what, each once; on the pages they have open and by e-mail.

A job looks every minute. A reminder is a row that can't be there twice, and its mail is written in the same
transaction: a worker that dies, or was not there for hours, neither loses nor doubles one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.errors import NotFound
from jantar.engine.records.links import visible_records
from jantar.modules.communications.models import (
    Activity,
    ActivityLink,
    Participant,
    Reminder,
    ReminderPreference,
    Task,
    TaskLink,
)
from jantar.platform.accounts.models import User
from jantar.platform.mail.services import send_mail

#: What began longer ago is no longer worth a reminder: the worker was away, or it was planned too late.
LATEST = timedelta(hours=12)
LONGEST_LEAD = timedelta(days=7)
SHOWN = 5
SNOOZE = timedelta(minutes=10)
KEPT_DAYS = 30
NOTE_LENGTH = 500


@dataclass(frozen=True)
class About:
    """A record that a reminder is about, as far as the user may see it."""

    title: str
    href: str
    phone: str = ""


@dataclass(frozen=True)
class Told:
    """A reminder in words. Of a record the user may not see only the time is told."""

    pk: int
    user_id: int
    starts_at: datetime
    all_day: bool
    title: str
    href: str = ""
    note: str = ""
    about: list[About] = field(default_factory=list)

    @property
    def when(self) -> str:
        return show.day(timezone.localtime(self.starts_at).date()) if self.all_day else show.moment(self.starts_at)


def remind(now: datetime | None = None) -> int:
    """Notes what is due at `now`, and writes the mails; returns how many reminders there were. One transaction."""
    now = now or timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(DUE, {"now": now, "oldest": now - LATEST, "newest": now + LONGEST_LEAD})
            pks = [pk for (pk,) in cursor.fetchall()]
        by_user: dict[int, list[Reminder]] = defaultdict(list)
        for row in Reminder.objects.filter(pk__in=pks).order_by("starts_at", "pk"):
            by_user[row.user_id].append(row)
        for user in User.objects.filter(pk__in=by_user):
            if preference_of(user.pk).by_mail:
                mail(user, by_user[user.pk])
    return len(pks)


def mail(user: User, rows: Sequence[Reminder]) -> None:
    """One mail for each reminder: it says what, when, with whom and which number to call."""
    actor = actor_for(user)
    with translation.override(user.language), timezone.override(ZoneInfo(user.time_zone)):
        for told in in_words(rows, actor):
            context = {"told": told, "site": settings.ADDRESS}
            subject = _("Reminder: %(when)s, %(title)s") % {"when": told.when, "title": told.title}
            body = render_to_string("communications/reminder_mail.txt", context)
            send_mail([user.email], subject=subject, body=body, is_private=True)


def preference_of(user_id: int) -> ReminderPreference:
    return ReminderPreference.objects.filter(pk=user_id).first() or ReminderPreference(user_id=user_id)


def to_show(actor: Actor) -> list[Told]:
    """What the user is to be reminded of on screen now, the earliest first."""
    now = timezone.now()
    rows = Reminder.objects.filter(
        user=actor.user_id, dismissed_at=None, shown_from__lte=now, starts_at__gt=now - LATEST
    )
    found = list(rows.order_by("starts_at", "pk")[:SHOWN])
    if not found or not preference_of(actor.user_id or 0).on_screen:
        return []
    return in_words(found, actor)


def dismiss_reminder(pk: int, *, actor: Actor) -> None:
    """Shows it no more. Raises NotFound when it is not the actor's."""
    _change(pk, actor, dismissed_at=timezone.now())


def snooze_reminder(pk: int, *, actor: Actor) -> None:
    """Shows it again in ten minutes. Raises NotFound when it is not the actor's."""
    _change(pk, actor, shown_from=timezone.now() + SNOOZE)


def _change(pk: int, actor: Actor, **values: datetime) -> None:
    if not Reminder.objects.filter(pk=pk, user=actor.user_id).update(**values):
        raise NotFound(_("There is no such reminder."))


def delete_old() -> int:
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    return Reminder.objects.filter(starts_at__lt=before).delete()[0]


# In words


def in_words(rows: Sequence[Reminder], actor: Actor) -> list[Told]:
    """Those still to come about: not of what was moved, done or deleted meanwhile. A constant number of statements."""
    activities = {
        one.pk: one for one in Activity.objects.filter(pk__in=ids(rows, "activity_id"), deleted_at=None, outcome="")
    }
    tasks = {one.pk: one for one in Task.objects.filter(pk__in=ids(rows, "task_id"), deleted_at=None, done_at=None)}
    seen = set(Activity.objects.visible_to(actor).filter(pk__in=activities).values_list("pk", flat=True))
    seen_tasks = set(Task.objects.visible_to(actor).filter(pk__in=tasks).values_list("pk", flat=True))
    about = about_activities(sorted(seen), actor)
    about_task = about_links(TaskLink, "task_id", sorted(seen_tasks), actor)
    found = []
    for row in rows:
        if (one := activities.get(row.activity_id or 0)) and one.at == row.starts_at:
            found.append(told_activity(row, one, about.get(one.pk, [])) if one.pk in seen else hidden(row, one.all_day))
        elif (task := tasks.get(row.task_id or 0)) and task.due_at == row.starts_at and task.pk in seen_tasks:
            found.append(told_task(row, task, about_task.get(task.pk, [])))
    return found


def told_activity(row: Reminder, one: Activity, about: list[About]) -> Told:
    title = _("%(kind)s: %(subject)s") % {"kind": one.get_kind_display(), "subject": one.subject}
    href = f"/activities/{one.pk}/"
    return Told(row.pk, row.user_id, row.starts_at, one.all_day, title, href, one.text[:NOTE_LENGTH], about)


def told_task(row: Reminder, task: Task, about: list[About]) -> Told:
    title = _("Task: %(title)s") % {"title": task.title}
    href = f"/tasks/{task.pk}/"
    return Told(row.pk, row.user_id, row.starts_at, False, title, href, task.description[:NOTE_LENGTH], about)


def hidden(row: Reminder, all_day: bool) -> Told:
    return Told(row.pk, row.user_id, row.starts_at, all_day, _("An appointment whose details you may not see"))


def about_activities(pks: Sequence[int], actor: Actor) -> dict[int, list[About]]:
    """The records linked, and the persons of the register who take part."""
    found = about_links(ActivityLink, "activity_id", pks, actor)
    present = Participant.objects.filter(activity__in=pks, person__isnull=False).values_list("activity_id", "person_id")
    linked = set(
        ActivityLink.objects.filter(activity__in=pks, record_type="people").values_list("activity_id", "record_id")
    )
    more = [(pk, RecordKey("people", person)) for pk, person in present if (pk, person) not in linked]
    for pk, one in described(more, actor):
        found.setdefault(pk, []).append(one)
    return found


def about_links(model: type[Any], parent: str, pks: Sequence[int], actor: Actor) -> dict[int, list[About]]:
    links = model.objects.filter(**{f"{parent}__in": pks}).order_by("pk")
    keys = [(getattr(link, parent), RecordKey(link.record_type, link.record_id)) for link in links]
    found: dict[int, list[About]] = {}
    for pk, one in described(keys, actor):
        found.setdefault(pk, []).append(one)
    return found


def described(keys: Sequence[tuple[int, RecordKey]], actor: Actor) -> list[tuple[int, About]]:
    records = visible_records([key for _pk, key in keys], actor)
    return [
        (pk, About(str(records[key]), f"/{key.type}/{key.id}/", getattr(records[key], "phone", "")))
        for pk, key in keys
        if key in records
    ]


def ids(rows: Sequence[Reminder], name: str) -> list[int]:
    return [pk for row in rows if (pk := getattr(row, name)) is not None]


#: Open tasks of their owners, and activities that were planned ahead of those who own them and take part.
DUE = """
WITH coming AS (
    SELECT who.user_id, a.id AS activity_id, NULL::bigint AS task_id, a.at AS starts_at,
           COALESCE(NULLIF(a.reminder, ''), p.activity_lead, '15') AS lead
    FROM communications_activity a
    CROSS JOIN LATERAL (
        SELECT a.owner_id AS user_id
        UNION
        SELECT user_id FROM communications_participant WHERE activity_id = a.id
    ) who
    LEFT JOIN communications_reminderpreference p ON p.user_id = who.user_id
    WHERE a.deleted_at IS NULL AND a.outcome = '' AND a.at > a.created_at
      AND a.at > %(oldest)s AND a.at <= %(newest)s
    UNION ALL
    SELECT t.owner_id, NULL, t.id, t.due_at, COALESCE(NULLIF(t.reminder, ''), p.task_lead, '0')
    FROM communications_task t
    LEFT JOIN communications_reminderpreference p ON p.user_id = t.owner_id
    WHERE t.deleted_at IS NULL AND t.done_at IS NULL AND t.due_at > %(oldest)s AND t.due_at <= %(newest)s
)
INSERT INTO communications_reminder (user_id, activity_id, task_id, starts_at, shown_from)
SELECT c.user_id, c.activity_id, c.task_id, c.starts_at, %(now)s
FROM coming c JOIN accounts_user u ON u.id = c.user_id AND u.is_active
WHERE c.lead <> 'never' AND c.starts_at - make_interval(mins => NULLIF(c.lead, 'never')::int) <= %(now)s
ON CONFLICT DO NOTHING
RETURNING id
"""
