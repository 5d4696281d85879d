"""What activities and tasks say on a timeline."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.fields import show
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.links import key_of
from jantar.engine.timeline.kinds import Kind, register, register_summary
from jantar.engine.timeline.stream import Shown
from jantar.kit.money import Money
from jantar.modules.communications.choices import ICONS
from jantar.modules.communications.queries import effort, participants_of
from jantar.platform.settings.models import Workspace


def register_kinds() -> None:
    register_summary(sum_up)
    register(
        Kind("activity", "activity", "message", activity, "communications/entry_activity.html", prepare=add_people),
        Kind("task", "task", "checkbox", task, "communications/entry_task.html"),
        Kind("task_done", "task", "check", task_done, "communications/entry_task.html", tone="green"),
    )


def sum_up(record: Any, actor: Actor) -> Sequence[str]:
    """Number, time and cost of the activities on a record."""
    key = key_of(record)
    spent = effort(key.type, [key.id], actor).get(key.id)
    if spent is None:
        return []
    texts = [ngettext("%(number)d activity", "%(number)d activities", spent.activities) % {"number": spent.activities}]
    if spent.minutes:
        texts.append(show.duration(spent.minutes))
    if spent.cost:
        texts.append(show.money(Money(spent.cost, Workspace.get().base_currency)))
    return texts


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
