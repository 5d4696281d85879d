"""One condition as a row of controls, and back: field, operator, value fitting both."""

import re
import secrets
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from jantar.engine.fields.base import NO_OPERAND, Field
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference
from jantar.engine.pages.filter_operands import editor_of, items_of, operand_of
from jantar.engine.pages.filter_words import capital, find_field, operator_words, relation_fields, relation_label
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import Relation, registry
from jantar.kit.numbers import whole_number
from jantar.kit.text import fold

RELATION = "relation:"
PREFIX = re.compile(r"^(s[0-9a-f]{1,8})-field$")
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """Fields offered under one heading."""

    label: str
    options: Options


@dataclass
class Row:
    """The controls of one condition. `relation` is the relation whose records it is about, "" for the list's own."""

    record_type: RecordType
    actor: Actor
    prefix: str = ""
    relation: str = ""
    path: str = ""
    op: str = ""
    items: list[str] = field(default_factory=list)
    has: str = "any"
    count: str = "1"
    how: str = "all"
    rows: "list[Row]" = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    # What the template shows -------------------------------------------------------------------

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        if self.relation:
            return relation_fields(self.relations[self.relation], self.actor)
        return self.record_type.fields(self.actor)

    @cached_property
    def relations(self) -> dict[str, Relation]:
        found = registry.relations(self.record_type)
        return {name: one for name, one in found.items() if may_see(one, self.actor)}

    @cached_property
    def field(self) -> Field | None:
        return find_field(self.path, self.fields, self.actor)[0]

    @property
    def is_relation(self) -> bool:
        return self.path.startswith(RELATION)

    @property
    def groups(self) -> list[Group]:
        """Own fields, those of referenced records, and (at the top) relations."""
        own = offered(self.fields, () if self.relation else self.record_type.defaults)
        found = [Group("", own)]
        for name, one in self.fields.items():
            if isinstance(one, Reference) and (types := registry.types_of(one.target)):
                inner = [(f"{name}.{key}", capital(other.label)) for key, other in types[0].fields(self.actor).items()]
                found.append(Group(f"{capital(one.label)} ›", sorted(inner, key=lambda option: option[1])))
        if not self.relation and self.relations:
            related = [(RELATION + name, relation_label(one)) for name, one in self.relations.items()]
            found.append(Group(_("Related"), sorted(related, key=lambda option: option[1])))
        return found

    @property
    def operators(self) -> Options:
        return [(op, operator_words(self.field, op)) for op in self.field.operators] if self.field else []

    @property
    def editor(self) -> Any:
        assert self.field
        return editor_of(self.field, self.op, self.items, self.record_type, self.actor)

    @property
    def related(self) -> str:
        return self.path.removeprefix(RELATION)

    @property
    def row_url(self) -> str:
        """Where further conditions on the related records come from."""
        return f"{reverse('pages:filter_row', args=[self.record_type.name])}?of={self.related}"

    def name(self, part: str) -> str:
        return f"{self.prefix}-{part}" if self.prefix else part

    @property
    def names(self) -> dict[str, str]:
        return {part: self.name(part) for part in ("field", "op", "value", "has", "count", "how")}

    # Back to the filter tree -------------------------------------------------------------------

    def node(self) -> Any:
        """The condition. Raises FieldError; the row at fault keeps the message."""
        try:
            node = self._relation_node() if self.is_relation else self._line_node()
            if not self.relation:
                compile_filter(node, self.record_type, self.actor)
        except FieldError as error:
            self.errors = self.errors or [error.message]
            raise
        except BadQuery as error:
            self.errors = [error.message]
            raise FieldError(error.message) from error
        return node

    def _line_node(self) -> Any:
        if self.field is None:
            raise FieldError(_("Choose what the condition is about."))
        if self.op in NO_OPERAND:
            return {"field": self.path, "op": self.op}
        return {"field": self.path, "op": self.op, "value": operand_of(self.field, self.op, self.items)}

    def _relation_node(self) -> Any:
        nodes = [row.node() for row in self.rows if row.path]
        found: dict[str, Any] = {"relation": self.related, "has": self.has}
        if self.has in ("at_least", "at_most"):
            if whole_number(self.count, most=999_999) is None:
                raise FieldError(_("A whole number is expected."))
            found["count"] = int(self.count)
        return {**found, "where": {self.how: nodes}} if nodes else found


def offered(fields: Mapping[str, Field], constant: Container[str], prefix: str = "") -> Options:
    """Fields by label, without those that are the same in every record of the type."""
    found = [(prefix + name, capital(one.label)) for name, one in fields.items() if name not in constant]
    return sorted(found, key=lambda option: fold(option[1]))


def may_see(relation: Relation, actor: Actor) -> bool:
    return relation.record_type is None or actor.may("see", relation.record_type.name)


def fitted(row: Row) -> Row:
    """The row with an operator its field has."""
    if row.field and row.op not in row.field.operators:
        row.op = row.field.operators[0]
    if row.is_relation and not row.rows:
        row.rows = [Row(row.record_type, row.actor, prefix=new_prefix(), relation=row.related)]
    return row


def new_prefix() -> str:
    return f"s{secrets.token_hex(3)}"


def row_of(node: Any, record_type: RecordType, actor: Actor, relation: str = "", prefix: str = "") -> Row | None:
    """The row that shows a condition; None for one that is no single line (groups in groups)."""
    row = Row(record_type, actor, prefix=prefix, relation=relation)
    if "relation" in node and not relation:
        row.path = f"{RELATION}{node['relation']}"
        if row.related not in row.relations:
            return None
        row.has, row.count = str(node.get("has", "any")), str(node.get("count", 1))
        where = node.get("where") or {}
        row.how = "any" if set(where) == {"any"} else "all"
        inner = where.get(row.how, [where]) if where else []
        rows = [row_of(one, record_type, actor, row.related, new_prefix()) for one in inner]
        if None in rows:
            return None
        row.rows = [one for one in rows if one]
    elif "field" in node:
        row.path, row.op = str(node["field"]), str(node.get("op", ""))
        if row.field is None or row.op not in row.field.operators:
            return None
        row.items = items_of(row.field, row.op, node.get("value"))
    else:
        return None
    return fitted(row)


def row_from(data: QueryDict, record_type: RecordType, actor: Actor, prefix: str = "", relation: str = "") -> Row:
    """The row as it was filled in."""
    row = Row(record_type, actor, prefix=prefix, relation=relation)
    row.path = data.get(row.name("field"), "")
    if row.is_relation and (relation or row.related not in row.relations):
        row.path = ""
    row.op = data.get(row.name("op"), "")
    row.items = [item.replace("\x00", "").strip() for item in data.getlist(row.name("value"))]
    row.has = data.get(row.name("has"), "any")
    row.count = data.get(row.name("count"), "1").strip()
    row.how = "any" if data.get(row.name("how")) == "any" else "all"
    if row.is_relation:
        row.rows = [
            row_from(data, record_type, actor, inner, row.related)
            for inner in prefixes(data)
            if is_of(data.get(f"{inner}-field", ""), row)
        ]
    return fitted(row)


def is_of(path: str, row: Row) -> bool:
    """Whether a row below still fits; after a change of the relation those of the former one do not."""
    fields = relation_fields(row.relations[row.related], row.actor)
    return not path or find_field(path, fields, row.actor)[0] is not None


def prefixes(data: QueryDict) -> Sequence[str]:
    return [match[1] for name in data if (match := PREFIX.match(name))]
