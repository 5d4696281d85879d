"""The list of a record type."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.registry import registry


def show_home(request: HttpRequest) -> HttpResponse:
    """The first list the user may see."""
    actor = current_actor(request)
    for record_type in registry.all():
        if record_type.area and actor.may("see", record_type.name):
            return redirect("pages:list", record_type.name)
    raise NotAllowed(_("You have no rights yet. Ask an administrator to give you a role."))


def show_list(request: HttpRequest, type_name: str) -> HttpResponse:
    record_type = load_type(request, type_name)
    query = Query(record_type, current_actor(request), columns=record_type.columns)
    return render(request, "pages/list.html", {"record_type": record_type, "page": page_of(query)})
