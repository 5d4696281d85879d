"""Lists of records in which some stand that whoever writes may not see: these stay in their places."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from jantar.engine.fields.custom_kinds import RecordsOf, is_kept
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.links import visible_keys
from jantar.engine.records.record_type import RecordType


def with_unseen(
    record_type: RecordType, records: Sequence[Any], rows: Sequence[Mapping[str, Any]], actor: Actor
) -> list[Mapping[str, Any]]:
    """The values for the records, with the keys of what stays. One statement where a list says that something does."""
    found = [*rows]
    open_lists = list(_open_lists(record_type, rows, actor))
    held = {(place, one.name): one.read(records[place]) for place, one in open_lists}
    seen = visible_keys({key for keys in held.values() for key in keys}, actor) if held else set()
    for place, one in open_lists:
        unseen = [key for key in held[place, one.name] if key not in seen]
        found[place] = {**found[place], one.name: put_in(one.load(found[place][one.name]), unseen)}
        records[place].__dict__.setdefault("held", {})[one.name] = frozenset(unseen)
    return found


def _open_lists(
    record_type: RecordType, rows: Sequence[Mapping[str, Any]], actor: Actor
) -> Iterator[tuple[int, RecordsOf]]:
    fields = record_type.fields(actor)
    several = {name: one for name in set().union(*rows) if isinstance(one := fields.get(name), RecordsOf)}
    for place, values in enumerate(rows):
        for name, one in several.items():
            if name in values and any(is_kept(key) for key in one.load(values[name])):
                yield place, one


def put_in(keys: Sequence[RecordKey], unseen: Sequence[RecordKey]) -> list[RecordKey]:
    """Each in the place of one that stands for it; the last such place takes all the rest."""
    places = [place for place, key in enumerate(keys) if is_kept(key)]
    found: list[RecordKey] = []
    left = [*unseen]
    for place, key in enumerate(keys):
        if not is_kept(key):
            found.append(key)
        elif place == places[-1]:
            found += left
        elif left:
            found.append(left.pop(0))
    return list(dict.fromkeys(found))


def without_unseen(keys: Sequence[RecordKey], seen: set[RecordKey]) -> list[RecordKey]:
    """The list as one hands it back who may see only some: each of the others is a place of its own."""
    found: list[RecordKey] = []
    for key in keys:
        found.append(key if key in seen else RecordKey(key.type, -sum(map(is_kept, found))))
    return found


def held_by(record: Any, name: str) -> frozenset[RecordKey]:
    """What the record held in the field when `with_unseen` looked, and whoever writes may not see."""
    found: frozenset[RecordKey] = record.__dict__.get("held", {}).get(name, frozenset())
    return found


def ids_as_text(rows: Any) -> Any:
    """The ids of the rows as a record of several keeps them."""
    return rows.order_by().annotate(written_id=Cast("pk", TextField())).values("written_id")
