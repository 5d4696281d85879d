"""What can be written on a record from its timeline: tabs that modules add to."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import Invalid
from jantar.engine.records.record_type import RecordType
from jantar.engine.timeline import services
from jantar.engine.timeline.mentions import Mentions, not_told
from jantar.engine.timeline.models import Comment
from jantar.kit.numbers import whole_number
from jantar.platform.accounts.models import User

Text = str | Promise
Errors = Mapping[str, Sequence[str]]


class Tab(ABC):
    """A form of the composer. `data` is what was posted (a QueryDict)."""

    key: str
    label: Text
    template: str
    button: Text
    #: What is said when it was saved.
    done: Text
    #: Names of the record types that it writes; parts of the page that show them load anew.
    writes: tuple[str, ...] = ()

    def may(self, record_type: RecordType, actor: Actor) -> bool:
        """Whether the actor can use it on records of a type."""
        return True

    @abstractmethod
    def context(self, record: Any, actor: Actor, data: Any = None, errors: Errors | None = None) -> dict[str, Any]:
        """What the template needs; with `data` and `errors` nothing typed is lost."""

    @abstractmethod
    def save(self, record: Any, actor: Actor, data: Any) -> str | None:
        """Answers with what the writer has to know besides. Raises Invalid; its keys are names of the form."""


_tabs: list[Tab] = []


def register(tab: Tab, *, first: bool = False) -> None:
    """Adds a tab; called when Django starts."""
    _tabs.insert(0 if first else len(_tabs), tab)


def tabs_for(record_type: RecordType, actor: Actor) -> list[Tab]:
    """None for nobody, and none in the past."""
    if actor.user_id is None or actor.as_of:
        return []
    return [tab for tab in _tabs if tab.may(record_type, actor)]


class NoteTab(Tab):
    key = "note"
    label = _("Note")
    template = "timeline/write_note.html"
    button = _("Save note")
    done = _("The note is saved.")

    def context(self, record: Any, actor: Actor, data: Any = None, errors: Errors | None = None) -> dict[str, Any]:
        readers = User.objects.filter(pk__in=picked_readers(data)) if data else []
        return {"text": data.get("text", "") if data else "", "readers": readers, "errors": errors or {}}

    def save(self, record: Any, actor: Actor, data: Any) -> None:
        services.add_note(record, text=data.get("text", ""), share_with=read_readers(data), actor=actor)


class CommentTab(Tab):
    key = "comment"
    label = _("Comment")
    template = "timeline/write_comment.html"
    button = _("Add comment")
    done = _("The comment is added.")

    def context(self, record: Any, actor: Actor, data: Any = None, errors: Errors | None = None) -> dict[str, Any]:
        mentions = data.getlist("mention") if data else []
        return {"text": data.get("text", "") if data else "", "mentions": mentions, "errors": errors or {}}

    def save(self, record: Any, actor: Actor, data: Any) -> str | None:
        text = data.get("text", "")
        comment = services.add_comment(record, text=text, actor=actor, mentions=read_mentions(data))
        return warning_of(comment)


class MessageTab(CommentTab):
    """What is written into the channel of a team, which stands in the place of the record."""

    template = "timeline/write_message.html"
    button = _("Send message")


def read_mentions(data: Any) -> Mentions:
    """Whom the comment in a posted form names."""
    return Mentions.read(data.getlist("mention"), data.get("text", ""))


def warning_of(comment: Comment) -> str | None:
    """What the writer has to know of those who are not told."""
    names = not_told(comment)
    if not names:
        return None
    words = gettext("%(names)s may not see this record and are not told.")
    if comment.is_message:
        words = gettext("%(names)s can't read this channel and are not told.")
    return words % {"names": ", ".join(names)}


def read_readers(data: Any) -> list[int]:
    """The user ids of `share_with` in a posted form. Raises Invalid."""
    given = [text for text in data.getlist("share_with") if text]
    if len(picked_readers(data)) != len(given):
        raise Invalid({"share_with": [gettext("There is no such user.")]})
    return picked_readers(data)


def picked_readers(data: Any) -> list[int]:
    numbers = map(whole_number, data.getlist("share_with"))
    return [number for number in numbers if number is not None]


register(NoteTab())
register(CommentTab())
