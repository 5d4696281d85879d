"""Fields whose values the database works out when it is asked: bound to the record type and to who asks."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

from django.db.models import Value
from django.db.models.expressions import Combinable

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom import field_from
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.formulas.compiled import Key
from jantar.engine.fields.formulas.terms import OUTPUT, Term
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.sources import Computed
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

#: The fields that are being compiled, outermost first; a field that stands in them would go in a circle.
Chain = tuple[Key, ...]


def custom_fields(record_type: RecordType, actor: Actor) -> Mapping[str, Field]:
    """The custom fields of the type as the actor uses them."""
    name = record_type.name
    if name not in actor.bound_fields:
        own = actor.custom_fields.get(name, {})
        actor.bound_fields[name] = {
            key: bound(field, record_type, actor) if field.is_computed else field for key, field in own.items()
        }
    return actor.bound_fields[name]


def bound(field: Field, record_type: RecordType, actor: Actor) -> Field:
    found = copy(field)
    assert isinstance(field.source, Computed)
    found.source = field.source.bound(lambda prefix: expression_of(field, record_type, actor, prefix))
    return found


def expression_of(field: Field, record_type: RecordType, actor: Actor, prefix: str) -> Combinable:
    """The SQL of the value; no value where the field can't be computed any more."""
    try:
        return term_of(field, record_type, actor, (), prefix).sql
    except FieldError:
        return Value(None, output_field=OUTPUT.get(field.kind))


def term_of(field: Field, record_type: RecordType, actor: Actor, chain: Chain, prefix: str = "") -> Term:
    """The value as a part of formulas. Raises FieldError, also for what goes in a circle."""
    from jantar.engine.records.formulas import compiled

    assert isinstance(field.source, Computed)
    chain = (*chain, (record_type.name, field.name))
    return compiled(record_type, field.source.formula, actor, chain, prefix).term


def needs_of(field: Field, record_type: RecordType, actor: Actor) -> frozenset[Key]:
    """The custom fields that a computed one names itself; none where it is broken."""
    from jantar.engine.records.formulas import compiled

    assert isinstance(field.source, Computed)
    try:
        return compiled(record_type, field.source.formula, actor).needs
    except FieldError:
        return frozenset()


def of_definition(definition: CustomField) -> Field:
    """The field of a definition, ready to be asked for its SQL."""
    field = field_from(definition)
    if not field.is_computed:
        return field
    return bound(field, registry.get(definition.record_type), system_actor())


def with_computed(rows: Any, fields: Iterable[Field]) -> Any:
    """The queryset with a column for each computed field; the fields find their values in it."""
    found = {one.source.alias: one.expression() for one in fields if isinstance(one.source, Computed)}
    return rows.annotate(**found) if found else rows
