"""What communications puts on the Today page: appointments and open tasks, with whom, and the number to call."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.utils import timezone

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.pages.today import TodayPanel, add_panel
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.links import RecordLink, surroundings, visible_records
from jantar.kit.periods import Period
from jantar.modules.communications.choices import ICONS
from jantar.modules.communications.models import Activity, ActivityLink, Participant, Task, TaskLink

SHOWN = 12
DAY = timedelta(days=1)
#: So long after its beginning a meeting may still be going on.
UNDER_WAY = timedelta(hours=1)


def my_tasks(actor: Actor) -> dict[str, Any] | None:
    """The actor's open tasks that are late, due within a week or undated; soonest first."""
    if not actor.may("see", "tasks"):
        return None
    mine = Task.objects.visible_to(actor).filter(owner_id=actor.user_id, done_at=None)
    soon = mine.exclude(due_at__gt=timezone.now() + timedelta(days=7))
    tasks = list(soon.order_by(F("due_at").asc(nulls_last=True), "pk")[: SHOWN + 1])
    shown = tasks[:SHOWN]
    about = records_of(TaskLink, shown, actor)
    rows = [
        {"task": task, "about": about.get(task.pk, []), "late": bool(task.due_at and task.due_at < timezone.now())}
        for task in shown
    ]
    return {"rows": rows, "more": len(tasks) > SHOWN}


def coming_up(actor: Actor) -> dict[str, Any] | None:
    """What is planned for the actor until the end of tomorrow, with whom and the number to call; soonest first."""
    if not actor.may("see", "activities"):
        return None
    begin, _end = Period(actor.today, None).instants(ZoneInfo(actor.time_zone))
    assert begin
    own = Q(owner_id=actor.user_id) | Q(pk__in=Participant.objects.filter(user=actor.user_id).values("activity"))
    begun = Q(at__gte=timezone.now() - UNDER_WAY) | Q(all_day=True, at__gte=begin)
    end = begin + DAY
    near = begun & Q(at__lt=end + DAY)
    activities = list(Activity.objects.visible_to(actor).filter(own, near).order_by("at", "pk")[:SHOWN])
    if not activities:
        return None
    about = records_of(ActivityLink, activities, actor)
    rows = [
        {"activity": one, "about": about.get(one.pk, []), "icon": ICONS.get(one.kind, "message"), "today": one.at < end}
        for one in activities
    ]
    return {"rows": rows}


def records_of(links: type[RecordLink], rows: Sequence[Any], actor: Actor) -> dict[int, list[dict[str, Any]]]:
    """What each task or activity is about: type, record and phone number, as far as the actor may see it.

    Where none of them has a number, that of what they belong to is told: of a deal's customer.
    """
    owner = "task_id" if links is TaskLink else "activity_id"
    found_links = links._default_manager.filter(**{f"{owner.removesuffix('_id')}__in": rows}).order_by("pk")
    keys = [(getattr(link, owner), link.record) for link in found_links]
    records = visible_records([key for _row, key in keys], actor)
    found: dict[int, list[dict[str, Any]]] = {}
    for row, key in keys:
        if record := records.get(key):
            one = {"type": key.type, "record": record, "phone": getattr(record, "phone", "")}
            found.setdefault(row, []).append(one)
    silent = [some for some in found.values() if not any(one["phone"] for one in some)]
    outer = surroundings(RecordKey(one["type"], one["record"].pk) for some in silent for one in some)
    beyond = visible_records({key for some in outer.values() for key in some}, actor) if outer else {}
    for some in silent:
        near = [key for one in some for key in outer.get(RecordKey(one["type"], one["record"].pk), ())]
        reached = [(key, beyond[key]) for key in near if getattr(beyond.get(key), "phone", "")][:1]
        some += [{"type": key.type, "record": record, "phone": record.phone} for key, record in reached]
    return found


add_panel(
    TodayPanel("coming-up", "communications/today_coming.html", coming_up, order=10),
    TodayPanel("my-tasks", "communications/today_tasks.html", my_tasks, order=20),
)
