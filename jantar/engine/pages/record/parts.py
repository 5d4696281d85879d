"""The rows of one part edited in a dialog over the record page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from jantar.engine.pages.forms.conflict import conflict_answer, without_theirs
from jantar.engine.pages.forms.content import RecordForm, loaded_from
from jantar.engine.pages.forms.page import posted_version, refused_answer
from jantar.engine.pages.forms.parts import editor_from, editor_with
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.record.content import RecordPage, load_for_page
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound, Stale
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.ui.responses import with_closed_dialog, with_event


def part(request: HttpRequest, type_name: str, pk: int, name: str) -> HttpResponse:
    """GET: the dialog. POST: closes it, and the facts of the page are drawn anew; 422 and 409 as in forms."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    record = load_for_page(record_type, pk, actor)
    found = record_type.part(name)
    if found is None:
        raise NotFound(_("There is no such page."))
    if not record.may_edit:
        raise NotAllowed(_("You may see this but not change it."))
    if request.method == "POST":
        return save(request, record_type, record, found)
    form = RecordForm({}, {name: editor_with(found, found.rows([pk], actor)[pk])}, [(found.label, (name,))])
    context = {
        "form": form.prepare(actor),
        "version": record.version,
        "heading": f"{found.label}: {record}",
        "action": request.path,
        "save_label": _("Save"),
        "wide": "1",
    }
    return render(request, "pages/form_dialog.html", context)


def save(request: HttpRequest, record_type: RecordType, record: Any, found: Part) -> HttpResponse:
    actor = current_actor(request)
    editors = {found.name: editor_from(found, request.POST)}
    form = RecordForm({}, editors, [(found.label, (found.name,))], loaded=loaded_from(request.POST))
    values = without_theirs(form.read(), request.POST)
    if form.is_valid:
        try:
            write.update(record_type, record.pk, values, actor=actor, version=posted_version(request))
        except Invalid as error:
            form.refuse(error, record_type.fields(actor))
        except Stale as stale:
            return conflict_answer(request, record_type, record.pk, stale, form_id="conflict-form", own_form=True)
        else:
            return saved_answer(request)
    context = {"form": form.prepare(actor), "version": posted_version(request)}
    return refused_answer(request, context, is_dialog=True)


def saved_answer(request: HttpRequest) -> HttpResponse:
    if "reload" in request.POST:
        return HttpResponseClientRefresh()
    return with_event(with_closed_dialog(HttpResponse(status=204)), "record:facts")


def facts(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """The left column of the record page and the facts at its head, drawn anew after parts were saved."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    record = load_for_page(record_type, pk, actor)
    context = {"record_type": record_type, "record": record, "page": RecordPage(record_type, record, actor)}
    return render(request, "pages/detail_facts_anew.html", context)
