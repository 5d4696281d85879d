"""Creating and editing a record in a form: a page of all fields, or a dialog of the essential ones."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.pages.forms.conflict import conflict_answer, without_theirs
from jantar.engine.pages.forms.content import (
    RecordForm,
    form_for,
    form_from,
    prefilled,
    prefilled_links,
    quick_names,
    with_typed,
)
from jantar.engine.pages.forms.controls import control_from, follow, label_references
from jantar.engine.pages.forms.shown import hide
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.record.content import load_for_page
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery, Invalid, NotAllowed, NotFound, Stale
from jantar.engine.records.once import create_once
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence import changing as series
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

Context = dict[str, Any]


def new(request: HttpRequest, type_name: str) -> HttpResponse:
    """The form of a new record; for a dialog (or with ?dialog=1) the short one. Other parameters fill it in."""
    record_type = load_type(request, type_name, "create")
    actor = current_actor(request)
    is_dialog = "dialog" in request.GET or request.headers.get("HX-Target") == "dialog-slot"
    if request.method == "POST":
        return create(request, record_type, is_dialog)
    form, record = begun(request, record_type, is_dialog)
    form = hide(form, record_type, record, actor)
    context = {**new_context(request, record_type, form, is_dialog), "token": uuid4().hex}
    return render(request, "pages/form_dialog.html" if is_dialog else "pages/form.html", context)


def new_with_all(request: HttpRequest, type_name: str) -> HttpResponse:
    """The form of all fields with what was typed into the posted short one; nothing is stored yet."""
    record_type = load_type(request, type_name, "create")
    actor = current_actor(request)
    if request.method != "POST":
        return redirect(new_address(request, record_type))
    form, record = begun(request, record_type, is_dialog=False)
    form = hide(with_typed(form, record_type, request.POST, actor), record_type, record, actor)
    context = {**new_context(request, record_type, form, is_dialog=False), "token": uuid4().hex}
    return render(request, "pages/form.html", {**context, "carried_to": context["action"]})


def begun(request: HttpRequest, record_type: RecordType, is_dialog: bool) -> tuple[RecordForm, Any]:
    """The form of a new record as it is drawn first, and the draft it was made from."""
    actor = current_actor(request)
    given = prefilled(record_type, request.GET, actor)
    linked = prefilled_links(record_type, request.GET)
    record = write.draft(record_type, given, actor)
    if record_type.start:
        record_type.start(record, actor)
    only = [*quick_names(record_type, actor), *given, *linked] if is_dialog else ()
    form = form_for(record_type, record, actor, only=only, linked=linked)
    form.begun = form.digests()
    return form, record


def choices(request: HttpRequest, type_name: str, name: str) -> HttpResponse:
    """The choices of a reference that fit what is chosen in the one it depends on (?pipeline=2&stage=7)."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    if name not in record_type.depends:
        raise NotFound(_("There is no such field."))
    fields, on = record_type.fields(actor), record_type.depends[name]
    controls = {one: control_from(fields[one], request.GET) for one in (name, on)}
    control = controls[name]
    label_references([control], actor, {on: None, **follow(controls, record_type)})
    if control.text not in dict(control.offered):
        control.items = []
    return render(request, "pages/fields/options.html", {"control": control})


def create(request: HttpRequest, record_type: RecordType, is_dialog: bool) -> HttpResponse:
    actor = current_actor(request)
    form = form_from(record_type, request.POST, actor, is_new=True)
    values = hide(form, record_type, write.draft(record_type, {}, actor), actor).read()
    if form.is_valid:
        try:
            pk, _is_new = create_once(
                request.POST.get("token", ""), lambda: write.create(record_type, values, actor=actor),
                record_type=record_type, actor=actor,
            )  # fmt: skip
            return created_answer(request, record_type, pk)
        except Invalid as error:
            form.refuse(error, record_type.fields(actor))
    form.begun = begun(request, record_type, is_dialog)[0].begun
    return refused_answer(request, new_context(request, record_type, form, is_dialog), is_dialog)


def created_answer(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Leads to the new record; a dialog opened from another record (?stay=1) closes and lets that one go on."""
    address = reverse("pages:detail", args=[record_type.name, pk])
    if "stay" in request.GET:
        answer = with_event(with_closed_dialog(HttpResponse(status=204)), f"{record_type.name}:changed")
        return with_toast(answer, _("Saved."))
    messages.success(request, _("Saved."))
    return leading_to(request, address)


def edit(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    record = load_for_page(record_type, pk, actor)
    if not record.may_edit:
        raise NotAllowed(_("You may see this but not change it."))
    if request.method == "POST":
        return change(request, record_type, record)
    form = hide(form_for(record_type, record, actor), record_type, record, actor)
    context = edit_context(request, record_type, record, form)
    return render(request, "pages/form.html", context)


def change(request: HttpRequest, record_type: RecordType, record: Any) -> HttpResponse:
    actor = current_actor(request)
    form = hide(form_from(record_type, request.POST, actor), record_type, record, actor)
    values = without_theirs(form.read(), request.POST)
    if form.is_valid:
        try:
            series.update(
                record_type,
                record.pk,
                values,
                scope=posted_scope(request),
                actor=actor,
                version=posted_version(request),
                confirmed=is_confirmed(request),
            )
        except Invalid as error:
            form.refuse(error, record_type.fields(actor))
        except Stale as stale:
            return conflict_answer(request, record_type, record.pk, stale, form_id="record-form")
        else:
            messages.success(request, _("Saved."))
            return leading_to(request, reverse("pages:detail", args=[record_type.name, record.pk]))
    return refused_answer(request, edit_context(request, record_type, record, form), is_dialog=False)


def posted_scope(request: HttpRequest) -> str:
    """Which records of a series are meant: this one alone, unless the request says otherwise. Raises BadQuery."""
    scope = request.POST.get("occurrences", series.ONE)
    if scope not in series.SCOPES:
        raise BadQuery("occurrences", _("Part of the request could not be understood."))
    return scope


def is_confirmed(request: HttpRequest) -> bool:
    """Whether what a control asked was answered with yes."""
    return request.POST.get("confirmed") == "1"


def posted_version(request: HttpRequest) -> int:
    """The version the form was made from; after a conflict the one the choice was made on.

    Raises BadQuery without one: nobody may overwrite what others changed by leaving it out.
    """
    version = whole_number(request.POST.get("version_now") or request.POST.get("version", ""))
    if version is None:
        raise BadQuery("version", _("Part of the request could not be understood."))
    return version


def refused_answer(request: HttpRequest, context: Context, is_dialog: bool) -> HttpResponse:
    """422 with what was typed and what is wrong with it."""
    if not request.headers.get("HX-Request"):
        return render(request, "pages/form.html", context, status=422)
    answer = render(request, "pages/form_fields.html", {**context, "plain": is_dialog}, status=422)
    return answer if is_dialog else with_closed_dialog(answer)


def leading_to(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(address)
    return redirect(address)


def new_context(request: HttpRequest, record_type: RecordType, form: RecordForm, is_dialog: bool) -> Context:
    own = reverse("pages:new", args=[record_type.name])
    dialog = request.GET.copy()
    dialog["dialog"] = "1"
    whole = new_address(request, record_type)
    query = whole.partition("?")[2]
    return {
        "record_type": record_type,
        "form": form.prepare(current_actor(request)),
        "heading": _("New %(what)s") % {"what": record_type.label},
        "action": f"{own}?{dialog.urlencode()}" if is_dialog else whole,
        "back": reverse("pages:list", args=[record_type.name]),
        "more_url": whole if is_dialog else "",
        "carry_url": f"{reverse('pages:new_with_all', args=[record_type.name])}?{query}",
        "draft_key": f"{record_type.name}:new{':quick' if is_dialog else ''}:{query}",
        "whole_draft_key": f"{record_type.name}:new:{query}",
        "save_label": _("Save"),
        "token": request.POST.get("token", ""),
    }


def new_address(request: HttpRequest, record_type: RecordType) -> str:
    """Where the form of all fields is, with what the address of the request fills in."""
    query = request.GET.copy()
    query.pop("dialog", None)
    query.pop("stay", None)
    own = reverse("pages:new", args=[record_type.name])
    return f"{own}?{query.urlencode()}" if query else own


def edit_context(request: HttpRequest, record_type: RecordType, record: Any, form: RecordForm) -> Context:
    return {
        "record_type": record_type,
        "record": record,
        "form": form.prepare(current_actor(request)),
        "version": posted_version(request) if request.method == "POST" else record.version,
        "heading": _("Edit %(what)s") % {"what": record},
        "action": reverse("pages:edit", args=[record_type.name, record.pk]),
        "back": reverse("pages:detail", args=[record_type.name, record.pk]),
        "draft_key": f"{record_type.name}:{record.pk}",
        "save_label": _("Save changes"),
    }
