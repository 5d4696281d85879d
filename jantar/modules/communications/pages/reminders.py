"""Reminders on every open page, and what a user chooses about them."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.permissions.middleware import current_actor
from jantar.modules.communications import reminding
from jantar.modules.communications.models import ReminderPreference
from jantar.modules.communications.reminding import Told
from jantar.platform.accounts.middleware import signed_in_user


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ReminderPreference
        fields = ["activity_lead", "task_lead", "on_screen", "by_mail"]


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """What the user is to be reminded of; nothing (204) when the page shows just that (?known=3,7)."""
    told = reminding.to_show(current_actor(request))
    known = ",".join(str(one.pk) for one in told)
    return HttpResponse(status=204) if known == request.GET.get("known", "") else cards(request, told)


def cards(request: HttpRequest, told: Sequence[Told]) -> HttpResponse:
    """One is shown, the others are folded, so that they do not cover the page; `open` tells that they are unfolded."""
    return render(request, "communications/reminders.html", {"told": told, "open": "open" in request.POST})


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers what is left."""
    reminding.dismiss_reminder(pk, actor=current_actor(request))
    return cards(request, reminding.to_show(current_actor(request)))


@require_POST
def later(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers what is left."""
    reminding.snooze_reminder(pk, actor=current_actor(request))
    return cards(request, reminding.to_show(current_actor(request)))


@never_cache
def settings(request: HttpRequest) -> HttpResponse:
    """Your account: how long before, and by which way."""
    form = PreferenceForm(request.POST or None, instance=reminding.preference_of(signed_in_user(request).pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("communications:reminder_settings")
    return render(
        request, "communications/reminder_settings.html", {"form": form}, status=422 if form.is_bound else 200
    )
