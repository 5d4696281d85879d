"""Titles of records that a row refers to are told only to those who may see these records.

The rows are read with one more column for each such reference, which says whether its record may be seen; those
that may not are marked, and a marked record has no title and no address anywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

from django.db.models import BooleanField, Case, Q, Value, When

from jantar.engine.fields.base import Field
from jantar.engine.fields.references import Reference, hide
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.scopes import prefixed
from jantar.engine.records.models import Record
from jantar.engine.records.registry import registry


def load_references(rows: Any, fields: Iterable[Field], actor: Actor | None) -> Any:
    """The queryset with what the fields refer to: joined, or of the past read by id, one statement for each.

    What a table held at a moment is put together from its history. A join does that for all of its rows, even
    when one of them is wanted.
    """
    loads = list(dict.fromkeys(path for one in fields for path in one.loads))
    if not loads:
        return rows
    return rows.prefetch_related(*loads) if actor and actor.as_of else rows.select_related(*loads)


def with_sight(rows: Any, fields: Iterable[Field], actor: Actor) -> Any:
    """The queryset with a column per reference to a record; `hide_unseen` reads them.

    The past needs none: only what may be seen today is there, and the row itself says whether it was in the bin.
    """
    if actor.as_of:
        return rows
    seen = {sight_of(one): is_true(seen_condition(one, actor)) for one in fields if refers_to_record(one)}
    return rows.annotate(**seen) if seen else rows


def hide_unseen(rows: Sequence[Any], fields: Mapping[str, Field]) -> None:
    """Marks the referenced records that may not be seen, on rows read by `with_sight`."""
    columns = [(one.name, one.id_name, sight_of(one)) for one in fields.values() if refers_to_record(one)]
    for row in rows:
        for name, id_name, sight in columns:
            if getattr(row, id_name) is None:
                continue
            if row._state.fields_cache.get(name, row) is None:  # in the past there is only what may be seen
                setattr(row, name, row._meta.get_field(name).related_model(pk=getattr(row, id_name)))
                hide(getattr(row, name))
            elif not (getattr(row, sight) if hasattr(row, sight) else getattr(row, name).deleted_at is None):
                hide(getattr(row, name))


def seen_condition(field: Reference, actor: Actor) -> Q:
    """Not in the bin, and within the scope of one of the types kept in the table."""
    visible = Q()
    for number, record_type in enumerate(registry.types_of(field.target)):
        own = prefixed(Q(**record_type.defaults), field.name) & record_type.allowed(actor, "see", field.name)
        visible = own if number == 0 else visible | own if visible and own else Q()
    return prefixed(Q(deleted_at=None), field.name) & visible


def is_true(condition: Q) -> Any:
    """The condition as a column that is never NULL."""
    if not condition:
        return Value(True, output_field=BooleanField())
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def refers_to_record(field: Field) -> TypeGuard[Reference]:
    return isinstance(field, Reference) and issubclass(field.target, Record)


def sight_of(field: Field) -> str:
    return f"sees_{field.name}"
