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
from jantar.engine.fields.dates import Date
from jantar.engine.pages.filters.words import capital
from jantar.engine.pages.lists.rows import ListRows
from jantar.engine.pages.lists.state import ListState, read_state
from jantar.engine.pages.lists.sums import Cell, fields_of, may_select_in, rows_of_cells, summed
from jantar.engine.pages.loading import load_type
from jantar.engine.records.date_groups import MARK, DateGroups
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.grouping import Group, grouping_of, groups_of, in_group, is_groupable
from jantar.engine.records.listing import page_of
from jantar.kit.periods import Unit

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


def grouped_by(state: ListState) -> Field | DateGroups:
    by = grouping_of(state.by, state.fields)
    if by is None:
        raise BadQuery("by", _("The list can't be grouped by “%(name)s”.") % {"name": state.by})
    return by


def choices_of(state: ListState) -> list[tuple[str, str, bool]]:
    """The fields a list can be grouped by: label, address, whether it is; dates by month, or as they are now."""
    constant = state.record_type.defaults
    found = []
    fields = [piece for one in state.fields.values() for piece in (one, *one.pieces.values())]
    for one in fields:
        name = one.name
        if name in constant or not (is_groupable(one) or isinstance(one, Date)):
            continue
        is_shown = state.by.partition(MARK)[0] == name
        by = f"{name}{MARK}month" if isinstance(one, Date) else name
        found.append((capital(one.label), state.by if is_shown else by, is_shown))
    found.sort(key=lambda choice: choice[0])
    return [(label, state.address(by=by), is_shown) for label, by, is_shown in found]


def units_of(by: Field | DateGroups, state: ListState) -> list[tuple[str, str, bool]]:
    """How long the periods of a list grouped by a date can be: label, address, whether they are."""
    if not isinstance(by, DateGroups):
        return []
    labels: dict[Unit, str] = {
        "day": _("By day"), "week": _("By week"), "month": _("By month"), "quarter": _("By quarter"),
        "year": _("By year"),
    }  # fmt: skip
    return [
        (label, state.address(by=DateGroups(by.field, unit).name), unit == by.unit) for unit, label in labels.items()
    ]


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
