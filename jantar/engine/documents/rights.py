"""Who may do what with documents and folders.

What hangs on a record has its rights, the rest those of roles. A folder can close both further: to those named.
"""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from jantar.engine.documents.models import Access, Folder, FolderReader
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Action, Role
from jantar.engine.records.registry import registry

SEEING = (Action.SEE, Action.EXPORT)


def of_document(actor: Actor, action: str, scope: Q, path: str = "") -> Q:
    """The condition on a document; `path` leads from the row that is asked for to it ("document__")."""
    inside = Q(**{f"{path}folder__gates__contained_by": ArraySubquery(open_gates(actor, action))})
    return by_record(actor, action, "documents", scope, path) & (Q(**{f"{path}folder": None}) | inside)


def of_folder(actor: Actor, action: str, scope: Q, path: str = "") -> Q:
    gates = Q(**{f"{path}gates__contained_by": ArraySubquery(open_gates(actor, action))})
    return by_record(actor, action, "folders", scope, path) & gates


def by_record(actor: Actor, action: str, name: str, scope: Q, path: str) -> Q:
    """The condition for `action`; `scope` is that of the roles and holds for what hangs on no record.

    Who sees a record sees what hangs on it; who may edit it may add, change and delete there.
    """
    needed = Action.SEE if action in SEEING else Action.EDIT
    condition = Q(**{f"{path}about_type": ""}) & scope
    if not actor.may(action, name):
        return condition
    for record_type in registry.all():
        if record_type.within is not None or not actor.may(needed, record_type.name):
            continue
        rows = record_type.visible_to(actor, needed).filter(pk=OuterRef(f"{path}about_id"))
        condition |= Q(Exists(rows), **{f"{path}about_type": record_type.name})
    return condition


def open_gates(actor: Actor, action: str) -> "QuerySet[Any, Any]":
    """The ids of the closed folders that the actor may look into, or whose contents the actor may change."""
    readers = FolderReader.objects.all() if action in SEEING else FolderReader.objects.filter(may_change=True)
    roles = Role.objects.filter(users=actor.user_id).values("pk") if actor.user_id else Role.objects.none().values("pk")
    wider = readers.filter(Q(team__in=actor.teams) | Q(role__in=roles)).values("folder")
    limited = Q(access=Access.LIMITED) if actor.is_admin else Q(access=Access.LIMITED, pk__in=wider)
    if actor.user_id is None:
        return Folder.objects.filter(limited).order_by().values("pk")
    named = Q(owner=actor.user_id) | Q(pk__in=readers.filter(user=actor.user_id).values("folder"))
    return Folder.objects.exclude(access=Access.OPEN).filter(named | limited).order_by().values("pk")
