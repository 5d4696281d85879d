"""Your account: what you are told, and how."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from jantar.engine.following.models import Kind, Preference, Way
from jantar.engine.following.preferences import preference_of, store_preference, way_of
from jantar.platform.accounts.middleware import signed_in_user


def hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour}:00") for hour in range(24)]


class NotificationsForm(forms.Form):
    """A way for each kind (`way_<kind>`), and when e-mails are sent."""

    watches_own = forms.BooleanField(label=gettext_lazy("Watch the records I own"), required=False)
    daily_hour = forms.TypedChoiceField(label=gettext_lazy("Daily e-mail at"), choices=hours, coerce=int)
    quiet_from = forms.TimeField(
        label=gettext_lazy("No e-mails from"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    quiet_until = forms.TimeField(
        label=gettext_lazy("No e-mails until"), required=False,
        help_text=gettext_lazy("They are sent when these hours end."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip

    def __init__(self, data: Any, *, preference: Preference) -> None:
        super().__init__(data, initial={
            "watches_own": preference.watches_own,
            "daily_hour": preference.daily_hour,
            "quiet_from": preference.quiet_from,
            "quiet_until": preference.quiet_until,
            **{f"way_{kind}": way_of(preference, kind).value for kind in Kind},
        })  # fmt: skip
        for kind in Kind:
            self.fields[f"way_{kind}"] = forms.ChoiceField(label=kind.label, choices=Way.choices)

    @property
    def ways(self) -> list[forms.BoundField]:
        return [self[f"way_{kind}"] for kind in Kind]

    @property
    def times(self) -> list[forms.BoundField]:
        return [self[name] for name in ("daily_hour", "quiet_from", "quiet_until")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("quiet_from"), data.get("quiet_until")
        if not {"quiet_from", "quiet_until"} & self.errors.keys():
            if (start is None) != (end is None):
                self.add_error("quiet_from" if start is None else "quiet_until", _("Fill in both times or none."))
            elif start is not None and start == end:
                self.add_error("quiet_until", _("The two times have to differ."))
        return data

    def store(self, user_id: int) -> None:
        data = self.cleaned_data
        start, end = data["quiet_from"], data["quiet_until"]
        store_preference(
            user_id,
            ways={kind: Way(data[f"way_{kind}"]) for kind in Kind},
            watches_own=data["watches_own"],
            daily_hour=data["daily_hour"],
            quiet=(start, end) if start is not None else None,
        )


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    user = signed_in_user(request)
    form = NotificationsForm(request.POST or None, preference=preference_of(user.pk))
    if request.method == "POST" and form.is_valid():
        form.store(user.pk)
        messages.success(request, _("Saved."))
        return redirect("pages:account_notifications")
    context = {"form": form, "zone": user.time_zone}
    return render(request, "following/account.html", context, status=422 if form.is_bound else 200)
