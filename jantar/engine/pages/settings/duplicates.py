"""Settings: from which score on records are proposed as duplicates, and what counts; tried while it is chosen."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.duplicates import services
from jantar.engine.duplicates.models import Rules
from jantar.engine.duplicates.preview import preview_of
from jantar.engine.duplicates.rules import LEAST, MOST, checked_rules, keep_rules, queue_by, reasons_of, rules_of
from jantar.engine.pages.settings.shared import administrator, is_stored
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import Invalid
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


def score() -> forms.NumberInput:
    """A slider; what is alike is worth 5 points or a multiple."""
    widget = forms.NumberInput(attrs={"min": LEAST, "max": MOST, "step": 5, "data-slider-target": "score"})
    widget.input_type = "range"
    return widget


class RulesForm(forms.Form):
    proposed_from = forms.IntegerField(
        label=gettext_lazy("Propose a pair from this many points on"), widget=score(),
        help_text=gettext_lazy("Pairs that are proposed wait on the page of duplicates."),
    )  # fmt: skip
    hinted_from = forms.IntegerField(
        label=gettext_lazy("Hint while a record is typed from this many points on"), widget=score(),
        help_text=gettext_lazy("A hint is never in the way of saving."),
    )  # fmt: skip
    counting = forms.MultipleChoiceField(
        label=pgettext_lazy("duplicate", "What counts"), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=gettext_lazy("What does not count speaks neither for nor against two records being the same."),
    )  # fmt: skip

    def __init__(self, data: Any, *, record_type: RecordType) -> None:
        rules, reasons = rules_of(record_type), reasons_of(record_type)
        counting = [name for name in reasons if name not in rules.left_out]
        super().__init__(
            data,
            initial={
                "proposed_from": rules.proposed_from, "hinted_from": rules.hinted_from, "counting": counting,
            },
        )  # fmt: skip
        self.record_type = record_type
        self.fields["counting"].choices = list(reasons.items())  # type: ignore[attr-defined]

    @property
    def scores(self) -> list[forms.BoundField]:
        return [self["proposed_from"], self["hinted_from"]]

    def rules(self) -> Rules:
        """Raises Invalid."""
        return checked_rules(self.record_type, **self.cleaned_data)


def compared_types(actor: Actor) -> list[RecordType]:
    return [one for one in registry.all() if one.duplicates and not actor.is_off(one.name)]


def compared(actor: Actor, type_name: str) -> RecordType:
    """Raises Http404 for a type whose records are not compared."""
    found = next((one for one in compared_types(actor) if one.name == type_name), None)
    if found is None:
        raise Http404
    return found


def first(request: HttpRequest) -> HttpResponse:
    types = compared_types(administrator(request))
    if not types:
        raise Http404
    return redirect("pages:settings_duplicates_of", types[0].name)


@never_cache
def rules(request: HttpRequest, type_name: str) -> HttpResponse:
    """With `scan` all records are looked through by the new rules."""
    actor = administrator(request)
    record_type = compared(actor, type_name)
    form = RulesForm(request.POST or None, record_type=record_type)
    if request.method == "POST":
        needs_scan = False

        def store() -> None:
            nonlocal needs_scan
            needs_scan = keep_rules(record_type, form.rules(), actor=actor)

        if is_stored(form, store):
            return stored(request, record_type, actor, needs_scan=needs_scan)
    context = {
        "form": form,
        "record_type": record_type,
        "record_types": compared_types(actor),
        "is_kept": rules_of(record_type).pk is not None,
    }
    return render(request, "pages/settings_duplicates.html", context, status=422 if form.errors else 200)


def stored(request: HttpRequest, record_type: RecordType, actor: Actor, *, needs_scan: bool) -> HttpResponse:
    if "scan" in request.POST:
        services.start_scan(record_type, actor=actor)
        return redirect("pages:duplicates", record_type.name)
    said = _("Saved. Look for duplicates once more for the pairs by these rules.") if needs_scan else _("Saved.")
    messages.success(request, said)
    return redirect("pages:settings_duplicates_of", record_type.name)


@require_POST
def reset(request: HttpRequest, type_name: str) -> HttpResponse:
    """Back to the usual rules."""
    actor = administrator(request)
    record_type = compared(actor, type_name)
    usual = Rules(record_type=type_name)
    wanted = {"proposed_from": usual.proposed_from, "hinted_from": usual.hinted_from}
    needs_scan = keep_rules(
        record_type, checked_rules(record_type, **wanted, counting=reasons_of(record_type)), actor=actor
    )
    return stored(request, record_type, actor, needs_scan=needs_scan)


@require_POST
def preview(request: HttpRequest, type_name: str) -> HttpResponse:
    """What the rules of the form would propose, without keeping them."""
    actor = administrator(request)
    record_type = compared(actor, type_name)
    form = RulesForm(request.POST, record_type=record_type)
    context: dict[str, Any] = {"record_type": record_type}
    if form.is_valid():
        try:
            wanted = form.rules()
        except Invalid as error:
            context["errors"] = [message for messages_of in error.errors.values() for message in messages_of]
        else:
            context |= {"found": preview_of(record_type, wanted, actor), "queue": queue_by(wanted)}
    else:
        context["errors"] = [message for messages_of in form.errors.values() for message in messages_of]
    return render(request, "pages/duplicates_preview.html", context)
