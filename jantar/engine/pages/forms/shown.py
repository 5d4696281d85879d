"""Which fields of a form are shown, by what stands in it: when it is drawn, while it is filled in, when it is sent."""

from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.forms.content import RecordForm, form_from
from jantar.engine.pages.forms.controls import read_value
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.conditions import conditional, hidden_in
from jantar.engine.records.record_type import RecordType
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_event


@require_POST
def shown(request: HttpRequest, type_name: str) -> HttpResponse:
    """The event `fields:hidden` with the names of the fields that what is typed hides; `pk` names a stored record."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    pk = whole_number(request.GET.get("pk", ""))
    record = load_record(request, record_type, pk, "edit") if pk else write.draft(record_type, {}, actor)
    form = form_from(record_type, request.POST, actor, is_new=not pk)
    hide(form, record_type, record, actor)
    hidden = [name for name, control in form.controls.items() if control.is_hidden]
    return with_event(HttpResponse(status=204), "fields:hidden", {"names": hidden})


def hide(form: RecordForm, record_type: RecordType, record: Any, actor: Actor) -> RecordForm:
    """Hides the controls whose condition does not hold for the record with what stands in the form.

    What stands in a hidden control is not stored, so it does not count for the conditions of others.
    """
    conditions = conditional(record_type, actor)
    if not any(name in form.controls for name in conditions):
        return form
    form.shown_url = reverse("pages:form_shown", args=[record_type.name]) + (f"?pk={record.pk}" if record.pk else "")
    hidden: frozenset[str] = frozenset()
    asked: Any = None
    for _round in range(len(conditions) + 1):
        draft, wrong = filled_in(form, record, hidden)
        if asked == (asked := (write.columns_of(draft), wrong)):
            break
        [hidden] = hidden_in(record_type, [draft], actor, [wrong])
    for name, control in form.controls.items():
        control.is_hidden = name in hidden
    return form


def filled_in(form: RecordForm, record: Any, hidden: frozenset[str]) -> tuple[Any, list[str]]:
    """The record as the form would store it, and the fields in which something stands that can't be stored."""
    draft, wrong = copy(record), []
    for name, control in form.controls.items():
        if name in hidden:
            continue
        try:
            value = read_value(control)
            control.field.write(draft, value)
            if not control.field.is_empty(value):
                control.field.check(value)
        except FieldError:
            wrong.append(name)
    return draft, wrong
