"""Notifications in words."""

from typing import Any

from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from jantar.engine.following.models import Kind, Notification
from jantar.engine.following.questions import is_list
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.timeline.kinds import kind_of
from jantar.engine.timeline.models import Entry
from jantar.engine.timeline.stream import Shown

MOST_NAMES = 4
EXCERPT = 200
ICONS = {
    Kind.GIVEN: "user",
    Kind.DELETED: "trash",
    Kind.COMMENT: "message",
    Kind.MENTION: "message",
    Kind.REPLY: "message",
    Kind.MESSAGE: "message",
    Kind.DATE: "calendar-due",
    Kind.VIEW: "bookmark",
}
#: What is told of a view.
_VIEW = {
    "in": gettext_lazy("Came into the view “%(view)s”"),
    "out": gettext_lazy("Left the view “%(view)s”"),
    "large": gettext_lazy("The view “%(view)s” has grown too large and is not watched now. Narrow its filter."),
}
_LIST = {
    "in": gettext_lazy("Put into the list “%(view)s”"),
    "out": gettext_lazy("Taken out of the list “%(view)s”"),
    "large": gettext_lazy("The list “%(view)s” has grown too large and is not watched now."),
}


def sentence(row: Notification, record: Any, source: Any, actor: Actor) -> str:
    """What was done and by whom, without the name of the record."""
    who = row.actor.full_name if row.actor else "Jantar"
    match row.kind:
        case Kind.GIVEN:
            return _("%(who)s gave this to you") % {"who": who}
        case Kind.DELETED:
            return _in_bin(who, record)
        case Kind.COMMENT:
            return _("%(who)s commented") % {"who": who}
        case Kind.MENTION:
            return _("%(who)s mentioned you") % {"who": who}
        case Kind.REPLY:
            return _("%(who)s replied") % {"who": who}
        case Kind.MESSAGE:
            return _("%(who)s wrote") % {"who": who}
        case Kind.ENTRY:
            return _entry(row, who, source)
        case Kind.DATE:
            return _date(row, who, actor)
        case Kind.VIEW:
            said = _LIST if is_list(row.data.get("view", "")) else _VIEW
            return str(said[row.data["went"]] % {"view": row.data["name"]})
    names = changed_names(row, actor)
    if not names:
        return _("%(who)s changed this") % {"who": who}
    return _("%(who)s changed: %(fields)s") % {"who": who, "fields": ", ".join(names)}


def type_of(row: Notification) -> str:
    """The name of the type of what it leads to; a summary of several records has no key but has this."""
    return str(row.__dict__["record_type"])


def number_of(record_type: RecordType, number: int) -> str:
    """ "Companies (12)"."""
    label = str(record_type.label_plural)
    return pgettext("notification", "%(type)s (%(number)d)") % {
        "type": label[:1].upper() + label[1:], "number": number,
    }  # fmt: skip


def changed_names(row: Notification, actor: Actor) -> list[str]:
    """The labels of what changed, the first ones and how many more there are."""
    record_type = registry.get(type_of(row))
    changed = set(row.data.get("changed", ()))
    fields = record_type.fields(actor).values()
    names = [str(one.label) for one in fields if changed.intersection([one.name] if one.is_custom else one.columns)]
    names += [str(part.label) for part in record_type.parts if part.model._meta.db_table in changed]
    names = list(dict.fromkeys(names))
    if (more := len(names) - MOST_NAMES) > 0:
        names[MOST_NAMES:] = [ngettext("%(n)d more", "%(n)d more", more) % {"n": more}]
    return names


def excerpt(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(EXCERPT)


def icon_of(row: Notification, record_type: RecordType) -> str:
    if row.kind == Kind.ENTRY and row.source and row.source.type in registry:
        return str(registry.get(row.source.type).icon)
    return ICONS.get(Kind(row.kind), record_type.icon)


def _in_bin(who: str, record: Any) -> str:
    if record is not None and record.deleted_at is None:
        return _("%(who)s brought this back from the bin") % {"who": who}
    return _("%(who)s deleted this") % {"who": who}


def _entry(row: Notification, who: str, source: Any) -> str:
    if source is None or row.source is None:
        return _("%(who)s changed this") % {"who": who}
    if row.source.type not in registry:
        return _of_timeline(row, who, source)
    record_type = registry.get(row.source.type)
    what = {"who": who, "type": str(record_type.label), "title": str(source)}
    if row.data.get("kind") != "changed":
        return _("%(who)s added %(type)s “%(title)s”") % what
    field = record_type.own_fields.get(row.data.get("field", ""))
    label = str(field.label) if field else ""
    return _("%(who)s changed %(type)s “%(title)s”: %(field)s") % {**what, "field": label}


def _date(row: Notification, who: str, actor: Actor) -> str:
    """That a watched date comes near, or from when to when it was moved; of several records only which date."""
    field = registry.get(type_of(row)).fields(actor).get(row.data.get("field", ""))
    label = str(field.label) if field else ""
    is_moved = "was" in row.data
    if field is None or row.record is None:
        words = _("%(who)s changed: %(fields)s") if is_moved else _("Reminder: %(fields)s")
        return capfirst(words % {"who": who, "fields": label})
    day = field.text(field.load(row.data.get("value"))) or "–"
    if not is_moved:
        return capfirst(pgettext("reminder", "%(field)s: %(day)s") % {"field": label, "day": day})
    was = field.text(field.load(row.data["was"])) or "–"
    return _("%(who)s changed %(field)s: %(was)s → %(day)s") % {"who": who, "field": label, "was": was, "day": day}


def _of_timeline(row: Notification, who: str, source: Any) -> str:
    """In the words of the timeline: "Ada: File added: plan.pdf"."""
    kind = kind_of(row.data.get("kind", ""))
    if kind is None or row.source is None:
        return _("%(who)s changed this") % {"who": who}
    entry = Entry(kind=kind.name, at=row.at, actor=row.actor, data=row.data)
    return f"{who}: {Shown(entry, kind, row.source, source).sentence}"
