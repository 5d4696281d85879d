"""What a board is made of: its groups, columns, cards, counts and sums, as one actor sees them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Choice
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference
from jantar.engine.pages.lists.state import ListState
from jantar.engine.pages.values import late
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.listing import Page, page_of, rows_of
from jantar.engine.records.record_type import Board, BoardColumn
from jantar.platform.settings.models import Workspace
from jantar.ui import formats

CARDS = 20


@dataclass(frozen=True)
class Summary:
    """How many cards a column has and what they are worth, as text."""

    count: str = "0"
    sum: str = ""


class BoardState:
    """The board a list state is shown on. Raises NotFound when the type has none, BadQuery for a wrong group."""

    def __init__(self, state: ListState) -> None:
        if state.record_type.board is None:
            raise NotFound(_("There is no such page."))
        self.state = state
        self.board: Board = state.record_type.board
        self.by: Field = state.fields[self.board.by]
        self.group = self._group()

    @cached_property
    def groups(self) -> list[tuple[Any, str]]:
        if self.board.groups is None:
            return []
        return [(value, str(label)) for value, label in self.board.groups(self.state.actor)]

    def _group(self) -> Any:
        """The value of the group shown: the one asked for, else the first."""
        if not self.groups:
            return None
        wanted = self.state.group
        for value, _label in self.groups:
            if not wanted or str(value) == wanted:
                return value
        raise BadQuery("group", _("This board no longer exists."))

    @property
    def group_label(self) -> str:
        return next((label for value, label in self.groups if value == self.group), "")

    @cached_property
    def columns(self) -> list[BoardColumn]:
        if self.board.columns is not None:
            return list(self.board.columns(self.state.actor, self.group))
        if not isinstance(self.by, Choice):
            raise TypeError(f"{self.state.record_type.name}: a board by {self.by.name} needs columns.")
        columns = [BoardColumn(key, label) for key, label in self.by.choices]
        return columns if self.by.required else [BoardColumn("", _("None")), *columns]

    def column(self, key: str) -> BoardColumn:
        """The column with that key. Raises BadQuery when the board has none such."""
        for column in self.columns:
            if key_of(column.value) == key:
                return column
        raise BadQuery("column", _("This board has no such column."))

    def column_of(self, record: Any) -> BoardColumn | None:
        """Where a record stands; None when it is in none of the columns shown."""
        by = self.by.id_name if isinstance(self.by, Reference) else self.by.name
        key = key_of(getattr(record, by))
        return next((column for column in self.columns if key_of_column(column) == key), None)

    def condition(self, columns: Iterable[BoardColumn]) -> Q:
        """Cards of these columns in the group shown."""
        found = Q()
        for column in columns:
            found |= self._equals(self.by, column.value)
        if self.board.group_by and self.group is not None:
            found &= self._equals(self.state.fields[self.board.group_by], self.group)
        return found

    def _equals(self, field: Field, value: Any) -> Q:
        op = "empty" if value in (None, "") else "is"
        try:
            return field.condition(op, value, self.state.actor.filter_context)
        except FieldError as error:
            raise BadQuery(field.name, error.message) from error

    @property
    def columns_read(self) -> tuple[str, ...]:
        total = (self.board.total,) if self.board.total else ()
        return (self.state.record_type.title, self.board.by, *self.board.card, *total)

    def page(self, column: BoardColumn, cursor: str = "") -> Page:
        query = self.state.query(limit=CARDS, cursor=cursor, condition=self.condition([column]))
        return page_of(replace(query, columns=self.columns_read))

    def summaries(self, columns: list[BoardColumn]) -> dict[str, Summary]:
        """Count and sum of each column by its key; one statement."""
        by = self.by.id_name if isinstance(self.by, Reference) else self.by.name
        sums = {"sum": Sum(f"{self.board.total}_base")} if self.board.total else {}
        rows = rows_of(self.state.query(condition=self.condition(columns))).order_by()
        found = {
            key_of(row[by]): Summary(show.number(row["count"]), self.money(row.get("sum")))
            for row in rows.values(by).annotate(count=Count("pk"), **sums)
        }
        return {key: found.get(key, Summary(sum=self.money(None))) for key in map(key_of_column, columns)}

    def money(self, amount: Decimal | None) -> str:
        if self.board.total is None:
            return ""
        return formats.format_money_short(amount or Decimal(0), self.currency, get_language() or "en")

    @cached_property
    def currency(self) -> str:
        return Workspace.get().base_currency


def key_of(value: Any) -> str:
    return "" if value is None else str(value)


def key_of_column(column: BoardColumn) -> str:
    return key_of(column.value)


@dataclass(frozen=True)
class Card:
    """A card as the template shows it: text lines, an amount, marks at the foot."""

    pk: int
    version: int
    title: str
    href: str
    lines: list[str]
    amount: str
    dates: list[SafeString | str]
    people: list[str]


def card_of(board: BoardState, row: Any) -> Card:
    """Money stands as the amount, dates and colleagues at the foot, everything else as lines of text."""
    lines: list[str] = []
    amount, dates, people = "", [], []
    for name in board.board.card:
        field = board.state.fields[name]
        text = field.text(field.read(row))
        if not text:
            continue
        if field.kind == "money":
            amount = text
        elif field.kind in ("date", "datetime"):
            is_late = board.state.record_type.is_late(name, row, board.state.actor.today)
            dates.append(late(text) if is_late else text)
        elif field.kind == "user":
            people.append(text)
        else:
            lines.append(text)
    href = f"/{board.state.record_type.name}/{row.pk}/"
    return Card(row.pk, row.version, str(row), href, lines, amount, dates, people)
