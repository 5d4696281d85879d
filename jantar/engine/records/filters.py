"""The filter language: a JSON tree, checked against the fields and compiled to one condition.

    {"all": [...]}  {"any": [...]}  {"none": [...]}
    {"field": "amount", "op": "gte", "value": 1000}
    {"field": "customer.city", "op": "is", "value": "Brno"}          a field of a referenced record, x_ too
    {"relation": "deals", "has": "any" | "none", "where": {...}}     rows that point here
    {"relation": "deals", "has": "at_least" | "at_most", "count": 3, "where": {...}}
    {"relation": "deals", "has": "sum", "field": "amount", "op": "gte", "value": 1000, "where": {...}}
                                                       also average, least, most; earliest, latest of dates
    {"changed": {"since": "2026-11-01", "by": "me", "fields": ["amount"]}}     see jantar.engine.records.changed

An empty tree ({} or {"all": []}) lets everything through; an empty node in a group is left out. Related
records count only when the actor may see them, so that a filter never tells what a list would hide.
"""

import json
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import In
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference, UserReference
from jantar.engine.fields.sql import NotTrue
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.scopes import among
from jantar.engine.records import measures
from jantar.engine.records.changed import changed_condition
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import Relation, registry
from jantar.engine.records.several import ids_as_text

MAX_NODES = 200
MAX_DEPTH = 10
LONGEST = 20_000
GROUPS = ("all", "any", "none")
HERE = ("any", "none")
HAS = (*HERE, "at_least", "at_most")


def read_filter(text: str) -> Any:
    """The filter tree of an address. Raises BadQuery when it is no JSON object."""
    if not text:
        return {}
    if len(text) > LONGEST:
        raise BadQuery("filter", _("This filter has too many conditions."))
    try:
        tree = json.loads(text)
        json.dumps(tree, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # also for halves of letters, which no database takes
        tree = None
    if not isinstance(tree, dict) or "\\u0000" in text:
        raise BadQuery("filter", _("The filter in this address can't be read."))
    return tree


def compile_filter(tree: Any, record_type: RecordType, actor: Actor) -> Q:
    """The tree as a condition on the type's model. Raises BadQuery, whose `where` is the path of the wrong node."""
    return _Compiler(actor).node(tree or {}, _Place(record_type), "filter", 0)


def is_within_limits(tree: Any) -> bool:
    """Whether a tree has no more nodes and levels than compile_filter takes; looked at before it is walked."""
    level, count = [tree], 0
    for _level in range(MAX_DEPTH + 1):
        count += len(level)
        if count > MAX_NODES:
            return False
        level = [inner for node in level if isinstance(node, dict) for inner in _below(node)]
        if not level:
            return True
    return False


def _below(node: dict[str, Any]) -> list[Any]:
    groups = [node[group] for group in GROUPS if isinstance(node.get(group), list)]
    return [inner for group in groups for inner in group] + ([node["where"]] if node.get("where") else [])


def related_rows(relation: Relation, where: Any, actor: Actor, pointing: dict[str, Any]) -> Any:
    """The rows of a relation that the actor may see and that fit. Raises BadQuery."""
    return _Compiler(actor).related(relation, where, "filter", 0, pointing)


def refuse_mixed(node: dict[str, Any], path: str) -> None:
    """Raises BadQuery for what is several conditions in one: only one of them would count."""
    kinds = [name for name in (*GROUPS, "relation", "changed") if name in node]
    if len(kinds) > 1 or (kinds and kinds != ["relation"] and "field" in node):
        raise BadQuery(path, _("Several conditions are put into one; a group is a list of them."))


class _Place:
    """Where a node stands: at the fields of a record type, or of a part."""

    def __init__(self, record_type: RecordType | None, fields: dict[str, Field] | None = None) -> None:
        self.record_type = record_type
        self._fields = fields

    def fields(self, actor: Actor) -> dict[str, Field]:
        return self._fields if self._fields is not None else self.record_type.filter_fields(actor)  # type: ignore[union-attr]


class _Compiler:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.context = actor.filter_context
        self.count = 0

    def node(self, node: Any, place: _Place, path: str, depth: int) -> Q:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise BadQuery(path, _("This filter has too many conditions."))
        if not isinstance(node, dict):
            raise BadQuery(path, _("A condition is expected."))
        if not node:
            return Q()
        refuse_mixed(node, path)
        for group in GROUPS:
            if group in node:
                return self.group(group, node[group], place, f"{path}.{group}", depth)
        if "relation" in node:
            return self.relation(node, place, path, depth)
        if "changed" in node and place.record_type:
            return self.changed(node["changed"], place.record_type, path)
        if "field" in node:
            return self.line(node, place, path)
        raise BadQuery(path, _("A condition is expected."))

    def group(self, group: str, nodes: Any, place: _Place, path: str, depth: int) -> Q:
        if not isinstance(nodes, list):
            raise BadQuery(path, _("A list of conditions is expected."))
        read = self.alternative if group == "any" else self.node
        conditions = [read(node, place, f"{path}[{n}]", depth + 1) for n, node in enumerate(nodes)]
        conditions = [condition for condition in conditions if condition]
        if group == "none":
            return Q(*(negated(condition) for condition in conditions))
        if group == "any" and conditions:
            return Q(*conditions, _connector=Q.OR)
        return Q(*conditions)

    def alternative(self, node: Any, place: _Place, path: str, depth: int) -> Q:
        """A node of an `any` group. That the record has a row for one user is asked so that PostgreSQL can answer
        both this and its neighbours from indexes; of EXISTS within OR it can't."""
        condition = self.node(node, place, path, depth)
        known = registry.relations(place.record_type) if place.record_type else {}
        relation = known.get(str(node["relation"])) if isinstance(node, dict) and "relation" in node else None
        where = node.get("where") if relation and relation.part and node.get("has", "any") == "any" else None
        if not relation or not relation.part or not isinstance(where, dict) or where.get("op") != "is":
            return condition
        if not isinstance(relation.part.fields.get(str(where.get("field"))), UserReference):
            return condition
        rows = self.related(relation, where, path, depth, {})
        return among(rows.order_by().values(relation.column))

    def line(self, node: dict[str, Any], place: _Place, path: str) -> Q:
        first, dot, rest = str(node["field"]).partition(".")
        field = place.fields(self.actor).get(first)
        if field is None:
            raise BadQuery(path, _("There is no field “%(name)s”.") % {"name": node["field"]})
        if rest in field.pieces:
            field = field.pieces[rest]
        elif dot:
            return self.through(field, {**node, "field": rest}, path)
        try:
            return field.condition(str(node.get("op", "")), node.get("value"), self.context)
        except FieldError as error:
            raise BadQuery(path, f"{field.label}: {error.message}") from error

    def changed(self, node: Any, record_type: RecordType, path: str) -> Q:
        try:
            return changed_condition(node, record_type, self.actor)
        except FieldError as error:
            raise BadQuery(f"{path}.changed", error.message) from error

    def through(self, field: Field, node: dict[str, Any], path: str) -> Q:
        """A condition on a record this one refers to: as a subquery, so that only visible ones count."""
        if not isinstance(field, Reference | RecordOf | RecordsOf):
            raise BadQuery(path, _("“%(name)s” refers to nothing.") % {"name": field.label})
        if str(node["field"]).count(".") > 1:
            raise BadQuery(path, _("Fields at most two steps away can be used."))
        types = registry.led_to(field)
        if not types:
            raise BadQuery(path, _("“%(name)s” can't be looked into.") % {"name": field.label})
        place = self.shared_place(types, str(node["field"]))
        inner = self.line(node, place, path)
        if isinstance(field, RecordOf):  # asked the other way round, where an index of the field can serve
            return Q(In(field.expression(), types[0].visible_to(self.actor).filter(inner).values("pk").query))
        if isinstance(field, RecordsOf):  # the same: one of them is among those that fit
            fitting = ids_as_text(types[0].visible_to(self.actor).filter(inner))
            return Q(field.where_any_among("", ArraySubquery(fitting)))
        manager: Any = field.target._default_manager
        rows = manager.visible_to(self.actor).filter(inner, pk=OuterRef(field.id_name))
        return Q(Exists(rows))

    def shared_place(self, types: list[RecordType], name: str) -> _Place:
        first = name.partition(".")[0]
        fitting = [one for one in types if first in one.filter_fields(self.actor)]
        return _Place((fitting or types)[0])

    def relation(self, node: dict[str, Any], place: _Place, path: str, depth: int) -> Q:
        known = registry.relations(place.record_type) if place.record_type else {}
        relation = known.get(str(node["relation"]))
        if relation is None:
            raise BadQuery(path, _("There is no relation “%(name)s”.") % {"name": node["relation"]})
        has = node.get("has", "any")
        pointing = {relation.column: OuterRef("pk")} if has in HERE else {f"{relation.column}__isnull": False}
        rows = self.related(relation, node.get("where") or {}, path, depth, pointing)
        match has:
            case "any":
                return Q(Exists(rows))
            case "none":
                return Q(~Exists(rows))
            case "at_least" | "at_most":
                count = node.get("count")
                if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= 1_000_000:
                    raise BadQuery(f"{path}.count", _("A whole number is expected."))
                return measures.counted(rows, relation.column, has, count)
            case str() if has in measures.MEASURES:
                return self.measured(has, node, rows, relation, path)
        raise BadQuery(path, _("“has” is one of %(words)s.") % {"words": ", ".join((*HAS, *measures.MEASURES))})

    def related(self, relation: Relation, where: Any, path: str, depth: int, pointing: dict[str, Any]) -> Any:
        """The related rows. That one of their links points here, and to which type, has to be asked of the same link:
        in filter() calls of their own Django would ask two."""
        if relation.record_type:
            rows = relation.record_type.visible_to(self.actor)
            inner = self.node(where, _Place(relation.record_type), f"{path}.where", depth + 1)
        else:
            assert relation.part
            rows = relation.part.model._default_manager.all()
            inner = self.node(where, _Place(None, relation.part.fields), f"{path}.where", depth + 1)
        return rows.filter(inner, **relation.where, **pointing)

    def measured(self, has: str, node: dict[str, Any], rows: Any, relation: Relation, path: str) -> Q:
        fields = relation.part.fields if relation.part else _Place(relation.record_type).fields(self.actor)
        field = fields.get(str(node.get("field")))
        if field is None:
            raise BadQuery(path, _("There is no field “%(name)s”.") % {"name": node.get("field")})
        try:
            measure = measures.measured(has, field)
            return measure.condition(rows, relation.column, str(node.get("op")), node.get("value"), self.context)
        except FieldError as error:
            raise BadQuery(path, f"{field.label}: {error.message}") from error


def negated(condition: Q) -> Q:
    """The opposite, where an unknown answer (NULL) counts as no."""
    if len(condition.children) == 1 and isinstance(condition.children[0], Exists):
        return Q(~condition.children[0]) if not condition.negated else Q(condition.children[0])
    return Q(NotTrue(condition))
