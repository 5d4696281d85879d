"""The value of a condition: which control takes it, and what it is as JSON."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import ForeignKey
from django.urls import reverse
from django.utils.translation import gettext as _

from jantar.engine.fields.base import MANY_OPERANDS, NO_OPERAND, Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.dates import Date
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.numbers import MoneyKind, Number
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.lists.condition import InList
from jantar.engine.pages.forms.pickers import pick_address
from jantar.engine.pages.lists.periods import FREE, free, free_parts, free_period, offered, period_words, units
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import is_offered_whole, record_titles, rows_to_offer, titles_of
from jantar.kit.numbers import whole_number
from jantar.platform.settings.models import Workspace

TIMES = ("date", "datetime")
ME = {"user": "me", "team": "mine"}


@dataclass(frozen=True)
class Editor:
    """`control`: none, text, number, date, select, period, many (several of a list) or pick (found by typing).

    `reloads` says that the row has to be asked for anew when another option is chosen, `unit` what the numbers are
    in unless they say it themselves.
    """

    control: str
    items: list[str] = field(default_factory=list)
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    url: str = ""
    takes_new: bool = False
    is_multiple: bool = False
    is_pair: bool = False
    reloads: bool = False
    unit: str = ""
    units: list[tuple[str, str, bool]] = field(default_factory=list)

    @property
    def first(self) -> str:
        return self.items[0] if self.items else ""

    @property
    def second(self) -> str:
        return self.items[1] if len(self.items) > 1 else ""


def editor_of(one: Field, op: str, items: list[str], record_type: RecordType, actor: Actor) -> Editor:
    many = op in MANY_OPERANDS
    if op in NO_OPERAND:
        return Editor("none")
    if op == "within":
        return period_editor(items)
    if one.kind == "boolean":
        return Editor("select", items, chosen({"1": _("Yes"), "0": _("No")}, items))
    if isinstance(one, Reference):
        if not is_offered_whole(one.target) and (url := pick_url(one, record_type)):
            return Editor("pick", items, named(one, items, actor), url, is_multiple=many)
        before = [column.name for column in one.target._meta.concrete_fields if isinstance(column, ForeignKey)]
        offers = dict(rows_to_offer(one.target, dict.fromkeys(before), actor))
        return Editor("many", items, chosen(offers, items), is_multiple=many)
    if isinstance(one, AnyRecord | RecordsOf):
        titles = [(item, title_of(one, item, actor), True) for item in items if item]
        return Editor("pick", items, titles, key_url(one, record_type), is_multiple=many)
    if hasattr(one, "choices"):
        known = {str(key): str(label) for key, label in one.choices}
        gone = {item: item for item in items if item and item not in known}
        options = chosen({**known, **gone}, items)
        return Editor("many" if many or len(options) > 20 else "select", items, options, is_multiple=many)
    if many:
        words = chosen({item: item for item in items if item}, items)
        return Editor("many", items, words, suggest_url(one, record_type, actor), takes_new=True, is_multiple=True)
    if one.kind in TIMES:
        return Editor("date", items, is_pair=op == "between")
    unit = (
        Workspace.get().base_currency
        if isinstance(one, MoneyKind) and not any(map(str.isalpha, "".join(items)))
        else ""
    )
    return Editor("number" if one.is_numeric else "text", items, is_pair=op == "between", unit=unit)


def period_editor(items: list[str]) -> Editor:
    """One of the usual periods, or one with a number of its own: kind, number, unit."""
    known = {**dict(offered()), **dict(free())}
    name = items[0] if items else ""
    if name and name not in known:
        known[name] = period_words(name)
    if name not in FREE:
        return Editor("select", items, chosen(known, [name]), reloads=True)
    number, unit = (*items[1:3], "", "")[:2]
    return Editor("period", [name, number], chosen(known, [name]), units=chosen(dict(units()), [unit or "day"]))


def chosen(options: dict[str, str], items: list[str]) -> list[tuple[str, str, bool]]:
    return [(value, label, value in items) for value, label in options.items()]


def named(one: Reference, items: list[str], actor: Actor) -> list[tuple[str, str, bool]]:
    """The picked records with their names; only those the actor may see have one."""
    pks = {pk for item in items if (pk := whole_number(item)) is not None}
    titles = titles_of(one.target, pks, actor) if pks else {}
    found = [(str(pk), titles.get(pk, f"#{pk}"), True) for pk in sorted(pks)]
    special = ME.get(one.kind, "")
    return [*found, (special, own_words(one.kind), True)] if special and special in items else found


def key_url(one: AnyRecord | RecordsOf, record_type: RecordType) -> str:
    if isinstance(one, InList):
        return reverse("pages:filter_pick", args=[one.of, "lists"])
    if one.kind in ME:
        return reverse("pages:filter_pick", args=[record_type.name, f"{one.kind}s"])
    return reverse("pages:pick", args=[one.target_type if isinstance(one, RecordOf | RecordsOf) else "any"])


def title_of(one: AnyRecord | RecordsOf, text: str, actor: Actor) -> str:
    if text == ME.get(one.kind):
        return own_words(one.kind)
    try:
        key = one.key(text) if isinstance(one, RecordsOf) else one.load(text)
    except FieldError:
        return text
    return record_titles([key], actor).get(key, text)


def own_words(kind: str) -> str:
    return _("me") if kind == "user" else _("my teams")


def pick_url(one: Reference, record_type: RecordType) -> str:
    if one.kind in ME:
        kind = "users" if one.target is get_user_model() else "teams"
        return reverse("pages:filter_pick", args=[record_type.name, kind])
    return pick_address(one.target)


def suggest_url(one: Field, record_type: RecordType, actor: Actor) -> str:
    if one.kind != "tags" or record_type.fields(actor).get(one.name) is not one:
        return ""
    return reverse("pages:suggest", args=[record_type.name, one.name])


# Text of the controls to JSON and back ---------------------------------------------------------


def operand_of(one: Field, op: str, items: list[str]) -> Any:
    """The operand as JSON. Raises FieldError."""
    filled = [item for item in items if item]
    if op in MANY_OPERANDS:
        if one.kind == "team" and "mine" in filled:
            return "mine"
        if not filled:
            raise missing()
        return [as_json(one, item) for item in filled]
    if op == "between":
        if len(items) != 2 or len(filled) != 2:
            raise FieldError(_("Two values are expected: from and to."))
        return [as_json(one, item) for item in items]
    if not filled:
        raise missing()
    return period_of(items) if op == "within" else as_json(one, filled[0])


def period_of(items: list[str]) -> str:
    if items[0] not in FREE:
        return items[0]
    if text := free_period(items[0], *(*items[1:3], "", "")[:2]):
        return text
    raise FieldError(_("A whole number is expected."))


def missing() -> FieldError:
    return FieldError(_("A value to compare with is missing."))


def as_json(one: Field, text: str) -> Any:
    if isinstance(one, RecordsOf):
        return one.key(text).id
    if isinstance(one, RecordOf):
        return text if text == ME.get(one.kind) else int(one.input_text(one.load(text)))
    if isinstance(one, AnyRecord):
        return one.dump(one.load(text))
    if isinstance(one, Reference):
        return text if text == ME.get(one.kind) else one.load(text).pk
    if one.kind == "boolean":
        return text == "1"
    if one.kind in TIMES:
        return text if text == "today" else Date(one.name, one.label).parse(text).isoformat()
    if isinstance(one, Number | MoneyKind):
        return one.dump(one.parse(text))
    return text


def items_of(one: Field, op: str, value: Any) -> list[str]:
    """What stands in the controls for an operand."""
    if op in NO_OPERAND or value is None:
        return []
    if op == "within":
        return free_parts(str(value))
    values = value if isinstance(value, list) else [value]
    return [as_text(one, item) for item in values]


def as_text(one: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dict) and isinstance(one, RecordOf | RecordsOf | Reference):
        return str(value.get("id", ""))
    if isinstance(value, dict) and isinstance(one, AnyRecord):
        return f"{value.get('type')}/{value.get('id')}"
    if isinstance(one, Number | MoneyKind):
        reader = one if isinstance(one, Number) or isinstance(value, dict) else Number(one.name, one.label)
        try:
            return reader.input_text(reader.load(value))
        except FieldError:
            return str(value)
    return str(value)
