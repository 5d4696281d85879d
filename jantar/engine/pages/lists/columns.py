"""Which columns a list shows: what can be chosen, what is chosen, and the form that chooses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.pages.lists.column_widths import keep_widths, widths_of
from jantar.engine.pages.lists.state import ListState, read_state, state_from
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.further import further_columns
from jantar.engine.records.grouping import is_summable
from jantar.kit.text import fold

MOST_COLUMNS = 30


@dataclass(frozen=True)
class Choosable:
    """A column as the chooser offers it; `adds_up` says that it may have a sum at the foot."""

    field: Field
    chosen: bool
    adds_up: bool = False
    has_sum: bool = False


def choose_columns(request: HttpRequest, type_name: str) -> HttpResponse:
    """The chooser as a dialog; what it sends is kept for the plain list, or in the address while a view is shown."""
    record_type = load_type(request, type_name)
    if request.method != "POST":
        state = read_state(request, record_type)
        context = {
            "state": state,
            "choosable": choosable(state),
            "further": further(state),
            "title_field": state.fields[record_type.title],
            "action": reverse("pages:columns", args=[record_type.name]),
            "has_widths": bool(widths_of(state)),
        }
        return render(request, "pages/list_columns.html", context)
    state = state_from(request.POST.get("state", ""), record_type, current_actor(request))
    if request.POST.get("reset") == "widths":
        keep_widths(state, {})
        return redirect(state.here)
    is_reset = bool(request.POST.get("reset"))
    chosen = () if is_reset else checked(state, request.POST.getlist("columns"))
    sums = () if is_reset else known_sums(state, request.POST.getlist("sums"))
    if isinstance(state.view, SavedView):
        same = tuple(state.view.sums) == sums
        return redirect(state.address(columns=chosen or None, sums=None if same or is_reset else sums))
    keep_columns(state, chosen, sums)
    return redirect(state.address(columns=None, sums=None))


def choosable(state: ListState) -> list[Choosable]:
    """Every column but the title: the chosen ones in their order, then the others."""
    title = state.record_type.title
    chosen = [name for name in state.columns if name != title]
    constant = state.record_type.defaults
    known = state.columns_known
    rest = [name for name in known if name not in chosen and name != title and name not in constant]
    return [
        Choosable(one, one.name in chosen, is_summable(one), one.name in state.sums)
        for one in (known[name] for name in (*chosen, *rest))
    ]


def further(state: ListState) -> list[tuple[Field, list[Field]]]:
    """By reference the columns of the records referred to that are not chosen yet."""
    found = []
    for at, columns in further_columns(state.record_type, state.actor):
        if left := [one for one in columns if one.name not in state.columns]:
            found.append((at, sorted(left, key=lambda one: fold(str(one.label)))))
    return found


def known_sums(state: ListState, names: Sequence[str]) -> tuple[str, ...]:
    """The names that add up, without repetition."""
    return tuple(dict.fromkeys(name for name in names if name in state.fields and is_summable(state.fields[name])))


def checked(state: ListState, names: Sequence[str]) -> tuple[str, ...]:
    """The names without repetition. Raises BadQuery for one that is no column."""
    known = state.known_among(names)
    for name in names:
        if name not in known:
            raise BadQuery("columns", _("There is no field “%(name)s”.") % {"name": name})
    return with_title(state.record_type.title, names)[:MOST_COLUMNS]


def with_title(title: str, names: Iterable[str]) -> tuple[str, ...]:
    """The title stands first: it leads to the record and stays in sight when the table is scrolled."""
    return tuple(dict.fromkeys((title, *names)))


def keep_columns(state: ListState, names: Sequence[str], sums: Sequence[str]) -> None:
    SavedView.objects.visible_to(state.actor).update_or_create(
        record_type=state.record_type.name, owner_id=state.actor.user_id, name="",
        defaults={"columns": [*names], "sums": [*sums]},
    )  # fmt: skip
