"""Your account: everything you watch, in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following.date_watching import watched_dates
from jantar.engine.following.models import DateWatch, OfView, ViewLook, ViewWatch, Watch
from jantar.engine.following.questions import is_list, names_of_views, view_of
from jantar.engine.following.view_watching import unwatch_view, watch_of_view, watch_view, watched_views
from jantar.engine.following.watching import end_watch, watched_records
from jantar.engine.pages.addresses import key_address
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.ui.responses import with_closed_dialog, with_toast

#: So many watched records are listed, the ones chosen last first.
MOST_LISTED = 200


@dataclass(frozen=True)
class Line:
    """One watch; without `href` what it is about is gone or no longer visible, `edit` opens its dialog."""

    title: str
    type_name: str
    end: str
    icon: str = ""
    href: str = ""
    words: str = ""
    edit: str = ""


@dataclass(frozen=True)
class Group:
    """Watches of one kind; `watched` holds None for those whose type is no longer there."""

    title: str
    button: str
    watched: Sequence[Line | None]

    @property
    def lines(self) -> list[Line]:
        return [one for one in self.watched if one]


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Views, dates and records; a statement for each kind and each type of record among them."""
    actor = current_actor(request)
    dates, views, records = watched_dates(actor), watched_views(actor), watched_records(actor, MOST_LISTED)
    keys: list[RecordKey | None] = [*(one.record for one in dates), *(one.record for one in records)]
    titles = record_titles((key for key in keys if key), actor)
    names = names_of_views([*dates, *views], actor)
    groups = (
        Group(_("Views and lists"), _("Stop watching"), [view_line(one, names) for one in views]),
        Group(_("Dates"), _("Stop reminding"), [date_line(one, titles, names, actor) for one in dates]),
        Group(_("Records"), _("Stop watching"), [record_line(one, titles) for one in records]),
    )
    return render(request, "following/watches.html", {"groups": [one for one in groups if one.lines]})


@require_POST
def end_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets go of a record, also of one that can no longer be seen."""
    end_watch(pk, actor=current_actor(request))
    messages.success(request, _("You no longer watch this."))
    return redirect("pages:watches")


@require_POST
def end_view(request: HttpRequest, pk: int) -> HttpResponse:
    unwatch_view(pk, actor=current_actor(request))
    messages.success(request, _("You no longer watch this."))
    return redirect("pages:watches")


def watch_whole_view(request: HttpRequest, type_name: str, view: str) -> HttpResponse:
    """The dialog that says what watching a view means; POST begins it, with ?end it ends."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    shown, watch = view_of(view, record_type, actor), watch_of_view(record_type, view, actor)
    if request.method != "POST":
        context = {"view": shown, "watch": watch, "record_type": record_type}
        return render(request, "following/view_dialog.html", context)
    if "end" in request.GET:
        if watch is not None:
            unwatch_view(watch.pk, actor=actor)
        words = _("You no longer watch this.")
    else:
        watch_view(record_type, view, actor=actor)
        words = _("You are told of what comes into this view and what leaves it.")
        if shown.is_list:
            words = _("You are told of what is put into this list and what is taken out.")
    return with_toast(with_closed_dialog(HttpResponse(status=204)), words)


def view_name(watch: OfView, record_type: RecordType, views: dict[str, str]) -> str:
    ready = {one.name: str(one.label) for one in record_type.views}
    return (views | ready).get(watch.view_key, "")


def lost(watch: OfView) -> str:
    if is_list(watch.view_key):
        return _("A list that is no longer shared with you")
    return _("A view that is no longer shared with you")


def date_line(watch: DateWatch, titles: dict[RecordKey, str], views: dict[str, str], actor: Actor) -> Line | None:
    """None when the type is no longer there."""
    if watch.record_type not in registry:
        return None
    record_type = registry.get(watch.record_type)
    field = record_type.fields(actor).get(watch.field)
    label = capfirst(str(field.label)) if field else _("a field that was removed")
    end = reverse("pages:watch_date_end", args=[watch.pk])
    common: dict[str, Any] = {"type_name": str(record_type.label_plural), "icon": record_type.icon, "end": end}
    words = f"{label}: {lead_words(watch)}"
    if watch.record is not None:
        name = titles.get(watch.record)
        if name is None:
            return Line(_("Not visible to you"), words=words, **common)
        edit = reverse("pages:watch_date", args=[record_type.name, watch.record.id, watch.field]) if field else ""
        return Line(name, href=key_address(watch.record), words=words, edit=edit, **common)
    name = view_name(watch, record_type, views)
    if not name:
        return Line(lost(watch), words=words, **common)
    href = f"{reverse('pages:list', args=[record_type.name])}?view={watch.view_key}"
    edit = reverse("pages:watch_view_dates", args=[record_type.name, watch.view_key]) + f"?field={watch.field}&"
    return Line(name, href=href, words=words, edit=edit if field else "", **common)


def view_line(watch: ViewWatch, views: dict[str, str]) -> Line | None:
    """None when the type is no longer there."""
    if watch.record_type not in registry:
        return None
    record_type, end = registry.get(watch.record_type), reverse("pages:watch_view_end", args=[watch.pk])
    common: dict[str, Any] = {"type_name": str(record_type.label_plural), "icon": record_type.icon, "end": end}
    name = view_name(watch, record_type, views)
    if not name:
        return Line(lost(watch), **common)
    look: ViewLook | None = getattr(watch, "look", None)
    words = ""
    if look and look.is_too_large:
        large = _("too large to be watched; narrow its filter")
        words = _("too large to be watched") if is_list(watch.view_key) else large
    href = f"{reverse('pages:list', args=[record_type.name])}?view={watch.view_key}"
    return Line(name, href=href, words=words, **common)


def record_line(watch: Watch, titles: dict[RecordKey, str]) -> Line | None:
    key: RecordKey | None = watch.record
    if key is None or key.type not in registry:
        return None
    record_type, end = registry.get(key.type), reverse("pages:watch_record_end", args=[watch.pk])
    common: dict[str, Any] = {"type_name": str(record_type.label_plural), "icon": record_type.icon, "end": end}
    if key not in titles:
        return Line(_("Not visible to you"), **common)
    return Line(titles[key], href=key_address(key), **common)


def lead_words(watch: DateWatch) -> str:
    """ "5 days before, 1 day before, when it changes"."""
    words = [
        ngettext("%(n)d day before", "%(n)d days before", n) % {"n": n} if n else _("on the day")
        for n in sorted(watch.days, reverse=True)
    ]
    words += [
        ngettext("%(n)d hour before", "%(n)d hours before", n) % {"n": n} if n else _("at the time itself")
        for n in sorted(watch.hours, reverse=True)
    ]
    return ", ".join([*words, _("when it changes")] if watch.on_change else words)
