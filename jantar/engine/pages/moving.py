"""Moving documents by a dialog or by dragging; both end here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.documents.models import Document, Folder
from jantar.engine.documents.moving import COMPANY, goal, move
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

MOST_AT_ONCE = 200
OFFERED = 50


@dataclass(frozen=True)
class Spot:
    """A place to move to, as the dialog offers it; `value` is what `goal` reads."""

    value: str
    label: str
    icon: str
    is_closed: bool = False
    address: str = ""


def move_files(request: HttpRequest) -> HttpResponse:
    """GET opens the dialog for the documents `id`; POST moves them to `to`, with `opening` out of closed folders."""
    documents, actor = load_type(request, "documents"), current_actor(request)
    data = request.POST if request.method == "POST" else request.GET
    pks = {pk for text in data.getlist("id")[: MOST_AT_ONCE + 1] if (pk := whole_number(text)) is not None}
    if len(pks) > MOST_AT_ONCE:
        raise Invalid({"id": [_("At most %(n)d files can be moved at once.") % {"n": MOST_AT_ONCE}]})
    rows: list[Document] = list(
        documents.visible_to(actor).filter(pk__in=pks).select_related("folder").order_by("name")
    )
    if not rows or len(rows) != len(pks):
        raise NotFound(_("There is no such record."))
    if request.method != "POST":
        return show_dialog(request, rows)
    to = data.get("other") or data.get("to", "")
    try:
        changed, operation = move(pks, goal(to, actor), actor=actor, opening="opening" in data)
    except Invalid as error:
        texts = [text for texts in error.errors.values() for text in texts]
        return show_dialog(request, rows, to, questions=texts) if error.asks else show_dialog(request, rows, to, texts)
    return done(changed, operation.pk)


def done(changed: int, operation: int) -> HttpResponse:
    answer = with_closed_dialog(HttpResponse(status=204))
    for event in ("documents:changed", "timeline:changed", "list:changed"):
        answer = with_event(answer, event)
    words = ngettext("%(n)d file moved.", "%(n)d files moved.", changed) % {"n": changed}
    return with_toast(answer, words, action_label=_("Undo"), action_url=reverse("pages:undo", args=[operation]))


def show_dialog(
    request: HttpRequest, rows: list[Document], to: str = "", errors: Sequence[str] = (), *,
    questions: Sequence[str] = (),
) -> HttpResponse:  # fmt: skip
    actor = current_actor(request)
    spots = nearby(rows, actor)
    if to not in {spot.value for spot in spots} and (title := titled(to, actor)):
        spots.append(Spot(to, title, "folder" if to.startswith("folders/") else "file"))
    context: dict[str, Any] = {
        "rows": rows,
        "spots": spots,
        "to": to,
        "questions": questions,
        "errors": errors,
        "action": reverse("pages:file_move"),
    }
    return render(request, "documents/move.html", context, status=422 if questions or errors else 200)


def nearby(rows: list[Document], actor: Actor) -> list[Spot]:
    """The record the documents are on, its folders, and the company's files."""
    about = rows[0].about
    spots = [Spot(COMPANY, _("Company files"), "building")]
    if about is not None:
        spots = [Spot(str(about), title, "home") for title in record_titles([about], actor).values()] + spots
    if actor.may("see", "folders"):
        here = Q(about_type=about.type, about_id=about.id) if about else Q(about_type="")
        found = page_of(Query(registry.get("folders"), actor, condition=here, sort="name", limit=OFFERED))
        spots += [Spot(f"folders/{one.pk}", one.name, "folder", one.access != "open") for one in found.rows]
    return spots


def above(folder: Folder, actor: Actor) -> Spot:
    """Where a folder is: in another one, on its record, or among the company's files."""
    keys = [RecordKey("folders", folder.parent_id)] if folder.parent_id else []
    keys += [folder.about] if folder.about else []
    titles = record_titles(keys, actor)
    for key in keys:
        if key in titles:
            return Spot(str(key), titles[key], "folder-up", address=reverse("pages:detail", args=key))
    return Spot(COMPANY, _("Company files"), "folder-up", address=reverse("pages:company_files"))


def titled(to: str, actor: Actor) -> str:
    name, _slash, number = to.partition("/")
    pk = whole_number(number)
    return next(iter(record_titles([RecordKey(name, pk)], actor).values()), "") if pk else ""
