"""Settings: users and teams."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jantar.engine.pages.settings.shared import administrator, is_stored, settings_form
from jantar.engine.permissions.models import Role
from jantar.platform.accounts.forms import time_zones
from jantar.platform.accounts.models import Membership, Team, User
from jantar.platform.accounts.services import delete_team, store_team, store_user

COMBOBOX = {"data-controller": "combobox"}


class UserForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=time_zones, initial="Europe/Prague", widget=forms.Select(COMBOBOX)
    )
    main_team = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=gettext_lazy("Main team"), required=False, empty_label="",
        help_text=gettext_lazy("New records of the user belong to it."),
    )  # fmt: skip
    teams = forms.ModelMultipleChoiceField(
        Team.objects.order_by("name"), label=gettext_lazy("Further teams"), required=False,
        widget=forms.SelectMultiple(COMBOBOX),
    )  # fmt: skip
    roles = forms.ModelMultipleChoiceField(
        Role.objects.order_by("name"), label=gettext_lazy("Roles"), required=False,
        widget=forms.SelectMultiple(COMBOBOX),
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("New password"), required=False, strip=False, max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters. The user can change it after signing in."),
    )  # fmt: skip

    class Meta:
        model = User
        fields = ["full_name", "email", "language", "time_zone", "is_admin", "is_active"]

    field_order = [
        "full_name", "email", "roles", "main_team", "teams", "language", "time_zone", "password", "is_admin",
        "is_active",
    ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            memberships = list(self.instance.memberships.select_related("team"))
            self.initial["main_team"] = next((one.team_id for one in memberships if one.is_main), None)
            self.initial["teams"] = [one.team_id for one in memberships if not one.is_main]
            self.initial["roles"] = list(self.instance.roles.values_list("pk", flat=True))
        else:
            self.fields["password"].required = True
            del self.fields["is_active"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is already a user with this e-mail address."))
        return email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.instance)
        return password

    def store(self) -> None:
        data = self.cleaned_data
        user = store_user(self.instance, teams=data["teams"], main_team=data["main_team"], password=data["password"])
        user.roles.set(data["roles"])


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name", "parent", "region"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["parent"].empty_label = ""  # type: ignore[attr-defined]


def users(request: HttpRequest) -> HttpResponse:
    administrator(request)
    memberships = Prefetch("memberships", Membership.objects.select_related("team").order_by("-is_main"))
    found = User.objects.prefetch_related(memberships, "roles").order_by("-is_active", "full_name")
    return render(request, "pages/settings_users.html", {"users": found})


def user(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new user, or changes of one: teams, roles, password, taking the access away."""
    administrator(request)
    found = get_object_or_404(User, pk=pk) if pk else User()
    form = UserForm(request.POST or None, instance=found)
    if request.method == "POST" and is_stored(form, form.store):
        messages.success(request, _("Saved."))
        return redirect("pages:settings_users")
    heading = _("Edit %(what)s") % {"what": User.objects.get(pk=pk)} if pk else _("New user")
    return settings_form(request, form, heading=heading, back=reverse("pages:settings_users"))


def teams(request: HttpRequest) -> HttpResponse:
    administrator(request)
    found = Team.objects.select_related("parent").annotate(number=Count("memberships")).order_by("name")
    return render(request, "pages/settings_teams.html", {"teams": found})


def team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    administrator(request)
    found = get_object_or_404(Team, pk=pk) if pk else Team()
    form = TeamForm(request.POST or None, instance=found)
    if request.method == "POST" and is_stored(form, lambda: store_team(form.instance)):
        messages.success(request, _("Saved."))
        return redirect("pages:settings_teams")
    heading = _("Edit %(what)s") % {"what": Team.objects.get(pk=pk)} if pk else _("New team")
    remove = reverse("pages:settings_team_delete", args=[pk]) if pk else ""
    back = reverse("pages:settings_teams")
    return settings_form(request, form, heading=heading, back=back, delete_url=remove)


@require_POST
def remove_team(request: HttpRequest, pk: int) -> HttpResponse:
    administrator(request)
    found = get_object_or_404(Team, pk=pk)
    try:
        delete_team(found)
        messages.success(request, _("“%(what)s” is deleted.") % {"what": found.name})
    except forms.ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("pages:settings_teams")
