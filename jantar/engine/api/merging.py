"""Merges that arrive through the API."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.api.problems import Problem
from jantar.engine.api.values import Errors, load_values
from jantar.engine.api.writing import shown
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.merging.service import merge, survivor_of
from jantar.engine.records.record_type import RecordType

MEMBERS = ("with", "take", "values")


def merge_records(record_type: RecordType, actor: Actor, pk: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Takes {"with": [ids], "take": {field: id}, "values": {field: value}}."""
    errors: Errors = {
        name: [_("There is no field “%(name)s”.") % {"name": name}] for name in data if name not in MEMBERS
    }
    others, take, values = data.get("with"), data.get("take", {}), data.get("values", {})
    if not isinstance(others, list) or not all(is_id(one) for one in others):
        errors["with"] = [_("A list of ids is expected.")]
    if not isinstance(take, dict) or not all(is_id(one) for one in take.values()):
        errors["take"] = [_("An object with the ids of records by field is expected.")]
    if not isinstance(values, dict):
        errors["values"] = [_("An object with values by field is expected.")]
    if errors:
        raise Invalid(errors)
    given = load_values(record_type, values, actor)
    merged = merge(record_type, pk, list(others or ()), actor=actor, taken=take, values=given)
    return {
        "record": shown(record_type, actor, pk),
        "operation": merged.operation_id,
        "left_out": [{"label": one.label, "text": one.text} for one in merged.left_out],
    }


def is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def not_found(record_type: RecordType, actor: Actor, pk: int, error: NotFound) -> Exception:
    """The refusal; of a record that was merged away with the one it became part of."""
    target = survivor_of(record_type, pk, actor)
    if target is None:
        return error
    detail = _("This record was merged into %(id)d.") % {"id": target}
    return Problem("not-found", detail, merged_into=target)
