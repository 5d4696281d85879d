"""What a template needs to draw the control of one field, and reading back what was typed into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from functools import cached_property
from hashlib import md5
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Several
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf, kept_key
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.recurrence import Recurrence
from jantar.engine.fields.references import Reference, is_hidden, unseen
from jantar.engine.pages.forms import recurring
from jantar.engine.pages.forms.pickers import pick_address
from jantar.engine.pages.uploads import Uploads, label_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.held_files import seen_files
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import is_offered_whole, record_titles, rows_to_offer, titles_of
from jantar.kit.numbers import whole_number
from jantar.platform.settings.models import ExchangeRate, Workspace

#: Stands in a form for a record that the reader may not see.
UNSEEN = "unseen"
#: Kinds whose controls take the whole width of a form.
WIDE = frozenset({"long_text", "rich_text", "recurrence", "records", "file", "image"})
USUAL_CURRENCIES = ("CZK", "EUR", "HUF", "PLN", "USD", "GBP", "CHF")


@dataclass
class Control:
    """One field in a form. `items` are the texts that stand in it: one, or several for lists."""

    field: Field
    name: str
    items: list[str] = made(default_factory=list)
    currency: str = ""
    errors: list[str] = made(default_factory=list)
    #: Whether what its errors say can be confirmed.
    asks: bool = False
    labels: dict[str, str] = made(default_factory=dict)
    offered: list[tuple[str, str]] = made(default_factory=list)
    suggest: str = ""
    #: Where the choices come from when the control of the field `follows` changes, and the names sent there.
    choices_url: str = ""
    follows: str = ""
    autofocus: bool = False
    bare: bool = False
    #: Whether the condition of its field does not hold: it is there, but neither seen nor written.
    is_hidden: bool = False
    #: Whether what stands in it is stored, not typed.
    is_stored: bool = False

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def kind(self) -> str:
        return self.field.kind

    @cached_property
    def template(self) -> str:
        """The template of the kind; a kind without one is typed as text."""
        name = f"pages/fields/{self.kind}.html"
        try:
            get_template(name)
        except TemplateDoesNotExist:
            return "pages/fields/text.html"
        return name

    @property
    def text(self) -> str:
        return self.items[0] if self.items else ""

    @property
    def is_asked(self) -> bool:
        """Whether a value is missing that is needed since a condition holds."""
        return self.field.required and bool(self.field.shown_when) and not self.text

    @property
    def is_wide(self) -> bool:
        return self.kind in WIDE or bool(self.field.inputs)

    @cached_property
    def inputs(self) -> "list[Control]":
        """The controls of the pieces that the value is typed in; what is wrong with a piece is told at it."""
        texts = self.field.split(self.text)
        found = [
            Control(self.field.pieces[name], f"{self.name}-{name}", [texts[name]] if texts[name] else [])
            for name in self.field.inputs
        ]
        for one in found if self.errors else ():
            try:
                one.field.check(one.field.parse(one.text))
            except FieldError as error:
                one.errors = [error.message]
        wrong = next((one for one in found if one.errors), None)
        if self.autofocus and found:
            (wrong or found[0]).autofocus = True
        return found

    @property
    def own_errors(self) -> list[str]:
        """What is wrong with the whole, beside what its inputs tell."""
        return [] if any(one.errors for one in self.inputs) else self.errors

    @property
    def described_by(self) -> str:
        """Ids of the help and error texts beside the control."""
        ids = [f"{self.id}-help"] if self.field.help and not self.bare else []
        return " ".join([*ids, f"{self.id}-errors"] if self.own_errors else ids)

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Choices as (value, label, chosen); a stored value that is no longer offered stays possible."""
        choices = self.offered or [(str(value), str(label)) for value, label in getattr(self.field, "choices", ())]
        known = {value for value, _label in choices}
        gone = [(item, self.labels.get(item, item)) for item in self.items if item and item not in known]
        return [(value, label, value in self.items) for value, label in [*choices, *gone]]

    @property
    def may_be_empty(self) -> bool:
        return not self.field.required and (
            self.field.is_custom or self.field.default in (None, "", []) or not self.text
        )

    @property
    def selected(self) -> list[tuple[str, str]]:
        return [(item, self.labels.get(item, item)) for item in self.items if item]

    @property
    def choices_ask(self) -> SafeString:
        """Fetches the choices anew when what they follow is chosen, or put back from a draft."""
        if not self.choices_url:
            return SafeString("")
        source = f"from:#f-{self.follows}"
        return format_html(
            ' hx-get="{}" hx-trigger="change {}, draft:restored {} delay:20ms" hx-include="closest [data-fields]"'
            ' hx-params="{},{}" hx-target="this" hx-swap="innerHTML" hx-sync="this:replace"',
            self.choices_url, source, source, self.follows, self.name,
        )  # fmt: skip

    @property
    def pick_url(self) -> str:
        if isinstance(self.field, RecordOf | RecordsOf):
            return reverse("pages:pick", args=[self.field.target_type])
        if isinstance(self.field, AnyRecord):
            return reverse("pages:pick", args=["any"])
        return pick_address(self.field.target) if isinstance(self.field, Reference) else ""

    @cached_property
    def upload(self) -> Uploads:
        """Where the file goes that is chosen in the control."""
        return Uploads(reverse("pages:held_upload", args=[self.kind]), is_single=True)

    @property
    def is_iso_date(self) -> bool:
        """A native date input shows nothing but ISO dates; other typed text needs a text input to survive."""
        return not self.errors or not self.text or self.text[:4].isdigit()

    @cached_property
    def rule(self) -> recurring.RuleForm:
        """What stands in the controls of a rule."""
        return recurring.form_of(self.text)

    @cached_property
    def currencies(self) -> list[str]:
        base = Workspace.get().base_currency
        rated = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True).distinct()
        found = dict.fromkeys([base, *rated, *USUAL_CURRENCIES])
        return [*found, self.currency] if self.currency and self.currency not in found else list(found)

    @property
    def digest(self) -> str:
        """Tells whether what comes back was touched."""
        return digest_of([*self.items, self.currency if isinstance(self.field, MoneyKind) and self.text else ""])


def digest_of(items: Iterable[str]) -> str:
    joined = "\x1f".join(item.replace("\r\n", "\n") for item in items if item)
    return md5(joined.encode(), usedforsecurity=False).hexdigest()[:12]


def control_with(one: Field, value: Any, name: str = "") -> Control:
    """A control that holds a value."""
    control = Control(one, name or one.name)
    if isinstance(one, MoneyKind):
        control.items = [] if value is None else [show.number(value.amount, places=2)]
        control.currency = value.currency if value is not None else Workspace.get().base_currency
    elif isinstance(one, RecordsOf):
        control.items = [str(key.id) for key in value or ()]
    elif isinstance(one, Several):
        control.items = list(value or [])
    elif one.inputs:
        text = one.joined(one.input_texts(value))
        control.items = [text] if text else []
    else:
        text = one.input_text(value)
        control.items = [text] if text else []
    control.is_stored = True
    if isinstance(one, File) and value is not None and value.name:
        control.labels = {control.text: label_of(value)}
    if isinstance(one, Reference) and is_hidden(value):
        conceal(control)
    elif isinstance(one, Reference) and value is not None and control.text:
        control.labels = {control.text: one.text(value)} if is_loaded(value) else {}
    return control


def conceal(control: Control) -> None:
    """Lets a control hold a record that may not be seen without telling its id; left alone it is not written."""
    control.items, control.labels = [UNSEEN], {UNSEEN: unseen()}


def control_from(one: Field, data: QueryDict, name: str = "") -> Control:
    """A control that holds what was posted; absent means empty (an unticked box, an empty list)."""
    control = Control(one, name or one.name)
    control.items = [item for item in data.getlist(control.name) if item] if isinstance(one, Several) else []
    if not control.items and (text := data.get(control.name, "")):
        control.items = [text]
    posted = {part: data.get(name, "") for part in one.inputs if (name := f"{control.name}-{part}") in data}
    if posted:
        control.items = [text] if (text := one.joined(posted)) else []
    if isinstance(one, Recurrence):
        control.items = [text] if (text := recurring.posted_rule(data, control.name)) else []
    control.currency = data.get(f"{control.name}-currency", "")
    if isinstance(one, Reference | AnyRecord) and control.text == UNSEEN:
        conceal(control)
    return control


def read_value(control: Control) -> Any:
    """The value typed into the control. Raises FieldError."""
    one = control.field
    if isinstance(one, RecordsOf):
        return [kept_key(one.target_type) if item == UNSEEN else one.key(item) for item in control.items]
    if isinstance(one, Several):
        return one.load(control.items)
    if isinstance(one, MoneyKind):
        return one.parse(control.text, currency=control.currency or None)
    return one.parse(control.text)


def read_values(controls: Iterable[Control]) -> dict[str, Any]:
    """The values of the controls by field name; a control whose text can't be read gets the error instead."""
    values = {}
    for control in controls:
        try:
            values[control.field.name] = read_value(control)
        except FieldError as error:
            control.errors = [error.message]
    return values


def follow(controls: Mapping[str, Control], record_type: RecordType) -> dict[str, Any]:
    """Lets the choices of controls follow the controls they depend on, and returns what is chosen in the latter."""
    chosen: dict[str, Any] = {}
    for name, on in record_type.depends.items():
        if name in controls and on in controls:
            controls[name].choices_url = reverse("pages:choices", args=[record_type.name, name])
            controls[name].follows = on
        if on in controls:
            try:
                chosen[on] = read_value(controls[on])
            except FieldError:
                chosen[on] = None
    return chosen


def label_references(controls: Iterable[Control], actor: Actor, shared: Mapping[str, Any] | None = None) -> None:
    """Gives picked records, users and teams their titles, and short tables their rows; a statement per table.

    `shared` are references of the record which its other references have to agree with (see `rows_to_offer`).
    """
    controls = list(controls)
    name_any_records([one for one in controls if isinstance(one.field, AnyRecord) and one.text], actor)
    name_several([one for one in controls if isinstance(one.field, RecordsOf) and one.items], actor)
    name_files([one for one in controls if isinstance(one.field, File) and one.items], actor)
    wanted: dict[type[Model], list[Control]] = {}
    for control in controls:
        if not isinstance(control.field, Reference):
            continue
        if is_offered_whole(control.field.target):
            control.offered = rows_to_offer(control.field.target, dict(shared or {}), actor)
            is_gone = control.text not in dict(control.offered)
        else:
            is_gone = True
        if is_gone and whole_number(control.text) is not None and not control.labels:
            wanted.setdefault(control.field.target, []).append(control)
    for target, found in wanted.items():
        titles = titles_of(target, (int(control.text) for control in found), actor)
        for control in found:
            control.labels = {control.text: titles[int(control.text)]} if int(control.text) in titles else {}


def name_any_records(controls: list[Control], actor: Actor) -> None:
    keys = {}
    for control in controls:
        try:
            keys[control.text] = control.field.load(control.text)
        except FieldError:
            continue
    titles = record_titles(keys.values(), actor) if keys else {}
    for control in controls:
        if (key := keys.get(control.text)) in titles:
            control.labels = {control.text: titles[key]}
        elif key and control.is_stored:
            conceal(control)


def name_several(controls: list[Control], actor: Actor) -> None:
    """One chip stands for all records of a list that may not be seen; taking it away takes them out."""
    keys: dict[tuple[str, str], RecordKey] = {}
    for control in controls:
        for item in control.items:
            pk = whole_number(item)
            if pk is not None:
                keys[control.name, item] = RecordKey(control.field.target_type, pk)  # type: ignore[attr-defined]
    titles = record_titles(keys.values(), actor) if keys else {}
    for control in controls:
        named = {item: titles.get(keys[control.name, item]) for item in control.items if (control.name, item) in keys}
        control.labels = {item: title for item, title in named.items() if title is not None}
        control.labels[UNSEEN] = unseen()
        shown = [item if item in control.labels or not control.is_stored else UNSEEN for item in control.items]
        control.items = list(dict.fromkeys(shown))


def name_files(controls: list[Control], actor: Actor) -> None:
    """Gives files their names; of one that was just uploaded, or is gone by now, no more is known than its id."""
    typed = [control for control in controls if not control.labels]
    found = seen_files([control.text for control in typed], actor) if typed else {}
    for control in typed:
        held = found.get(control.text)
        control.items, control.labels = ([held.key], {held.key: label_of(held)}) if held else ([], {})


def is_loaded(row: Model) -> bool:
    """Whether a referenced row was read from the database, or only stands for its id."""
    return not row._state.adding


def suggestions_address(type_name: str, name: str) -> str:
    return reverse("pages:suggest", args=[type_name, name])


def fill_errors(
    controls: Mapping[str, Control], errors: Mapping[str, Sequence[str]], *, asks: bool = False
) -> dict[str, list[str]]:
    """Puts messages, which may be questions, to their controls and returns those that have none."""
    left = {}
    for name, messages in errors.items():
        if name in controls:
            controls[name].errors, controls[name].asks = list(messages), asks
        else:
            left[name] = list(messages)
    return left
