"""What a new installation starts with: ready-made roles and one pipeline. Later changes by the company are kept."""

from typing import Any

from jantar.engine.permissions.models import Action, Grant, Role, Scope
from jantar.modules.sales.models import Pipeline, Status
from jantar.modules.sales.services import create_pipeline

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
        "Seller",
        {SEE: ALL, CREATE: ALL, EDIT: TEAM, DELETE: OWN, IMPORT: ALL, EXPORT: ALL, BULK: TEAM},
        {SEE: TEAM, CREATE: ALL, EDIT: TEAM, DELETE: OWN, IMPORT: ALL, EXPORT: TEAM, BULK: OWN},
    ),
    "manager": (
        "Sales manager",
        {SEE: ALL, CREATE: ALL, EDIT: ALL, DELETE: BELOW, IMPORT: ALL, EXPORT: ALL, BULK: ALL},
        {SEE: BELOW, CREATE: ALL, EDIT: BELOW, DELETE: BELOW, IMPORT: ALL, EXPORT: BELOW, BULK: BELOW},
    ),
    "marketer": (
        "Marketer",
        {SEE: ALL, CREATE: ALL, EDIT: ALL, DELETE: OWN, IMPORT: ALL, EXPORT: ALL, BULK: ALL},
        {SEE: ALL, CREATE: ALL, EDIT: OWN, DELETE: OWN},
    ),
    "service_agent": (
        "Service agent",
        {SEE: ALL, CREATE: ALL, EDIT: ALL},
        {SEE: TEAM, CREATE: ALL, EDIT: OWN, DELETE: OWN},
    ),
    "back_office": ("Back office", EVERYTHING, {SEE: ALL, CREATE: ALL, EDIT: ALL, EXPORT: ALL}),
    "read_only": ("Read only", {SEE: ALL}, {SEE: ALL}),
}


def prepare(**_signal: Any) -> None:
    """Runs after every upgrade: where there are roles, which of them there are is the company's choice."""
    if not Role.objects.exists():
        for key, (name, contacts, work) in ROLES.items():
            create_role(key, name, contacts, work)
    if not Pipeline.objects.exists():
        create_pipeline(
            "New business",
            [
                ("Contacted", Status.OPEN, 10),
                ("Needs understood", Status.OPEN, 25),
                ("Quote sent", Status.OPEN, 50),
                ("Negotiation", Status.OPEN, 75),
                ("Won", Status.WON, 100),
                ("Lost", Status.LOST, 0),
            ],
        )


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
