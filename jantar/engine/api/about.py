"""What the API tells about itself and the caller: the record types with their fields, and who one is."""

from collections.abc import Iterable
from typing import Any

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records.actions import fields_of_action
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.platform.accounts.models import User


def describe_types(actor: Actor) -> dict[str, Any]:
    """The types the actor may see or create, with labels in the language in force."""
    known = [one for one in registry.all() if actor.may(Action.SEE, one.name) or actor.may(Action.CREATE, one.name)]
    return {"items": [describe_type(record_type, actor) for record_type in known]}


def describe_type(record_type: RecordType, actor: Actor) -> dict[str, Any]:
    return {
        "name": record_type.name,
        "label": str(record_type.label),
        "label_plural": str(record_type.label_plural),
        "title_field": record_type.title,
        "sort": record_type.sort,
        "may": [str(action) for action in Action if actor.may(action, record_type.name)],
        "fields": describe_fields(record_type.fields(actor).values()),
        "parts": [
            {"name": part.name, "label": str(part.label), "fields": describe_fields(part.fields.values())}
            for part in record_type.parts
        ],
        "relations": [
            {"name": name, "type": relation.record_type.name if relation.record_type else None}
            for name, relation in registry.relations(record_type).items()
        ],
        "actions": [
            {
                "name": action.name,
                "label": str(action.label),
                "fields": describe_fields(fields_of_action(action).values()),
            }
            for action in record_type.actions
        ],
    }


def describe_fields(fields: Iterable[Field]) -> list[dict[str, Any]]:
    return [describe_field(field) for field in fields]


def describe_field(field: Field) -> dict[str, Any]:
    choices = getattr(field, "choices", None)
    return {
        "name": field.name,
        "label": str(field.label),
        "help": str(field.help),
        "kind": field.kind,
        "required": field.required,
        "shown_when": dict(field.shown_when),
        "read_only": field.read_only,
        "unique": field.unique,
        "custom": field.is_custom or field.is_computed,
        "sortable": field.sortable,
        "operators": list(field.operators),
        "choices": None if choices is None else [{"value": value, "label": str(label)} for value, label in choices],
        "targets": targets_of(field),
    }


def targets_of(field: Field) -> list[str] | None:
    """The record types a field can refer to; None when it refers to nothing."""
    if isinstance(field, RecordOf | RecordsOf):
        return [field.target_type] if field.target_type in registry else []
    return [one.name for one in registry.types_of(field.target)] if isinstance(field, Reference) else None


def describe_caller(user: User, actor: Actor) -> dict[str, Any]:
    return {
        "id": user.pk,
        "name": user.full_name,
        "email": user.email,
        "is_admin": user.is_admin,
        "language": actor.language,
        "time_zone": user.time_zone,
        "teams": [{"id": team.pk, "title": team.name} for team in user.teams.order_by("name", "pk")],
        "rights": {
            record_type.name: {str(action): scope_word(actor, record_type.name, action) for action in Action}
            for record_type in registry.all()
        },
    }


def scope_word(actor: Actor, type_name: str, action: str) -> str:
    """none, own, team, below or all."""
    return Scope(actor.scope(type_name, action)).name.lower()
