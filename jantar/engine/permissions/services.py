"""What administrators do with roles. Effective with the next request."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid, too_long
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import NAME_LENGTH, Action, Grant, Role, Scope

Rights = Mapping[tuple[str, str], Scope]


@transaction.atomic
def store_role(role: Role, *, name: str, rights: Rights, actor: Actor) -> Role:
    """Stores the role with exactly these rights: scopes by (record type, action). Raises Invalid, NotAllowed."""
    actor.require_admin()
    role.name = name.strip()
    if not role.name:
        raise Invalid({"name": [_("This field is required.")]})
    if len(role.name) > NAME_LENGTH:
        raise Invalid({"name": [too_long(NAME_LENGTH, len(role.name))]})
    if Role.objects.filter(name__iexact=role.name).exclude(pk=role.pk).exists():
        raise Invalid({"name": [_("There is already a role “%(name)s”.") % {"name": role.name}]})
    role.save()
    Grant.objects.filter(role=role).delete()
    Grant.objects.bulk_create(
        Grant(role=role, record_type=record_type, action=Action(action), scope=scope)
        for (record_type, action), scope in rights.items()
        if scope is not Scope.NONE
    )
    return role


def delete_role(role: Role, *, actor: Actor) -> None:
    """Users who had it lose what only it allowed."""
    actor.require_admin()
    role.delete()
