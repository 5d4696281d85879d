"""One node of a filter as controls, and back: a condition, what is related, or a group of them."""

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jantar.engine.fields.base import NO_OPERAND, Field
from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.filters.operands import Editor, editor_of, operand_of
from jantar.engine.pages.filters.places import CHANGED, RELATION, Group, Options, Place, by_label
from jantar.engine.pages.filters.words import MEASURES, capital, find_field, operator_words
from jantar.engine.records.changed import changed_at, changed_by, named
from jantar.engine.records.measures import measured, measures_of
from jantar.kit.numbers import whole_number

COUNTED = ("at_least", "at_most")
HOW = ("all", "any", "none")
NEVER_CHANGED = ("id", "created_at", "created_by", "updated_at")
PARTS = ("field", "op", "value", "has", "of", "count", "how", "kind", "was", "by", "what")


def new_prefix() -> str:
    return f"n{secrets.token_hex(3)}"


@dataclass
class Row:
    """The controls of one node. What a relation leads to, and what a group holds, are `rows` of their own.

    `is_top` is the row a dialog is about: it can be neither moved nor removed.
    """

    place: Place
    prefix: str = field(default_factory=new_prefix)
    is_group: bool = False
    is_top: bool = False
    path: str = ""
    op: str = ""
    items: list[str] = field(default_factory=list)
    has: str = "any"
    of: str = ""
    count: str = "1"
    how: str = "all"
    by: str = ""
    what: list[str] = field(default_factory=list)
    rows: "list[Row]" = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    # What the template shows -------------------------------------------------------------------

    @property
    def is_relation(self) -> bool:
        return self.path.startswith(RELATION) and self.related in self.place.relations

    @property
    def related(self) -> str:
        return self.path.removeprefix(RELATION)

    @property
    def inner_place(self) -> Place:
        """Where the rows below stand."""
        return self.place.inside(self.related) if self.is_relation else self.place

    @property
    def is_changed(self) -> bool:
        return self.path == CHANGED and self.place.record_type is not None

    @property
    def is_measure(self) -> bool:
        return self.is_relation and self.has in MEASURES

    @cached_property
    def field(self) -> Field | None:
        """What is compared: a field, or a measure of one."""
        if self.is_changed:
            return changed_at
        if not self.is_measure:
            return find_field(self.path, self.place.fields, self.place.actor)[0] if self.path else None
        one = self.inner_place.fields.get(self.of)
        return measured(self.has, one).compared if one and self.has in measures_of(one) else None

    @property
    def groups(self) -> list[Group]:
        """What the condition can be about; what is chosen stands among it, also when it no longer exists."""
        steps = self.place.steps(self.path)
        found = [steps, *self.place.groups] if steps else self.place.groups
        if self.path.endswith(".") and steps:
            return found
        known = any(value == self.path for group in found for value, _label in group.options)
        if known or not self.path:
            return found
        label = find_field(self.path, self.place.fields, self.place.actor)[1]
        return [Group("", [(self.path, label or removed_words(self.path))]), *found]

    @property
    def operators(self) -> Options:
        return [(op, operator_words(self.field, op)) for op in self.field.operators] if self.field else []

    @property
    def measures(self) -> Options:
        """The measures that some field of what is related has."""
        kinds = {kind for one in self.inner_place.fields.values() for kind in measures_of(one)}
        return [(kind, str(words) % {"field": "…"}) for kind, words in MEASURES.items() if kind in kinds]

    @property
    def measured_fields(self) -> Options:
        fields = self.inner_place.fields
        found = [(name, capital(one.label)) for name, one in fields.items() if self.has in measures_of(one)]
        return by_label([option for option in found if option[0] != "id"])

    @property
    def editor(self) -> Editor:
        assert self.field
        return editor_of(self.field, self.op, self.items, self.place.root, self.place.actor)

    @property
    def people(self) -> Editor:
        return editor_of(changed_by, "is", [self.by], self.place.root, self.place.actor)

    @property
    def changeable(self) -> list[tuple[str, str, bool]]:
        """The fields and parts whose change can be asked for."""
        assert self.place.record_type
        found = [(part.name, capital(part.label)) for part in self.place.record_type.parts]
        found += [(name, capital(one.label)) for name, one in self.place.fields.items() if name not in NEVER_CHANGED]
        return [(name, label, name in self.what) for name, label in by_label(found)]

    @property
    def row_url(self) -> str:
        """Where further rows below come from."""
        return f"{reverse('pages:filter_row', args=[self.place.root.name])}?of={self.inner_place.name}"

    @property
    def names(self) -> dict[str, str]:
        return {part: f"{self.prefix}-{part}" for part in PARTS}

    # Back to the filter tree -------------------------------------------------------------------

    def node(self) -> dict[str, Any]:
        """The node; {} for one without conditions. Raises FieldError; every row at fault keeps its message."""
        if self.is_group:
            nodes = self.nodes()
            return {self.how: nodes} if nodes else {}
        if not self.path:
            return {}
        try:
            return self._relation_node() if self.is_relation else self._line_node()
        except FieldError as error:
            if not any(row.is_wrong for row in self.rows):
                self.errors = [error.message]
            raise

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors) or any(row.is_wrong for row in self.rows)

    def nodes(self) -> list[dict[str, Any]]:
        """The nodes of the rows below, without empty ones. Raises FieldError after all have been looked at."""
        found, wrong = [], None
        for row in self.rows:
            try:
                found.append(row.node())
            except FieldError as error:
                wrong = error
        if wrong:
            raise wrong
        return [node for node in found if node]

    def _line_node(self) -> dict[str, Any]:
        if self.field is None:
            raise FieldError(self._nothing_chosen())
        if self.is_changed:
            return {"changed": self._changed()}
        return {"field": self.path, **self._compared()}

    def _changed(self) -> dict[str, Any]:
        assert self.place.record_type
        compared = self._compared()
        found = {"within" if compared["op"] == "within" else "since": compared["value"]}
        if self.by:
            found["by"] = operand_of(changed_by, "is", [self.by])
        if self.what:
            found["fields"] = named(self.what, self.place.record_type, self.place.actor)
        return found

    def _nothing_chosen(self) -> str:
        if self.path.endswith(".") and self.place.steps(self.path):
            return _("Choose what the condition is about.")
        return gone_words()

    def _compared(self) -> dict[str, Any]:
        """Operator and value, checked. Raises FieldError."""
        assert self.field
        context = self.place.actor.filter_context
        if self.op in NO_OPERAND:
            self.field.condition(self.op, None, context)
            return {"op": self.op}
        value = operand_of(self.field, self.op, self.items)
        self.field.condition(self.op, value, context)
        return {"op": self.op, "value": value}

    def _relation_node(self) -> dict[str, Any]:
        nodes = self.nodes()
        found: dict[str, Any] = {"relation": self.related, "has": self.has}
        if self.has in COUNTED:
            if whole_number(self.count, most=999_999) is None:
                raise FieldError(_("A whole number is expected."))
            found["count"] = int(self.count)
        elif self.is_measure:
            if self.field is None:
                raise FieldError(_("Choose what is measured."))
            found |= {"field": self.of, **self._compared()}
        return {**found, "where": {self.how: nodes}} if nodes else found


def gone_words() -> str:
    return _("This no longer exists. Choose something else, or remove the condition.")


def removed_words(path: str) -> str:
    if path.startswith(RELATION):
        return _("Removed relation “%(name)s”") % {"name": path.removeprefix(RELATION)}
    return _("Removed field “%(name)s”") % {"name": path}


def fitted(row: Row) -> Row:
    """The row with an operator that what it compares has, and with a row below where there must be one."""
    if row.is_measure and row.of not in dict(row.measured_fields):
        row.of = next((name for name, _label in row.measured_fields), "")
        row.__dict__.pop("field", None)
    if row.field and row.op not in row.field.operators:
        row.op = row.field.operators[0]
    if (row.is_relation or row.is_group) and not row.rows:
        row.rows = [Row(row.inner_place)]
    return row
