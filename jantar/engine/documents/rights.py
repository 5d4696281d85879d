"""Who may do what with a document: what hangs on a record has its rights, the rest those of roles."""

from django.db.models import Exists, OuterRef, Q

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Action
from jantar.engine.records.registry import registry


def by_record(actor: Actor, action: str, scope: Q, path: str = "") -> Q:
    """The condition for `action`; `scope` is that of the roles and holds for what hangs on no record.

    Who sees a record sees what hangs on it; who may edit it may add, change and delete there. `path` leads from
    the row that is asked for to the document ("folder__").
    """
    needed = Action.SEE if action in (Action.SEE, Action.EXPORT) else Action.EDIT
    condition = Q(**{f"{path}about_type": ""}) & scope
    if not actor.may(action, "documents"):
        return condition
    for record_type in registry.all():
        if record_type.within is not None or not actor.may(needed, record_type.name):
            continue
        rows = record_type.visible_to(actor, needed).filter(pk=OuterRef(f"{path}about_id"))
        condition |= Q(Exists(rows), **{f"{path}about_type": record_type.name})
    return condition
