"""Writing entries and reading the stream of a record."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.links import key_of, surroundings
from jantar.engine.records.milestones import Milestone
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.timeline.channels import CHANNELS, key_of_stream
from jantar.engine.timeline.kinds import GROUPS, Kind, kind_of, loaded, names_of, sources
from jantar.engine.timeline.models import Entry, Place

PAGE = 20


@dataclass
class Shown:
    """An entry as it is drawn: with its source, which the actor may see, and what its kind puts into `extra`."""

    entry: Entry
    kind: Kind
    record: RecordKey
    source: Any = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return str(self.kind.sentence(self))

    @property
    def is_elsewhere(self) -> bool:
        """Whether the source is another record than the one whose stream is read."""
        source = self.entry.source
        return source is not None and source.type in registry and source != self.record

    @property
    def is_message(self) -> bool:
        """Whether it stands in the channel of a team."""
        return self.record.type == CHANNELS

    @property
    def cursor(self) -> str:
        """What `page` goes on from behind it, and `newer` before it."""
        return encode(self.entry)


@dataclass(frozen=True)
class Page:
    entries: list[Shown]
    older: str | None


# Writing


def add(
    kind: str,
    *,
    about: Sequence[Any],
    actor: Actor | None,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    source: RecordKey | None = None,
) -> Entry:
    """Tells something on the streams of the records it is about and of what these belong to.

    `source` is the record, note or comment it comes from: who may not see that one does not see the entry.
    """
    keys = [key_of(record) for record in about]
    [entry] = add_many(kind, [(source, keys, at or timezone.now(), dict(data or {}))], actor=actor)
    return entry


Told = tuple[RecordKey | None, Iterable[RecordKey], datetime, dict[str, Any]]
Listener = Callable[[str, Sequence[Entry], Actor | None], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Registers who learns of new entries of a kind, in their transaction; called when Django starts."""
    _listeners.append(listener)


def add_many(kind: str, told: Sequence[Told], *, actor: Actor | None, around: bool = True) -> list[Entry]:
    """Adds (source, records it is about, time, data) for each; a constant number of statements.

    With `around` the entries also stand on what the records belong to.
    """
    user_id = actor.user_id if actor else None
    entries = _stored(kind, told, [user_id] * len(told), around=around)
    for listener in _listeners:
        listener(kind, entries, actor)
    return entries


def _stored(kind: str, told: Sequence[Told], user_ids: Sequence[int | None], *, around: bool) -> list[Entry]:
    """The entries with their places; `user_ids` says of each who it is by."""
    if kind_of(kind) is None:
        raise LookupError(f"There is no kind of entry named {kind!r}.")
    entries = Entry.objects.bulk_create(
        [
            _entry(kind, user_id, source, at, data)
            for user_id, (source, _keys, at, data) in zip(user_ids, told, strict=True)
        ],
        batch_size=2000,
    )
    outer = surroundings({key for _source, keys, _at, _data in told for key in keys}) if around else {}
    places = []
    for entry, (_source, keys, at, _data) in zip(entries, told, strict=True):
        wanted = dict.fromkeys(one for key in keys for one in (key, *outer.get(key, ())))
        places += [Place(entry=entry, record_type=key.type, record_id=key.id, at=at, kind=kind) for key in wanted]
    Place.objects.bulk_create(places, batch_size=2000)
    return entries


def tell_again(kind: str, source: RecordKey, *, actor: Actor | None) -> None:
    """The listeners look again at the entry of a source, which names more people now."""
    entries = list(Entry.objects.filter(kind=kind, source_type=source.type, source_id=source.id))
    for listener in _listeners:
        listener(kind, entries, actor)


def _entry(kind: str, user_id: int | None, source: RecordKey | None, at: datetime, data: dict[str, Any]) -> Entry:
    entry = Entry(kind=kind, at=at, actor_id=user_id, data=data)
    entry.source = source
    return entry


def put_many(kind: str, told: Sequence[Told], *, actor: Actor | None) -> None:
    """Like `add_many`, in place of what the same sources have told in this kind before."""
    remove(kind, [source for source, *_rest in told if source])
    add_many(kind, told, actor=actor, around=False)


def put_back(kind: str, told: Sequence[Told], *, actor: Actor | None) -> None:
    """What these sources have told in this kind stands where and when it is told now, after an undo: nobody hears of
    it, who it is by stays, and what stands right is not touched."""
    sources = [source for source, *_rest in told if source]
    standing = Entry.objects.filter(
        kind=kind, source_type__in={one.type for one in sources}, source_id__in=[one.id for one in sources]
    )
    known = {entry.source: entry for entry in standing.prefetch_related("places")}
    wrong = [one for one in told if not _stands(known.get(one[0]), one)]
    remove(kind, [source for source, *_rest in wrong if source])
    by = {source: entry.actor_id for source, entry in known.items()}
    user_id = actor.user_id if actor else None
    _stored(kind, wrong, [by.get(source, user_id) for source, *_rest in wrong], around=False)


def _stands(entry: Entry | None, told: Told) -> bool:
    _source, keys, at, data = told
    return (
        entry is not None
        and (entry.at, entry.data) == (at, data)
        and {place.record for place in entry.places.all()} == {*keys}
    )


def remove(kind: str, sources: Iterable[RecordKey]) -> None:
    """What these sources have told in this kind."""
    by_type: dict[str, list[int]] = {}
    for source in sources:
        by_type.setdefault(source.type, []).append(source.id)
    for name, ids in by_type.items():
        Entry.objects.filter(kind=kind, source_type=name, source_id__in=ids).delete()


def tell_milestones(record_type: RecordType, milestones: Sequence[Milestone], actor: Actor) -> None:
    """Called by the write path."""
    now = timezone.now()
    told: list[Told] = []
    for one in milestones:
        key = RecordKey(record_type.name, one.record.pk)
        told.append((key, [key], now, {"field": one.field, "old": one.old, "new": one.new}))
    add_many("changed", told, actor=actor)


# Reading


def page(record: Any, actor: Actor, *, group: str = "", before: str = "", limit: int = PAGE) -> Page:
    """The newest entries of a record's stream that the actor may see, older than the cursor `before`.

    One statement from one index, however long the stream, and one for each kind of source on the page. Raises
    BadQuery. The caller has made sure that the actor may see the record, or reads the channel of the team given in
    its place.
    """
    key = key_of_stream(record)
    cursor = decode(before) if before else None
    rows = list(places(key, actor, group, cursor)[: limit + 1])
    more = len(rows) > limit
    entries = [row.entry for row in rows[:limit]]
    if group in ("", "change") and key.type != CHANNELS:
        entries = with_beginning(entries, record, cursor, more)
    return Page(_shown(entries, key, actor), encode(entries[-1]) if more else None)


def newer(
    record: Any, actor: Actor, *, after: str, since: datetime | None = None, limit: int = 5 * PAGE
) -> list[Shown]:
    """The entries of a stream newer than the cursor `after`, and those since a moment, newest first.

    Without a cursor the newest. Like `page`.
    """
    key = key_of_stream(record)
    rows = places(key, actor, "", None)
    if after:
        at, pk = decode(after)
        later, begin = Q(at__gt=at) | Q(at=at, entry__gt=pk), at
        if since is not None:
            later, begin = later | Q(at__gte=since), min(at, since)
        rows = rows.filter(later, at__gte=begin)
    return _shown([row.entry for row in rows[:limit]], key, actor)


def told_by(record: Any, actor: Actor, sources: str, ids: Iterable[int]) -> list[Shown]:
    """The entries of a stream that come from these sources, newest first. Like `page`."""
    key = key_of_stream(record)
    rows = places(key, actor, "", None).filter(entry__source_type=sources, entry__source_id__in=list(ids))
    return _shown([row.entry for row in rows], key, actor)


def cursor_at(record: Any, source: RecordKey) -> str:
    """The cursor from which `page` begins with the entry of a source; "" when it has none on this stream."""
    key = key_of_stream(record)
    rows = Place.objects.filter(record_type=key.type, record_id=key.id)
    place = rows.filter(entry__source_type=source.type, entry__source_id=source.id).first()
    return encode(Entry(pk=place.entry_id + 1, at=place.at)) if place else ""


def _shown(entries: Iterable[Entry], key: RecordKey, actor: Actor) -> list[Shown]:
    shown = [Shown(entry, kind, key) for entry in entries if (kind := kind_of(entry.kind))]
    load_sources(shown, actor)
    return shown


def places(key: RecordKey, actor: Actor, group: str, cursor: tuple[datetime, int] | None) -> Any:
    """The places of entries on a record's stream, newest first."""
    rows = Place.objects.filter(record_type=key.type, record_id=key.id).filter(visible(actor))
    if actor.as_of:
        rows = rows.filter(at__lte=actor.as_of)
    if group:
        if group not in GROUPS:
            raise BadQuery("group", _("There is no such filter."))
        rows = rows.filter(kind__in=names_of(group))
    if cursor:
        at, pk = cursor
        rows = rows.filter(Q(at__lt=at) | Q(at=at, entry__lt=pk), at__lte=at)
    return rows.select_related("entry__actor").order_by("-at", "-entry_id")


def visible(actor: Actor) -> Q:
    """Entries without a source, and those whose source the actor may see.

    Each source is looked up by its id: a scalar subquery, which PostgreSQL never turns into a scan of the source.
    """
    condition = Q(entry__source_type="")
    for name, rows in sources(actor):
        one = Subquery(rows.filter(pk=OuterRef("entry__source_id")).values("pk")[:1])
        condition |= Q(IsNull(one, False), entry__source_type=name)
    return condition


def with_beginning(entries: list[Entry], record: Any, cursor: tuple[datetime, int] | None, more: bool) -> list[Entry]:
    """The stream with "created" at its place, which needs no row: the record itself knows when and by whom."""
    at = record.created_at
    if (cursor and at >= cursor[0]) or (more and entries and at < entries[-1].at):
        return entries
    begin = Entry(kind="created", at=at, actor=record.created_by)
    place = next((n for n, entry in enumerate(entries) if entry.at < at), len(entries))
    return [*entries[:place], begin, *entries[place:]]


def load_sources(shown: Sequence[Shown], actor: Actor) -> None:
    wanted: dict[str, set[int]] = {}
    for one in shown:
        if source := one.entry.source:
            wanted.setdefault(source.type, set()).add(source.id)
    rows = {name: loaded(name, ids, actor) for name, ids in wanted.items()}
    for one in shown:
        if source := one.entry.source:
            one.source = rows[source.type].get(source.id)
    for kind in dict.fromkeys(one.kind for one in shown):
        if kind.prepare:
            kind.prepare([one for one in shown if one.kind is kind], actor)


def encode(entry: Entry) -> str:
    text = json.dumps([entry.at.isoformat(), entry.pk or 0])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, int]:
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not isinstance(pk, int) or abs(pk) >= 2**63:
            raise ValueError
    except (ValueError, TypeError, RecursionError) as error:
        raise BadQuery("before", _("This page address is no longer valid.")) from error
    return moment, pk
