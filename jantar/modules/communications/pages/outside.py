"""Your account: the calendars you have elsewhere."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.middleware import current_actor
from jantar.modules.communications import outside_calendars

HERE = "communications:outside_calendars"


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    actor = current_actor(request)
    context: dict[str, object] = {"name": request.POST.get("name", ""), "address": request.POST.get("address", "")}
    status = 200
    if request.method == "POST":
        try:
            outside_calendars.add_calendar(name=str(context["name"]), address=str(context["address"]), actor=actor)
        except Invalid as error:
            status, context["errors"] = 422, error.errors
        else:
            messages.success(request, _("The calendar is being read."))
            return redirect(HERE)
    context["calendars"] = outside_calendars.calendars_of(actor)
    return render(request, "communications/outside_calendars.html", context, status=status)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    outside_calendars.remove_calendar(pk, actor=current_actor(request))
    messages.success(request, _("The calendar is no longer shown."))
    return redirect(HERE)


@require_POST
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    outside_calendars.ask_again(pk, actor=current_actor(request))
    messages.success(request, _("The calendar is being read."))
    return redirect(HERE)
