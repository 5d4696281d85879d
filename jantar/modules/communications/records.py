"""The record types of communication."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.dates import DateTime
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import (
    Calendar,
    Deadline,
    Quality,
    RecordAction,
    RecordType,
    Search,
    Section,
    View,
)
from jantar.engine.records.registry import registry
from jantar.modules.communications import importing, services
from jantar.modules.communications.models import Activity, ActivityLink, Participant, Task, TaskLink


def due_fields() -> Mapping[str, Field]:
    return {"due_at": DateTime("due_at", _("due"), required=True)}


IS_MINE = {"field": "owner", "op": "is", "value": "me"}
TAKES_PART = {"relation": "participants", "has": "any", "where": {"field": "user", "op": "is", "value": "me"}}
IS_OPEN = {"field": "done_at", "op": "empty"}
IS_PAST = {"field": "due_at", "op": "within", "value": "before today"}
#: What comes again is there weeks ahead: it is not to stand before what happened.
UNTIL_TODAY = {"field": "at", "op": "within", "value": "before tomorrow"}
FROM_TODAY = {"none": [{"field": "at", "op": "within", "value": "before today"}]}

#: On any record from which work follows: the minutes of a meeting, a deal.
PLAN_TASK = RecordAction(
    "plan_task", _("Plan a task"), services.plan_next_task, icon="checkbox", fields=services.next_task_fields,
    action="see", done=_("Task planned."),
)  # fmt: skip

activities = RecordType(
    name="activities",
    model=Activity,
    icon="message",
    area="communications",
    title="subject",
    columns=("subject", "links", "kind", "at", "duration", "outcome", "cost", "owner"),
    sort="-at",
    views=(
        View("log", _("Until today"), {"all": [UNTIL_TODAY]}, opens=True),
        View("planned", _("Planned from today"), {"all": [FROM_TODAY]}, sort="at"),
        View("mine", _("My activities"), {"all": [{"any": [IS_MINE, TAKES_PART]}]}),
        View(
            "meetings",
            _("My meetings"),
            {"all": [{"field": "kind", "op": "is", "value": "meeting"}, {"any": [IS_MINE, TAKES_PART]}]},
        ),
    ),
    sections=(
        Section(
            _("Activity"),
            "kind",
            "subject",
            "at",
            "duration",
            "all_day",
            "location",
            "repeats",
            "owner",
            "outcome",
            "cost",
            "team",
            "reminder",
        ),
        Section(_("Who takes part"), "participants", "invites"),
        Section(_("What was said"), "text"),
        Section(_("About"), "links"),
    ),
    search=Search(text=("subject", "text")),
    parts=(
        Part("links", ActivityLink, "activity", _("Linked records"), column=_("About"), is_essential=True),
        Part(
            "participants",
            Participant,
            "activity",
            _("Participants"),
            known_by=("user", "person", "email"),
            comes_first=True,
            is_essential=True,
        ),
    ),
    shown_to=("participants", "user"),
    actions=(PLAN_TASK,),
    labels={"text": _("what was said")},
    milestones=(),
    happens_at="at",
    calendar=Calendar(
        "at",
        minutes="duration",
        all_day="all_day",
        participants=("participants", "user"),
        new={"kind": "meeting"},
        repeats="repeats",
        anew=("outcome", "text", "cost", "calendar_uid"),
    ),
    prepare=services.prepare_activities,
    validate=services.check_activity,
    match=("calendar_uid",),
    import_names=importing.OF_ACTIVITIES,
    import_columns=(importing.PARTICIPANTS,),
    hidden=frozenset({"series", "occurs_at", "made_apart"}),
    after_create=services.begin_activities,
    after_update=services.place_changed_activities,
)

tasks = RecordType(
    name="tasks",
    model=Task,
    icon="checkbox",
    area="communications",
    title="title",
    columns=("title", "links", "due_at", "priority", "owner", "done_at"),
    sort="due_at",
    views=(
        View("open", _("Open tasks"), {"all": [IS_OPEN]}, opens=True),
        View("mine", _("My open tasks"), {"all": [IS_MINE, IS_OPEN]}),
        View("overdue", _("Overdue tasks"), {"all": [IS_OPEN, IS_PAST]}),
    ),
    sections=(
        Section(_("Task"), "title", "due_at", "repeats", "priority", "owner", "team", "reminder", "description"),
        Section(_("About"), "origin", "links", "done_by"),
    ),
    search=Search(text=("title", "description")),
    parts=(Part("links", TaskLink, "task", _("Linked records"), column=_("About")),),
    actions=(
        RecordAction(
            "complete", _("Complete"), services.complete_task, icon="check", done=_("Task done."),
            available=lambda task: not task.done_at,
        ),
        RecordAction(
            "reopen", _("Reopen"), services.reopen_task, icon="rotate", done=_("Task reopened."),
            available=lambda task: bool(task.done_at),
        ),
        RecordAction(
            "reschedule", _("Reschedule"), services.reschedule_task, icon="calendar", fields=due_fields,
            available=lambda task: not task.done_at, done=_("Task rescheduled."),
        ),
    ),
    deadlines=(Deadline("due_at", "done_at"),),
    quality=Quality(wanted=("due_at", "owner"), among=(IS_OPEN,)),
    calendar=Calendar(
        "due_at", done="done_at", repeats="repeats", ahead=31, anew=("done_at", "done_by", "calendar_uid"),
    ),
    prepare=services.prepare_tasks,
    validate=services.check_task,
    match=("calendar_uid",),
    import_names=importing.OF_TASKS,
    hidden=frozenset({"series", "occurs_at", "made_apart"}),
    after_create=services.begin_tasks,
    after_update=services.place_changed_tasks,
)  # fmt: skip

registry.register(activities, tasks)
