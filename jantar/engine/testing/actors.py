"""People for tests: users with roles and teams, made in the database."""

from collections.abc import Mapping

from django.test import Client

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Action, Grant, Role, Scope
from jantar.platform.accounts.models import Membership, Team, User


def make_team(name: str, parent: Team | None = None) -> Team:
    return Team.objects.create(name=name, parent=parent)


def make_user(name: str, *teams: Team, scope: Scope | None = None, admin: bool = False) -> User:
    """A user in the teams (the first is the main one) whose role allows every action on every type in `scope`."""
    user = User.objects.create_user(f"{name.lower()}@jantar.example", full_name=name, is_admin=admin)
    for number, team in enumerate(teams):
        Membership.objects.create(user=user, team=team, is_main=number == 0)
    if scope is not None:
        grant(user, dict.fromkeys(Action, scope))
    return user


def grant(user: User, rights: Mapping[str, Scope], record_type: str = "*") -> Role:
    role, _created = Role.objects.get_or_create(name=f"role of {user.pk} for {record_type}")
    role.users.add(user)
    for action, scope in rights.items():
        Grant.objects.update_or_create(role=role, record_type=record_type, action=action, defaults={"scope": scope})
    return role


def make_actor(name: str = "Ada", *teams: Team, scope: Scope | None = None, admin: bool = False) -> Actor:
    return actor_for(make_user(name, *teams, scope=scope, admin=admin))


def signed_in(user: User, **headers: str) -> Client:
    """A browser of the user, without one: what it asks with, and its cookies."""
    client = Client(headers=headers)
    client.force_login(user)
    return client
