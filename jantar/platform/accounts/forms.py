"""Forms of the account pages."""

import zoneinfo
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jantar.platform.accounts.models import User


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), strip=False, max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


@lru_cache(maxsize=1)
def time_zones() -> list[tuple[str, str]]:
    """Zones named for places, sorted; Europe first because that is where our users are."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in sorted(names, key=lambda name: not name.startswith("Europe/"))]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    class Meta:
        model = User
        fields = ["full_name", "language", "time_zone", "theme"]

    def save(self, commit: bool = True) -> User:
        """Stores these fields only: what an administrator has changed meanwhile stays."""
        user: User = self.instance
        user.save(update_fields=self.Meta.fields)
        return user


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("Current password"), strip=False, max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label=_("New password"), strip=False, max_length=1000,
        help_text=_("At least 10 characters, nothing easy to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("New password again"), strip=False, max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("This is not your current password."))
        return old

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "new" in data and data.get("again") != data["new"]:
            self.add_error("again", _("The two new passwords differ."))
        return data


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What the token is for, such as “Web shop”."))
    days = forms.TypedChoiceField(
        label=_("Valid for"), coerce=int, initial=365,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (0, _("Until revoked"))],
    )  # fmt: skip

    @property
    def expires_at(self) -> Any:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None
