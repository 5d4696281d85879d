"""The Today page: what the user has to do now. Modules contribute its panels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor


@dataclass(frozen=True)
class TodayPanel:
    """`load` gives the context of `template`, or None when the panel has nothing to show to this actor.

    It costs a constant number of statements. Panels marked `side` stand in the narrow column.
    """

    key: str
    template: str
    load: Callable[[Actor], dict[str, Any] | None]
    order: int = 100
    side: bool = False


_panels: dict[str, TodayPanel] = {}


def add_panel(*panels: TodayPanel) -> None:
    """Called by modules when Django starts."""
    for panel in panels:
        _panels[panel.key] = panel


def show_today(request: HttpRequest) -> HttpResponse:
    actor = current_actor(request)
    shown = []
    for panel in sorted(_panels.values(), key=lambda panel: panel.order):
        context = panel.load(actor)
        if context is not None:
            shown.append({"panel": panel, "template": panel.template, **context})
    context = {
        "greeting": greeting(actor),
        "main": [one for one in shown if not one["panel"].side],
        "side": [one for one in shown if one["panel"].side],
        "today": actor.today,
    }
    return render(request, "pages/today.html", context)


def greeting(actor: Actor) -> str:
    hour = timezone.localtime().hour
    name = {"name": actor.name}
    if hour < 10:
        return _("Good morning, %(name)s") % name
    return _("Good evening, %(name)s") % name if hour >= 18 else _("Good day, %(name)s") % name
