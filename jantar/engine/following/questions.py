"""The records of a view as somebody who watches it sees them now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from jantar.engine.following.models import OfView
from jantar.engine.lists.condition import LISTS, gone
from jantar.engine.lists.models import RecordList
from jantar.engine.lists.pins import PREFIX
from jantar.engine.lists.services import lists_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.record_type import RecordType


@dataclass(frozen=True)
class Watched:
    """A view as far as watching it goes; a hand-picked list is one."""

    key: str
    name: str
    filter: Mapping[str, Any]
    search: str = ""

    @property
    def is_list(self) -> bool:
        return is_list(self.key)


def saved_views(actor: Actor) -> Any:
    """The saved views the actor sees. Their model stands with the pages, above this package."""
    return apps.get_model("pages", "SavedView")._default_manager.visible_to(actor).exclude(name="")


def view_of(key: str, record_type: RecordType, actor: Actor) -> Watched:
    """The view with that name or number, or the hand-picked list ("list-5"). Raises NotFound."""
    if is_list(key):
        picked = lists_of(record_type, actor).filter(pk=list_number(key)).first()
        if picked is None:
            raise NotFound(gone())
        return Watched(key, picked.name, {"all": [{"field": LISTS, "op": "is", "value": picked.pk}]})
    if ready := next((one for one in record_type.views if one.name == key), None):
        return Watched(key, str(ready.label), ready.filter)
    row = saved_views(actor).filter(record_type=record_type.name, pk=key).first() if is_saved(key) else None
    if row is None:
        raise NotFound(_("This view no longer exists, or it is not shared with you."))
    return Watched(key, row.name, row.filter, row.search)


def place_of(key: str) -> dict[str, Any]:
    """The columns of a watch that name the view."""
    return {"view_id": int(key), "ready": ""} if is_saved(key) else {"view_id": None, "ready": key}


def rows_watched(watch: OfView, record_type: RecordType, actor: Actor, condition: Q | None = None) -> Any:
    """The records as a queryset. Raises NotFound, BadQuery. Days are those of the time zone in force."""
    view = view_of(watch.view_key, record_type, actor)
    return rows_of(Query(record_type, actor, filter=view.filter, search=view.search, condition=condition))


def is_saved(key: str) -> bool:
    """Whether a view is called by its number, as saved ones are; within what the column holds."""
    return key.isascii() and key.isdecimal() and len(key) <= 18


def is_list(key: str) -> bool:
    return key.startswith(PREFIX) and is_saved(key.removeprefix(PREFIX))


def list_number(key: str) -> int:
    return int(key.removeprefix(PREFIX))


def names_of_views(watches: Sequence[OfView], actor: Actor) -> dict[str, str]:
    """The names of the saved views and lists among what is watched that the actor sees, by key; two statements."""
    wanted = {one.view_id for one in watches if one.view_id}
    lists = {list_number(one.ready) for one in watches if is_list(one.ready)}
    found = {str(row.pk): row.name for row in saved_views(actor).filter(pk__in=wanted)} if wanted else {}
    rows = RecordList.objects.visible_to(actor).filter(pk__in=lists) if lists else ()
    return found | {f"{PREFIX}{row.pk}": row.name for row in rows}
