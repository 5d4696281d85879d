"""What stands in a list's groups and at its foot: counts and sums as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.lists.condition import LISTS
from jantar.engine.pages.filters.words import capital
from jantar.engine.pages.lists.rows import css_of
from jantar.engine.pages.lists.state import ListState, read_state
from jantar.engine.pages.loading import load_type
from jantar.engine.records.grouping import is_summable, totals_of
from jantar.engine.records.patience import TooSlow, at_most
from jantar.kit.money import Money
from jantar.platform.settings.models import Workspace

#: How long adding up a whole list may take, in milliseconds.
ADDING = 5000


def show_sums(request: HttpRequest, type_name: str) -> HttpResponse:
    """The foot of a list; asked for after the page, so that rows never wait for adding."""
    state = read_state(request, load_type(request, type_name))
    try:
        with at_most(ADDING):
            totals = totals_of(state.query(), summed(state))
    except TooSlow:
        totals = None
    cells = rows_of_cells(fields_of(state), [totals])[0] if totals is not None else []
    context = {"cells": cells, "is_slow": totals is None, "may_select": may_select_in(state)}
    return render(request, "pages/list_sums.html", context)


def may_select_in(state: ListState) -> bool:
    """Whether anything can be done with several rows at once; who sees records may put them into lists."""
    name, actor = state.record_type.name, state.actor
    changes = actor.may("bulk", name) and (actor.may("edit", name) or actor.may("delete", name))
    return changes or may_pick_in(state)


def may_pick_in(state: ListState) -> bool:
    return state.record_type.within is None and state.actor.may("edit", LISTS)


def fields_of(state: ListState) -> list[Field]:
    """The columns beside the title."""
    return [state.columns_known[name] for name in state.columns if name != state.record_type.title]


def summed(state: ListState) -> list[Field]:
    """The columns that are added up: the chosen ones; in groups all that can be when none is chosen."""
    fields = [one for one in fields_of(state) if is_summable(one)]
    chosen = [one for one in fields if one.name in state.sums]
    return chosen or (fields if state.by else [])


@dataclass(frozen=True)
class Cell:
    label: str
    css: str
    text: str


Sums = Mapping[str, Decimal | int | None]


def rows_of_cells(fields: Sequence[Field], rows: Sequence[Sums]) -> list[list[Cell]]:
    """For each row of sums every column, "" where it has none."""
    currency = Workspace.get().base_currency if any(one.kind == "money" for one in fields) else ""
    return [
        [
            Cell(capital(one.label), css_of(one), sum_text(one, sums[one.name], currency) if one.name in sums else "")
            for one in fields
        ]
        for sums in rows
    ]


def sum_text(one: Field, value: Decimal | int | None, currency: str) -> str:
    return show.money(Money(Decimal(value or 0), currency)) if one.kind == "money" else one.text(value or 0)
