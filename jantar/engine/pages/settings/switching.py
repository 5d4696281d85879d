"""Settings: modules on and off; and what is shown instead of the pages of one that is off.

That its records are nowhere else follows from the rights (`engine.permissions.modules`).
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.pages.errors import error_answer
from jantar.engine.pages.settings.shared import administrator
from jantar.engine.permissions import modules
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.permissions.switches import MODULE_OF_TYPE
from jantar.engine.records.errors import Invalid
from jantar.ui.navigation import NavItem


class SwitchedOffMiddleware:
    """Pages of a module that is off, its own and those of its record types, are not there; administrators learn why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        key = modules.of_code(view.__module__) or MODULE_OF_TYPE.get(kwargs.get("type_name", ""))
        module = modules.find(key) if key else None
        if module is None or module.key not in current_actor(request).modules_off:
            return None
        message = _("“%(module)s” is switched off.") % {"module": capfirst(str(module.label))}
        if not current_actor(request).is_admin:
            return error_answer(request, 404, message)
        action = (reverse("pages:settings_modules"), _("Switch modules on and off"))
        return error_answer(request, 404, message, action=action)


def is_on(request: HttpRequest, item: NavItem) -> bool:
    """Whether the module whose address an item of the navigation leads to is on."""
    key = item.url.partition(":")[0]
    return modules.find(key) is None or key not in current_actor(request).modules_off


def show_modules(request: HttpRequest) -> HttpResponse:
    off = administrator(request).modules_off
    rows = [
        {
            "module": module,
            "is_on": module.key not in off,
            "needs": [modules.find(key) for key in module.needs],
            "needed_by": modules.needed_by(module, off),
            "missing": modules.missing_for(module, off),
        }
        for module in modules.all_modules()
    ]
    return render(request, "pages/settings_modules.html", {"rows": rows})


@require_POST
def switch(request: HttpRequest, key: str) -> HttpResponse:
    """Switches a module on (`on` is 1) or off."""
    actor = administrator(request)
    module = modules.find(key)
    if module is None:
        raise Http404
    turns_on = request.POST.get("on") == "1"
    try:
        (modules.switch_on if turns_on else modules.switch_off)(module, actor=actor)
    except Invalid as error:
        messages.error(request, " ".join(error.errors[""]))
        return redirect("pages:settings_modules")
    said = _("“%(module)s” is switched on.") if turns_on else _("“%(module)s” is switched off. Its data stay.")
    messages.success(request, said % {"module": capfirst(str(module.label))})
    return redirect("pages:settings_modules")
