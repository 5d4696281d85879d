"""What a field says of the records that point to its own: how many, their sum, the latest of them.

A number of the record, not of who looks: all related records count, but those in the bin and what is private.
Measured by a subquery whenever it is asked for, so it is right whatever door a change came by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, DateTimeField, Max, Min, OuterRef, Subquery, Sum
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.formulas.compiled import Key, made_of
from jantar.engine.fields.formulas.terms import OUTPUT, WITHIN, Term
from jantar.engine.fields.sources import Rollup
from jantar.engine.fields.sql import Sql
from jantar.engine.permissions.actor import Actor, everyone
from jantar.engine.records.filters import related_rows
from jantar.engine.records.formulas import target_of
from jantar.engine.records.measures import measures_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import Relation, registry

COUNT = "count"
FUNCTIONS: Mapping[str, Any] = {
    "sum": Sum, "average": Avg, "least": Min, "most": Max, "earliest": Min, "latest": Max,
}  # fmt: skip
#: Words of filters that mean whoever looks; nobody does.
NOBODYS = ("me", "mine")


@dataclass(frozen=True)
class RolledUp:
    """`kind` is the kind of the values, `needs` are the custom fields named."""

    term: Term
    kind: str
    needs: frozenset[Key]


#: As long as so many parts of a formula.
PARTS = 10


def rolled_up(rollup: Rollup, record_type: RecordType, actor: Actor, prefix: str = "") -> RolledUp:
    """Raises FieldError or BadQuery."""
    with made_of(PARTS):
        return _rolled_up(rollup, record_type, actor, prefix)


def _rolled_up(rollup: Rollup, record_type: RecordType, actor: Actor, prefix: str) -> RolledUp:
    relation = registry.relations(record_type).get(str(rollup.get("relation")))
    if relation is None:
        raise FieldError(_("There is no relation “%(name)s”.") % {"name": rollup.get("relation")})
    seeing = everyone(actor)
    where = rollup.get("where") or {}
    refuse_nobodys(where, _("A roll-up is the same for everybody; “me” and “my teams” mean nobody in it."))
    rows = related_rows(relation, where, seeing, {relation.column: OuterRef(f"{prefix}__pk" if prefix else "pk")})
    groups = rows.order_by().values(relation.column)
    needs = frozenset(needed_in(where, relation.record_type, seeing))
    measure = str(rollup.get("measure"))
    if measure == COUNT:
        counted = Subquery(groups.annotate(measured=Count("pk", distinct=True)).values("measured"))
        number = Sql("coalesce({0}, 0)::numeric", counted, output_field=OUTPUT["number"])
        return RolledUp(Term("integer", number, is_fixed=False), "integer", needs)
    fields = fields_of(relation, seeing)
    field = fields.get(str(rollup.get("field")))
    if field is None or measure not in FUNCTIONS or measure not in measures_of(field):
        raise FieldError(_("This can't be measured."))
    if relation.record_type and (field.is_custom or field.is_computed):
        needs |= {(relation.record_type.name, field.name)}
    values = groups.annotate(measured=FUNCTIONS[measure](field.expression())).values("measured")
    return RolledUp(measured(field, measure, Subquery(values)), kind_of(field, measure), needs)


def measured(field: Field, measure: str, value: Any) -> Term:
    if field.kind == "datetime":
        return Term("date", Sql("{0}::timestamptz", value, output_field=DateTimeField()), is_fixed=False)
    if field.kind == "date":
        return Term("date", Sql("{0}::date", value, output_field=OUTPUT["date"]), is_fixed=False)
    number = "coalesce({0}, 0)::numeric" if measure == "sum" else "{0}::numeric"
    pattern = f"round({WITHIN}, 2)".replace("{0}", number)
    return Term("number", Sql(pattern, value, output_field=OUTPUT["number"]), is_fixed=False)


def kind_of(field: Field, measure: str) -> str:
    return "number" if measure == "average" and field.kind in ("integer", "duration") else field.kind


def fields_of(relation: Relation, actor: Actor) -> Mapping[str, Field]:
    if relation.record_type:
        return relation.record_type.fields(actor)
    assert relation.part
    return relation.part.fields


def measurable(relation: Relation, actor: Actor) -> Iterator[tuple[str, Field]]:
    """Each measure of each field that related rows have."""
    for name, field in fields_of(relation, actor).items():
        if name != "id":
            yield from ((measure, field) for measure in measures_of(field))


def refuse_nobodys(node: Any, message: str) -> None:
    """Raises FieldError with the message for “me” and “my teams”."""
    if isinstance(node, list):
        for one in node:
            refuse_nobodys(one, message)
    elif isinstance(node, dict):
        changed = node.get("changed")
        by = changed.get("by") if isinstance(changed, dict) else None
        is_compared = node.get("op") in ("is", "is_not", "any_of", "none_of")
        if named_nobodys(by) or (is_compared and named_nobodys(node.get("value"))):
            raise FieldError(message)
        for key in ("all", "any", "none", "where"):
            refuse_nobodys(node.get(key), message)


def named_nobodys(value: Any) -> bool:
    return value in NOBODYS or (isinstance(value, list) and any(one in NOBODYS for one in value))


def needed_in(node: Any, record_type: RecordType | None, actor: Actor) -> Iterator[Key]:
    """The custom fields that a filter of the type names."""
    if not isinstance(node, Mapping) or record_type is None:
        return
    for key in ("all", "any", "none"):
        for one in node.get(key) or ():
            yield from needed_in(one, record_type, actor)
    at: RecordType | None = record_type
    for name in str(node.get("field", "")).split(".") if "relation" not in node else ():
        field = at.fields(actor).get(name) if at else None
        if at is None or field is None:
            break
        if field.is_custom or field.is_computed:
            yield at.name, name
        at = target_of(field)
    if "relation" in node and (inner := registry.relations(record_type).get(str(node["relation"]))):
        yield from needed_in(node.get("where"), inner.record_type, actor)
        if inner.record_type and str(node.get("field", "")).startswith("x_"):
            yield inner.record_type.name, str(node["field"])
