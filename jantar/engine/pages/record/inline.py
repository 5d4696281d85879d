"""One field edited where it stands: the control, and the value after it was saved."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from jantar.engine.fields.base import Field
from jantar.engine.fields.references import Reference
from jantar.engine.pages.forms.conflict import conflict_answer, without_theirs
from jantar.engine.pages.forms.controls import (
    Control,
    control_from,
    control_with,
    fill_errors,
    follow,
    label_references,
    read_values,
    suggestions_address,
)
from jantar.engine.pages.forms.page import is_confirmed, posted_version
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.record.content import BOOK_KEEPING, RecordPage, load_for_page
from jantar.engine.pages.values import show_value
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.conditions import hidden_in
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound, Stale
from jantar.engine.records.record_type import RecordType
from jantar.ui.responses import with_event


def field(request: HttpRequest, type_name: str, pk: int, name: str) -> HttpResponse:
    """GET: the control. POST: 200 the value as shown, 422 the control with the error, 409 the conflict."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    record = load_for_page(record_type, pk, actor)
    one = record_type.fields(actor).get(name)
    if one is None:
        raise NotFound(_("There is no such field."))
    if one.read_only or not record.may_edit:
        raise NotAllowed(_("You may see this but not change it."))
    if one.shown_when and name in hidden_in(record_type, [record], actor)[0]:
        words = _("“%(label)s” is hidden for this record: its condition does not hold.")
        raise NotAllowed(words % {"label": one.label})
    if request.method == "POST":
        return save(request, record_type, record, one)
    controls = [control_with(other, other.read(record)) for other in edited_together(record_type, one, actor)]
    return control_answer(request, record_type, record, controls, record.version)


def edited_together(record_type: RecordType, one: Field, actor: Actor) -> list[Field]:
    """The field, and those whose choices follow from it: changed alone it would leave them wrong."""
    fields = record_type.fields(actor)
    others = [fields[name] for name in record_type.dependents(one.name)]
    return [one, *(other for other in others if not other.read_only)]


def save(request: HttpRequest, record_type: RecordType, record: Any, one: Field) -> HttpResponse:
    actor = current_actor(request)
    controls = [control_from(other, request.POST) for other in edited_together(record_type, one, actor)]
    version = posted_version(request)
    before = shown_values(record_type, record, actor)
    [hidden] = hidden_in(record_type, [record], actor)
    values = without_theirs(read_values(controls), request.POST)
    try:
        if not any(control.errors for control in controls):
            write.update(record_type, record.pk, values, actor=actor, version=version, confirmed=is_confirmed(request))
    except Invalid as error:
        left = fill_errors({control.name: control for control in controls}, error.errors, asks=error.asks)
        controls[0].errors += [message for messages in left.values() for message in messages]
    except Stale as stale:
        return conflict_answer(request, record_type, record.pk, stale, form_id="conflict-form", own_form=True)
    if any(control.errors for control in controls):
        return control_answer(request, record_type, record, controls, version, status=422)
    if "reload" in request.POST:
        return HttpResponseClientRefresh()
    return saved_answer(request, record_type, record.pk, one, before, hidden)


def saved_answer(
    request: HttpRequest, record_type: RecordType, pk: int, one: Field, before: dict[str, Any], hidden: frozenset[str]
) -> HttpResponse:
    """The value as shown; on the page of the record also what else follows from it (a person's name from its parts)."""
    actor = current_actor(request)
    record = load_for_page(record_type, pk, actor)
    now = shown_values(record_type, record, actor)
    aside = {one.name, *BOOK_KEEPING}
    page = RecordPage(record_type, record, actor)
    context = {
        "record": record,
        "value": page.shown(one, record),
        "others": [(name, value) for name, value in now.items() if name not in aside and value != before[name]],
        "page": page,
        "with_page": "with_page" in request.POST,
    }
    answer = with_event(render(request, "pages/inline_value.html", context), "record:changed")
    return answer if page.hidden == hidden else with_event(answer, "record:facts")


def control_answer(
    request: HttpRequest, record_type: RecordType, record: Any, controls: list[Control], version: int, status: int = 200
) -> HttpResponse:
    actor = current_actor(request)
    control, *others = controls
    control.bare = not others
    if control.kind == "tags":
        control.suggest = suggestions_address(record_type.name, control.field.name)
    known = references_of(record_type, record, actor, without=control.field)
    chosen = follow({one.name: one for one in controls}, record_type)
    label_references(controls, actor, {**known, **chosen})
    context = {"control": control, "others": others, "version": version}
    return render(request, "pages/inline_control.html", context, status=status)


def references_of(record_type: RecordType, record: Any, actor: Actor, *, without: Field) -> dict[str, Any]:
    """What the record refers to; its other references may have to agree with it."""
    fields = record_type.fields(actor).values()
    return {one.name: one.read(record) for one in fields if isinstance(one, Reference) and one is not without}


def shown_values(record_type: RecordType, record: Any, actor: Actor) -> dict[str, Any]:
    return {name: show_value(one, one.read(record)) for name, one in record_type.fields(actor).items()}
