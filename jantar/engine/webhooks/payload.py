"""What a message says: records in the shape of the API, as the user of the webhook may see them when it is sent."""

import json
from collections.abc import Callable
from typing import Any

from django.utils import translation

from jantar.engine.api import reading
from jantar.engine.api.stream import dump_entry, user_reference
from jantar.engine.fields.dates import in_utc
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor, actor_for, administrator
from jantar.engine.records.links import visible_keys
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.sight import load_references
from jantar.engine.timeline import stream
from jantar.engine.timeline.kinds import kind_of
from jantar.engine.timeline.models import Place
from jantar.engine.webhooks.models import Delivery, Event
from jantar.engine.webhooks.telling import changed_names, tellable

#: The largest message in bytes; records that do not fit are told by their id.
MOST_BYTES = 1_000_000
TEST = "test"
Item = dict[str, Any]


class NothingToSay(Exception):
    """The message is about a kind of records that is no longer there."""


def body_of(delivery: Delivery) -> str:
    """The message as JSON. Raises NothingToSay."""
    if delivery.event != TEST and delivery.record_type not in registry:
        raise NothingToSay(delivery.record_type)
    actor = actor_for(delivery.webhook.user)
    with translation.override(actor.language):
        data = _data(delivery, actor)
    message = {"type": delivery.type, "timestamp": in_utc(delivery.created_at), "data": data}
    return _fitted(message, next((data[name] for name in ("records", "entries") if name in data), []))


def _data(delivery: Delivery, actor: Actor) -> dict[str, Any]:
    if delivery.event == TEST:
        return {"webhook": {"id": delivery.webhook_id, "title": delivery.webhook.name}}
    record_type = registry.get(delivery.record_type)
    said = {"operation": _operation(delivery)}
    if delivery.event == Event.ENTRY:
        return {**said, "entries": _entries(record_type, actor, delivery)}
    return {**said, "records": _records(record_type, actor, delivery)}


def _operation(delivery: Delivery) -> dict[str, Any] | None:
    done = Operation.objects.select_related("actor").filter(pk=delivery.operation_id or 0).first()
    return (
        done
        if done is None
        else {"id": done.pk, "cause": done.cause, "at": in_utc(done.at), "who": user_reference(done.actor)}
    )


def _records(record_type: RecordType, actor: Actor, delivery: Delivery) -> list[Item]:
    """One item for each record; `record` is empty when the user may not see it any more."""
    in_bin = delivery.event in (Event.DELETED, Event.MERGED)
    rows = tellable(record_type, actor).filter(pk__in=delivery.ids)
    shown = _dumped(record_type, actor, rows.filter(deleted_at__isnull=not in_bin))
    items: list[Item] = [{"id": pk, "record": shown.get(pk)} for pk in delivery.ids]
    if delivery.event == Event.CHANGED and delivery.operation_id:
        names = changed_names(delivery.operation_id, record_type, delivery.ids, actor)
        items = [{**item, "changed": names.get(item["id"], [])} for item in items]
    if delivery.event == Event.MERGED:
        into = dict(rows.values_list("pk", "merged_into"))
        seen = set(record_type.visible_to(actor).filter(pk__in=into.values()).values_list("pk", flat=True))
        items = [{**item, "merged_into": one if (one := into.get(item["id"])) in seen else None} for item in items]
    return items


def _dumped(record_type: RecordType, actor: Actor, rows: Any) -> dict[int, Any]:
    wanted = reading.wanted_of(record_type, actor, "", with_parts=True)
    loaded = list(load_references(rows, wanted.fields.values(), actor))
    found = reading.dump_all(loaded, wanted, actor, administrator(actor))
    return {one["id"]: one for one in found}


def _entries(record_type: RecordType, actor: Actor, delivery: Delivery) -> list[Item]:
    """Entries that are gone, or that the user may not see any more, are left out."""
    seen_by_all = stream.visible(administrator(actor))
    rows = Place.objects.filter(stream.visible(actor), seen_by_all, pk__in=delivery.ids)
    places = list(rows.select_related("entry__actor").order_by("pk"))
    keys = [place.record for place in places]
    seen = visible_keys(keys, actor) & visible_keys(keys, administrator(actor))
    shown = [
        stream.Shown(place.entry, kind, place.record)
        for place in places
        if place.record in seen and (kind := kind_of(place.entry.kind))
    ]
    stream.load_sources(shown, actor)
    return [{"id": one.record.id, "type": one.record.type, "entry": dump_entry(one)} for one in shown]


def _fitted(message: dict[str, Any], items: list[Item]) -> str:
    """The message; of the largest records only the id when all of them are too much."""
    write: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    sizes = sorted(((len(write(item).encode()), place) for place, item in enumerate(items)), reverse=True)
    text = write(message)
    over = len(text.encode()) - MOST_BYTES
    for size, place in sizes:
        if over <= 0:
            break
        items[place] = {"id": items[place]["id"], "left_out": True}
        over -= size - 40
    return write(message) if len(text.encode()) > MOST_BYTES else text
