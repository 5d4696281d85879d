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

from jantar.engine.pages.settings.shared import administrator
from jantar.engine.records.working_hours import Hours, forget_hours, own_hours, store_hours
from jantar.platform.accounts.middleware import signed_in_user
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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("The end has to be after the start."))
        return data


@never_cache
def show_own(request: HttpRequest) -> HttpResponse:
    """Your account: when you work."""
    return answer(request, signed_in_user(request).pk, "accounts/settings_base.html")


@never_cache
def show_company(request: HttpRequest) -> HttpResponse:
    """Settings: when those work who have said nothing else."""
    administrator(request)
    return answer(request, None, "ui/settings.html")


@require_POST
def use_companys(request: HttpRequest) -> HttpResponse:
    """Your hours are those of the company again."""
    forget_hours(signed_in_user(request).pk)
    messages.success(request, _("Saved."))
    return redirect("pages:account_hours")


def answer(request: HttpRequest, user_id: int | None, base: str) -> HttpResponse:
    hours, is_own = own_hours(user_id)
    form = HoursForm(request.POST or None, hours)
    if request.method == "POST" and form.is_valid():
        store_hours(user_id, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(request.path)
    context = {
        "base": base,
        "form": form,
        "back_url": reverse("pages:account_hours_default") if user_id and is_own else "",
        "is_company": user_id is None,
    }
    return render(request, "pages/working_hours.html", context, status=422 if form.errors else 200)
