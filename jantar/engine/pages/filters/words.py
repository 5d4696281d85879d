"""A filter in the user's words: every condition as (field, operator, value), with a constant number of statements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from jantar.engine.fields import show
from jantar.engine.fields.base import MANY_OPERANDS, NO_OPERAND, Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.pages.lists.periods import is_span, period_words
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.changed import changed_at, changed_by
from jantar.engine.records.measures import measured, measures_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles, titles_of
from jantar.engine.records.registry import registry
from jantar.kit.numbers import LARGEST_ID, whole_number

TIMES = ("date", "datetime")
OPERATORS = {
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "starts_with": gettext_lazy("begins with"),
    "ends_with": gettext_lazy("ends with"),
    "any_of": gettext_lazy("is one of"),
    "none_of": gettext_lazy("is none of"),
    "empty": gettext_lazy("is empty"),
    "not_empty": gettext_lazy("is filled in"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "between": gettext_lazy("is between"),
    "within": gettext_lazy("is in"),
    "has_any": gettext_lazy("has any of"),
    "has_all": gettext_lazy("has all of"),
    "has_none": gettext_lazy("has none of"),
}
OF_TIMES = {
    "lt": gettext_lazy("is before"),
    "lte": gettext_lazy("is on or before"),
    "gt": gettext_lazy("is after"),
    "gte": gettext_lazy("is on or after"),
}
#: Of hand-picked lists, whose field needs no name in a sentence.
LIST = "list"
OF_LISTS = {
    "is": gettext_lazy("in the list"),
    "is_not": gettext_lazy("not in the list"),
    "any_of": gettext_lazy("in one of the lists"),
    "none_of": gettext_lazy("in none of the lists"),
}


#: What is measured of related records; also offered to choose from, with "…" for the field.
MEASURES = {
    "sum": gettext_lazy("sum of %(field)s"),
    "average": gettext_lazy("average of %(field)s"),
    "least": gettext_lazy("smallest %(field)s"),
    "most": gettext_lazy("largest %(field)s"),
    "earliest": gettext_lazy("earliest %(field)s"),
    "latest": gettext_lazy("latest %(field)s"),
}


@dataclass(frozen=True)
class Words:
    """One condition, said. `is_broken` when it names something that no longer exists."""

    field: str
    operator: str
    value: str = ""
    is_broken: bool = False

    def __str__(self) -> str:
        return " ".join(filter(None, (self.field, self.operator, self.value)))


def operator_words(field: Field, op: str) -> str:
    if field.kind == LIST and op in OF_LISTS:
        return str(OF_LISTS[op])
    if field is changed_at:
        return pgettext("changed", "since") if op == "gte" else pgettext("changed", "in")
    if field.kind in TIMES and op in OF_TIMES:
        return str(OF_TIMES[op])
    return str(OPERATORS.get(op, op))


def said_operator(field: Field, op: str, value: Any) -> str:
    """As `operator_words`; a day or what lies before it "is", only what lasts is "in" it."""
    return str(OPERATORS["is"]) if op == "within" and not is_span(str(value)) else operator_words(field, op)


class Speaker:
    """Says conditions of one record type. Give it all nodes at once, so that names are loaded together."""

    def __init__(self, record_type: RecordType, actor: Actor, nodes: list[Any]) -> None:
        self.record_type = record_type
        self.actor = actor
        self.names = load_names(wanted_names(record_type, actor, nodes), actor)

    def say(self, node: Any) -> Words:
        return self._say(node, self.record_type.filter_fields(self.actor), self.record_type)

    def sentence(self, tree: Any) -> str:
        """The whole filter as one sentence."""
        if is_nothing(tree):
            return _("Everything, without any condition")
        how = group_of(tree)
        fields = self.record_type.filter_fields(self.actor)
        said = self._joined(how, tree[how], fields, self.record_type) if how in ("all", "any") else str(self.say(tree))
        return _("%(records)s where %(conditions)s") % {
            "records": capital(self.record_type.label_plural),
            "conditions": said,
        }

    def _say(self, node: Any, fields: Mapping[str, Field], record_type: RecordType | None) -> Words:
        if how := group_of(node):
            return Words(*self._group(how, node[how], fields, record_type))
        if isinstance(node, dict):
            if "relation" in node and record_type:
                return self._relation(node, record_type)
            if isinstance(node.get("changed"), dict) and record_type:
                return self._changed(node["changed"], record_type)
            if "field" in node:
                return self._line(node, fields)
        return Words(_("Unknown condition"), "", is_broken=True)

    def _group(
        self, how: str, nodes: list[Any], fields: Mapping[str, Field], record_type: RecordType | None
    ) -> tuple[str, str, str]:
        said = self._joined(how, nodes, fields, record_type)
        count = sum(not is_nothing(node) for node in nodes)
        if how == "none":
            return _("not") if count == 1 else _("neither"), "", f"({said})"
        return "", "", f"({said})" if count > 1 else said

    def _joined(self, how: str, nodes: list[Any], fields: Mapping[str, Field], record_type: RecordType | None) -> str:
        word = {"all": _("and"), "any": _("or"), "none": _("nor")}[how]
        return f" {word} ".join(str(self._say(node, fields, record_type)) for node in nodes if not is_nothing(node))

    def _line(self, node: dict[str, Any], fields: Mapping[str, Field]) -> Words:
        field, label = find_field(str(node["field"]), fields, self.actor)
        op = str(node.get("op", ""))
        if field is None:
            return Words(_("Removed field “%(name)s”") % {"name": node["field"]}, "", is_broken=True)
        value = "" if op in NO_OPERAND else self.value_words(field, op, node.get("value"))
        label = label.rpartition(" › ")[0] if field.kind == LIST else label
        return Words(label, said_operator(field, op, node.get("value")), value, is_broken=op not in field.operators)

    def _relation(self, node: dict[str, Any], record_type: RecordType) -> Words:
        relation = registry.relations(record_type).get(str(node["relation"]))
        if relation is None:
            return Words(_("Removed relation “%(name)s”") % {"name": node["relation"]}, "", is_broken=True)
        label, fields = relation_label(relation), relation_fields(relation, self.actor)
        inner = self._where(node.get("where"), fields, relation.record_type)
        if node.get("has") in MEASURES:
            return self._measure(node, label, fields, inner)
        return Words(f"{label}:", has_words(node, bool(inner)), inner)

    def _where(self, where: Any, fields: Mapping[str, Field], record_type: RecordType | None) -> str:
        if is_nothing(where):
            return ""
        how = group_of(where)
        if how in ("all", "any"):
            return self._joined(how, where[how], fields, record_type)
        return str(self._say(where, fields, record_type))

    def _measure(self, node: dict[str, Any], label: str, fields: Mapping[str, Field], inner: str) -> Words:
        kind, field = node["has"], fields.get(str(node.get("field")))
        if field is None or kind not in measures_of(field):
            said = _("Removed field “%(name)s”") % {"name": node.get("field")}
            return Words(f"{label}: {said}", "", is_broken=True)
        compared, op = measured(kind, field).compared, str(node.get("op", ""))
        value = "" if op in NO_OPERAND else self.value_words(compared, op, node.get("value"))
        measure = str(MEASURES[kind]) % {"field": capital(field.label)}
        words = f"{measure} {said_operator(compared, op, node.get('value'))}"
        if inner:
            words = where_words(f"{words} {value}".strip())
        return Words(f"{label}:", words, inner or value, is_broken=op not in compared.operators)

    def _changed(self, node: dict[str, Any], record_type: RecordType) -> Words:
        """The fields named, from when on, and by whom."""
        op = "within" if "within" in node else "gte"
        value = period_words(str(node.get("within", node.get("since"))))
        if "since" in node and value == node["since"]:
            value = self._one(changed_at, value)
        known = {part.name: capital(part.label) for part in record_type.parts}
        known |= {name: capital(one.label) for name, one in record_type.fields(self.actor).items()}
        names = node["fields"] if isinstance(node.get("fields"), list) else []
        unknown = [str(name) for name in names if name not in known]
        what = ", ".join(known.get(name, str(name)) for name in names)
        words = pgettext("filter", "Changed: %(fields)s") % {"fields": what} if what else pgettext("filter", "Changed")
        if node.get("by") is not None:
            value = pgettext("filter", "%(when)s by %(who)s") % {
                "when": value,
                "who": self._one(changed_by, node["by"]),
            }
        return Words(words, operator_words(changed_at, op), value, is_broken=bool(unknown))

    def value_words(self, field: Field, op: str, value: Any) -> str:
        if op in MANY_OPERANDS and isinstance(value, list):
            return ", ".join(self._one(field, item) for item in value)
        if op == "between" and isinstance(value, list) and len(value) == 2:
            low, high = (self._one(field, item) for item in value)
            return _("%(low)s and %(high)s") % {"low": low, "high": high}
        if op == "within":
            return period_words(str(value))
        return self._one(field, value)

    def _one(self, field: Field, value: Any) -> str:
        special = {"me": _("me"), "mine": _("my teams"), "today": _("today")}
        if isinstance(value, str) and value in special and field.kind in ("user", "team", *TIMES):
            return special[value]
        if isinstance(field, AnyRecord | RecordsOf):
            return self.key_title(field, value)
        if isinstance(field, Reference):
            return self.names.get((field.target, id_of(value)), _("a record you may not see"))
        try:
            loaded = field.load([value] if field.kind in ("tags", "multi_choice") else value)
            return field.text(loaded)
        except (FieldError, TypeError, ValueError):
            plain = isinstance(field, MoneyKind) and isinstance(value, int | float)
            return show.number(value) if plain else str(value)

    def key_title(self, field: AnyRecord | RecordsOf, value: Any) -> str:
        try:
            key = field.key(value) if isinstance(field, RecordsOf) else field.load(value)
        except FieldError:
            return str(value)
        return record_titles([key], self.actor).get(key, _("a record you may not see"))


def has_words(node: dict[str, Any], has_where: bool) -> str:
    given = node.get("count")
    count = given if isinstance(given, int) else 0
    match node.get("has", "any"):
        case "none":
            return _("none where") if has_where else _("none")
        case "at_least":
            words = ngettext("at least %(n)d", "at least %(n)d", count) % {"n": count}
        case "at_most":
            words = ngettext("at most %(n)d", "at most %(n)d", count) % {"n": count}
        case _:
            return _("any where") if has_where else _("any")
    return where_words(words) if has_where else words


def where_words(words: str) -> str:
    return _("%(words)s where") % {"words": words}


def group_of(node: Any) -> str:
    """Which group a node is: "all", "any" or "none"; "" for a condition and for what is no node."""
    groups = ("all", "any", "none") if isinstance(node, dict) else ()
    return next((group for group in groups if isinstance(node.get(group), list)), "")


def is_nothing(node: Any) -> bool:
    """Whether a node holds no condition."""
    how = group_of(node)
    return all(is_nothing(one) for one in node[how]) if how else not node


def find_field(path: str, fields: Mapping[str, Field], actor: Actor) -> tuple[Field | None, str]:
    """The field at the end of a path like "company.city", and its label with what leads there."""
    first, dot, rest = path.partition(".")
    field = fields.get(first)
    if field is None or not dot:
        return field, capital(field.label) if field else ""
    if rest in field.pieces:
        return field.pieces[rest], capital(field.pieces[rest].label)
    for record_type in registry.led_to(field):
        found, label = find_field(rest, record_type.filter_fields(actor), actor)
        if found:
            return found, f"{capital(field.label)} › {label}"
    return None, ""


def relation_label(relation: Any) -> str:
    if relation.part:
        return capital(relation.part.label)
    label = capital(relation.record_type.label_plural)
    column = relation.record_type.own_fields.get(relation.name.partition(".")[2])
    return f"{label} ({column.label})" if column else label


def relation_fields(relation: Any, actor: Actor) -> Mapping[str, Field]:
    found: Mapping[str, Field] = relation.part.fields if relation.part else relation.record_type.filter_fields(actor)
    return found


def capital(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]


# Names of the records that conditions compare with: one statement per table.


def id_of(value: Any) -> int | None:
    value = value.get("id") if isinstance(value, dict) else value
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return whole_number(value) if isinstance(value, str) else value if 0 <= value <= LARGEST_ID else None


def wanted_names(record_type: RecordType, actor: Actor, nodes: list[Any]) -> dict[type[Any], set[int]]:
    wanted: dict[type[Any], set[int]] = {}
    for field, value in references_in(nodes, record_type.filter_fields(actor), record_type, actor):
        pk = id_of(value)
        if pk is not None:
            wanted.setdefault(field.target, set()).add(pk)
    return wanted


def references_in(
    nodes: list[Any], fields: Mapping[str, Field], record_type: RecordType | None, actor: Actor
) -> Iterator[tuple[Reference, Any]]:
    for node in nodes:
        if not isinstance(node, dict):
            continue
        for group in ("all", "any", "none"):
            if isinstance(node.get(group), list):
                yield from references_in(node[group], fields, record_type, actor)
        relation = registry.relations(record_type).get(str(node.get("relation"))) if record_type else None
        if relation:
            inner = relation_fields(relation, actor)
            yield from references_in([node.get("where")], inner, relation.record_type, actor)
        if isinstance(node.get("changed"), dict):
            yield changed_by, node["changed"].get("by")
        field, _label = find_field(str(node.get("field", "")), fields, actor)
        if isinstance(field, Reference):
            value = node.get("value")
            for item in value if isinstance(value, list) else [value]:
                yield field, item


def load_names(wanted: dict[type[Any], set[int]], actor: Actor) -> dict[tuple[type[Any], int | None], str]:
    names: dict[tuple[type[Any], int | None], str] = {}
    for target, pks in wanted.items():
        names.update({(target, pk): title for pk, title in titles_of(target, pks, actor).items()})
    return names
