"""Settings: the company's name, its base currency and exchange rates."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.numbers import Number
from jantar.engine.fields.rates import forget_rates
from jantar.engine.pages.settings.shared import administrator, is_stored
from jantar.engine.records.money import has_amounts
from jantar.kit.money import CURRENCIES
from jantar.platform.settings.models import ExchangeRate, Workspace

RATES_SHOWN = 200


def currency_choices() -> list[tuple[str, str]]:
    first = ("CZK", "EUR", "HUF", "PLN")
    return [(code, code) for code in (*first, *sorted(CURRENCIES - set(first)))]


class CompanyForm(forms.ModelForm):
    base_currency = forms.ChoiceField(
        label=gettext_lazy("Base currency"), choices=currency_choices,
        help_text=gettext_lazy("Sums over several currencies are in it."),
    )  # fmt: skip

    history_months = forms.TypedChoiceField(
        label=gettext_lazy("Keep the history for"), required=False, coerce=int, empty_value=None,
        choices=lambda: [("", _("Ever")), *(Workspace._meta.get_field("history_months").flatchoices)],
        help_text=gettext_lazy(
            "Old values are personal data too: keep them no longer than you need them. What is older is deleted every "
            "night and can't be brought back; changes of the last 30 days are always kept."
        ),
    )  # fmt: skip

    class Meta:
        model = Workspace
        fields = ["name", "base_currency", "history_months"]

    def clean_base_currency(self) -> str:
        code: str = self.cleaned_data["base_currency"]
        if code != self.initial.get("base_currency") and has_amounts():
            raise forms.ValidationError(_("Amounts are already stored in the base currency; it can't be changed now."))
        return code


class RateForm(forms.Form):
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=currency_choices)
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date", "data-controller": "date-field"}, format="%Y-%m-%d"),
    )
    rate = forms.CharField(label=gettext_lazy("Rate"), max_length=30)

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"]
        if code == Workspace.get().base_currency:
            raise forms.ValidationError(_("This is the base currency."))
        return code

    def clean_rate(self) -> Any:
        try:
            rate = Number("rate", _("Rate"), places=8).parse(self.cleaned_data["rate"])
        except FieldError as error:
            raise forms.ValidationError(error.message) from error
        if rate is None or not 0 < rate < 10**9:
            raise forms.ValidationError(_("The rate has to be more than zero."))
        return rate

    def store(self) -> None:
        """A second rate for the same day replaces the first."""
        data = self.cleaned_data
        ExchangeRate.objects.update_or_create(
            currency=data["currency"], valid_from=data["valid_from"], defaults={"rate": data["rate"]}
        )
        forget_rates()


def company(request: HttpRequest) -> HttpResponse:
    administrator(request)
    workspace = Workspace.get()
    form = CompanyForm(request.POST or None, instance=workspace)
    if request.method == "POST" and is_stored(form, form.save):
        forget_rates()
        messages.success(request, _("Saved."))
        return redirect("pages:settings_company")
    return answer(request, form, RateForm())


@require_POST
def add_rate(request: HttpRequest) -> HttpResponse:
    administrator(request)
    form = RateForm(request.POST)
    if is_stored(form, form.store):
        messages.success(request, _("Saved."))
        return redirect("pages:settings_company")
    return answer(request, CompanyForm(instance=Workspace.get()), form)


@require_POST
def remove_rate(request: HttpRequest, pk: int) -> HttpResponse:
    administrator(request)
    get_object_or_404(ExchangeRate, pk=pk).delete()
    forget_rates()
    messages.success(request, _("The rate is deleted. Amounts stored with it keep their value."))
    return redirect("pages:settings_company")


def answer(request: HttpRequest, form: CompanyForm, rate_form: RateForm) -> HttpResponse:
    context = {
        "form": form,
        "rate_form": rate_form,
        "base": Workspace.get().base_currency,
        "rates": ExchangeRate.objects.order_by("currency", "-valid_from")[:RATES_SHOWN],
    }
    return render(
        request, "pages/settings_company.html", context, status=422 if form.errors or rate_form.errors else 200
    )
