"""Changing and deleting many records in one operation."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.choices import Several
from jantar.engine.fields.custom_kinds import RecordsOf, kept_key
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.links import visible_keys
from jantar.engine.records.many import Outcome, Tell, in_one_operation
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.several import without_unseen


@dataclass(frozen=True)
class Change:
    """One field of many records gets a value; a list (tags) can also get words added or taken away."""

    field: str
    value: Any
    mode: str = "set"
    confirmed: bool = False

    def as_json(self, record_type: RecordType, actor: Actor) -> dict[str, Any]:
        field = record_type.fields(actor)[self.field]
        return {"field": self.field, "value": field.dump(self.value), "mode": self.mode, "confirmed": self.confirmed}

    @classmethod
    def from_json(cls, data: dict[str, Any], record_type: RecordType, actor: Actor) -> "Change":
        field = record_type.fields(actor).get(data["field"])
        if field is None:
            raise BadQuery("field", _("There is no field “%(name)s”.") % {"name": data["field"]})
        return cls(data["field"], field.load(data["value"]), data["mode"], data.get("confirmed", False))


def change_records(
    record_type: RecordType, pks: Sequence[int], change: Change, *, actor: Actor, label: str, tell: Tell | None = None
) -> Outcome:
    """Gives the records the value; those the actor may not edit are left alone. Raises Invalid, and nothing changed."""

    def give(part: Sequence[int]) -> int:
        return sum(
            write.update_many(record_type, same, values, actor=actor, confirmed=change.confirmed)[0]
            for values, same in values_of(record_type, part, change, actor)
        )

    return in_one_operation(pks, give, actor=actor, label=label, tell=tell)


def values_of(
    record_type: RecordType, pks: Sequence[int], change: Change, actor: Actor
) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """The values to store, with the records that get them; words are added to what each record has."""
    field = record_type.fields(actor)[change.field]
    if change.mode == "set" or not isinstance(field, Several):
        stays = [kept_key(field.target_type)] if isinstance(field, RecordsOf) and change.value else []
        yield {change.field: [*change.value, *stays] if stays else change.value}, [*pks]
        return
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    records = record_type.visible_to(actor, "edit").filter(pk__in=pks)
    for record in records.select_for_update(of=("self",)).order_by("pk"):  # words somebody adds now are not lost
        groups[tuple(field.read(record) or ())].append(record.pk)
    is_known = isinstance(field, RecordsOf)
    seen = visible_keys({key for words in groups for key in words}, actor) if is_known else set()
    for words, same in groups.items():
        if is_known:  # what the actor may not see stays in its place
            words = (*without_unseen(words, seen),)
        kept = [word for word in words if word not in change.value]
        new = [*kept, *change.value] if change.mode == "add" else kept
        if change.mode == "add" and set(change.value) <= set(words):
            continue
        if new != [*words]:
            yield {change.field: new}, same


def delete_records(
    record_type: RecordType, pks: Sequence[int], *, actor: Actor, label: str, tell: Tell | None = None
) -> Outcome:
    """Moves the records to the bin; those the actor may not delete stay."""

    def delete(part: Sequence[int]) -> int:
        return write.delete(record_type, part, actor=actor)

    return in_one_operation(pks, delete, actor=actor, label=label, tell=tell)
