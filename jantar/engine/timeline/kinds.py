"""Kinds of entries: each has an icon, a group to filter by, a sentence and a template of its own."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.permissions import modules
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry

if TYPE_CHECKING:
    from jantar.engine.timeline.stream import Shown

Text = str | Promise


@dataclass(frozen=True)
class Kind:
    """`sentence` says what happened and is the entry's title; `template` draws what stands below it.

    `prepare` may put further things on the entries of a page, for all of them with a constant number of statements.
    """

    name: str
    group: str
    icon: str
    sentence: "Callable[[Shown], Text]"
    template: str = "timeline/kinds/plain.html"
    tone: str = ""
    prepare: "Callable[[Sequence[Shown], Actor], None] | None" = None


@dataclass(frozen=True)
class Source:
    """Rows that entries can come from and that are no records: which of them an actor may see, and how to load them."""

    name: str
    visible_to: Callable[[Actor], Any]
    loads: tuple[str, ...] = ()


#: Groups to filter by, in order.
GROUPS: dict[str, Text] = {
    "activity": _("Activities"),
    "task": _("Tasks"),
    "note": _("Notes"),
    "comment": _("Comments"),
    "document": _("Documents"),
    "change": pgettext_lazy("timeline", "Changes"),
}
_kinds: dict[str, Kind] = {}
_sources: dict[str, Source] = {}


def register(*kinds: Kind) -> None:
    """Adds kinds of entries; called when Django starts."""
    for kind in kinds:
        if kind.group not in GROUPS:
            raise ValueError(f"{kind.name}: there is no group {kind.group!r}.")
        _kinds[kind.name] = kind


def register_source(source: Source) -> None:
    _sources[source.name] = source


#: Says what the stream of a record adds up to, in short texts ("12 calls"); nothing when there is nothing to say.
Summary = Callable[[Any, Actor], Sequence[str]]
_summaries: list[Summary] = []


def register_summary(summary: Summary) -> None:
    _summaries.append(summary)


def summary_of(record: Any, actor: Actor) -> list[str]:
    """What the modules sum up of a record, within the actor's rights."""
    return [text for summary in _summaries for text in summary(record, actor)]


def groups_for(actor: Actor) -> list[tuple[str, Text]]:
    """The groups without those whose every kind comes from a module that is switched off."""
    by_group: dict[str, set[str | None]] = {}
    for kind in _kinds.values():
        by_group.setdefault(kind.group, set()).add(modules.of_code(kind.sentence.__module__))
    return [(name, label) for name, label in GROUPS.items() if not by_group.get(name, {None}) <= actor.modules_off]


def kind_of(name: str) -> Kind | None:
    return _kinds.get(name)


def names_of(group: str) -> list[str]:
    return [kind.name for kind in _kinds.values() if kind.group == group]


def sources(actor: Actor, among: Collection[str] | None = None) -> Iterator[tuple[str, Any]]:
    """Name and visible rows of everything entries come from: the records the actor may see, notes, comments.

    With `among` only of those named there.
    """
    for record_type in registry.all():
        if (among is None or record_type.name in among) and actor.may("see", record_type.name):
            yield record_type.name, record_type.visible_to(actor)
    for source in _sources.values():
        if among is None or source.name in among:
            yield source.name, source.visible_to(actor)


def source_models() -> dict[str, type[Any]]:
    """The tables of what entries come from besides records, by the name of the source."""
    return {source.name: source.visible_to(Actor(None)).model for source in _sources.values()}


def loaded(name: str, ids: Iterable[int], actor: Actor) -> Mapping[int, Any]:
    """The visible rows of one source by id; one statement."""
    if name in _sources:
        rows = _sources[name].visible_to(actor).select_related(*_sources[name].loads)
    else:
        rows = registry.get(name).visible_to(actor).select_related("owner")
    found: Mapping[int, Any] = rows.in_bulk(list(ids))
    return found


def register_own() -> None:
    """The kinds every record has."""
    from jantar.engine.timeline import telling
    from jantar.engine.timeline.models import Comment, Note

    register_source(Source("note", Note.objects.visible_to, loads=("author",)))
    register_source(Source("comment", Comment.objects.visible_to, loads=("author",)))
    register(
        Kind("created", "change", "plus", telling.created, tone="green"),
        Kind("changed", "change", "edit", telling.changed, "timeline/kinds/changed.html", prepare=telling.name_values),
        Kind(
            "note", "note", "lock", telling.note, "timeline/kinds/note.html", tone="amber", prepare=telling.name_readers
        ),
        Kind(
            "comment",
            "comment",
            "message",
            telling.comment,
            "timeline/kinds/comment.html",
            prepare=telling.show_comments,
        ),
    )
