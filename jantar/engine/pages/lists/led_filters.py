"""Filters of saved views that name a merged record name the one that stays, and the merged one again after undo."""

from collections.abc import Mapping
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.references import Reference
from jantar.engine.history.models import Operation
from jantar.engine.pages.models import LedFilter, SavedView, SavedViewQuerySet
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.merging.redirected import ByTable, redirected_in
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number

Fields = Mapping[str, Field]


def follow_merges(done: Operation) -> None:
    """Called at the end of an operation, in its transaction. A filter that was changed since a merge stays as it is."""
    found = redirected_in(done)
    if found is None:
        return
    for led in LedFilter.objects.filter(operation__in=found.undone).select_related("view"):
        if led.view.filter == led.after:
            led.view.filter = led.before
            led.view.save(update_fields=["filter"])
        led.delete()
    if found.joined:
        lead(found.joined, done)


def lead(joined: ByTable, done: Operation) -> None:
    """Only views with one of the numbers somewhere in their filter are looked into."""
    numbers = "|".join(str(pk) for moved in joined.values() for pk in moved)
    of_everybody = SavedViewQuerySet(SavedView)  # a merge concerns them all, and nothing of them is shown
    rows = of_everybody.annotate(written=Cast("filter", TextField()))
    leader = Leader(joined, system_actor())
    for view in rows.filter(written__regex=rf"\m({numbers})\M"):
        if view.record_type not in registry:
            continue
        record_type = registry.get(view.record_type)
        after = leader.node(view.filter, record_type.filter_fields(leader.actor), record_type)
        if after != view.filter:
            LedFilter.objects.create(operation=done, view=view, before=view.filter, after=after)
            view.filter = after
            view.save(update_fields=["filter"])


class Leader:
    """Reads a tree of the filter language as the compiler does; what it does not know it leaves alone."""

    def __init__(self, joined: ByTable, actor: Actor) -> None:
        self.joined = joined
        self.actor = actor

    def node(self, node: Any, fields: Fields, record_type: RecordType | None) -> Any:
        if not isinstance(node, dict):
            return node
        for group in ("all", "any", "none"):
            if isinstance(node.get(group), list):
                return {**node, group: [self.node(inner, fields, record_type) for inner in node[group]]}
        if "relation" in node:
            return self.related(node, record_type)
        if "field" in node and "value" in node and (field := self.field(str(node["field"]), fields)):
            return {**node, "value": self.value(field, node["value"])}
        return node

    def related(self, node: dict[str, Any], record_type: RecordType | None) -> dict[str, Any]:
        relation = registry.relations(record_type).get(str(node["relation"])) if record_type else None
        if relation is None or not node.get("where"):
            return node
        inner = relation.record_type
        fields = inner.filter_fields(self.actor) if inner else relation.part.fields if relation.part else {}
        return {**node, "where": self.node(node["where"], fields, inner)}

    def field(self, name: str, fields: Fields) -> Field | None:
        """The field that a path over references leads to."""
        first, _dot, rest = name.partition(".")
        field = fields.get(first)
        if not rest or not isinstance(field, Reference):
            return None if rest else field
        found = (self.field(rest, one.filter_fields(self.actor)) for one in registry.types_of(field.target))
        return next((one for one in found if one), None)

    def value(self, field: Field, value: Any) -> Any:
        if isinstance(value, list):
            led = [self.value(field, one) for one in value]
            return [one for place, one in enumerate(led) if one not in led[:place]]
        if isinstance(field, Reference):
            return self.number(value, field.target._meta.db_table)
        if isinstance(field, RecordOf | RecordsOf):
            return self.number(value, table_of(field.target_type))
        return self.key(value) if isinstance(field, AnyRecord) else value

    def number(self, value: Any, table: str) -> Any:
        """An id as a number, as text, or in an object with its title."""
        if isinstance(value, dict):
            return {**value, "id": self.number(value.get("id"), table)}
        pk = None if isinstance(value, bool) else whole_number(str(value))
        became = self.joined.get(table, {}).get(pk) if pk is not None else None
        return value if became is None else type(value)(became)

    def key(self, value: Any) -> Any:
        """ "deals/5", or an object with type and id."""
        if isinstance(value, dict):
            return {**value, "id": self.number(value.get("id"), table_of(str(value.get("type"))))}
        name, slash, number = value.partition("/") if isinstance(value, str) else ("", "", "")
        return str(RecordKey(name, self.number(int(number), table_of(name)))) if slash and number.isdigit() else value


def table_of(type_name: str) -> str:
    return registry.get(type_name).model._meta.db_table if type_name in registry else ""
