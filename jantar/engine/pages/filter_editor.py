"""The dialog in which one condition of a filter is made or changed."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages import pickers
from jantar.engine.pages.filter_operands import own_words
from jantar.engine.pages.filter_rows import Row, fitted, new_prefix, prefixes, row_from, row_of
from jantar.engine.pages.list_state import ListState, conditions, connective, joined, read_state, state_from
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.kit.numbers import whole_number


def edit_condition(request: HttpRequest, type_name: str) -> HttpResponse:
    """GET shows the condition at place `at` (a new one without); POST puts it into the filter and shows the list."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    if request.method != "POST":
        state = read_state(request, record_type)
        at = place_in(request.GET, state)
        node = conditions(state.filter)[at] if at is not None else None
        row = row_of(node, record_type, actor) if node else Row(record_type, actor)
        return show_editor(request, state, row, at)
    state = state_from(request.POST.get("state", ""), record_type, actor)
    at = place_in(request.POST, state)
    row = row_from(request.POST, record_type, actor)
    try:
        nodes = put(conditions(state.filter), at, row.node())
    except FieldError:
        return show_editor(request, state, row, at, status=422)
    return HttpResponseClientRedirect(state.address(filter=joined(nodes, connective(state.filter))))


def show_editor(
    request: HttpRequest, state: ListState, row: Row | None, at: int | None, status: int = 200
) -> HttpResponse:
    name = state.record_type.name
    context = {
        "state": state,
        "row": row,
        "at": "" if at is None else at,
        "action": reverse("pages:filter", args=[name]),
        "row_url": reverse("pages:filter_row", args=[name]),
    }
    return render(request, "pages/filter_dialog.html", context, status=status)


def place_in(data: QueryDict, state: ListState) -> int | None:
    return whole_number(data.get("at", ""), most=len(conditions(state.filter)) - 1)


def put(nodes: list[Any], at: int | None, node: Any) -> list[Any]:
    return [*nodes, node] if at is None else [*nodes[:at], node, *nodes[at + 1 :]]


def show_row(request: HttpRequest, type_name: str) -> HttpResponse:
    """One row for what is chosen in it; `of` names the relation whose records it is about."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    relation = request.GET.get("of", "")
    if relation and relation not in Row(record_type, actor).relations:
        raise NotFound(_("There is no such page."))
    prefix = next(iter(prefixes(request.GET)), "") or new_prefix() if relation else ""
    row = fitted(row_from(request.GET, record_type, actor, prefix, relation))
    return render(request, "pages/filter_row.html", {"row": row})


def pick_own(request: HttpRequest, type_name: str, kind: str) -> JsonResponse:
    """Colleagues or teams to compare with, "me" and "my teams" first."""
    load_type(request, type_name)
    text = request.GET.get("q", "")[:200]
    own = (
        {"value": "me", "label": own_words("user")}
        if kind == "users"
        else {"value": "mine", "label": own_words("team")}
    )
    found = pickers.users(text) if kind == "users" else pickers.teams(text)
    return JsonResponse({"items": [own, *found] if not text or text.lower() in own["label"].lower() else found})
