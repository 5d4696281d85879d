"""Views pinned in the navigation. Pins stand in the row of their user, so that no page reads more for them."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.lists.condition import gone
from jantar.engine.lists.pins import PREFIX
from jantar.engine.pages.lists.picked_views import PickedView, picked_view
from jantar.engine.pages.lists.state import state_from
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.models import Audience, SavedView
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.platform.accounts.models import Membership, User
from jantar.ui.addresses import address
from jantar.ui.navigation import NavItem

MOST_PINS = 20


@require_POST
def pin(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """Pins a view the actor sees, or takes the pin away when there is one."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    view = SavedView.objects.visible_to(actor).exclude(name="").filter(record_type=record_type.name, pk=pk).first()
    if view is None:
        raise NotFound(_("This view no longer exists, or it is not shared with you."))
    return turn_pin(request, record_type, view)


@require_POST
def pin_list(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """The same of a hand-picked list."""
    record_type = load_type(request, type_name)
    view = picked_view(record_type, current_actor(request), f"{PREFIX}{pk}")
    if view is None:
        raise NotFound(gone())
    return turn_pin(request, record_type, view)


def turn_pin(request: HttpRequest, record_type: RecordType, view: SavedView | PickedView) -> HttpResponse:
    actor = current_actor(request)
    user = User.objects.select_for_update().get(pk=signed_in(actor))
    pins = [one for one in user.pins if one["view"] != view.pk]
    if len(pins) == len(user.pins):
        pins.append({"view": view.pk, "type": record_type.name, "label": view.name})
    if len(pins) > MOST_PINS:
        raise BadQuery("view", _("At most %(limit)d views can be pinned.") % {"limit": MOST_PINS})
    user.pins = pins
    user.save(update_fields=["pins"])
    return HttpResponseClientRedirect(state_from(request.POST.get("state", ""), record_type, actor).address())


def signed_in(actor: Actor) -> int:
    assert actor.user_id is not None
    return actor.user_id


def pins_of(user: Any) -> frozenset[int | str]:
    """The ids of the views the user pinned."""
    return frozenset(one["view"] for one in getattr(user, "pins", ()))


def pinned_items(request: HttpRequest) -> Iterator[NavItem]:
    """The pins of whoever is signed in, as far as the types may be seen. The label is part of the key, because the
    shell is kept by keys."""
    if not request.user.is_authenticated:
        return
    actor: Actor = current_actor(request)
    for order, one in enumerate(request.user.pins):
        if one["type"] not in registry or not actor.may("see", one["type"]):
            continue
        href = f"{address('pages:list', one['type'])}?view={one['view']}"
        icon = registry.get(one["type"]).icon
        key = f"view {one['view']} {one['label']}"
        yield NavItem(key, one["label"], href, icon=icon, area="pinned", order=order, is_query=True)


def follow_view(view: SavedView) -> None:
    """After a change of a view: pins have its name, and only those who see it keep one."""
    for user in User.objects.select_for_update().filter(pins__contains=[{"view": view.pk}]):
        keeps = sees(user, view)
        pins = [{**one, "label": view.name} if one["view"] == view.pk else one for one in user.pins]
        user.pins = [one for one in pins if keeps or one["view"] != view.pk]
        user.save(update_fields=["pins"])


def forget_view(pk: int) -> None:
    for user in User.objects.select_for_update().filter(pins__contains=[{"view": pk}]):
        user.pins = [one for one in user.pins if one["view"] != pk]
        user.save(update_fields=["pins"])


def sees(user: User, view: SavedView) -> bool:
    if view.team_id is not None and user.pk != view.owner_id:
        return Membership.objects.filter(user=user, team_id=view.team_id).exists()
    return user.pk == view.owner_id or view.audience == Audience.EVERYONE
