"""What a new installation starts with: ready-made roles and one pipeline, in the language of the company.

Later changes by the company are kept.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from jantar.engine.permissions.models import Action, Grant, Role, Scope
from jantar.modules.sales.models import Pipeline, Stage, Status
from jantar.modules.sales.services import create_pipeline
from jantar.platform.accounts.models import User

CONTACTS = ("companies", "people")
WORK = ("deals", "activities", "tasks")
SEE, CREATE, EDIT, DELETE = Action.SEE, Action.CREATE, Action.EDIT, Action.DELETE
IMPORT, EXPORT, BULK = Action.IMPORT, Action.EXPORT, Action.BULK
#: Documents that hang on no record; those on a record have its rights.
DOCUMENTS = ("documents", "folders")
#: Hand-picked lists are their owners' own tools; whom they are shared with stands on each.
LISTS: "Rights" = dict.fromkeys((SEE, CREATE, EDIT, DELETE, EXPORT, BULK), Scope.ALL)
OWN, TEAM, BELOW, ALL = Scope.OWN, Scope.TEAM, Scope.BELOW, Scope.ALL

Rights = dict[Action, Scope]
EVERYTHING: Rights = dict.fromkeys(Action, ALL)
#: key -> (name, rights to contacts, rights to deals, activities and tasks)
ROLES: dict[str, tuple[str, Rights, Rights]] = {
    "seller": (
        _("Seller"),
        {SEE: ALL, CREATE: ALL, EDIT: TEAM, DELETE: OWN, IMPORT: ALL, EXPORT: ALL, BULK: TEAM},
        {SEE: TEAM, CREATE: ALL, EDIT: TEAM, DELETE: OWN, IMPORT: ALL, EXPORT: TEAM, BULK: OWN},
    ),
    "manager": (
        _("Sales manager"),
        {SEE: ALL, CREATE: ALL, EDIT: ALL, DELETE: BELOW, IMPORT: ALL, EXPORT: ALL, BULK: ALL},
        {SEE: BELOW, CREATE: ALL, EDIT: BELOW, DELETE: BELOW, IMPORT: ALL, EXPORT: BELOW, BULK: BELOW},
    ),
    "marketer": (
        _("Marketer"),
        {SEE: ALL, CREATE: ALL, EDIT: ALL, DELETE: OWN, IMPORT: ALL, EXPORT: ALL, BULK: ALL},
        {SEE: ALL, CREATE: ALL, EDIT: OWN, DELETE: OWN},
    ),
    "service_agent": (
        _("Service agent"),
        {SEE: ALL, CREATE: ALL, EDIT: ALL},
        {SEE: TEAM, CREATE: ALL, EDIT: OWN, DELETE: OWN},
    ),
    "back_office": (_("Back office"), EVERYTHING, {SEE: ALL, CREATE: ALL, EDIT: ALL, EXPORT: ALL}),
    "read_only": (_("Read only"), {SEE: ALL}, {SEE: ALL}),
}


PIPELINE = _("New business")
STAGES = [
    (_("Contacted"), Status.OPEN, 10),
    (_("Needs understood"), Status.OPEN, 25),
    (_("Quote sent"), Status.OPEN, 50),
    (_("Negotiation"), Status.OPEN, 75),
    (_("Won"), Status.WON, 100),
    (_("Lost"), Status.LOST, 0),
]


def prepare(**_signal: Any) -> None:
    """Runs after every upgrade: where there are roles, which of them there are is the company's choice."""
    with translation.override(settings.COMPANY_LANGUAGE):
        if not Role.objects.exists():
            for key, (name, contacts, work) in ROLES.items():
                create_role(key, gettext(name), contacts, work)
        if not Pipeline.objects.exists():
            create_pipeline(gettext(PIPELINE), [(gettext(name), status, chance) for name, status, chance in STAGES])


def speak(language: str) -> None:
    """Puts the ready-made names into another language, as long as nobody works with them: there are no users yet."""
    if User.objects.exists():
        return
    named: list[tuple[Any, Iterable[str]]] = [
        (Role.objects.filter(key__in=ROLES), [name for name, _contacts, _work in ROLES.values()]),
        (Pipeline.objects.all(), [PIPELINE]),
        (Stage.objects.all(), [name for name, _status, _chance in STAGES]),
    ]
    for rows, names in named:
        spoken = {text: in_language(language, name) for name in names for text in in_all_languages(name)}
        for row in rows:
            if spoken.get(row.name, row.name) != row.name:
                row.name = spoken[row.name]
                row.save(update_fields=["name"])


def in_language(language: str, text: str) -> str:
    with translation.override(language):
        return gettext(text)


def in_all_languages(text: str) -> list[str]:
    return [in_language(language, text) for language, _label in settings.LANGUAGES]


def create_role(key: str, name: str, contacts: Rights, work: Rights) -> None:
    role = Role.objects.create(key=key, name=name)
    papers = {action: scope for action, scope in contacts.items() if action != IMPORT}
    rights = {
        **dict.fromkeys(CONTACTS, contacts), **dict.fromkeys(WORK, work), **dict.fromkeys(DOCUMENTS, papers),
        "lists": LISTS,
    }  # fmt: skip
    Grant.objects.bulk_create(
        Grant(role=role, record_type=record_type, action=action, scope=scope)
        for record_type, granted in rights.items()
        for action, scope in granted.items()
    )
