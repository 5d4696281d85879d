"""Who acts, with everything that decides what they may do. Loaded once, passed on explicitly."""

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.custom import field_from
from jantar.engine.fields.errors import NotAllowed
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.permissions.switches import MODULE_OF_TYPE

if TYPE_CHECKING:
    from jantar.platform.accounts.models import User

ANY_TYPE = "*"


@dataclass(frozen=True)
class Actor:
    """`teams` are the teams of the user, `teams_below` these and all below them, both as ids.

    `modules_off` are the modules that are switched off for everybody.
    """

    user_id: int | None
    name: str = ""
    is_admin: bool = False
    teams: tuple[int, ...] = ()
    teams_below: tuple[int, ...] = ()
    main_team: int | None = None
    grants: Mapping[tuple[str, str], Scope] = field(default_factory=dict)
    custom_fields: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    #: Stands for the definitions of these fields; None when nobody knows.
    definitions: int | None = None
    language: str = "en"
    time_zone: str = "UTC"
    modules_off: frozenset[str] = frozenset()
    #: The custom fields as `engine.records.computed` makes them for this actor, by type.
    bound_fields: dict[str, Mapping[str, Field]] = field(default_factory=dict, init=False, repr=False, compare=False)
    #: The moment whose records are read; from there nothing can be done but to see.
    as_of: datetime | None = None

    def at(self, moment: datetime) -> "Actor":
        """The same actor, looking at the past."""
        return replace(self, as_of=moment)

    def with_every_module(self) -> "Actor":
        """The same actor as if no module was switched off, for what has to keep the data whole."""
        return replace(self, modules_off=frozenset())

    def scope(self, type_name: str, action: str) -> Scope:
        """The widest scope in which the actor may do this with records of the type."""
        if (self.as_of and action != Action.SEE) or (self.modules_off and self.is_off(type_name)):
            return Scope.NONE
        if self.is_admin:
            return Scope.ALL
        return max(self.grants.get((type_name, action), Scope.NONE), self.grants.get((ANY_TYPE, action), Scope.NONE))

    def may(self, action: str, type_name: str) -> bool:
        return self.scope(type_name, action) is not Scope.NONE

    def is_off(self, type_name: str) -> bool:
        """Whether the type belongs to a module that is switched off."""
        return MODULE_OF_TYPE.get(type_name) in self.modules_off

    def require_admin(self) -> None:
        """Raises NotAllowed for anybody but administrators."""
        if not self.is_admin:
            raise NotAllowed(_("Only administrators may do this."))

    @property
    def rights(self) -> Hashable:
        """All that conditions of rights are made of: actors for whom it is equal see the same."""
        return (
            self.user_id,
            self.is_admin,
            self.teams,
            self.teams_below,
            frozenset(self.grants.items()),
            bool(self.as_of),
            self.modules_off,
        )

    @property
    def powers(self) -> Hashable:
        """All that `scope` and `may` depend on."""
        return self.is_admin, frozenset(self.grants.items()), bool(self.as_of), self.modules_off

    @property
    def today(self) -> date:
        """The day of the user; in the past the day that is looked at."""
        return (self.as_of or timezone.now()).astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def filter_context(self) -> FilterContext:
        return FilterContext(today=self.today, user_id=self.user_id, team_ids=self.teams)


NOBODY = Actor(user_id=None)


def system_actor() -> Actor:
    """Jantar itself: may do everything, is nobody in particular. Custom fields are known to it."""
    definitions = list(CustomField.objects.filter(retired_at=None).annotate(kept_name=F("kept__name")))
    for one in definitions:
        one.kept_in = one.kept_name or ""
    return Actor(user_id=None, name="Jantar", is_admin=True, custom_fields=_by_type(definitions))


def everyone(actor: Actor) -> Actor:
    """Sees all records, is nobody; with the day and the custom fields of the actor."""
    return Actor(
        user_id=None, is_admin=True, custom_fields=actor.custom_fields, time_zone=actor.time_zone, as_of=actor.as_of
    )


def administrator(actor: Actor) -> Actor:
    """An administrator who is no user: sees what each of them sees, and nothing that belongs to some only."""
    return replace(everyone(actor), user_id=0, modules_off=actor.modules_off)


def actor_for(user: "User") -> Actor:
    """The actor that stands for a user; one statement."""
    teams: list[int] = []
    below: list[int] = []
    main_team: int | None = None
    grants: dict[tuple[str, str], Scope] = {}
    definitions: list[str] = []
    off: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, {"user": user.pk})
        for kind, number, text, action, scope, definition in cursor.fetchall():
            if kind == "team":
                teams.append(number)
                main_team = number if action or main_team is None else main_team
            elif kind == "below":
                below.append(number)
            elif kind == "off":
                off.add(text)
            elif kind == "field":
                definitions.append(definition)
            else:
                known = grants.get((text, action), Scope.NONE)
                grants[text, action] = max(known, Scope(scope))
    told = tuple(sorted(definitions))
    return Actor(
        user_id=user.pk, name=user.full_name, is_admin=user.is_admin, teams=tuple(teams), teams_below=tuple(below),
        main_team=main_team, grants=grants, custom_fields=_defined(told), definitions=hash(told),
        language=user.language, time_zone=user.time_zone, modules_off=frozenset(off),
    )  # fmt: skip


@lru_cache(maxsize=20)
def _defined(definitions: tuple[str, ...]) -> Mapping[str, Mapping[str, Field]]:
    """The fields of definitions as JSON. They are the same for everybody, and with hundreds take longer than a page."""
    return _by_type(map(_definition, definitions))


def _definition(told: str) -> CustomField:
    values = json.loads(told)
    kept_in = values.pop("kept_in")
    found = CustomField(**values)
    found.kept_in = kept_in
    return found


def _by_type(definitions: Iterable[CustomField]) -> dict[str, dict[str, Field]]:
    found: dict[str, dict[str, Field]] = {}
    for definition in sorted(definitions, key=lambda one: (one.record_type, one.position, one.pk)):
        found.setdefault(definition.record_type, {})[definition.key] = field_from(definition)
    return found


RIGHTS = """
WITH RECURSIVE mine AS (
    SELECT team_id, is_main FROM accounts_membership WHERE user_id = %(user)s
), below AS (
    SELECT team_id AS id FROM mine
    UNION
    SELECT child.id FROM accounts_team child JOIN below ON child.parent_id = below.id
)
SELECT 'team', team_id::bigint, NULL, CASE WHEN is_main THEN 'main' END, 0, NULL FROM mine
UNION ALL
SELECT 'below', id, NULL, NULL, 0, NULL FROM below
UNION ALL
SELECT 'grant', NULL, g.record_type, g.action, g.scope, NULL
FROM permissions_grant g JOIN permissions_role_users ru ON ru.role_id = g.role_id
WHERE ru.user_id = %(user)s
UNION ALL
SELECT 'off', NULL, key, NULL, 0, NULL FROM settings_workspace, jsonb_array_elements_text(modules_off) key
UNION ALL
SELECT 'field', NULL, NULL, NULL, 0, (to_jsonb(f) || jsonb_build_object('kept_in', coalesce(k.name, '')))::text
FROM fields_customfield f LEFT JOIN fields_keptrollup k ON k.definition_id = f.id
WHERE f.retired_at IS NULL
"""
