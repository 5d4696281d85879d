"""What a record page shows: the record with its rights, its sections, its acts and what points to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, Label
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.references import unseen
from jantar.engine.following.date_watching import can_be_watched, with_watched_dates
from jantar.engine.following.watching import is_watched, with_watch
from jantar.engine.lists.condition import LISTS
from jantar.engine.pages.layout import layout_of
from jantar.engine.pages.record.facts import cards
from jantar.engine.pages.uploads import Uploads
from jantar.engine.pages.values import late, show_formatted, show_key, show_keys, show_value
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.computed import with_computed
from jantar.engine.records.conditions import hidden_in
from jantar.engine.records.errors import NotFound
from jantar.engine.records.links import FirstLinked, linked_columns
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordAction, RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import Relation
from jantar.engine.records.related import linking_part, pointing_column, related_to
from jantar.engine.records.sight import hide_unseen, is_true, load_references, with_sight
from jantar.engine.records.written import read_one
from jantar.kit.rich_text import Formatted
from jantar.ui import html
from jantar.ui.addresses import address

KEY_FACTS = 5
#: Shown beside the sections, not in them.
BOOK_KEEPING = ("id", "created_at", "created_by", "updated_at")


@dataclass(frozen=True)
class ShownField:
    field: Field
    value: Any
    edit: str = ""
    #: The address at which the date is watched, and whether it is.
    watch: str = ""
    is_watched: bool = False
    is_part = False

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def is_empty(self) -> bool:
        return bool(self.value == "")


@dataclass(frozen=True)
class ShownPart:
    part: Part
    rows: list[list[ShownField]]
    edit: str = ""
    is_part = True

    @property
    def is_empty(self) -> bool:
        return not self.rows


@dataclass(frozen=True)
class ShownSection:
    title: Label
    items: list[ShownField | ShownPart]

    @property
    def filled(self) -> list[ShownField | ShownPart]:
        return [item for item in self.items if not item.is_empty]

    @property
    def empty(self) -> list[ShownField | ShownPart]:
        return [item for item in self.items if item.is_empty]


@dataclass(frozen=True)
class RelatedTab:
    """Records of one type that point here through one of their fields; a second such field only `if_any` do."""

    relation: Relation
    label: str
    address: str
    if_any: bool


def load_for_page(record_type: RecordType, pk: int, actor: Actor) -> Any:
    """The record with what its fields refer to, and `may_edit` and `may_delete`; one statement. Raises NotFound."""
    fields = record_type.fields(actor)
    record = read_one(("page", record_type.name), actor, pk, lambda: rows_for_page(record_type, actor))
    if record is None:
        raise NotFound(_("There is no such record."))
    hide_unseen([record], fields)
    return record


def rows_for_page(record_type: RecordType, actor: Actor) -> Any:
    fields = record_type.fields(actor).values()
    rows = record_type.visible_to(actor).annotate(
        may_edit=is_true(record_type.allowed(actor, "edit")), may_delete=is_true(record_type.allowed(actor, "delete"))
    )
    rows = with_watched_dates(with_watch(rows, record_type.name, actor), record_type.name, actor)
    return with_computed(with_sight(load_references(rows, fields, actor), fields, actor), fields)


@dataclass
class RecordPage:
    record_type: RecordType
    record: Any
    actor: Actor
    fields: dict[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        self.fields = self.record_type.fields(self.actor)

    @cached_property
    def sections(self) -> list[ShownSection]:
        """The sections of the form, then whatever field is in none."""
        layout = layout_of(self.record_type, self.actor)
        placed = {name for _title, names in layout for name in names} | {self.record_type.title, *BOOK_KEEPING}
        placed |= self.record_type.defaults.keys()
        layout.append((_("Other details"), tuple(name for name in self.fields if name not in placed)))
        shown = (ShownSection(title, list(self._items(names))) for title, names in layout)
        return [section for section in shown if section.items]

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The fields whose condition does not hold."""
        return hidden_in(self.record_type, [self.record], self.actor)[0]

    @cached_property
    def is_watched(self) -> bool:
        return is_watched(self.record, self.actor)

    @property
    def cards(self) -> SafeString:
        return cards(self.sections)

    def _items(self, names: tuple[str, ...]) -> Iterator[ShownField | ShownPart]:
        for name in names:
            if part := self.record_type.part(name):
                yield self.shown_part(part)
            elif (one := self.fields.get(name)) and name not in self.hidden:
                yield self.shown_field(one)

    def shown_field(self, one: Field) -> ShownField:
        may_edit = self.record.may_edit and not one.read_only and one.in_place
        edit = self._address("field", one.name) if may_edit else ""
        is_watched = can_be_watched(one) and one.name in self.record.watched_dates
        offers = can_be_watched(one) and not self.actor.as_of and (is_watched or not self._is_settled(one))
        watch = self._address("watch_date", one.name) if offers else ""
        return ShownField(one, self.shown(one, self.record), edit, watch, is_watched)

    def _is_settled(self, one: Field) -> bool:
        """Whether it is a date in the past that nobody sets, such as when a deal was won: it tells nothing more."""
        value = one.read(self.record)
        if value is None or not one.read_only:
            return False
        return bool(value < (timezone.now() if isinstance(value, datetime) else self.actor.today))

    def shown_part(self, part: Part) -> ShownPart:
        rows = [row for row in self.part_rows[part.name] if not part.repeats(self.record, row)]
        edit = self._address("part", part.name) if self.record.may_edit else ""
        return ShownPart(part, [[item for item in self.cells(part, row) if not item.is_empty] for row in rows], edit)

    @cached_property
    def part_rows(self) -> dict[str, list[Any]]:
        pk = self.record.pk
        return {part.name: part.rows([pk], self.actor)[pk] for part in self.record_type.parts}

    @cached_property
    def titles(self) -> dict[RecordKey, str]:
        """Titles of the records that fields and parts name by type and id."""
        keys = [one.read(self.record) for one in self.fields.values() if isinstance(one, AnyRecord)]
        for part in self.record_type.parts:
            linking = [one for one in part.fields.values() if isinstance(one, AnyRecord)]
            keys += [one.read(row) for row in self.part_rows[part.name] for one in linking]
        several = [one for one in self.fields.values() if isinstance(one, RecordsOf)]
        keys += [key for one in several for key in one.read(self.record)]
        return record_titles((key for key in keys if key is not None), self.actor)

    def shown(self, one: Field, row: Any) -> Any:
        """A value as it is shown; a row of another table by its title."""
        if isinstance(one, FirstLinked):
            keys = (row.record for row in self.part_rows[one.name])
            return next((self.link(key) for key in keys if key in self.titles), "")
        value = one.read(row)
        if isinstance(one, AnyRecord) and value is not None:
            return self.link(value) if value in self.titles else unseen()
        if isinstance(one, RecordsOf):
            return show_keys(value, self.titles) if value else ""
        if isinstance(value, Formatted):
            return show_formatted(value)
        shown = show_value(one, value)
        is_late = row is self.record and self.record_type.is_late(one.name, row, self.actor.today)
        return late(shown) if is_late else shown

    def link(self, key: RecordKey) -> SafeString | str:
        return show_key(key, self.titles[key])

    def cells(self, part: Part, row: Any) -> list[ShownField]:
        return [ShownField(one, self.cell(one, row)) for one in part.fields.values()]

    def cell(self, one: Field, row: Any) -> Any:
        """A ticked box is told by its label, an empty one not at all."""
        if one.kind == "boolean":
            return capfirst(str(one.label)) if one.read(row) else ""
        return self.shown(one, row)

    @cached_property
    def key_facts(self) -> list[ShownField]:
        """What lists show of such a record, as far as it is known: the first things to know here too."""
        known = {**self.fields, **linked_columns(self.record_type)}
        names = [name for name in self.record_type.columns if name in known and name != self.record_type.title]
        names = [name for name in names if name not in self.hidden]
        shown = (ShownField(known[name], self.shown(known[name], self.record)) for name in names)
        return [item for item in shown if not item.is_empty][:KEY_FACTS]

    @property
    def mark(self) -> SafeString | str:
        """What the type marks beside the title."""
        found = self.record_type.mark(self.record)
        return html.badge(found[0], tone=found[1]) if found else ""

    @cached_property
    def actions(self) -> list[RecordAction]:
        return [one for one in self.record_type.actions if self.may_run(one)]

    def may_run(self, action: RecordAction) -> bool:
        allowed = {"edit": self.record.may_edit, "delete": self.record.may_delete}
        granted = allowed.get(action.action, self.actor.may(action.action, self.record_type.name))
        return bool(granted and action.available(self.record))

    @cached_property
    def related(self) -> list[RelatedTab]:
        """A tab for each way of pointing here; counts come after the page, which never waits for counting."""
        return [
            RelatedTab(relation, label_of(relation), self._address("related", name), if_any="." in name)
            for name, relation in related_to(self.record_type, self.actor).items()
            if relation.own or self._has_tab(relation)
        ]

    def _has_tab(self, relation: Relation) -> bool:
        pointing = relation.record_type
        return bool(pointing and pointing.has_tab and not (self.hangs and pointing.within))

    @property
    def additions(self) -> list[tuple[str, str, str]]:
        """What can be added that points here: label, icon, and the address of its dialog."""
        return [
            (tab.label, pointing.icon, address_of_new(tab.relation, self.record_type, self.record.pk))
            for tab in self.related
            if (pointing := tab.relation.record_type) and not tab.if_any and self.actor.may("create", pointing.name)
        ]

    @property
    def hangs(self) -> bool:
        """Whether it has the rights of another record; such records have no documents of their own."""
        return self.record_type.within is not None

    @property
    def may_give(self) -> bool:
        """Whether documents can be given to somebody from here."""
        return not self.hangs and self.actor.may("see", "documents")

    @property
    def may_pick(self) -> bool:
        """Whether it can be put into hand-picked lists."""
        return not self.hangs and self.actor.may("edit", LISTS)

    @property
    def uploads(self) -> Uploads | None:
        """Where files that are dropped on the page go."""
        if not self.record.may_edit or not self.actor.may("create", "documents"):
            return None
        if self.record_type.name == "documents":
            return Uploads(address("pages:version_upload", self.record.pk), is_single=True)
        if self.record_type.name == "folders":
            return Uploads(address("pages:upload"), folder=str(self.record.pk))
        return Uploads(address("pages:upload"), about=str(RecordKey(self.record_type.name, self.record.pk)))

    def _address(self, place: str, name: str) -> str:
        return address(f"pages:{place}", self.record_type.name, self.record.pk, name)


def label_of(relation: Relation) -> str:
    """The plural of the type; with the field that points here where it is not the usual one."""
    assert relation.record_type
    label = capfirst(str(relation.record_type.label_plural))
    if "." not in relation.name:
        return label
    field = relation.own or relation.record_type.own_fields[pointing_column(relation)]
    return f"{label} ({field.label})"


def address_of_new(relation: Relation, target: RecordType, pk: int) -> str:
    """The dialog for a new related record, already pointing here."""
    assert relation.record_type
    value = f"{target.name}/{pk}" if relation.where else pk
    name = linking_part(relation) or pointing_column(relation)
    query = urlencode({name: value, "dialog": 1, "stay": 1})
    return f"{address('pages:new', relation.record_type.name)}?{query}"
