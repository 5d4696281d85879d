"""What people do with activities and tasks, and the rules that hold at every door."""

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.dates import is_near
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.links import key_of, surroundings
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence.changing import rules_changed
from jantar.engine.records.recurrence.making import begin_series, check_rule, prepare_rules
from jantar.engine.records.registry import registry
from jantar.engine.timeline import stream
from jantar.engine.timeline.stored import tell_stored
from jantar.modules.communications.models import Activity, ActivityLink, Participant, Task, TaskLink

Values = Mapping[str, Any]


def activities() -> RecordType:
    return registry.get("activities")


def tasks() -> RecordType:
    return registry.get("tasks")


def log_activity(
    *, about: Sequence[Any], actor: Actor, next_task: Values | None = None, cause: str = Cause.PAGE, **values: Any
) -> Any:
    """Stores an activity on the records it is `about` and, from `next_task`, the task that follows from it.

    Values are those of the fields (`kind`, `subject`, `text`, `at`, `duration` in minutes, `outcome`, `cost`) and
    of the part `participants`. Both are stored or none. Raises Invalid; its keys of the task begin with "next_task.".
    """
    values["links"] = [{"record": key} for key in dict.fromkeys(key_of(record) for record in about)]
    with operation(actor, cause):
        activity = write.create(activities(), values, actor=actor, cause=cause)
        if next_task:
            try:
                plan_task(activity, actor=actor, cause=cause, **next_task)
            except Invalid as error:
                raise Invalid({f"next_task.{name}": messages for name, messages in error.errors.items()}) from error
    return activity


def plan_task(origin: Any, *, actor: Actor, cause: str = Cause.PAGE, **values: Any) -> Any:
    """Stores a task that follows from a record; a task from an activity is about what the activity is about."""
    key = key_of(origin)
    about = list(origin.links.all()) if isinstance(origin, Activity) else []
    links = [{"record": link.record} for link in about] or [{"record": key}]
    return write.create(tasks(), {**values, "origin": key, "links": links}, actor=actor, cause=cause)


def next_task_fields() -> dict[str, Field]:
    """What is asked for when a task is planned from a record."""
    fields = {name: copy(tasks().own_fields[name]) for name in ("title", "due_at", "owner")}
    fields["owner"].help = _("You, when it is empty.")
    return fields


def plan_next_task(origin: Any, *, actor: Actor, cause: str = Cause.PAGE, **values: Any) -> Any:
    """A task planned from a record by its verb; it is the actor's own unless values name another owner."""
    given = {name: value for name, value in values.items() if value is not None}
    return plan_task(origin, actor=actor, cause=cause, **given)


def complete_task(task: Task, *, actor: Actor, cause: str = Cause.PAGE) -> Any:
    return write.update(tasks(), task.pk, {"done_at": timezone.now()}, actor=actor, cause=cause)


def reopen_task(task: Task, *, actor: Actor, cause: str = Cause.PAGE) -> Any:
    return write.update(tasks(), task.pk, {"done_at": None}, actor=actor, cause=cause)


def reschedule_task(task: Task, *, due_at: datetime | None, actor: Actor, cause: str = Cause.PAGE) -> Any:
    return write.update(tasks(), task.pk, {"due_at": due_at}, actor=actor, cause=cause)


# The rules


def prepare_activities(records: Sequence[Activity], given: frozenset[str], actor: Actor) -> None:
    begin_whole_days(records, given, actor)
    prepare_rules(activities(), records, given, actor)


def prepare_tasks(records: Sequence[Task], given: frozenset[str], actor: Actor) -> None:
    note_who_did_it(records, given, actor)
    prepare_rules(tasks(), records, given, actor)


def check_activity(activity: Activity, given: frozenset[str], actor: Actor) -> None:
    check_rule(activities(), activity, given, actor)


def check_task(task: Task, given: frozenset[str], actor: Actor) -> None:
    check_rule(tasks(), task, given, actor)


def begin_whole_days(records: Sequence[Activity], given: frozenset[str], actor: Actor) -> None:
    """What takes whole days begins at midnight of the actor's time zone."""
    if given & {"all_day", "at"}:
        zone = ZoneInfo(actor.time_zone)
        for activity in records:
            if activity.all_day and activity.at and is_near(activity.at.date()):
                activity.at = activity.at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def note_who_did_it(records: Sequence[Task], given: frozenset[str], actor: Actor) -> None:
    if "done_at" in given:
        for task in records:
            task.done_by_id = actor.user_id if task.done_at else None


def place_activities(records: Sequence[Activity], actor: Actor) -> None:
    """Activities are also about the persons who took part and about what all of these belong to; tells it there."""
    present = Participant.objects.filter(activity__in=records, person__isnull=False)
    people = [(row.activity_id, row.person) for row in present.select_related("person")]
    links = _complete_links(ActivityLink, "activity_id", records, people)
    told: list[stream.Told] = [(key_of(one), links[one.pk], one.at, {}) for one in records]
    stream.put_many("activity", told, actor=actor)


def begin_activities(records: Sequence[Activity], actor: Actor) -> None:
    place_activities(records, actor)
    begin_series(activities(), records, actor)


def begin_tasks(records: Sequence[Task], actor: Actor) -> None:
    place_tasks(records, actor)
    begin_series(tasks(), records, actor)


def place_changed_activities(records: Sequence[Activity], changed: frozenset[str], actor: Actor) -> None:
    if changed & {"links", "participants", "at", "all_day", "repeats"}:  # the last two can move the beginning
        place_activities(records, actor)
    rules_changed(activities(), records, changed, actor)


def place_tasks(records: Sequence[Task], actor: Actor) -> None:
    """Tasks are also about what the records they are about belong to; tells there that they were planned."""
    links = _complete_links(TaskLink, "task_id", records, [])
    stream.put_many("task", [(key_of(one), links[one.pk], one.created_at, {}) for one in records], actor=actor)
    _tell_done([one for one in records if one.done_at], links, actor)


def place_changed_tasks(records: Sequence[Task], changed: frozenset[str], actor: Actor) -> None:
    if "done_at" in changed:
        stream.remove("task_done", [key_of(one) for one in records])
    if "links" in changed:
        place_tasks(records, actor)
    elif "done_at" in changed:
        done = [one for one in records if one.done_at]
        _tell_done(done, _complete_links(TaskLink, "task_id", done, []), actor)
    rules_changed(tasks(), records, changed, actor)


def tell_stored_work() -> None:
    """For activities and tasks that came past the write path with all their links: generated data."""
    tell_stored("activity", activities(), at="at", links=ActivityLink, parent="activity_id")
    tell_stored("task", tasks(), at="created_at", links=TaskLink, parent="task_id")
    tell_stored("task_done", tasks(), at="done_at", links=TaskLink, parent="task_id")


def _tell_done(done: Sequence[Task], links: Mapping[int, list[RecordKey]], actor: Actor) -> None:
    now = timezone.now()
    stream.put_many("task_done", [(key_of(one), links[one.pk], one.done_at or now, {}) for one in done], actor=actor)


def _complete_links(
    model: type[Any], parent: str, owners: Sequence[Any], more: Sequence[tuple[int, Any]]
) -> dict[int, list[RecordKey]]:
    """Adds the missing links of many activities or tasks and returns all; `more` are further (id, record) pairs."""
    links = model.objects.filter(**{f"{parent}__in": [owner.pk for owner in owners]})
    known = {(getattr(link, parent), link.record) for link in links}
    wanted = known | {(pk, key_of(record)) for pk, record in more}
    around = surroundings({key for _pk, key in wanted})
    wanted |= {(pk, outer) for pk, key in wanted for outer in around.get(key, ())}
    model.objects.bulk_create(
        [model(**{parent: pk}, record_type=key.type, record_id=key.id) for pk, key in wanted - known],
        ignore_conflicts=True,
        batch_size=2000,
    )
    found: dict[int, list[RecordKey]] = {owner.pk: [] for owner in owners}
    for pk, key in sorted(wanted):
        found[pk].append(key)
    return found
