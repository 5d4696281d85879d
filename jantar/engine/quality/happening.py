"""The condition of filters that something happened to a record, such as a call with it.

That something happened, and on what day, counts for everybody who sees the record, as in roll-ups: who talks to a
customer is not told by it, nor what was said. What nobody but its writer may see does not count.
"""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import pgettext_lazy

from jantar.engine.fields.base import Field
from jantar.engine.fields.dates import DateTime
from jantar.engine.permissions.actor import Actor, everyone
from jantar.engine.records.filters import related_rows
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import Relation, registry

#: What it is called in filters.
HAPPENED = "something_happened"


class Happened(DateTime):
    """When something that points to the record happened; compared with each of it, so that an index answers."""

    operators: ClassVar[tuple[str, ...]] = ("within",)
    sortable: ClassVar[bool] = False

    def __init__(self, telling: list[tuple[Relation, str]], actor: Actor) -> None:
        super().__init__(HAPPENED, pgettext_lazy("filter", "Something happened"), read_only=True)
        self.telling = telling
        self.actor = actor

    def where_within(self, prefix: str, bounds: tuple[Any, Any]) -> Any:
        record = OuterRef(f"{prefix}__pk" if prefix else "pk")
        found = Q()
        for relation, moment in self.telling:
            within = {f"{moment}__{op}": at for op, at in zip(("gte", "lt"), bounds, strict=True) if at is not None}
            found |= Q(Exists(related_rows(relation, {}, everyone(self.actor), {relation.column: record, **within})))
        return found


def happened(record_type: RecordType, actor: Actor) -> Field | None:
    """The field for the records of a type; None where nothing that tells when it happened points to them."""
    telling = [
        (relation, relation.record_type.happens_at)
        for relation in registry.relations(record_type).values()
        if relation.record_type and relation.record_type.happens_at and not actor.is_off(relation.record_type.name)
    ]
    return Happened(telling, actor) if telling else None
