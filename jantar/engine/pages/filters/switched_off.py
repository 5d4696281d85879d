"""Conditions about records of modules that are switched off: such records are nowhere, and a list has to say why."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst

from jantar.engine.permissions import modules
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.switches import MODULE_OF_TYPE
from jantar.engine.records.filters import GROUPS
from jantar.engine.records.formulas import target_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


def modules_off_in(tree: Any, record_type: RecordType, actor: Actor) -> list[str]:
    """The labels of the modules, each once."""
    keys = dict.fromkeys(
        MODULE_OF_TYPE[one.name] for one in types_in(tree, record_type, actor) if actor.is_off(one.name)
    )
    return [str(capfirst(str(module.label))) for key in keys if (module := modules.find(key))]


def types_in(node: Any, record_type: RecordType, actor: Actor) -> Iterator[RecordType]:
    """The types of the related records and of those referred to that a filter is about."""
    if not isinstance(node, dict):
        return
    for group in GROUPS:
        inner = node.get(group)
        for one in inner if isinstance(inner, list) else ():
            yield from types_in(one, record_type, actor)
    if "relation" in node:
        relation = registry.relations(record_type).get(str(node["relation"]))
        if relation and relation.record_type:
            yield relation.record_type
            yield from types_in(node.get("where"), relation.record_type, actor)
        return
    field = record_type.fields(actor).get(str(node.get("field", "")).partition(".")[0])
    if field and (target := target_of(field)):
        yield target
