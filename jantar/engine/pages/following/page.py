"""The bell and its page: what the user was told; and watching a record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import reading
from jantar.engine.following.watching import unwatch_record, watch_record
from jantar.engine.pages.addresses import key_address
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_event, with_toast

PAGE = 30
FEW = 8


@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """The button in the top bar; the shell loads it after the page."""
    return render(request, "following/bell.html", counted(request))


@never_cache
def count(request: HttpRequest) -> HttpResponse:
    """What the bell shows of it, anew when something was read."""
    return render(request, "following/counted.html", counted(request))


def counted(request: HttpRequest) -> dict[str, Any]:
    """The numbers of the bell and of the channels in the navigation, which come with it."""
    actor = current_actor(request)
    unread = reading.counts(actor)
    return {"unread": unread.number, "has_channels": bool(actor.teams_below), "in_channels": unread.in_channels}


@never_cache
def newest_few(request: HttpRequest) -> HttpResponse:
    """What the opened bell shows."""
    return render(request, "following/newest.html", {"told": reading.newest(current_actor(request), limit=FEW)})


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """All of them, newest first (?before= goes on, ?unread=1 narrows)."""
    actor = current_actor(request)
    before, only_unread = whole_number(request.GET.get("before", "")), request.GET.get("unread") == "1"
    told = reading.newest(actor, before=before, limit=PAGE + 1, only_unread=only_unread)
    more = told[PAGE - 1].notification.pk if len(told) > PAGE else None
    query = f"before={more}{'&unread=1' if only_unread else ''}" if more else ""
    context = {"told": told[:PAGE], "next": query, "only_unread": only_unread, "is_first": before is None}
    return render(request, "following/page.html", context)


def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """To what it is about; then it is read."""
    actor = current_actor(request)
    told = reading.one_of(actor, pk)
    reading.mark_read(actor, [pk])
    if told.key is None:
        view = told.notification.data.get("view")
        return redirect(reverse("pages:list", args=[told.type_name]) + (f"?view={view}" if view else ""))
    if not told.in_bin:
        return redirect(key_address(told.key))
    if actor.may("delete", told.type_name):
        return redirect("pages:bin", told.type_name)
    return redirect("pages:notifications")


@require_POST
def mark_one_read(request: HttpRequest, pk: int) -> HttpResponse:
    actor = current_actor(request)
    reading.one_of(actor, pk)
    reading.mark_read(actor, [pk])
    told = reading.one_of(actor, pk)
    return with_event(
        render(request, "following/item.html", {"one": told, "takes_focus": True}), "notifications:changed"
    )


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """From the page: back to it. From the bell: the list anew."""
    actor = current_actor(request)
    reading.mark_read(actor)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("pages:notifications")
    answer = render(request, "following/newest.html", {"told": reading.newest(actor, limit=FEW)})
    return with_event(answer, "notifications:changed")


@require_POST
def watch(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """Begins to watch the record, or ends it with ?end=1; answers with the button for the other."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    record = load_record(request, record_type, pk)
    ends = request.GET.get("end") == "1"
    (unwatch_record if ends else watch_record)(RecordKey(type_name, pk), actor=actor)
    context = {"record_type": record_type, "record": record, "is_watched": not ends}
    words = _("You no longer watch this.") if ends else _("You are told of what others change here.")
    return with_toast(render(request, "following/watch.html", context), words)
