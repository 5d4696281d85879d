"""What communications puts on the Today page: open tasks, with whom they are about and the number to call."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.pages.today import TodayPanel, add_panel
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.links import visible_records
from jantar.modules.communications.models import Task, TaskLink

SHOWN = 12


def my_tasks(actor: Actor) -> dict[str, Any] | None:
    """The actor's open tasks that are late, due within a week or undated; soonest first."""
    if not actor.may("see", "tasks"):
        return None
    mine = Task.objects.visible_to(actor).filter(owner_id=actor.user_id, done_at=None)
    soon = mine.exclude(due_at__gt=timezone.now() + timedelta(days=7))
    tasks = list(soon.order_by(F("due_at").asc(nulls_last=True), "pk")[: SHOWN + 1])
    shown = tasks[:SHOWN]
    about = records_of(shown, actor)
    rows = [
        {"task": task, "about": about.get(task.pk, []), "late": bool(task.due_at and task.due_at < timezone.now())}
        for task in shown
    ]
    return {"rows": rows, "more": len(tasks) > SHOWN}


def records_of(tasks: list[Task], actor: Actor) -> dict[int, list[dict[str, Any]]]:
    """What each task is about: type, record and phone number, as far as the actor may see it."""
    links = TaskLink.objects.filter(task__in=tasks).order_by("pk")
    keys = [(link.task_id, RecordKey(link.record_type, link.record_id)) for link in links]  # type: ignore[attr-defined]
    records = visible_records([key for _task, key in keys], actor)
    found: dict[int, list[dict[str, Any]]] = {}
    for task, key in keys:
        if record := records.get(key):
            one = {"type": key.type, "record": record, "phone": getattr(record, "phone", "")}
            found.setdefault(task, []).append(one)
    return found


add_panel(TodayPanel("my-tasks", "communications/today_tasks.html", my_tasks, order=20))
