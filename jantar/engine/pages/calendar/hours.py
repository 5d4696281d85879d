"""Working hours: those of a user in their account, those of everybody else in the settings of the company."""

from typing import Any

from babel.dates import get_day_names
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import Invalid
from jantar.engine.pages.settings.shared import administrator
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.working_hours import Hours, forget_hours, own_hours, store_hours
from jantar.ui.formats import locale_for


def clock_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def weekdays() -> list[tuple[int, str]]:
    names = get_day_names("wide", context="stand-alone", locale=locale_for(get_language() or "en"))
    return [(day, names[day]) for day in range(7)]


class HoursForm(forms.Form):
    begins = forms.TimeField(label=gettext_lazy("Work begins"), widget=clock_input())
    ends = forms.TimeField(label=gettext_lazy("Work ends"), widget=clock_input())
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Working days"), choices=weekdays, coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": gettext_lazy("Choose at least one day.")},
    )  # fmt: skip

    def __init__(self, data: Any, hours: Hours) -> None:
        super().__init__(data, initial={"begins": hours.begins, "ends": hours.ends, "days": sorted(hours.days)})

    def store(self, actor: Actor, *, for_company: bool) -> bool:
        """Whether the hours are stored; what is wrong stands at the fields."""
        if not self.is_valid():
            return False
        try:
            store_hours(actor, for_company=for_company, **self.cleaned_data)
        except Invalid as error:
            for name, texts in error.errors.items():
                self.add_error(name, texts)
        return self.is_valid()


@never_cache
def show_own(request: HttpRequest) -> HttpResponse:
    """Your account: when you work."""
    return answer(request, "accounts/settings_base.html")


@never_cache
def show_company(request: HttpRequest) -> HttpResponse:
    """Settings: when those work who have said nothing else."""
    administrator(request)
    return answer(request, "ui/settings.html", for_company=True)


@require_POST
def use_companys(request: HttpRequest) -> HttpResponse:
    """Your hours are those of the company again."""
    forget_hours(current_actor(request))
    messages.success(request, _("Saved."))
    return redirect("pages:account_hours")


def answer(request: HttpRequest, base: str, *, for_company: bool = False) -> HttpResponse:
    actor = current_actor(request)
    hours, is_own = own_hours(None if for_company else actor.user_id)
    form = HoursForm(request.POST or None, hours)
    if request.method == "POST" and form.store(actor, for_company=for_company):
        messages.success(request, _("Saved."))
        return redirect(request.path)
    context = {
        "base": base,
        "form": form,
        "back_url": reverse("pages:account_hours_default") if is_own and not for_company else "",
        "is_company": for_company,
    }
    return render(request, "pages/working_hours.html", context, status=422 if form.errors else 200)
