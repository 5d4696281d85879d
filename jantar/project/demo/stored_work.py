"""Storing activities and tasks with what they are about, as the write path would link them."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.timeline import stream
from jantar.project.bulk import copy_rows
from jantar.project.demo.model import Demo, DemoActivity, DemoRemark, DemoTask, UserKey
from jantar.project.demo.places import Places
from jantar.project.demo.stored_history import adopt_created

Row = dict[str, Any]


def store_activities(demo: Demo, places: Places) -> None:
    rows = [_activity(activity, places) for activity in demo.activities]
    places.activities = copy_rows(apps.get_model("communications", "Activity"), rows)
    stored = list(zip(places.activities, demo.activities, strict=True))
    copy_rows(
        apps.get_model("communications", "ActivityLink"),
        [{"activity_id": pk, **link} for pk, activity in stored for link in _links(activity, places)],
    )
    copy_rows(
        apps.get_model("communications", "Participant"),
        [
            {"activity_id": pk, "person_id": places.people[person]}
            for pk, activity in stored
            for person in activity.people
        ],
    )
    adopt_created("communications_activity")


def store_tasks(demo: Demo, places: Places) -> None:
    ids = copy_rows(apps.get_model("communications", "Task"), [_task(task, places) for task in demo.tasks])
    links = [
        {"task_id": pk, **link}
        for pk, task in zip(ids, demo.tasks, strict=True)
        for link in _links(demo.activities[task.activity], places)
    ]
    copy_rows(apps.get_model("communications", "TaskLink"), links)
    adopt_created("communications_task")


def store_remarks(demo: Demo, places: Places) -> None:
    """Comments and notes, with their entries on the timelines of the companies."""
    for author in dict.fromkeys(remark.author for remark in demo.remarks):
        for is_private in (False, True):
            chosen = [one for one in demo.remarks if (one.author, one.is_private) == (author, is_private)]
            _store_remarks("note" if is_private else "comment", chosen, author, places)


def _store_remarks(kind: str, remarks: Sequence[DemoRemark], author: UserKey, places: Places) -> None:
    keys = [RecordKey("companies", places.companies[remark.company]) for remark in remarks]
    rows = [
        {
            "author_id": places.users[author],
            "record_type": key.type,
            "record_id": key.id,
            "text": remark.text,
            "created_at": remark.at,
        }
        for remark, key in zip(remarks, keys, strict=True)
    ]
    ids = copy_rows(apps.get_model("timeline", kind), rows)
    stored = list(zip(ids, remarks, keys, strict=True))
    shares = [{"note_id": pk, "user_id": places.users[reader]} for pk, remark, _ in stored for reader in remark.readers]
    copy_rows(apps.get_model("timeline", "NoteShare"), shares)
    told: list[stream.Told] = [(RecordKey(kind, pk), [key], remark.at, {}) for pk, remark, key in stored]
    stream.add_many(kind, told, actor=Actor(places.users[author]), around=False)


def _activity(activity: DemoActivity, places: Places) -> Row:
    row = places.book_keeping(activity.owner, activity.created_at)
    row |= places.money("cost", activity.cost, activity.currency, activity.at.date())
    return row | {
        "kind": activity.kind,
        "subject": activity.subject,
        "text": activity.body,
        "at": activity.at,
        "duration": activity.minutes,
        "outcome": activity.outcome,
    }


def _task(task: DemoTask, places: Places) -> Row:
    return places.book_keeping(task.owner, task.created_at) | {
        "title": task.title,
        "due_at": task.due_at,
        "priority": task.priority,
        "done_at": task.done_at,
        "done_by_id": places.users[task.owner] if task.done_at else None,
        "origin_type": "activities",
        "origin_id": places.activities[task.activity],
    }


def _links(activity: DemoActivity, places: Places) -> Sequence[Row]:
    """The participants, their company and the deal: a record is about what its own links belong to."""
    about = [("people", places.people[person]) for person in activity.people]
    about.append(("companies", places.companies[activity.company]))
    if activity.deal is not None:
        about.append(("deals", places.deals[activity.deal]))
    return [{"record_type": name, "record_id": pk} for name, pk in about]
