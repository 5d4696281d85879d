"""What activities and tasks say on a timeline."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from jantar.engine.permissions.actor import Actor
from jantar.engine.timeline.kinds import Kind, register
from jantar.engine.timeline.stream import Shown
from jantar.modules.communications.choices import ICONS
from jantar.modules.communications.queries import participants_of


def register_kinds() -> None:
    register(
        Kind("activity", "activity", "message", activity, "communications/entry_activity.html", prepare=add_people),
        Kind("task", "task", "checkbox", task, "communications/entry_task.html"),
        Kind("task_done", "task", "check", task_done, "communications/entry_task.html", tone="green"),
    )


def activity(shown: Shown) -> str:
    return _("%(kind)s: %(subject)s") % {"kind": shown.source.get_kind_display(), "subject": shown.source.subject}


def task(shown: Shown) -> str:
    return _("Task: %(title)s") % {"title": shown.source.title}


def task_done(shown: Shown) -> str:
    return _("Task done: %(title)s") % {"title": shown.source.title}


def add_people(entries: Sequence[Shown], actor: Actor) -> None:
    """Who took part, as far as the actor may see the persons."""
    people = participants_of([shown.source.pk for shown in entries], actor)
    for shown in entries:
        shown.extra["people"] = people.get(shown.source.pk, [])
        shown.extra["icon"] = ICONS.get(shown.source.kind, "message")
