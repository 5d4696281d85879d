"""What the kinds of every record say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.references import titles_of
from jantar.engine.records.registry import registry
from jantar.engine.timeline.marking import marked, titles_in

if TYPE_CHECKING:
    from jantar.engine.timeline.stream import Shown


def created(shown: "Shown") -> str:
    return _("Created")


def changed(shown: "Shown") -> str:
    field = field_of(shown)
    label = str(field.label) if field else shown.entry.data["field"]
    if shown.is_elsewhere:
        return _("%(record)s: %(field)s changed") % {"record": shown.source, "field": label}
    return _("%(field)s changed") % {"field": label[:1].upper() + label[1:]}


def note(shown: "Shown") -> str:
    return _("Shared note") if shown.extra.get("readers") else _("Private note")


def comment(shown: "Shown") -> str:
    if shown.is_message:
        return shown.entry.actor.full_name if shown.entry.actor else _("Message")
    return _("Reply") if shown.source and shown.source.begins_id else _("Comment")


def field_of(shown: "Shown") -> Field | None:
    source = shown.entry.source
    if source is None or source.type not in registry:
        return None
    return registry.get(source.type).own_fields.get(shown.entry.data.get("field", ""))


def name_values(entries: "Sequence[Shown]", actor: Actor) -> None:
    """Old and new values as text; of references the titles the actor may see, one statement per table."""
    titles: dict[type[Any], dict[int, str]] = {}
    wanted: dict[type[Any], set[int]] = {}
    for shown in entries:
        if isinstance(field := field_of(shown), Reference):
            ids = {shown.entry.data["old"], shown.entry.data["new"]} - {None}
            wanted.setdefault(field.target, set()).update(ids)
    for target, ids in wanted.items():
        titles[target] = titles_of(target, ids, actor)
    for shown in entries:
        field = field_of(shown)
        for side in ("old", "new"):
            shown.extra[side] = text_of(field, shown.entry.data[side], titles)


def text_of(field: Field | None, value: Any, titles: dict[type[Any], dict[int, str]]) -> str:
    if field is None or value is None:
        return ""
    if isinstance(field, Reference):
        return titles[field.target].get(value, "…")
    return field.text(field.load(value))


def name_readers(entries: "Sequence[Shown]", actor: Actor) -> None:
    """Whom each note is shared with; one statement."""
    from jantar.engine.timeline.models import NoteShare

    readers: dict[int, list[str]] = {}
    shares = NoteShare.objects.filter(note__in=[shown.entry.source.id for shown in entries]).select_related("user")
    for share in shares.order_by("user__full_name"):
        readers.setdefault(share.note_id, []).append(share.user.full_name)
    for shown in entries:
        shown.extra["readers"] = readers.get(shown.entry.source.id, [])
    mark_own(entries, actor)


def show_comments(entries: "Sequence[Shown]", actor: Actor) -> None:
    """The text with names and addresses marked, and what an answer answers; three statements."""
    from jantar.engine.timeline.models import Comment, Mention

    comments = [shown.source for shown in entries if shown.source]
    names: dict[int, list[str]] = {}
    mentions = Mention.objects.filter(comment__in=[one.pk for one in comments]).select_related("user", "team")
    for mention in mentions:
        names.setdefault(mention.comment_id, []).append(mention.name)
    titles = titles_in((one.text for one in comments), actor)
    begun = {one.begins_id for one in comments if one.begins_id}
    begins = Comment.objects.filter(deleted_at=None).select_related("author").in_bulk(begun) if begun else {}
    for shown in entries:
        if shown.source:
            shown.extra["text"] = marked(shown.source.text, names.get(shown.source.pk, ()), titles)
            shown.extra["begins"] = begins.get(shown.source.begins_id)
    mark_own(entries, actor)


def mark_own(entries: "Sequence[Shown]", actor: Actor) -> None:
    for shown in entries:
        shown.extra["is_mine"] = bool(shown.source) and shown.source.author_id == actor.user_id
