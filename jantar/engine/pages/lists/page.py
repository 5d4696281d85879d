"""The list of a record type."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.lists.models import RecordList
from jantar.engine.pages.filters.bar import FilterBar
from jantar.engine.pages.filters.words import capital
from jantar.engine.pages.lists.column_widths import Column, columns_of
from jantar.engine.pages.lists.groups import Groups, choices_of, units_of
from jantar.engine.pages.lists.picked_views import PickedView
from jantar.engine.pages.lists.pinned_views import pins_of
from jantar.engine.pages.lists.rows import NUMBERS, ListRows
from jantar.engine.pages.lists.saved_views import ViewMenu
from jantar.engine.pages.lists.state import FIRST, ListState, encode, read_state
from jantar.engine.pages.lists.sums import fields_of, may_pick_in, may_select_in, summed
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.filters import is_within_limits
from jantar.engine.records.listing import Page, count_of, page_of
from jantar.engine.records.record_type import RecordType
from jantar.ui.addresses import address

ROWS = 50


def show_list(request: HttpRequest, type_name: str) -> HttpResponse:
    """A state that can't be shown (a filter over a removed field) is explained where the rows would stand."""
    record_type = load_type(request, type_name)
    try:
        state = read_state(request, record_type)
        groups = Groups(state) if state.by else None
        page = Page([], None) if groups else page_of(state.query(limit=ROWS, cursor=state.cursor, narrow=True))
    except BadQuery as error:
        return show_error(request, record_type, error)
    return render(
        request,
        "pages/list.html",
        {"record_type": record_type, "list": List(state, page, groups, pins_of(request.user))},
    )


def show_error(request: HttpRequest, record_type: RecordType, error: BadQuery, place: str = "list") -> HttpResponse:
    """Why the list or board can't be shown, with its conditions where they can be mended."""
    plain = ListState(record_type, current_actor(request), place)
    context: dict[str, Any] = {"record_type": record_type, "error": error, "state": plain}
    try:
        state = read_state(request, record_type, place)
    except BadQuery:
        return render(request, "pages/list_error.html", context, status=400)
    if is_within_limits(state.filter):
        context |= {"state": state, "bar": FilterBar(state), "menu": ViewMenu(state, pins_of(request.user))}
    return render(request, "pages/list_error.html", context, status=400)


def show_count(request: HttpRequest, type_name: str) -> HttpResponse:
    """How many records the list has; asked for after the page, so that rows never wait for counting."""
    record_type = load_type(request, type_name)
    state = read_state(request, record_type)
    return render(request, "pages/list_count.html", {"count": said_count(*count_of(state.query()))})


def show_row(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """The row of one record with the columns of the list, after it was changed beside it. Raises NotFound."""
    state = read_state(request, load_type(request, type_name))
    query = replace(state.query(limit=1, narrow=True, condition=Q(pk=pk)), filter=None, search="", sort="")
    rows = page_of(query).rows
    if not rows:
        raise NotFound(_("There is no such record."))
    return HttpResponse(ListRows(state.record_type, fields_of(state), rows, state.actor, may_select_in(state)).html)


@dataclass(frozen=True)
class Header:
    """A column's head. `href` sorts by it alone, `add_href` adds it as a further key; "" where it can't.

    `place` is its number among several keys.
    """

    label: str
    name: str
    href: str = ""
    add_href: str = ""
    direction: str = ""
    is_number: bool = False
    place: str = ""


class List:
    """What the template shows of one page."""

    def __init__(
        self, state: ListState, page: Page, groups: Groups | None = None, pins: frozenset[int | str] = frozenset()
    ) -> None:
        self.state = state
        self.page = page
        self.groups = groups
        self.bar = FilterBar(state)
        self.views = ViewMenu(state, pins)
        self.record_type: RecordType = state.record_type
        self.fields = [state.columns_known[name] for name in state.columns if name != self.record_type.title]

    @cached_property
    def rows(self) -> SafeString:
        """The rows as HTML, "" when there are none."""
        return ListRows(self.record_type, self.fields, self.page.rows, self.state.actor, self.may_select).html

    @cached_property
    def headers(self) -> list[Header]:
        return [header_of(self.state, field) for field in self.fields]

    @cached_property
    def columns(self) -> list[Column]:
        return columns_of(self.state)

    @property
    def has_widths(self) -> bool:
        return self.columns[0].width is not None

    @property
    def row_part(self) -> str:
        """Where the row of a record comes from, with {key} for its id."""
        parameters = self.state.with_().parameters()
        return f"{self.state.path}rows/{{key}}/" + (f"?{encode(parameters)}" if parameters else "")

    @property
    def widths_part(self) -> str:
        return address("pages:column_widths", self.record_type.name)

    @cached_property
    def title_header(self) -> Header:
        return header_of(self.state, self.state.fields[self.record_type.title])

    @cached_property
    def unseen_order(self) -> list[Header]:
        """By what the rows are sorted, where no column's head tells it."""
        names = [key.lstrip("-") for key in self.state.sorted_by.split(",")]
        if any(name in self.state.columns for name in names):
            return []
        return [header_of(self.state, self.state.fields[name]) for name in names if name in self.state.fields]

    @property
    def beside(self) -> str:
        """The id of the record that opens beside the list; "" when none is asked for or there is none."""
        if self.state.beside != FIRST:
            return self.state.beside
        return str(self.page.rows[0].pk) if self.page.rows else ""

    @property
    def next(self) -> str:
        return self.state.address(cursor=self.page.next_cursor) if self.page.next_cursor else ""

    @property
    def previous(self) -> str:
        return self.state.address(cursor=self.page.previous_cursor) if self.page.previous_cursor else ""

    @property
    def known_count(self) -> str:
        """The count where the page itself tells it: it is the first and the last one."""
        if self.groups:
            return "" if self.groups.count is None else said_count(self.groups.count, True)
        is_whole = not self.state.cursor and not self.page.next_cursor
        return said_count(len(self.page.rows), True) if is_whole else ""

    @property
    def columns_part(self) -> str:
        return self.state.part("columns")

    @property
    def count_part(self) -> str:
        return self.state.part("count")

    @property
    def is_empty(self) -> bool:
        return not (self.groups.groups if self.groups else self.page.rows)

    @cached_property
    def group_choices(self) -> list[tuple[str, str, bool]]:
        return choices_of(self.state)

    @cached_property
    def group_units(self) -> list[tuple[str, str, bool]]:
        return units_of(self.groups.by, self.state) if self.groups else []

    @property
    def group_label(self) -> str:
        return capital(self.groups.by.label) if self.groups else ""

    @property
    def ungrouped(self) -> str:
        return self.state.address(by="")

    @property
    def sums_part(self) -> str:
        """Where the foot of the list comes from; "" when nothing is added up."""
        return self.state.part("sums") if summed(self.state) and not self.is_empty else ""

    @property
    def width(self) -> int:
        return len(self.fields) + 1 + self.may_select

    @cached_property
    def kept_by(self) -> str:
        """Everything besides the language that the menus and heads kept in the cache depend on.

        They may show nothing that this does not name (decision 17).
        """
        state = self.state
        known = [(field.name, str(field.label)) for field in state.columns_known.values()]
        widths = [(column.name, column.width) for column in self.columns]
        shown = (state.text, state.by, state.exports, state.board_address, known, widths, self.may, self.may_select)
        return repr((*shown, self.views.kept_by))

    @cached_property
    def may(self) -> dict[str, bool]:
        name, actor = self.record_type.name, self.state.actor
        return {action: actor.may(action, name) for action in ("create", "edit", "delete", "bulk", "import", "export")}

    @cached_property
    def may_pick(self) -> bool:
        return may_pick_in(self.state)

    @property
    def picked(self) -> RecordList | None:
        """The hand-picked list that is shown."""
        return self.state.view.picked if isinstance(self.state.view, PickedView) else None

    @cached_property
    def may_select(self) -> bool:
        return may_select_in(self.state)


def header_of(state: ListState, field: Field) -> Header:
    label = capital(field.label)
    number = field.kind in NUMBERS
    if not field.sortable:
        return Header(label, field.name, is_number=number)
    keys = [key.strip() for key in state.sorted_by.split(",")]
    now = next((key for key in keys if key.lstrip("-") == field.name), "")
    turned = field.name if now.startswith("-") else f"-{field.name}" if now else field.name
    others = [key for key in keys if key.lstrip("-") != field.name] if state.sort else []
    added = ",".join([turned if key == now else key for key in keys] if now else [*others, turned])
    return Header(
        label,
        field.name,
        state.address(sort=turned),
        state.address(sort=added),
        "" if not now else "desc" if now.startswith("-") else "asc",
        number,
        str(keys.index(now) + 1) if now and len(keys) > 1 else "",
    )


def said_count(number: int, is_exact: bool) -> str:
    """ "1,240", or "about 12,000" where only the planner's estimate is known."""
    text = show.number(number)
    return text if is_exact else _("about %(number)s") % {"number": text}
