"""The dialogs in which a filter is made: one condition, or all of them as a tree; each says what it would find."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.filters.operands import own_words
from jantar.engine.pages.filters.places import Place, place_at
from jantar.engine.pages.filters.reading import row_of, rows_from, top_row, whole_row
from jantar.engine.pages.filters.rows import Row, fitted
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.forms import pickers
from jantar.engine.pages.lists.page import said_count
from jantar.engine.pages.lists.state import ListState, conditions, connective, joined, read_state, state_from
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter, is_within_limits
from jantar.engine.records.listing import count_of
from jantar.engine.records.patience import TooSlow, at_most
from jantar.kit.numbers import whole_number

#: How long the count in a dialog may take, in milliseconds.
COUNTING = 1500


def edit_condition(request: HttpRequest, type_name: str) -> HttpResponse:
    """GET shows the condition at place `at` (a new one without); POST puts it into the filter and shows the list."""
    record_type = load_type(request, type_name)
    place = Place(record_type, current_actor(request))
    if request.method != "POST":
        state = editable_state(request, record_type)
        at = place_in(request.GET, state)
        row = row_of(conditions(state.filter)[at], place) if at is not None else Row(place)
        row.is_top = True
        return show_editor(request, state, row, at)
    state = state_from(request.POST.get("state", ""), record_type, place.actor)
    row, at = top_row(request.POST, place), place_in(request.POST, state)
    try:
        tree = tree_with(state, at, row)
    except FieldError:
        return show_editor(request, state, row, at, status=422)
    return HttpResponseClientRedirect(state.address(filter=tree))


def edit_all(request: HttpRequest, type_name: str) -> HttpResponse:
    """GET shows the whole filter as a tree; POST makes it the filter of the list."""
    record_type = load_type(request, type_name)
    place = Place(record_type, current_actor(request))
    if request.method != "POST":
        state = editable_state(request, record_type)
        return show_editor(request, state, whole_row(state.filter, place), whole=True)
    state = state_from(request.POST.get("state", ""), record_type, place.actor)
    row = top_row(request.POST, place)
    try:
        tree = whole_tree(row)
    except FieldError:
        return show_editor(request, state, row, status=422, whole=True)
    return HttpResponseClientRedirect(state.address(filter=tree))


def editable_state(request: HttpRequest, record_type: Any) -> ListState:
    """The state asked for. Raises BadQuery for a filter beyond the limits, which can't be shown."""
    state = read_state(request, record_type)
    if not is_within_limits(state.filter):
        raise BadQuery("filter", _("This filter has too many conditions."))
    return state


def show_editor(
    request: HttpRequest, state: ListState, row: Row, at: int | None = None, status: int = 200, whole: bool = False
) -> HttpResponse:
    name = state.record_type.name
    context = {
        "state": state,
        "row": row,
        "at": "" if at is None else at,
        "whole": whole,
        "action": reverse("pages:filter_all" if whole else "pages:filter", args=[name]),
        "preview": f"{reverse('pages:filter_preview', args=[name])}{'?whole=1' if whole else ''}",
        "row_url": reverse("pages:filter_row", args=[name]),
        "all_url": "" if whole else state.part("filter_all", place=state.place),
    }
    return render(request, "pages/filter_dialog.html", context, status=status)


def place_in(data: QueryDict, state: ListState) -> int | None:
    return whole_number(data.get("at", ""), most=len(conditions(state.filter)) - 1)


def tree_with(state: ListState, at: int | None, row: Row) -> Any:
    """The filter of the list with the row's node at its place. Raises FieldError; the row keeps the message."""
    node = checked(row)
    if not node:
        row.errors = [_("Choose what the condition is about.")]
        raise FieldError(row.errors[0])
    nodes = conditions(state.filter)
    nodes = [*nodes, node] if at is None else [*nodes[:at], node, *nodes[at + 1 :]]
    return joined(nodes, connective(state.filter))


def whole_tree(row: Row) -> Any:
    node = checked(row)
    return node if not node or row.is_group else joined([node], "all")


def checked(row: Row) -> dict[str, Any]:
    """The row's node, as it compiles. Raises FieldError; the row keeps the message."""
    node = row.node()
    try:
        compile_filter(node, row.place.root, row.place.actor)
    except BadQuery as error:
        row.errors = [error.message]
        raise FieldError(error.message) from error
    return node


@require_POST
def show_row(request: HttpRequest, type_name: str) -> HttpResponse:
    """The rows that were sent, each fitting what is chosen in it; without any a new one, `kind` says which.

    `of` names the relations that lead to where the row stands.
    """
    record_type = load_type(request, type_name)
    place = place_at(record_type, current_actor(request), request.GET.get("of", ""))
    is_group = request.GET.get("kind") == "group"
    rows = rows_from(request.POST, place) or [fitted(Row(place, is_group=is_group))]
    is_top = request.GET.get("top") == "1"
    for row in rows:
        row.is_top = is_top
    return render(request, "pages/filter_rows.html", {"rows": rows})


@require_POST
def show_preview(request: HttpRequest, type_name: str) -> HttpResponse:
    """The filter as a sentence, and how many records it finds."""
    record_type = load_type(request, type_name)
    place = Place(record_type, current_actor(request))
    state = state_from(request.POST.get("state", ""), record_type, place.actor)
    row = top_row(request.POST, place)
    try:
        tree = whole_tree(row) if request.GET.get("whole") else tree_with(state, place_in(request.POST, state), row)
    except (FieldError, BadQuery):
        return render(request, "pages/filter_preview.html", {})
    sentence = Speaker(record_type, place.actor, [tree]).sentence(tree)
    found = counted(state.with_(filter=tree))
    return render(request, "pages/filter_preview.html", {"sentence": sentence, "count": found})


def counted(state: ListState) -> str:
    """How many records the state shows; "" when counting takes longer than a dialog may wait."""
    try:
        with at_most(COUNTING):
            return said_count(*count_of(state.query()))
    except (TooSlow, BadQuery):
        return ""


def pick_own(request: HttpRequest, type_name: str, kind: str) -> JsonResponse:
    """Colleagues or teams to compare with, "me" and "my teams" first; or the hand-picked lists of the type."""
    record_type = load_type(request, type_name)
    text = request.GET.get("q", "")[:200]
    if kind == "lists":
        return JsonResponse({"items": pickers.lists(record_type, text, current_actor(request))})
    own = (
        {"value": "me", "label": own_words("user")}
        if kind == "users"
        else {"value": "mine", "label": own_words("team")}
    )
    found = pickers.users(text) if kind == "users" else pickers.teams(text)
    return JsonResponse({"items": [own, *found] if not text or text.lower() in own["label"].lower() else found})
