"""What a user was told: how many are unread, the newest ones in words, and marking them read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import words
from jantar.engine.following.models import Kind, Notification
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.registry import registry
from jantar.engine.timeline.channels import CHANNELS, in_channels, name_of_channel, teams_read
from jantar.engine.timeline.kinds import loaded
from jantar.engine.timeline.marking import in_words, titles_in
from jantar.engine.timeline.models import Comment

#: The bell counts no further.
MOST_COUNTED = 99
#: So many unread messages are looked through for the numbers beside the channels.
MOST_MESSAGES = 1000
KEPT_DAYS = 120


@dataclass(frozen=True)
class Told:
    """A notification as it is shown; `title` names the record, `key` is empty when there is nothing to open."""

    notification: Notification
    icon: str
    title: str
    sentence: str
    text: str = ""
    key: RecordKey | None = None
    type_name: str = ""
    in_bin: bool = False

    @property
    def is_read(self) -> bool:
        return self.notification.read_at is not None


@dataclass(frozen=True)
class Unread:
    """How many unread ones there are, and how many of them in channels; each at most one more than `MOST_COUNTED`."""

    number: int
    in_channels: int


def unread(actor: Actor) -> int:
    """How many unread ones the actor may still see, at most one more than `MOST_COUNTED`."""
    return counts(actor).number


def counts(actor: Actor) -> Unread:
    """Those the actor may still see. A statement, and one more where there are any: every open page asks again and
    again, so nothing is asked of types that none of them is about."""
    unread = Notification.objects.filter(user=actor.user_id, read_at=None)
    among = {name for pair in unread.order_by().values_list("record_type", "source_type").distinct() for name in pair}
    if not among:
        return Unread(0, 0)
    rows = Notification.objects.visible_to(actor, among).filter(read_at=None).values_list("record_type", flat=True)
    few = rows.exclude(record_type=CHANNELS)[: MOST_COUNTED + 1]
    if CHANNELS in among:
        few = few.union(rows.filter(record_type=CHANNELS)[: MOST_COUNTED + 1], all=True)
    types = list(few)
    return Unread(min(len(types), MOST_COUNTED + 1), types.count(CHANNELS))


def unread_messages(actor: Actor) -> dict[int, set[int]]:
    """The ids of the messages the actor has not read, by the id of the team of their channel; one statement."""
    rows = Notification.objects.filter(in_channels(actor), user=actor.user_id, read_at=None, source_type="comment")
    found: dict[int, set[int]] = {}
    for row in rows.order_by("-pk").only("record_type", "record_id", "source_type", "source_id")[:MOST_MESSAGES]:
        found.setdefault(row.record.id, set()).add(row.source.id)
    return found


def newest(actor: Actor, *, before: int | None = None, limit: int, only_unread: bool = False) -> list[Told]:
    """The newest notifications, older than the one with the id `before`.

    Three statements and one for each type of records among them.
    """
    rows = Notification.objects.visible_to(actor).select_related("actor", "operation")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if only_unread:
        rows = rows.filter(read_at=None)
    return shown(list(rows.order_by("-pk")[:limit]), actor)


def shown(rows: Sequence[Notification], actor: Actor) -> list[Told]:
    """Notifications the actor may see, in words of the language in force."""
    records = _records([key for row in rows for key in (row.record, row.source) if key], actor)
    records |= _sources([row.source for row in rows if row.source and not is_comment(row)], actor)
    records |= _channels([row.record for row in rows if row.record], actor)
    comments = Comment.objects.in_bulk([row.source.id for row in rows if is_comment(row)])
    titles = titles_in((one.text for one in comments.values()), actor)
    said = {pk: words.excerpt(in_words(one.text, titles)) for pk, one in comments.items()}
    return [_told(row, records, said, actor) for row in rows]


def is_comment(row: Notification) -> bool:
    return row.source is not None and row.source.type == "comment"


def one_of(actor: Actor, pk: int) -> Told:
    """Raises NotFound."""
    rows = list(Notification.objects.visible_to(actor).filter(pk=pk).select_related("actor", "operation"))
    if not rows:
        raise NotFound(_("There is no such notification."))
    [told] = shown(rows, actor)
    return told


def mark_read(actor: Actor, pks: Iterable[int] | None = None) -> int:
    """Marks some of the actor's notifications as read, or all of them; returns how many were unread."""
    rows = Notification.objects.filter(user=actor.user_id, read_at=None)
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    return int(rows.update(read_at=timezone.now()))


def mark_channel_read(actor: Actor, team_id: int) -> int:
    """The same of all that was told of the channel of a team."""
    rows = Notification.objects.filter(user=actor.user_id, read_at=None, record_type=CHANNELS, record_id=team_id)
    return int(rows.update(read_at=timezone.now()))


def delete_old() -> int:
    """Deletes what was told more than 120 days ago; returns how many."""
    return int(Notification.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()[0])


def _records(keys: Iterable[RecordKey], actor: Actor) -> dict[RecordKey, Any]:
    """The records within the actor's rights, those in the bin too; a statement per type."""
    ids: dict[str, set[int]] = {}
    for key in keys:
        if key.type in registry:
            ids.setdefault(key.type, set()).add(key.id)
    found = {}
    for name, pks in ids.items():
        record_type = registry.get(name)
        rows = record_type.model._base_manager.filter(record_type.allowed(actor, "see"), pk__in=pks)
        found.update({RecordKey(name, row.pk): row for row in rows})
    return found


def _sources(keys: Iterable[RecordKey], actor: Actor) -> dict[RecordKey, Any]:
    """What else entries of the timeline come from, within the actor's rights; a statement per kind of source."""
    ids: dict[str, set[int]] = {}
    for key in keys:
        if key.type not in registry:
            ids.setdefault(key.type, set()).add(key.id)
    return {RecordKey(name, pk): row for name, wanted in ids.items() for pk, row in loaded(name, wanted, actor).items()}


def _channels(keys: Iterable[RecordKey], actor: Actor) -> dict[RecordKey, Any]:
    """The teams whose channels are among the keys; one statement, if there are any."""
    ids = {key.id for key in keys if key.type == CHANNELS}
    return {RecordKey(CHANNELS, team.pk): team for team in teams_read(actor).filter(pk__in=ids)} if ids else {}


def _told(row: Notification, records: dict[RecordKey, Any], said_in: dict[int, str], actor: Actor) -> Told:
    text = said_in.get(row.source.id, "") if row.source and is_comment(row) else ""
    if words.type_of(row) == CHANNELS:
        title, said = name_of_channel(records[row.record]), words.sentence(row, None, None, actor)
        return Told(row, words.ICONS[Kind.MESSAGE], title, said, text=text, key=row.record, type_name=CHANNELS)
    record_type = registry.get(words.type_of(row))
    if row.record is None:
        title = words.number_of(record_type, row.number)
        return Told(row, record_type.icon, title, words.sentence(row, None, None, actor), type_name=record_type.name)
    record = records[row.record]
    in_bin = record.deleted_at is not None
    source = records.get(row.source) if row.source else None
    return Told(
        row, words.icon_of(row, record_type), str(record), words.sentence(row, record, source, actor),
        text=text, key=row.record, type_name=record_type.name, in_bin=in_bin,
    )  # fmt: skip
