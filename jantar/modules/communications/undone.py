"""After an undo the timelines tell of activities and tasks as they are again: when they are, and about whom."""

from collections.abc import Iterator, Sequence
from typing import Any

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Cause, Change, Operation
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.links import key_of
from jantar.engine.timeline import stream
from jantar.modules.communications.models import Activity, ActivityLink, Task, TaskLink

BATCH = 2000


def place_again(done: Operation) -> None:
    """Called at the end of an operation, in its transaction; only an undoing has something to do."""
    if done.cause != Cause.UNDO:
        return
    actor = system_actor()
    for activities in touched(done, Activity):
        keys = links_of(ActivityLink, "activity_id", activities)
        stream.put_back("activity", [(key_of(one), keys[one.pk], one.at, {}) for one in activities], actor=actor)
    for tasks in touched(done, Task):
        put_tasks_back(tasks, actor)


def put_tasks_back(tasks: Sequence[Task], actor: Actor) -> None:
    keys = links_of(TaskLink, "task_id", tasks)
    stream.put_back("task", [(key_of(one), keys[one.pk], one.created_at, {}) for one in tasks], actor=actor)
    stream.remove("task_done", [key_of(one) for one in tasks if one.done_at is None])
    told: list[stream.Told] = [(key_of(one), keys[one.pk], one.done_at, {}) for one in tasks if one.done_at is not None]
    stream.put_back("task_done", told, actor=actor)


def touched(done: Operation, model: type[Any]) -> Iterator[list[Any]]:
    """The records of the table that the operation changed, in the bin or not, some thousand at a time."""
    changes = Change.objects.filter(operation=done, root=model._meta.db_table)
    pks = list(changes.order_by("root_id").values_list("root_id", flat=True).distinct())
    for start in range(0, len(pks), BATCH):
        yield list(model._base_manager.filter(pk__in=pks[start : start + BATCH]).order_by("pk"))


def links_of(model: type[Any], parent: str, owners: Sequence[Any]) -> dict[int, list[RecordKey]]:
    found: dict[int, list[RecordKey]] = {owner.pk: [] for owner in owners}
    for link in model.objects.filter(**{f"{parent}__in": list(found)}).order_by("record_type", "record_id"):
        found[getattr(link, parent)].append(link.record)
    return found
