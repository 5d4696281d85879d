"""What activities, tasks and invitations say on a timeline."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.fields import show
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.timeline.kinds import Kind, Source, register, register_source, register_summary
from jantar.engine.timeline.stream import Shown
from jantar.kit.money import Money
from jantar.modules.communications.choices import ICONS, Answer
from jantar.modules.communications.models import Activity, Reply
from jantar.modules.communications.queries import effort, participants_of
from jantar.platform.settings.models import Workspace


def register_kinds() -> None:
    register_summary(sum_up)
    register_source(Source("reply", visible_replies, loads=("invitation",)))
    register(
        Kind("invited", "activity", "mail", invited, "communications/entry_invited.html"),
        Kind("invitation_answered", "activity", "mail", answered),
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


def invited(shown: Shown) -> str:
    number = shown.entry.data.get("number", 0)
    how_many = {"number": number}
    match shown.entry.data.get("words"):
        case "invited":
            text = ngettext("%(number)d invitation sent", "%(number)d invitations sent", number)
        case "changed":
            text = ngettext(
                "%(number)d participant told of the change", "%(number)d participants told of the change", number
            )
        case "cancelled":
            text = ngettext(
                "%(number)d participant told of the cancellation",
                "%(number)d participants told of the cancellation",
                number,
            )
        case _:
            return _("No invitation sent")
    return text % how_many


def answered(shown: Shown) -> str:
    who = {"who": str(shown.source.invitation)}
    match shown.source.answer:
        case Answer.ACCEPTED:
            return _("%(who)s accepted the invitation") % who
        case Answer.TENTATIVE:
            return _("%(who)s accepted the invitation tentatively") % who
    return _("%(who)s declined the invitation") % who


def visible_replies(actor: Actor) -> Any:
    """Replies on activities the actor may see, by colleagues, addresses and persons the actor may see."""
    if not actor.may("see", "activities"):
        return Reply.objects.none()
    activities = Exists(Activity.objects.visible_to(actor).filter(pk=OuterRef("invitation__activity")))
    people: Any = registry.get("people")
    seen = Exists(people.visible_to(actor).filter(pk=OuterRef("invitation__person")))
    return Reply.objects.filter(activities, Q(invitation__person=None) | Q(seen))


def add_people(entries: Sequence[Shown], actor: Actor) -> None:
    """Who took part, as far as the actor may see the persons."""
    people = participants_of([shown.source.pk for shown in entries], actor)
    for shown in entries:
        shown.extra["people"] = people.get(shown.source.pk, [])
        shown.extra["icon"] = ICONS.get(shown.source.kind, "message")
