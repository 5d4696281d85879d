"""Settings: fields that administrators add to the record types. They work at once, without a restart."""

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from jantar.engine.fields.custom import COMPUTED, WITH_TARGET
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.formulas.syntax import LONGEST
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.services import (
    UNIQUE_KINDS,
    WITH_CHOICES,
    WITHOUT_DEFAULT,
    custom_fields_of,
    default_text,
    order_custom_fields,
)
from jantar.engine.pages.settings.conditions import (
    ConditionEditor,
    condition_editor,
    said_condition,
    sent_condition,
)
from jantar.engine.pages.settings.formulas import EXAMPLES, FormulaNames, shown_formula, usable_names
from jantar.engine.pages.settings.rollups import RollupEditor, choices, editor_from, editor_of
from jantar.engine.pages.settings.shared import administrator, is_stored
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.custom_fields import change_field, create_field, retire_field, revive_field
from jantar.engine.records.errors import Invalid
from jantar.engine.records.field_indexes import states_of
from jantar.engine.records.kept.building import states_of_kept
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_toast

FILLED = [kind for kind, _label in CustomField.KINDS if kind not in COMPUTED]
#: References are quick to find by unasked.
MARKED = [kind for kind, _label in CustomField.KINDS if kind not in WITH_TARGET]
TYPED = [kind for kind, _label in CustomField.KINDS if kind not in WITHOUT_DEFAULT]


def target_choices() -> list[tuple[str, str]]:
    return [("", ""), *((one.name, capfirst(str(one.label_plural))) for one in registry.all())]


class FieldForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("Label"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=CustomField.KINDS)
    choices = forms.CharField(
        label=gettext_lazy("Values of the list"), required=False, help_text=gettext_lazy("One on each line."),
        widget=forms.Textarea(attrs={"rows": 4, "data-controller": "autosize"}),
    )  # fmt: skip
    target = forms.ChoiceField(label=gettext_lazy("Refers to"), required=False, choices=target_choices)
    help = forms.CharField(label=gettext_lazy("Help beside the field"), required=False, max_length=300)
    default = forms.CharField(
        label=gettext_lazy("New records start with"), required=False, max_length=1000,
        help_text=gettext_lazy("As it is typed in a form."),
    )  # fmt: skip
    formula = forms.CharField(
        label=gettext_lazy("Formula"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "data-controller": "autosize", "spellcheck": "false"}),
    )  # fmt: skip
    rollup = forms.ChoiceField(label=gettext_lazy("Measures"), required=False)
    section = forms.ChoiceField(label=gettext_lazy("Section of the form"), required=False)
    shown_when = forms.CharField(
        label=gettext_lazy("Shown only when"), required=False,
        help_text=gettext_lazy("Without a condition it is always shown. While it is hidden, nobody has to fill it in."),
    )  # fmt: skip
    required = forms.BooleanField(label=gettext_lazy("Has to be filled in"), required=False)
    wanted = forms.BooleanField(
        label=gettext_lazy("Worth having"), required=False,
        help_text=gettext_lazy("The data quality page tells which records have no value."),
    )  # fmt: skip
    unique = forms.BooleanField(label=gettext_lazy("No two records may have the same value"), required=False)
    indexed = forms.BooleanField(
        label=gettext_lazy("Quick to find and sort by"), required=False,
        help_text=gettext_lazy("Builds indexes in the background. Worth it from some ten thousand records on."),
    )  # fmt: skip

    #: The kinds that a part of the form belongs to.
    SHOWN_FOR: ClassVar[dict[str, str]] = {
        "choices": " ".join(WITH_CHOICES),
        "target": " ".join(WITH_TARGET),
        "default": " ".join(TYPED),
        "unique": " ".join(UNIQUE_KINDS),
        "required": " ".join(FILLED),
        "wanted": " ".join(FILLED),
        "formula": "formula",
        "rollup": "rollup",
        "indexed": " ".join(MARKED),
    }

    def __init__(
        self, *args: Any, record_type: RecordType, actor: Actor, definition: CustomField | None = None, **options: Any
    ) -> None:
        if definition:
            options["initial"] = {
                "label": definition.label, "help": definition.help, "required": definition.required,
                "choices": "\n".join(definition.choices), "section": definition.section,
                "default": default_text(definition), "unique": definition.unique, "indexed": definition.indexed,
                "wanted": definition.wanted,
                "formula": shown_formula(definition),
            }  # fmt: skip
        super().__init__(*args, **options)
        self.record_type = record_type
        self.definition = definition
        self.actor = actor
        section: Any = self.fields["section"]
        section.choices = [("", _("Further fields")), *((one.key, one.title) for one in record_type.sections)]
        if not definition or definition.kind == "rollup":
            self.fields["rollup"].choices = choices(record_type, actor)  # type: ignore[attr-defined]
            self.initial["rollup"] = self.rollup_editor.chosen
        for name, kinds in self.SHOWN_FOR.items():
            self.fields[name].shown_for = kinds  # type: ignore[attr-defined]
        if definition:
            del self.fields["kind"], self.fields["target"]
            if definition.kind not in WITH_CHOICES:
                del self.fields["choices"]
            if definition.kind in WITHOUT_DEFAULT:
                del self.fields["default"]
            if definition.kind not in UNIQUE_KINDS:
                del self.fields["unique"]
            if definition.kind != "formula":
                del self.fields["formula"]
            if definition.kind != "rollup":
                del self.fields["rollup"]
            if definition.kind not in MARKED:
                del self.fields["indexed"]
            if definition.kind in COMPUTED:
                del self.fields["required"], self.fields["wanted"]

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        kind = self.definition.kind if self.definition else data.get("kind")
        found = {name: data[name] for name in ("label", "help", "section")}
        found["indexed"] = data.get("indexed", False)
        found["shown_when"] = self.condition_editor.tree
        found["rollup"] = self.chosen_rollup() if kind == "rollup" else {}
        is_filled = kind not in COMPUTED
        found |= {name: is_filled and data.get(name, False) for name in ("required", "wanted")}
        found["formula"] = data.get("formula", "")
        can_be_unique = data.get("kind", "text") in UNIQUE_KINDS  # the box of another kind is not to be seen
        found |= {"default": data.get("default", ""), "unique": can_be_unique and data.get("unique", False)}
        return {**found, "choices": data.get("choices", "").splitlines()}

    def chosen_rollup(self) -> dict[str, Any]:
        try:
            return self.rollup_editor.rollup
        except FieldError as error:
            raise Invalid({"rollup": [error.message]}) from error

    @cached_property
    def condition_editor(self) -> ConditionEditor:
        if isinstance(self.data, QueryDict):
            return sent_condition(self.record_type, self.actor, self.data)
        return condition_editor(self.record_type, self.actor, self.definition.shown_when if self.definition else {})

    @cached_property
    def rollup_editor(self) -> RollupEditor:
        if isinstance(self.data, QueryDict):
            return editor_from(self.record_type, self.actor, self.data)
        return editor_of(self.record_type, self.actor, self.definition.rollup if self.definition else {})

    @property
    def usable(self) -> list[FormulaNames]:
        """What a formula can name."""
        return usable_names(self.record_type, self.definition)

    @property
    def functions(self) -> list[str]:
        return list(EXAMPLES)

    @property
    def check_url(self) -> str:
        return reverse("pages:settings_field_formula", args=[self.record_type.name])


def first(request: HttpRequest) -> HttpResponse:
    administrator(request)
    return redirect("pages:settings_fields_of", next(registry.all()).name)


def fields(request: HttpRequest, type_name: str) -> HttpResponse:
    """The fields of one type, those in use and the retired ones."""
    actor = administrator(request)
    definitions = custom_fields_of(type_name)
    used = with_states([one for one in definitions if not one.retired_at], actor)
    context = {
        "record_type": registry.get(type_name),
        "record_types": [one for one in registry.all() if one.area and not actor.is_off(one.name)],
        "used": used,
        "works": any(one.index_state.isdecimal() or one.index_state == "waiting" for one in used),
        "retired": [one for one in definitions if one.retired_at],
    }
    return render(request, "pages/settings_fields.html", context)


def with_states(definitions: list[CustomField], actor: Actor) -> list[Any]:
    """The definitions, each with what its indexes are doing (see `states_of`), the type it refers to, its condition."""
    states = states_of(definitions) | states_of_kept(definitions)
    rows: list[Any] = [*definitions]
    for one in rows:
        one.index_state = states.get(one.pk, "")
        one.condition, one.condition_error = said_condition(one, registry.get(one.record_type), actor)
        one.target_label = registry.get(one.target).label_plural if one.target in registry else ""
    return rows


def states(request: HttpRequest, type_name: str) -> HttpResponse:
    """How far the indexes are; the page loads anew when they are there."""
    actor = administrator(request)
    rows = with_states(list(CustomField.objects.filter(record_type=type_name, retired_at=None)), actor)
    working = [one for one in rows if one.index_state.isdecimal() or one.index_state == "waiting"]
    if not working:
        return HttpResponseClientRefresh()
    return render(request, "pages/settings_field_states.html", {"working": working})


def field(request: HttpRequest, type_name: str, pk: int | None = None) -> HttpResponse:
    """A dialog for a new field, or for changes of one."""
    actor = administrator(request)
    definition = get_object_or_404(CustomField, pk=pk, record_type=type_name, retired_at=None) if pk else None
    form = FieldForm(request.POST or None, definition=definition, record_type=registry.get(type_name), actor=actor)

    def store() -> None:
        if definition:
            change_field(definition, actor=actor, **form.values)
        else:
            chosen = {name: form.cleaned_data[name] for name in ("kind", "target")}
            create_field(type_name, actor=actor, **chosen, **form.values)

    if request.method == "POST" and is_stored(form, store):
        messages.success(request, _("Saved."))
        return HttpResponseClientRedirect(reverse("pages:settings_fields_of", args=[type_name]))
    label = registry.get(type_name).label_plural
    context = {
        "form": form,
        "heading": _("Edit %(what)s") % {"what": definition}
        if definition
        else _("New field of %(type)s") % {"type": label},
        "action": request.path,
        "save_label": _("Save field"),
    }
    template = "pages/settings_field_form.html" if request.method == "POST" else "pages/settings_field.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
def retire(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    definition = get_object_or_404(CustomField, pk=pk, record_type=type_name)
    try:
        found = retire_field(definition, actor=administrator(request))
    except Invalid as error:
        return refused(request, type_name, error)
    undo = reverse("pages:settings_field_revive", args=[type_name, pk])
    messages.success(
        request, _("“%(what)s” is deleted; its values are kept for 30 days.") % {"what": found}, extra_tags=undo
    )
    return redirect("pages:settings_fields_of", type_name)


@require_POST
def revive(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    definition = get_object_or_404(CustomField, pk=pk, record_type=type_name, emptied_at=None)
    try:
        found = revive_field(definition, actor=administrator(request))
    except Invalid as error:
        return refused(request, type_name, error)
    messages.success(request, _("“%(what)s” is in use again.") % {"what": found})
    return redirect("pages:settings_fields_of", type_name)


def refused(request: HttpRequest, type_name: str, error: Invalid) -> HttpResponse:
    """Back to the fields, with what stands in the way."""
    for said in error.errors.values():
        messages.error(request, " ".join(said))
    return redirect("pages:settings_fields_of", type_name)


@require_POST
def order(request: HttpRequest, type_name: str) -> HttpResponse:
    """Keeps the order in which the list of fields was put."""
    pks = [pk for text in request.POST.getlist("field") if (pk := whole_number(text)) is not None]
    order_custom_fields(pks, record_type=type_name, actor=administrator(request))
    return with_toast(HttpResponse(status=204), _("Saved."))
