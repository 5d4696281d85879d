"""What the pages of the company's settings have in common."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Invalid, NotAllowed
from jantar.kit.numbers import whole_number
from jantar.ui.navigation import NavArea, NavItem, navigation


def administrator(request: HttpRequest) -> Actor:
    """Raises NotAllowed for anybody else."""
    actor = current_actor(request)
    if not actor.is_admin:
        raise NotAllowed(_("Only administrators may do this."))
    return actor


def number_in(request: HttpRequest, name: str) -> int | None:
    return whole_number(request.POST.get(name, ""))


def is_stored(form: Any, store: Any) -> bool:
    """Runs `store()` for a valid form; what it refuses goes to the fields of the form."""
    if not form.is_valid():
        return False
    try:
        store()
    except Invalid as error:
        for name, messages in error.errors.items():
            for message in messages:
                form.add_error(name if name in form.fields else None, message)
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            form.add_error(None, error)
        else:
            form.add_error(None, error.messages)
    return not form.errors


def settings_form(request: HttpRequest, form: forms.BaseForm, *, heading: str, back: str, **more: Any) -> HttpResponse:
    """A form of the settings as a page; 422 when something in it is wrong."""
    context = {"form": form, "heading": heading, "back": back, **more}
    return render(request, "pages/settings_form.html", context, status=422 if form.errors else 200)


def register_settings() -> None:
    """Puts the settings at the foot of the navigation of administrators."""
    place = NavItem(
        "settings", gettext_lazy("Settings"), "pages:settings_users", icon="settings", area="settings",
        under="/settings/",
        visible=lambda request: request.user.is_authenticated and current_actor(request).is_admin,
    )  # fmt: skip
    navigation.add_area(NavArea("settings", at_foot=True))
    navigation.add(place)
    tabs = (
        ("users", gettext_lazy("Users"), "user"),
        ("teams", gettext_lazy("Teams"), "users-group"),
        ("roles", gettext_lazy("Roles"), "shield-lock"),
        ("fields", gettext_lazy("Fields"), "list-check"),
        ("duplicates", gettext_lazy("Duplicates"), "copy-check"),
        ("company", gettext_lazy("Company"), "building"),
        ("hours", gettext_lazy("Working hours"), "clock"),
        ("modules", gettext_lazy("Modules"), "puzzle"),
    )
    for order, (key, label, icon) in enumerate(tabs):
        tab = NavItem(key, label, f"pages:settings_{key}", icon=icon, order=order * 10)
        navigation.add(tab, place="settings")
