"""A list in groups: a head for each with its count and sums; the rows of a group come when it is opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.pages.filter_words import capital
from jantar.engine.pages.list_rows import ListRows
from jantar.engine.pages.list_state import ListState, read_state
from jantar.engine.pages.list_sums import Cell, fields_of, may_select_in, rows_of_cells, summed
from jantar.engine.pages.loading import load_type
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.grouping import Group, groups_of, in_group, is_groupable
from jantar.engine.records.listing import page_of

ROWS = 50


@dataclass(frozen=True)
class Head:
    """`rows` is the address the rows of the group come from."""

    label: str
    count: str
    cells: list[Cell]
    rows: str
    number: int


class Groups:
    """The groups of a list state. Raises BadQuery for a field it can't be grouped by."""

    def __init__(self, state: ListState) -> None:
        self.state = state
        self.by = grouped_by(state)
        self.groups, self.has_more = groups_of(state.query(), self.by, summed(state))

    @property
    def heads(self) -> Iterator[Head]:
        cells = rows_of_cells(fields_of(self.state), [group.sums for group in self.groups])
        for number, group in enumerate(self.groups):
            rows = self.state.part("group", of=group.key)
            yield Head(group_label(group), show.number(group.count), cells[number], rows, number)

    @cached_property
    def count(self) -> int | None:
        """How many records the list has; None when not every group is shown."""
        return None if self.has_more else sum(group.count for group in self.groups)


def group_label(group: Group) -> str:
    return group.label or _("Without a value")


def grouped_by(state: ListState) -> Field:
    by = state.fields.get(state.by)
    if by is None or not is_groupable(by):
        raise BadQuery("by", _("The list can't be grouped by “%(name)s”.") % {"name": state.by})
    return by


def choices_of(state: ListState) -> list[tuple[str, str, bool]]:
    """The fields a list can be grouped by: label, address, whether it is."""
    constant = state.record_type.defaults
    found = [one for name, one in state.fields.items() if is_groupable(one) and name not in constant]
    found.sort(key=lambda one: capital(one.label))
    return [(capital(one.label), state.address(by=one.name), one.name == state.by) for one in found]


def show_group(request: HttpRequest, type_name: str) -> HttpResponse:
    """Rows of the group `of`, and the way to the next ones."""
    state = read_state(request, load_type(request, type_name))
    by, key = grouped_by(state), request.GET.get("of", "")
    condition = in_group(by, key, state.actor)
    page = page_of(state.query(limit=ROWS, cursor=state.cursor, narrow=True, condition=condition))
    fields = fields_of(state)
    may_select = may_select_in(state)
    rows = ListRows(state.record_type, fields, page.rows, state.actor, may_select).html
    more = state.part("group", of=key, cursor=page.next_cursor) if page.next_cursor else ""
    context: dict[str, Any] = {"rows": rows, "more": more, "width": len(fields) + 1 + may_select}
    return render(request, "pages/list_group.html", context)
