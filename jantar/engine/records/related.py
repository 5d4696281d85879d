"""Records that point to a record, as far as the actor may see them."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import Relation, registry

#: Counted up to this.
COUNTED = 1000


def related_to(record_type: RecordType, actor: Actor) -> dict[str, Relation]:
    """Relations to records of types the actor may see, by name; those of custom fields after those of the models."""
    found = {
        name: relation
        for name, relation in registry.relations(record_type).items()
        if relation.record_type and actor.may("see", relation.record_type.name)
    }
    return found | {relation.name: relation for relation in own_relations(record_type, actor)}


def own_relations(record_type: RecordType, actor: Actor) -> Iterator[Relation]:
    """Through custom fields, which come with the actor: a field that is added or deleted counts at once."""
    for pointing in registry.all():
        if not actor.may("see", pointing.name):
            continue
        for key, field in actor.custom_fields.get(pointing.name, {}).items():
            if isinstance(field, RecordOf | RecordsOf) and field.target_type == record_type.name:
                yield Relation(f"{pointing.name}.{key}", key, record_type=pointing, own=field)


def filter_of(relation: Relation, target: RecordType, pk: int) -> dict[str, Any]:
    """The filter of the pointing type that leaves those pointing at one record; lists and saved views take it."""
    if isinstance(relation.own, RecordsOf):
        return {"all": [{"field": relation.column, "op": "has_any", "value": [pk]}]}
    if not relation.where:
        return {"all": [{"field": relation.column, "op": "is", "value": pk}]}
    column = pointing_column(relation)
    line = {"field": column, "op": "is", "value": f"{target.name}/{pk}"}
    part = linking_part(relation)
    return {"all": [{"relation": part, "has": "any", "where": line} if part else line]}


def pointing_column(relation: Relation) -> str:
    """The field that points: of the pointing type, or of its part that holds the links."""
    return relation.column.removesuffix("_id").rpartition("__")[2] if relation.where else relation.column


def linking_part(relation: Relation) -> str:
    """The name of the part whose rows are links; empty when the type points by a field of its own."""
    back, dots, _column = relation.column.rpartition("__")
    if not dots or relation.record_type is None:
        return ""
    return next((part.name for part in relation.record_type.parts if part.back == back), "")


def counts_of(relations: dict[str, Relation], target: RecordType, pk: int, actor: Actor) -> dict[str, str]:
    """How many visible records point here through each relation; one statement. Beyond 1,000 it says "1000+"."""
    parts, parameters = [], []
    for name, relation in relations.items():
        assert relation.record_type
        rows = rows_of(Query(relation.record_type, actor, filter=filter_of(relation, target, pk)))
        try:
            sql, values = rows.order_by().values("pk")[: COUNTED + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::text, count(*) FROM ({sql}) AS related")  # noqa: S608 - compiled by Django
        parameters += [name, *values]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return {name: f"{COUNTED}+" if number > COUNTED else str(number) for name, number in cursor.fetchall()}
