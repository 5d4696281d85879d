"""Settings: pipelines and their stages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.numbers import Percent
from jantar.engine.pages.settings.shared import administrator, is_stored
from jantar.kit.numbers import whole_number
from jantar.modules.sales import queries, setting_up
from jantar.modules.sales.models import Pipeline, Stage, Status, Tone


class PipelineForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    like = forms.ModelChoiceField(
        queries.every_pipeline(), label=gettext_lazy("With the stages of"), empty_label=None,
        help_text=gettext_lazy("They can be changed afterwards."),
    )  # fmt: skip


class StageForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    probability = forms.CharField(label=gettext_lazy("Probability (%)"), max_length=10)
    status = forms.ChoiceField(
        label=gettext_lazy("Deals here are"), choices=Status.choices,
        help_text=gettext_lazy("A deal that comes to this stage is open, won or lost from then on."),
    )  # fmt: skip
    tone = forms.ChoiceField(
        label=gettext_lazy("Colour"), required=False, choices=[("", gettext_lazy("The usual one")), *Tone.choices]
    )

    def clean_probability(self) -> Any:
        try:
            return Percent("probability", "", places=2, maximum=100, required=True).parse(
                self.cleaned_data["probability"]
            )
        except FieldError as error:
            raise forms.ValidationError(error.message) from error


class RetireForm(forms.Form):
    move_to: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Its deals move to"), required=False, empty_label=None
    )


def pipelines(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The stages of one pipeline in order, those in use and the retired ones; below them the order of pipelines."""
    administrator(request)
    every = list(queries.every_pipeline())
    pipeline = get_object_or_404(Pipeline, pk=pk) if pk else next(iter(every), None)
    stages = queries.stages_of(pipeline) if pipeline else []
    context = {
        "pipelines": every,
        "pipeline": pipeline,
        "used": [one for one in stages if not one.retired_at],
        "retired": [one for one in stages if one.retired_at],
    }
    return render(request, "sales/settings_pipelines.html", context)


def pipeline(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A dialog for a new pipeline, or for the name of one."""
    actor = administrator(request)
    known = get_object_or_404(Pipeline, pk=pk) if pk else None
    form = PipelineForm(request.POST or None, initial={"name": known} if known else None)
    if known:
        del form.fields["like"]
    stored: list[Pipeline] = []

    def store() -> None:
        if known:
            setting_up.rename_pipeline(known, name=form.cleaned_data["name"], actor=actor)
        stored.append(known or setting_up.add_pipeline(**form.cleaned_data, actor=actor))

    if request.method == "POST" and is_stored(form, store):
        return saved(request, stored[0].pk)
    heading = _("Edit %(what)s") % {"what": known} if known else _("New pipeline")
    return dialog(request, form, heading, _("Save pipeline"))


def stage(request: HttpRequest, pipeline_pk: int, pk: int | None = None) -> HttpResponse:
    """A dialog for a new stage, or for changes of one."""
    actor = administrator(request)
    of = get_object_or_404(Pipeline, pk=pipeline_pk)
    known = get_object_or_404(Stage, pk=pk, pipeline=of) if pk else Stage(pipeline=of)
    shown = {"name": known.name, "status": known.status, "tone": known.tone}
    initial = {**shown, "probability": Percent("probability", "").input_text(known.probability)} if pk else None
    form = StageForm(request.POST or None, initial=initial)
    if request.method == "POST" and is_stored(
        form, lambda: setting_up.store_stage(known, **form.cleaned_data, actor=actor)
    ):
        return saved(request, of.pk)
    heading = _("Edit %(what)s") % {"what": known} if pk else _("New stage of %(pipeline)s") % {"pipeline": of}
    return dialog(request, form, heading, _("Save stage"))


def retire(request: HttpRequest, pipeline_pk: int, pk: int) -> HttpResponse:
    """A dialog that asks which stage takes the deals."""
    actor = administrator(request)
    one = get_object_or_404(Stage, pk=pk, pipeline=pipeline_pk)
    number = setting_up.deals_in(one).count()
    form = RetireForm(request.POST or ({} if request.method == "POST" else None))
    form.fields["move_to"].queryset = setting_up.takers(one)  # type: ignore[attr-defined]
    if not number:
        del form.fields["move_to"]
    moved: list[int | None] = []

    def store() -> None:
        moved.append(setting_up.retire_stage(one, move_to=form.cleaned_data.get("move_to"), actor=actor))

    if request.method == "POST" and is_stored(form, store):
        undo = reverse("pages:undo", args=[moved[0]]) if moved[0] else ""
        messages.success(request, _("The stage “%(stage)s” is retired.") % {"stage": one}, extra_tags=undo)
        return HttpResponseClientRedirect(reverse("sales:settings_pipeline", args=[pipeline_pk]))
    return dialog(request, form, _("Retire stage “%(stage)s”") % {"stage": one}, _("Retire stage"))


@require_POST
def revive(request: HttpRequest, pipeline_pk: int, pk: int) -> HttpResponse:
    actor = administrator(request)
    one = get_object_or_404(Stage.with_retired, pk=pk, pipeline=pipeline_pk)
    setting_up.revive_stage(one, actor=actor)
    messages.success(request, _("“%(what)s” is in use again.") % {"what": one})
    return redirect("sales:settings_pipeline", pipeline_pk)


@require_POST
def order_pipelines(request: HttpRequest) -> HttpResponse:
    """The pipelines in a new order, as they were dragged."""
    setting_up.order_pipelines(numbers(request, "pipeline"), actor=administrator(request))
    return HttpResponse(status=204)


@require_POST
def order_stages(request: HttpRequest, pk: int) -> HttpResponse:
    actor = administrator(request)
    setting_up.order_stages(get_object_or_404(Pipeline, pk=pk), numbers(request, "stage"), actor=actor)
    return HttpResponse(status=204)


def numbers(request: HttpRequest, name: str) -> list[int]:
    found = map(whole_number, request.POST.getlist(name))
    return [number for number in found if number is not None]


def saved(request: HttpRequest, pk: int) -> HttpResponse:
    messages.success(request, _("Saved."))
    return HttpResponseClientRedirect(reverse("sales:settings_pipeline", args=[pk]))


def dialog(request: HttpRequest, form: forms.Form, heading: str, save_label: str) -> HttpResponse:
    context = {"form": form, "heading": heading, "save_label": save_label, "action": request.path}
    template = "pages/settings_field_form.html" if request.method == "POST" else "pages/settings_field.html"
    return render(request, template, context, status=422 if form.errors else 200)
