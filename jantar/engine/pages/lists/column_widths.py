"""How wide the columns of a list are: each user's own, for the plain list and for each view.

They are kept in the user's own layout of the type, under the key of the view ("" for none), and stand in the page as
`width` of its `col` elements: nothing moves when a script comes, and no inline style is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.fields.base import Field
from jantar.engine.pages.lists.state import ListState, state_from
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery
from jantar.kit.numbers import whole_number

#: In CSS pixels.
NARROWEST, WIDEST = 48, 900
#: Width in CSS pixels of a column nobody drew yet, in a list where others were.
USUAL = {"boolean": 88, "number": 112, "integer": 104, "percent": 104, "duration": 112, "money": 136, "date": 120}
USUAL_TITLE, USUAL_OTHER = 240, 168


@dataclass(frozen=True)
class Column:
    """One `col` of the table; `width` is None in a list whose columns are as wide as their texts."""

    name: str
    width: int | None


def columns_of(state: ListState) -> list[Column]:
    kept = widths_of(state)
    title = state.record_type.title
    shown = [title, *(name for name in state.columns if name != title)]
    if not kept:
        return [Column(name, None) for name in shown]
    return [Column(name, kept.get(name) or usual_width(state.columns_known[name], name == title)) for name in shown]


def usual_width(field: Field, is_title: bool) -> int:
    return USUAL_TITLE if is_title else USUAL.get(field.kind, USUAL_OTHER)


def widths_of(state: ListState) -> dict[str, int]:
    """What the user drew for the view shown, in CSS pixels by column; empty for nothing."""
    return dict(state.layout.widths.get(view_key(state), {})) if state.layout else {}


def view_key(state: ListState) -> str:
    return str(state.view.pk) if state.view else ""


@require_POST
def set_widths(request: HttpRequest, type_name: str) -> HttpResponse:
    """Keeps `width-NAME` in CSS pixels for the columns named, of the view shown. Raises BadQuery."""
    record_type = load_type(request, type_name)
    state = state_from(request.POST.get("state", ""), record_type, current_actor(request))
    given = {
        name.removeprefix("width-"): request.POST.get(name, "") for name in request.POST if name.startswith("width-")
    }
    keep_widths(state, {**widths_of(state), **read_widths(state, given)})
    return HttpResponse(status=204)


def read_widths(state: ListState, given: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for name, text in given.items():
        width = whole_number(text)
        if name not in state.columns_known or width is None:
            raise BadQuery("widths", _("There is no field “%(name)s”.") % {"name": name[:60]})
        found[name] = min(max(width, NARROWEST), WIDEST)
    return found


def keep_widths(state: ListState, widths: Mapping[str, int], key: str | None = None) -> None:
    """Keeps them for the view shown, or the one with the key; an empty mapping goes back to the usual widths.

    Those of views that are gone are dropped.
    """
    key = view_key(state) if key is None else key
    alive = {"", key, *(str(view.pk) for view in state.all_views)}
    old = state.layout.widths if state.layout else {}
    kept = {name: value for name, value in old.items() if name in alive and name != key}
    if widths:
        kept[key] = dict(widths)
    if kept == old:
        return
    SavedView.objects.visible_to(state.actor).update_or_create(
        record_type=state.record_type.name, owner_id=state.actor.user_id, name="", defaults={"widths": kept}
    )
