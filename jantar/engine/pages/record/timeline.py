"""The timeline of a record: the stream, the composer above it, and one's own notes and comments."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.timeline import services
from jantar.engine.timeline.composer import Tab, picked_readers, read_mentions, read_readers, tabs_for, warning_of
from jantar.engine.timeline.kinds import groups_for, summary_of
from jantar.engine.timeline.models import Comment, Note
from jantar.engine.timeline.stream import page
from jantar.platform.accounts.models import User
from jantar.ui.responses import with_closed_dialog, with_event, with_toast


@dataclass(frozen=True)
class OpenTab:
    tab: Tab
    form: dict[str, Any]


def panel(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """Composer and stream."""
    record_type = load_type(request, type_name)
    record, actor = load_record(request, record_type, pk), current_actor(request)
    tabs = [OpenTab(tab, form_of(tab, record_type, record, request)) for tab in tabs_for(record_type, actor)]
    return render(request, "timeline/panel.html", {"tabs": tabs, **stream_context(request, record_type, record)})


def stream(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """Twenty entries: ?group= narrows them, ?before= goes on from the last one shown."""
    record_type = load_type(request, type_name)
    record = load_record(request, record_type, pk)
    return render(request, "timeline/stream.html", stream_context(request, record_type, record))


@require_POST
def write(request: HttpRequest, type_name: str, pk: int, key: str) -> HttpResponse:
    """Saves what one tab of the composer holds."""
    record_type = load_type(request, type_name)
    record, actor = load_record(request, record_type, pk), current_actor(request)
    tab = next((one for one in tabs_for(record_type, actor) if one.key == key), None)
    if tab is None:
        raise NotFound(_("There is no such page."))
    try:
        warning = tab.save(record, actor, request.POST)
    except Invalid as error:
        form = form_of(tab, record_type, record, request, data=request.POST, errors=error.errors)
        return render(request, "timeline/write.html", {"tab": tab, "form": form}, status=422)
    form = form_of(tab, record_type, record, request)
    answer = render(request, "timeline/write.html", {"tab": tab, "form": form})
    for name in ("timeline", *tab.writes):
        with_event(answer, f"{name}:changed")
    return with_toast(answer, warning or tab.done, tone="warning" if warning else "success")


def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Text and readers of one's own note, in a dialog."""
    actor = current_actor(request)
    own = Note.objects.visible_to(actor).filter(pk=pk, author=actor.user_id).first()
    if own is None:
        raise NotFound(_("There is nothing here."))
    context: dict[str, Any] = {"title": _("Note"), "shares": True, "address": request.path, "text": own.text}
    if request.method != "POST":
        return render(request, "timeline/edit.html", {**context, "readers": own.shared_with.all()})
    try:
        services.edit_note(pk, text=request.POST.get("text", ""), share_with=read_readers(request.POST), actor=actor)
    except Invalid as error:
        readers = User.objects.filter(pk__in=picked_readers(request.POST))
        context |= {"text": request.POST.get("text", ""), "readers": readers, "errors": error.errors}
        return render(request, "timeline/edit.html", context, status=422)
    return changed(_("The note is saved."))


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of one's own comment, in a dialog."""
    actor = current_actor(request)
    own = Comment.objects.visible_to(actor).filter(pk=pk, author=actor.user_id).first()
    if own is None:
        raise NotFound(_("There is nothing here."))
    context: dict[str, Any] = {"title": _("Message") if own.is_message else _("Comment"), "names_people": True}
    if request.method != "POST":
        keys = [one.key for one in own.mentions.all()]
        return words(request, {**context, "text": own.text, "mentions": keys})
    try:
        edited = services.edit_comment(
            pk, text=request.POST.get("text", ""), actor=actor, mentions=read_mentions(request.POST)
        )
    except Invalid as error:
        return words(request, context, error)
    done = _("The message is saved.") if edited.is_message else _("The comment is saved.")
    return changed(warning_of(edited) or done)


def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer to a comment, in a dialog."""
    actor = current_actor(request)
    answered = Comment.objects.visible_to(actor).select_related("author").filter(pk=pk).first()
    if answered is None:
        raise NotFound(_("There is nothing here."))
    context: dict[str, Any] = {
        "title": _("Reply"), "names_people": True, "begins": answered, "button": pgettext("button", "Reply"),
    }  # fmt: skip
    if request.method != "POST":
        return words(request, context)
    try:
        written = services.reply(
            pk, text=request.POST.get("text", ""), actor=actor, mentions=read_mentions(request.POST)
        )
    except Invalid as error:
        return words(request, context, error)
    done = _("The message is sent.") if written.is_message else _("The comment is added.")
    return changed(warning_of(written) or done)


def words(request: HttpRequest, context: dict[str, Any], error: Invalid | None = None) -> HttpResponse:
    """The dialog to write in; after an error with what was typed."""
    typed: dict[str, Any] = {}
    if error:
        mentions = request.POST.getlist("mention")
        typed = {"text": request.POST.get("text", ""), "mentions": mentions, "errors": error.errors}
    context = {"address": request.path, **context, **typed}
    return render(request, "timeline/edit.html", context, status=422 if error else 200)


@require_POST
def delete_note(request: HttpRequest, pk: int) -> HttpResponse:
    services.delete_note(pk, actor=current_actor(request))
    return changed(_("The note is deleted."))


@require_POST
def delete_comment(request: HttpRequest, pk: int) -> HttpResponse:
    gone = services.delete_comment(pk, actor=current_actor(request))
    return changed(_("The message is deleted.") if gone.is_message else _("The comment is deleted."))


def changed(message: str) -> HttpResponse:
    answer = with_event(with_closed_dialog(HttpResponse()), "timeline:changed")
    return with_toast(answer, message)


def stream_context(request: HttpRequest, record_type: RecordType, record: Any) -> dict[str, Any]:
    group, before = request.GET.get("group", ""), request.GET.get("before", "")
    return {
        "page": page(record, current_actor(request), group=group, before=before),
        "address": reverse("pages:timeline_stream", args=[record_type.name, record.pk]),
        "groups": groups_for(current_actor(request)),
        "group": group,
        "is_first": not before,
        "summary": [] if before else summary_of(record, current_actor(request)),
    }


def form_of(tab: Tab, record_type: RecordType, record: Any, request: HttpRequest, **typed: Any) -> dict[str, Any]:
    address = reverse("pages:timeline_write", args=[record_type.name, record.pk, tab.key])
    return {**tab.context(record, current_actor(request), **typed), "address": address}
