"""Who may do what with hand-picked lists: beside the scope of the roles it counts for whom a list is."""

from django.db.models import Q

from jantar.engine.lists.models import Audience
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Action


def of_list(actor: Actor, action: str, scope: Q, path: str = "") -> Q:
    """The condition on a list; `path` leads from the row that is asked for to it.

    Who sees a shared list may also put records in and take them out. It is deleted by its owner, a shared one by
    administrators too. Jantar itself, which acts for nobody in particular, knows all lists.
    """
    if actor.is_admin and actor.user_id is None:
        return scope
    own = Q(**{f"{path}owner_id": actor.user_id})
    shared = Q(**{f"{path}audience": Audience.EVERYONE})
    if actor.is_admin:
        return scope & (own | ~Q(**{f"{path}audience": Audience.PRIVATE}))
    if action == Action.DELETE:
        return scope & own
    if actor.teams:
        shared |= Q(**{f"{path}audience": Audience.TEAM, f"{path}team_id__in": actor.teams})
    return scope & (own | shared)
