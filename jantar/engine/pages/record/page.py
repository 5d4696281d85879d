"""The page of one record: its facts and acts, what happened around it, what belongs to it."""

import json
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jantar.engine.history.changes import BOOK_KEEPING, changes_of, people_in
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.pages.duplicates.merging import led_to_survivor
from jantar.engine.pages.filters.places import by_label
from jantar.engine.pages.filters.words import capital
from jantar.engine.pages.forms.content import RecordForm
from jantar.engine.pages.forms.controls import control_from, control_with
from jantar.engine.pages.forms.page import leading_to, posted_scope, refused_answer
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.pages.record.content import RecordPage, address_of_new, load_for_page
from jantar.engine.pages.undoing import can_undo
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.actions import action_of, fields_of_action, run_action
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.links import key_of
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.record_type import RecordAction, RecordType
from jantar.engine.records.recurrence import changing as series
from jantar.engine.records.references import record_titles
from jantar.engine.records.related import counts_of, filter_of, related_to
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

#: In the address of a record: only what stands beside a list is wanted.
PANE = "pane"
RELATED_ROWS = 5
RELATED_COLUMNS = 3


def show(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    try:
        record = load_for_page(record_type, pk, actor)
    except NotFound:
        if led := led_to_survivor(request, record_type, pk):
            return led
        raise
    page = RecordPage(record_type, record, actor)
    templates = [f"pages/{record_type.name}/detail.html", "pages/detail.html"]
    shown = {"record_type": record_type, "record": record, "page": page, "is_pane": PANE in request.GET}
    return render(request, templates, shown)


def related_counts(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """How many records point here, for the heads of the tabs: the event `tabs:counted` with texts by tab."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    record = load_record(request, record_type, pk)
    counts = counts_of(related_to(record_type, actor), record_type, record.pk, actor)
    return with_event(HttpResponse(status=204), "tabs:counted", dict(counts))


def related(request: HttpRequest, type_name: str, pk: int, name: str) -> HttpResponse:
    """The first records of one relation, with the way to all of them and to a new one."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    record = load_record(request, record_type, pk)
    relation = related_to(record_type, actor).get(name)
    if relation is None or relation.record_type is None:
        raise NotFound(_("There is no such page."))
    pointing = relation.record_type
    fields = pointing.fields(actor)
    columns = [one for one in (pointing.title, *pointing.columns) if one != relation.column and one in fields]
    columns = list(dict.fromkeys(columns))[: RELATED_COLUMNS + 1]
    tree = filter_of(relation, record_type, record.pk)
    found = page_of(Query(pointing, actor, filter=tree, limit=RELATED_ROWS, columns=columns))
    all_address = f"{reverse('pages:list', args=[pointing.name])}?filter={quote(json.dumps(tree))}"
    context = {
        "record_type": pointing,
        "rows": found.rows,
        "columns": [fields[one] for one in columns[1:]],
        "all_address": all_address if found.next_cursor else "",
        "new_address": address_of_new(relation, record_type, record.pk) if actor.may("create", pointing.name) else "",
        "address": request.path,
    }
    return render(request, "pages/related.html", context)


def history(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """What changed, newest first, twenty at a time (?before=), of one field (?about=) or by one person (?by=)."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    record = load_for_page(record_type, pk, actor)
    given = request.GET
    about, by, start = given.get("about", ""), whole_number(given.get("by", "")), whole_number(given.get("before", ""))
    offered = choices_of(record_type, actor)
    about = about if about in dict(offered) else ""
    found = changes_of(record_type, pk, actor, before=start, name_records=record_titles, about=about, by=by)
    places = (("about", about), ("by", by), ("before", found.next_before))
    context: dict[str, Any] = {
        "found": found, "address": request.path, "chosen": {"about": about, "by": by}, "is_first": start is None,
        "more": urlencode({name: one for name, one in places if one}), "record": key_of(record),
        "undoable": {one.operation_id for one in found.entries if can_undo(one, record)},
    }  # fmt: skip
    if start is None:
        context |= {"fields": offered, "people": people_in(record_type, pk)}
    return render(request, "pages/history.html", context)


def choices_of(record_type: RecordType, actor: Actor) -> list[tuple[str, str]]:
    """The fields and parts that the history of a record can be narrowed to."""
    fields = {name: one for name, one in record_type.fields(actor).items() if name not in BOOK_KEEPING}
    found = [(name, capital(one.label)) for name, one in fields.items()]
    return by_label([*found, *((part.name, capital(part.label)) for part in record_type.parts)])


@require_POST
def delete(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """To the bin; the list that comes next offers to take it back."""
    record_type = load_type(request, type_name)
    record = load_record(request, record_type, pk, "delete")
    with operation(current_actor(request), Cause.PAGE) as done:
        number = series.delete(record_type, pk, scope=posted_scope(request), actor=current_actor(request))
    words = _("“%(what)s” is in the bin.") % {"what": record}
    back = reverse("pages:restore", args=[type_name, pk])
    if number > 1:
        words = ngettext("%(number)d record deleted.", "%(number)d records deleted.", number) % {"number": number}
        back = reverse("pages:undo", args=[done.pk])
    if "stay" in request.GET:
        return stayed(record_type, words, back)
    messages.success(request, words, extra_tags=back)
    return leading_to(request, reverse("pages:list", args=[type_name]))


def ask_how_many(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """Asks which records of a series are to go."""
    record_type = load_type(request, type_name)
    record = load_record(request, record_type, pk, "delete")
    if not record_type.repeats:
        raise NotFound(_("There is no such page."))
    rule = record_type.own_fields[record_type.repeats]
    action = f"{reverse('pages:delete', args=[type_name, pk])}{'?stay' if 'stay' in request.GET else ''}"
    context = {"record": record, "action": action, "words": rule.text(rule.read(record))}
    return render(request, "pages/delete_occurrences.html", context)


def act(request: HttpRequest, type_name: str, pk: int, name: str) -> HttpResponse:
    """Runs a verb of the business on the record; what it has to know is asked for in a dialog first."""
    record_type = load_type(request, type_name)
    record = load_record(request, record_type, pk)
    action = action_of(record_type, name)
    if request.method == "POST":
        return run(request, record_type, record, action)
    fields = fields_of_action(action)
    controls = {one: control_with(field, field.default, one) for one, field in fields.items()}
    return ask(request, record, action, RecordForm(controls, {}, [(action.label, tuple(fields))]))


def run(request: HttpRequest, record_type: RecordType, record: Any, action: RecordAction) -> HttpResponse:
    actor = current_actor(request)
    fields = fields_of_action(action)
    controls = {one: control_from(field, request.POST, one) for one, field in fields.items()}
    form = RecordForm(controls, {}, [(action.label, tuple(fields))])
    values = form.read()
    if form.is_valid:
        try:
            with operation(actor, Cause.PAGE) as done:
                run_action(record_type, record.pk, action.name, values, actor=actor)
        except Invalid as error:
            if not fields:
                raise
            form.refuse(error, record_type.fields(actor))
        else:
            if "stay" in request.GET:
                return stayed(record_type, said(action), reverse("pages:undo", args=[done.pk]))
            messages.success(request, said(action))
            return leading_to(request, reverse("pages:detail", args=[record_type.name, record.pk]))
    return refused_answer(request, {"form": form.prepare(actor)}, is_dialog=True)


def said(action: RecordAction) -> str:
    return str(action.done) or _("Done: %(what)s") % {"what": action.label}


def stayed(record_type: RecordType, words: str, undo: str) -> HttpResponse:
    """For verbs pressed elsewhere than on the page of the record: what shows it loads itself anew."""
    answer = with_closed_dialog(with_event(HttpResponse(status=204), f"{record_type.name}:changed"))
    return with_toast(answer, words, action_label=_("Undo"), action_url=undo)


def ask(request: HttpRequest, record: Any, action: RecordAction, form: RecordForm) -> HttpResponse:
    context = {
        "form": form.prepare(current_actor(request)),
        "heading": f"{action.label}: {record}",
        "action": request.get_full_path(),
        "draft_key": request.path,
        "save_label": action.label,
    }
    return render(request, "pages/form_dialog.html", context)


@require_POST
def restore(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """Back from the bin, to its page."""
    record_type = load_type(request, type_name)
    write.restore(record_type, [pk], actor=current_actor(request))
    messages.success(request, _("Restored."))
    return leading_to(request, reverse("pages:detail", args=[type_name, pk]))
