"""Fields whose values the database works out when it is asked: bound to the record type and to who asks."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom import field_from
from jantar.engine.fields.custom_kinds import RecordOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.formulas.compiled import Key
from jantar.engine.fields.formulas.terms import OUTPUT, Term
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.sources import CUSTOM, Computed
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.links import PEOPLE
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


def custom_fields(record_type: RecordType, actor: Actor) -> Mapping[str, Field]:
    """The custom fields of the type as the actor uses them."""
    name = record_type.name
    if name not in actor.bound_fields:
        own = actor.custom_fields.get(name, {})
        actor.bound_fields[name] = {
            key: bound(field, record_type, actor) if field.is_computed else titled(field, actor)
            for key, field in own.items()
            if not (actor.modules_off and measures_what_is_off(field, record_type, actor))
        }
    return actor.bound_fields[name]


def measures_what_is_off(field: Field, record_type: RecordType, actor: Actor) -> bool:
    """Whether it is a roll-up of records whose module is switched off: it is no field then, as they are no records."""
    rollup = getattr(field.source, "rollup", None)
    relation = registry.relations(record_type).get(str(rollup.get("relation"))) if rollup else None
    return relation is not None and relation.record_type is not None and actor.is_off(relation.record_type.name)


def bound(field: Field, record_type: RecordType, actor: Actor) -> Field:
    found = copy(field)
    assert isinstance(field.source, Computed)
    found.source = field.source.bound(lambda prefix: expression_of(field, record_type, actor, prefix))
    return found


def titled(field: Field, actor: Actor) -> Field:
    """A field that refers to records sorts by their titles, as far as the actor may see them."""
    if not isinstance(field, RecordOf) or not (field.target_type in registry or field.target_type in PEOPLE):
        return field
    found = copy(field)
    found.title_of = lambda prefix: title_of(field, actor, prefix)
    return found


def title_of(field: RecordOf, actor: Actor, prefix: str) -> Combinable:
    name = field.target_type
    if name in PEOPLE:
        rows, title = PEOPLE[name]._default_manager.order_by(), "full_name" if name == "users" else "name"
    else:
        rows, title = registry.get(name).visible_to(actor).order_by(), registry.get(name).title
    document = OuterRef(f"{prefix}__{CUSTOM}" if prefix else CUSTOM)
    pk = Cast(KeyTextTransform(field.name, document), BigIntegerField())
    return Subquery(rows.filter(pk=pk).values(title)[:1])


def expression_of(field: Field, record_type: RecordType, actor: Actor, prefix: str) -> Combinable:
    """The SQL of the value; no value where the field can't be computed any more."""
    try:
        return term_of(field, record_type, actor, prefix).sql
    except FieldError:
        if _compiling.get():  # whoever compiles what needs this field is told
            raise
        return Value(None, output_field=OUTPUT.get(field.kind))


def term_of(field: Field, record_type: RecordType, actor: Actor, prefix: str = "") -> Term:
    """The value as a part of formulas. Raises FieldError, also for what goes in a circle."""
    from jantar.engine.records.formulas import compiled
    from jantar.engine.records.kept.reading import from_kept
    from jantar.engine.records.rollups import rolled_up

    source = field.source
    assert isinstance(source, Computed)
    with compiling((record_type.name, field.name), actor):
        if not source.rollup:
            return compiled(record_type, source.formula, actor, prefix).term
        try:
            found = rolled_up(source.rollup, record_type, actor, prefix).term
        except BadQuery as error:
            raise FieldError(error.message) from error
        return from_kept(found, source, record_type, actor, prefix)


#: The fields that are being compiled, outermost first.
_compiling: ContextVar[tuple[Key, ...]] = ContextVar("compiling", default=())


@contextmanager
def compiling(key: Key, actor: Actor) -> Iterator[None]:
    """Raises FieldError when that goes in a circle, with the chain."""
    chain = _compiling.get()
    if key in chain:
        names = [label_of(one, actor) for one in (*chain[chain.index(key) :], key)]
        raise FieldError(_("This goes in a circle: %(chain)s.") % {"chain": " → ".join(names)})
    token = _compiling.set((*chain, key))
    try:
        yield
    finally:
        _compiling.reset(token)


def label_of(key: Key, actor: Actor) -> str:
    field = registry.get(key[0]).fields(actor).get(key[1])
    return str(field.label) if field else key[1]


def needs_of(field: Field, record_type: RecordType, actor: Actor) -> frozenset[Key]:
    """The custom fields that a computed one names itself; none where it is broken."""
    from jantar.engine.records.formulas import compiled
    from jantar.engine.records.rollups import rolled_up

    source = field.source
    assert isinstance(source, Computed)
    try:
        if source.rollup:
            return rolled_up(source.rollup, record_type, actor).needs
        return compiled(record_type, source.formula, actor).needs
    except (FieldError, BadQuery):
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
