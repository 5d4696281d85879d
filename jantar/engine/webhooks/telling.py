"""From what an operation changed to messages for the webhooks that want to know; in the same transaction.

The number of statements depends on how many webhooks there are, not on how much was changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from jantar.engine.history.models import Operation
from jantar.engine.history.operations import current_operation
from jantar.engine.permissions.actor import Actor, actor_for, administrator
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.timeline import stream
from jantar.engine.timeline.kinds import kind_of
from jantar.engine.timeline.models import Entry, Place
from jantar.engine.webhooks.jobs import send
from jantar.engine.webhooks.models import Delivery, Event, Webhook

#: More records than these make further messages.
MOST_TOGETHER = 100
LISTENING = (Webhook.State.ON, Webhook.State.PAUSED)
#: Asked when an operation is opened; see `operations.listen`.
SOMEBODY_LISTENS = "EXISTS (SELECT FROM webhooks_webhook WHERE state <> 'off')"


@dataclass(frozen=True)
class Touched:
    """What an operation did to one record. `names` are the columns and tables of parts that changed."""

    pk: int
    event: str
    names: frozenset[str]


def tell_operation(done: Operation) -> None:
    """Called at the end of an operation, or of a step of a long one."""
    listening = _listening(exclude_only=Event.ENTRY)
    if not listening:
        return
    touched = _touched(done)
    tables = {record_type.name: record_type.model._meta.db_table for record_type in registry.all()}
    messages: list[Delivery] = []
    for hook, actor in listening:
        for record_type in types_of(hook):
            rows = touched.get(tables[record_type.name], [])
            for event, ids in _wanted(hook, actor, record_type, rows):
                messages += _messages(hook, event, record_type.name, ids, done.pk)
    _put_out(messages)


def tell_entries(kind: str, entries: Sequence[Entry], _actor: Actor | None) -> None:
    """Called when entries were added to the timeline. Changes of fields are told as changes, not as entries."""
    done = current_operation()
    told = kind_of(kind)
    if not entries or told is None or told.group == "change" or (done and tell_operation not in done.told):
        return
    messages: list[Delivery] = []
    places = Place.objects.filter(entry__in=[entry.pk for entry in entries])
    names: set[str] | None = None
    for hook, actor in _listening(only=Event.ENTRY):
        names = set(places.values_list("record_type", flat=True).distinct()) if names is None else names
        for record_type in types_of(hook):
            if record_type.name in names and (records := _records(hook, actor, record_type)) is not None:
                seen = places.filter(stream.visible(actor), record_type=record_type.name)
                found = seen.filter(
                    stream.visible(administrator(actor)), record_id__in=records.filter(deleted_at=None).values("pk")
                )
                ids = sorted(found.values_list("pk", flat=True))
                messages += _messages(hook, Event.ENTRY, record_type.name, ids, done.pk if done else None)
    _put_out(messages)


def types_of(hook: Webhook) -> list[RecordType]:
    if not hook.record_type:
        return list(registry.all())
    return [registry.get(hook.record_type)] if hook.record_type in registry else []


def columns_of(record_type: RecordType, actor: Actor) -> dict[str, str]:
    """The fields and parts by the columns and tables that hold them. Custom fields are called by their keys."""
    found = {}
    for name, field in record_type.fields(actor).items():
        for column in (name,) if field.is_custom else field.columns:
            found[column if field.is_custom else _stored_as(record_type, column)] = name
    return found | {part.model._meta.db_table: part.name for part in record_type.parts}


def changed_names(operation_id: int, record_type: RecordType, ids: Iterable[int], actor: Actor) -> dict[int, list[str]]:
    """The fields and parts that an operation changed, by record; one statement."""
    columns = columns_of(record_type, actor)
    params: dict[str, Any] = {
        "operation": operation_id,
        "after": 0,
        "ids": list(ids),
        "root": record_type.model._meta.db_table,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{CHANGES} AND root = %(root)s AND root_id = ANY (%(ids)s)) {SUMMED}", params)
        rows = cursor.fetchall()
    return {pk: sorted({columns[name] for name in names if name in columns}) for _root, pk, *_flags, names in rows}


def _listening(only: str = "", exclude_only: str = "") -> list[tuple[Webhook, Actor]]:
    """The webhooks that want an event, or other events than one; each with whom it sees for."""
    hooks = Webhook.objects.filter(state__in=LISTENING, user__is_active=True).select_related("user").order_by("pk")
    actors: dict[int, Actor] = {}
    found = []
    for hook in hooks:
        if (only and only not in hook.events) or not set(hook.events) - {exclude_only}:
            continue
        if hook.user_id not in actors:
            actors[hook.user_id] = actor_for(hook.user)
        found.append((hook, actors[hook.user_id]))
    return found


def _touched(done: Operation) -> Mapping[str, list[Touched]]:
    """What the operation (this step of it) did to which records, by table."""
    found: dict[str, list[Touched]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"{CHANGES}) {SUMMED}", {"operation": done.pk, "after": done.starts_after})
        for root, pk, is_new, is_gone, is_merged, is_binned, names in cursor.fetchall():
            if is_gone:
                continue
            event = Event.CREATED if is_new else Event.CHANGED
            if is_binned is not None and not is_new:
                event = (Event.MERGED if is_merged else Event.DELETED) if is_binned else Event.RESTORED
            found.setdefault(root, []).append(Touched(pk, event, frozenset(names)))
    return found


def _wanted(
    hook: Webhook, actor: Actor, record_type: RecordType, touched: Sequence[Touched]
) -> Iterator[tuple[str, list[int]]]:
    """The records of a type that the webhook shall hear of, by event; one statement."""
    columns = columns_of(record_type, actor)
    meant = {one.pk: one.event for one in touched if one.event in hook.events and _counts(one, hook, columns)}
    if not meant or not actor.may("see", record_type.name):
        return
    if (records := _records(hook, actor, record_type)) is None:
        return
    seen = sorted(records.filter(pk__in=list(meant)).values_list("pk", flat=True))
    for event in Event.values:
        if ids := [pk for pk in seen if meant[pk] == event]:
            yield event, ids


def _counts(one: Touched, hook: Webhook, columns: Mapping[str, str]) -> bool:
    if one.event != Event.CHANGED:
        return True
    names = {columns[name] for name in one.names if name in columns}
    return bool(names & set(hook.fields)) if hook.fields else bool(names)


def _records(hook: Webhook, actor: Actor, record_type: RecordType) -> Any | None:
    """What the webhook hears of, in the bin too; None when its filter speaks of what no longer exists."""
    try:
        condition = compile_filter(hook.filter, record_type, actor)
    except BadQuery:
        return None
    return tellable(record_type, actor).filter(condition)


def tellable(record_type: RecordType, actor: Actor) -> Any:
    """The records that webhooks tell for a user, in the bin too: what no administrator may look into stays untold,
    since all of them read what webhooks sent, and choose for whom they see."""
    rows = record_type.model._default_manager.filter(**record_type.defaults)
    return rows.filter(record_type.allowed(actor, "see"), record_type.allowed(administrator(actor), "see"))


def _messages(
    hook: Webhook, event: str, type_name: str, ids: Sequence[int], operation_id: int | None
) -> Iterator[Delivery]:
    for start in range(0, len(ids), MOST_TOGETHER):
        yield Delivery(
            webhook=hook, event=event, record_type=type_name, operation_id=operation_id,
            ids=list(ids[start : start + MOST_TOGETHER]),
        )  # fmt: skip


def _put_out(messages: Sequence[Delivery]) -> None:
    """Stores the messages; jobs send them when this transaction is done."""
    Delivery.objects.bulk_create(messages, batch_size=1000)
    for hook in {message.webhook_id: message.webhook for message in messages}.values():
        if hook.state == Webhook.State.ON:
            send.later(webhook_id=hook.pk)


def _stored_as(record_type: RecordType, column: str) -> str:
    """The name in the database of a column that a field names."""
    for one in record_type.model._meta.concrete_fields:
        if column in (one.attname, one.name):
            return str(one.column)
    return column


CHANGES = "WITH changes AS (SELECT * FROM history_change WHERE operation_id = %(operation)s AND id > %(after)s"

SUMMED = """
, named AS (
    SELECT c.id, array_agg(n.name) AS names FROM changes c, LATERAL (
        SELECT key AS name FROM jsonb_object_keys(c.after) key
        WHERE c.source = c.root AND c.action = 'U' AND key <> 'custom'
        UNION ALL
        SELECT key FROM jsonb_object_keys((c.before -> 'custom') || (c.after -> 'custom')) key
        WHERE c.source = c.root AND c.action = 'U'
            AND c.before -> 'custom' -> key IS DISTINCT FROM c.after -> 'custom' -> key
        UNION ALL
        SELECT c.source WHERE c.source <> c.root
    ) n GROUP BY 1
), binned AS (
    SELECT DISTINCT ON (root, root_id) root, root_id, after ->> 'deleted_at' IS NOT NULL AS is_binned,
        after ->> 'merged_into' IS NOT NULL AS is_merged
    FROM changes WHERE source = root AND action = 'U' AND after ? 'deleted_at' ORDER BY root, root_id, id DESC
)
SELECT c.root, c.root_id,
    bool_or(c.source = c.root AND c.action = 'I'), bool_or(c.source = c.root AND c.action = 'D'),
    bool_or(b.is_merged), bool_or(b.is_binned),
    coalesce(array_agg(DISTINCT name) FILTER (WHERE name IS NOT NULL), '{}')
FROM changes c
LEFT JOIN named USING (id) LEFT JOIN LATERAL unnest(named.names) AS name ON true
LEFT JOIN binned b ON b.root = c.root AND b.root_id = c.root_id
GROUP BY 1, 2
"""
