"""Scopes as SQL conditions on the owner and team of a record."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Scope

NOTHING = Q(pk__in=[])


def scope_condition(actor: Actor, type_name: str, action: str) -> Q:
    """The records of one type with which the actor may do the action; an empty Q stands for all."""
    match actor.scope(type_name, action):
        case Scope.ALL:
            return Q()
        case Scope.BELOW:
            return Q(owner_id=actor.user_id) | Q(team_id__in=actor.teams_below)
        case Scope.TEAM:
            return Q(owner_id=actor.user_id) | Q(team_id__in=actor.teams)
        case Scope.OWN:
            return Q(owner_id=actor.user_id)
        case _:
            return NOTHING


def among(ids: Any, path: str = "") -> Q:
    """The rows whose id is among those a queryset of ids gives. PostgreSQL reads these once and uses the index."""
    return Q(_AnyOf(F(f"{path}pk"), ArraySubquery(ids), output_field=BooleanField()))


class _AnyOf(Func):
    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("


def prefixed(condition: Q, path: str) -> Q:
    """The same condition on a referenced row."""
    if not path:
        return condition
    moved = condition.create([], condition.connector, condition.negated)
    for child in condition.children:
        moved.children.append(
            prefixed(child, path) if isinstance(child, Q) else (f"{path}__{child[0]}", child[1])  # type: ignore[index]
        )
    return moved
