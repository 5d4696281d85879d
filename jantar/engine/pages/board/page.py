"""The board of a record type: columns that load by themselves, cards that are moved."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.fields.base import Field
from jantar.engine.pages.board.columns import BoardState, card_of, key_of, key_of_column
from jantar.engine.pages.filters.bar import FilterBar
from jantar.engine.pages.forms.controls import (
    Control,
    control_from,
    control_with,
    fill_errors,
    label_references,
    read_values,
)
from jantar.engine.pages.lists.page import show_error
from jantar.engine.pages.lists.pinned_views import pins_of
from jantar.engine.pages.lists.saved_views import ViewMenu
from jantar.engine.pages.lists.state import ListState, encode, read_state
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery, Invalid
from jantar.engine.records.listing import sorted_rows
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_closed_dialog, with_event


def show_board(request: HttpRequest, type_name: str) -> HttpResponse:
    """The frame of the board; each column then asks for its cards."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    try:
        state = read_state(request, record_type, "board")
        board = BoardState(state)
        sorted_rows(state.query(condition=board.condition(board.columns)))  # refuses what the columns could not show
    except BadQuery as error:
        return show_error(request, record_type, error, "board")
    context = {
        "record_type": record_type,
        "state": state,
        "board": board,
        "bar": FilterBar(state),
        "views": ViewMenu(state, pins_of(request.user)),
        "columns": [(column, key_of_column(column), column_url(state, column)) for column in board.columns],
        "groups": [(label, state.address(group=str(value)), value == board.group) for value, label in board.groups],
        "move_url": state.part("board_move") if actor.may("edit", type_name) else "",
        "may": {"create": actor.may("create", type_name)},
    }
    return render(request, "pages/board.html", context)


def column_url(state: ListState, column: Any, **more: str) -> str:
    return state.part("board_column", place="board", column=key_of_column(column), **more)


def show_column(request: HttpRequest, type_name: str) -> HttpResponse:
    """A column with its first cards, count and sum; with `after` only the next cards."""
    record_type = load_type(request, type_name)
    board = BoardState(read_state(request, record_type, "board"))
    column = board.column(request.GET.get("column", ""))
    cursor = request.GET.get("after", "")
    page = board.page(column, cursor)
    key = key_of_column(column)
    context = {
        "column": column,
        "key": key,
        "place": [key_of_column(one) for one in board.columns].index(key),
        "cards": [card_of(board, row) for row in page.rows],
        "more_url": column_url(board.state, column, after=page.next_cursor) if page.next_cursor else "",
        "self_url": column_url(board.state, column),
        "loads_by_itself": True,
    }
    if cursor:
        return render(request, "pages/board_more.html", context)
    context["summary"] = board.summaries([column])[key]
    return render(request, "pages/board_column.html", context)


@require_POST
def move_card(request: HttpRequest, type_name: str) -> HttpResponse:
    """Puts a card into a column: an ordinary change of one field.

    Answers with the new version, counts and sums; with the address of a dialog when the record's own rules
    ask for more first (a reason); a refusal of the engine becomes its message, and the card goes back.
    """
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    board = BoardState(read_state(request, record_type, "board"))
    column = board.column(request.POST.get("column", ""))
    record = load_record(request, record_type, number(request.POST.get("card", "")), "edit")
    before = board.column_of(record)
    value = board.by.load(column.value)
    if before is not None and key_of_column(before) == key_of_column(column):
        return JsonResponse({"version": record.version})
    version = number(request.POST.get("version", ""))
    try:
        record = write.update(record_type, record.pk, {board.board.by: value}, actor=actor, version=version)
    except Invalid as error:
        if asked := [name for name in error.errors if name in board.state.fields and name != board.board.by]:
            return JsonResponse({"dialog": ask_url(board, record.pk, column, version, asked)})
        raise
    shown = [column] if before is None else [before, column]
    columns = {key: {"count": one.count, "sum": one.sum} for key, one in board.summaries(shown).items()}
    return JsonResponse({"version": record.version, "columns": columns})


def ask_url(board: BoardState, pk: int, column: Any, version: int, names: list[str]) -> str:
    url = reverse("pages:board_ask", args=[board.state.record_type.name])
    asked = {"card": pk, "column": key_of_column(column), "version": version, "fields": ",".join(names)}
    group = {"group": key_of(board.group)} if board.group is not None else {}
    return f"{url}?{encode({**asked, **group})}"


def ask_more(request: HttpRequest, type_name: str) -> HttpResponse:
    """A dialog for the fields a move needs besides; its POST moves the card and the board loads anew."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    board = BoardState(read_state(request, record_type, "board"))
    column = board.column(request.GET.get("column", ""))
    record = load_record(request, record_type, number(request.GET.get("card", "")), "edit")
    controls = asked_controls(board, request, record)
    errors: list[str] = []
    if request.method == "POST":
        values = read_values(controls.values())
        if not any(control.errors for control in controls.values()):
            values[board.board.by] = board.by.load(column.value)
            try:
                version = number(request.GET.get("version", ""))
                write.update(record_type, record.pk, values, actor=actor, version=version)
            except Invalid as error:
                left = fill_errors(controls, error.errors)
                errors = [message for messages in left.values() for message in messages]
            else:
                return with_event(with_closed_dialog(HttpResponse(status=204)), "board:changed")
    label_references(controls.values(), actor)
    context = {
        "record": record, "column": column, "controls": controls.values(), "errors": errors,
        "action": request.get_full_path(),
    }  # fmt: skip
    return render(request, "pages/board_ask.html", context, status=422 if request.method == "POST" else 200)


def asked_controls(board: BoardState, request: HttpRequest, record: Any) -> Mapping[str, Control]:
    fields: dict[str, Field] = {
        name: board.state.fields[name]
        for name in request.GET.get("fields", "").split(",")
        if name in board.state.fields and not board.state.fields[name].read_only
    }
    if request.method == "POST":
        return {name: control_from(field, request.POST) for name, field in fields.items()}
    return {name: control_with(field, field.read(record)) for name, field in fields.items()}


def number(text: str) -> int:
    """An id or version from a form. Raises BadQuery."""
    found = whole_number(text)
    if found is None:
        raise BadQuery("card", _("Part of the request could not be understood."))
    return found
