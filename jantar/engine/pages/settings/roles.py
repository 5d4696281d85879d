"""Settings: roles as a grid of record types and actions."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jantar.engine.pages.settings.shared import administrator, is_stored
from jantar.engine.permissions.actor import ANY_TYPE
from jantar.engine.permissions.models import Action, Role, Scope
from jantar.engine.permissions.services import delete_role, store_role
from jantar.engine.records.registry import registry

Rights = dict[tuple[str, str], Scope]


class RoleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


@dataclass(frozen=True)
class Cell:
    name: str
    label: str
    scope: Scope


@dataclass(frozen=True)
class Line:
    """The rights to the records of one type."""

    label: str
    cells: list[Cell]


def roles(request: HttpRequest) -> HttpResponse:
    administrator(request)
    found = Role.objects.annotate(number=Count("users")).order_by("name")
    return render(request, "pages/settings_roles.html", {"roles": found})


def role(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    actor = administrator(request)
    found = get_object_or_404(Role, pk=pk) if pk else Role()
    heading = _("Edit %(what)s") % {"what": found.name} if pk else _("New role")
    form = RoleForm(request.POST or None, initial={"name": found.name})
    rights = rights_in(request.POST) if request.method == "POST" else rights_of(found)
    if request.method == "POST" and is_stored(
        form, lambda: store_role(found, name=form.cleaned_data["name"], rights=rights, actor=actor)
    ):
        messages.success(request, _("Saved."))
        return redirect("pages:settings_roles")
    context = {
        "heading": heading,
        "form": form,
        "role": found if pk else None,
        "actions": [capfirst(str(action.label)) for action in Action],
        "lines": lines(rights),
        "scopes": [(scope.value, str(scope.label)) for scope in Scope],
    }
    return render(request, "pages/settings_role.html", context, status=422 if form.errors else 200)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Role, pk=pk)
    delete_role(found, actor=administrator(request))
    messages.success(request, _("“%(what)s” is deleted.") % {"what": found.name})
    return redirect("pages:settings_roles")


def lines(rights: Rights) -> list[Line]:
    types = [(ANY_TYPE, _("Everything")), *((one.name, capfirst(str(one.label_plural))) for one in registry.all())]
    return [
        Line(label, [
            Cell(f"{name}-{action.value}", f"{label}: {action.label}", rights.get((name, action.value), Scope.NONE))
            for action in Action
        ])
        for name, label in types
    ]  # fmt: skip


def rights_of(role: Role) -> Rights:
    if role._state.adding:
        return {}
    return {(grant.record_type, grant.action): Scope(grant.scope) for grant in role.grants.all()}


def rights_in(data: QueryDict) -> Rights:
    """The grid as it was posted; anything but a known scope counts as none."""
    known = {str(scope.value): scope for scope in Scope}
    names = [ANY_TYPE, *(one.name for one in registry.all())]
    return {
        (name, action.value): known.get(data.get(f"{name}-{action.value}", ""), Scope.NONE)
        for name in names
        for action in Action
    }
