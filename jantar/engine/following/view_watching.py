"""Watching a view: being told which records come into it and which leave it."""

from django.utils.translation import gettext as _

from jantar.engine.following.models import ViewWatch
from jantar.engine.following.questions import place_of, view_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery, NotAllowed, NotFound
from jantar.engine.records.record_type import RecordType

MOST_WATCHES = 50


def watch_view(record_type: RecordType, view: str, *, actor: Actor) -> ViewWatch:
    """The actor is told from now on. Raises NotFound, NotAllowed, BadQuery."""
    if actor.user_id is None:
        raise NotAllowed(_("Only a user can watch records."))
    view_of(view, record_type, actor)
    if (known := watch_of_view(record_type, view, actor)) is not None:
        return known
    if ViewWatch.objects.filter(user=actor.user_id).count() >= MOST_WATCHES:
        raise BadQuery("view", _("You watch %(n)d views already. End some first.") % {"n": MOST_WATCHES})
    return ViewWatch.objects.create(user_id=actor.user_id, record_type=record_type.name, **place_of(view))


def unwatch_view(pk: int, *, actor: Actor) -> None:
    """Raises NotFound when it is not the actor's."""
    if not ViewWatch.objects.filter(pk=pk, user=actor.user_id).delete()[0]:
        raise NotFound(_("You do not watch this."))


def watch_of_view(record_type: RecordType, view: str, actor: Actor) -> ViewWatch | None:
    """The actor's watch of that view, with its last look."""
    rows = ViewWatch.objects.filter(user=actor.user_id, record_type=record_type.name, **place_of(view))
    return rows.select_related("look").first()


def watched_views(actor: Actor) -> list[ViewWatch]:
    return list(ViewWatch.objects.filter(user=actor.user_id).select_related("look").order_by("record_type", "pk"))
