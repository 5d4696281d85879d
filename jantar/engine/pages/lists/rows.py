"""The rows of a list as HTML. Written in Python because a template takes five times as long for 400 cells."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

from django.utils.functional import cached_property
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.pages.addresses import record_address
from jantar.engine.pages.filters.words import capital
from jantar.engine.pages.values import late, show_key, show_keys, show_value
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.further import Behind, Further, load_behind
from jantar.engine.records.links import FirstLinked, first_linked
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles

NUMBERS = ("number", "integer", "percent", "duration", "money")
#: Kinds with few different values on a page: each is drawn once.
REPEATED = ("choice", "country", "boolean", "user", "team")


class ListRows:
    """The rows of one page. `fields` are those beside the title; cells with `data-field` can be edited in place."""

    def __init__(
        self, record_type: RecordType, fields: Sequence[Field], rows: Sequence[Any], actor: Actor, may_select: bool
    ) -> None:
        self.record_type = record_type
        self.fields = fields
        self.rows = rows
        self.actor = actor
        self.may_select = may_select

    @cached_property
    def html(self) -> SafeString:
        return SafeString("".join(self._row(row) for row in self.rows))

    def _row(self, row: Any) -> str:
        title = escaped(str(row))
        cells = "".join([f"{start}{show(row)}</td>" for start, show in self._columns])
        return (
            f'<tr data-rows-target="row" data-key="{row.pk}">{self._check(row.pk, title)}<td class="cell-title">'
            f'<a href="{record_address(self.record_type.name, row.pk)}">{title}</a></td>{cells}</tr>\n'
        )

    @cached_property
    def _starts(self) -> list[str]:
        """The opening tag of each column's cells; its label is shown where the head is not (narrow screens)."""
        may_edit = self.actor.may("edit", self.record_type.name)
        return [
            format_html(
                '<td class="{}" data-label="{}" data-field="{}">',
                f"{css_of(field)} editable",
                capital(field.label),
                field.name,
            )
            if may_edit and not field.read_only and field.in_place and field.is_typed and field.in_cell
            else format_html('<td class="{}" data-label="{}">', css_of(field), capital(field.label))
            for field in self.fields
        ]

    def _check(self, pk: int, title: str) -> str:
        if not self.may_select:
            return ""
        return (
            f'<td class="cell-check"><input type="checkbox" class="form-check-input" name="selected" value="{pk}" '
            f'data-selection-target="row" aria-label="{self._select.replace("%(title)s", title)}"></td>'
        )

    @cached_property
    def _select(self) -> str:
        return escaped(_("Select %(title)s"))

    @cached_property
    def _columns(self) -> list[tuple[str, Callable[[Any], str]]]:
        """Each column's opening tag and what draws its value of a row."""
        return list(zip(self._starts, map(self.shower, self.fields), strict=True))

    def shower(self, field: Field) -> Callable[[Any], str]:
        if isinstance(field, Further):
            return partial(self._further, field)
        if isinstance(field, FirstLinked):
            return lambda row: link(*self._linked[field.name].get(row.pk, (None, "")))
        if isinstance(field, AnyRecord):
            return lambda row: link(value := field.read(row), self._titles.get(value, ""))
        if isinstance(field, RecordsOf):
            return lambda row: escaped(show_keys(field.read(row), self._titles))
        if field.kind in REPEATED:
            return partial(self._repeated, field, {})
        if field.name in self._deadlines:
            return partial(self._deadline, field)
        return lambda row: escaped(show_value(field, field.read(row)))

    def _repeated(self, field: Field, drawn: dict[Any, str], row: Any) -> str:
        value = field.read(row)
        key = getattr(value, "pk", value)
        if key not in drawn:
            drawn[key] = escaped(show_value(field, value))
        return drawn[key]

    def _deadline(self, field: Field, row: Any) -> str:
        shown = escaped(show_value(field, field.read(row)))
        return late(shown) if self.record_type.is_late(field.name, row, self.actor.today) else shown

    def _further(self, field: Further, row: Any) -> str:
        """A field of the record referred to, as a list of its own would show it; nothing of what may not be seen."""
        pk = field.id_in(row)
        for behind, showers in self._behind.get(field.at.name, ()):
            if pk in behind.rows and (end := field.ends.get(behind.record_type.name)):
                return showers[end.name](behind.rows[pk])
        return ""

    @cached_property
    def _behind(self) -> dict[str, list[tuple[Behind, dict[str, Callable[[Any], str]]]]]:
        """What the rows refer to, by reference, with what draws its fields: lists of their own types."""
        loaded = load_behind(self.fields, self.rows, self.actor)
        return {name: [(one, self._showers(one)) for one in found] for name, found in loaded.items()}

    def _showers(self, one: Behind) -> dict[str, Callable[[Any], str]]:
        inner = ListRows(one.record_type, [*one.fields.values()], [*one.rows.values()], self.actor, False)
        return {name: inner.shower(field) for name, field in one.fields.items()}

    @cached_property
    def _deadlines(self) -> frozenset[str]:
        return frozenset(one.field for one in self.record_type.deadlines)

    @cached_property
    def _linked(self) -> dict[str, dict[int, tuple[RecordKey, str]]]:
        """What the rows are linked to, by column; a statement per column."""
        pks, fields = [row.pk for row in self.rows], self.fields
        return {one.name: first_linked(one.part, pks, self.actor) for one in fields if isinstance(one, FirstLinked)}

    @cached_property
    def _titles(self) -> dict[RecordKey, str]:
        """Titles of the records of any type that cells refer to; one statement."""
        fields = [field for field in self.fields if isinstance(field, AnyRecord)]
        keys = [key for row in self.rows for field in fields if (key := field.read(row))]
        several = [field for field in self.fields if isinstance(field, RecordsOf)]
        keys += [key for row in self.rows for field in several for key in field.read(row)]
        return record_titles(keys, self.actor) if keys else {}


def escaped(shown: SafeString | str) -> str:
    """As Django's `conditional_escape`, without its way around lazy texts, which takes longer than the escaping."""
    return shown if isinstance(shown, SafeString) else escape(shown)


def link(key: RecordKey | None, title: str) -> str:
    return conditional_escape(show_key(key, title)) if key and title else ""


def css_of(field: Field) -> str:
    return f"cell-number cell-{field.kind}" if field.kind in NUMBERS else f"cell-{field.kind}"
