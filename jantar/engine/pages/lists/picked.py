"""Hand-picked lists on pages: putting the chosen records in, taking them out, and finding lists."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from jantar.engine.fields import show
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.lists.condition import LISTS
from jantar.engine.lists.models import NAME_LENGTH, Audience, RecordList
from jantar.engine.lists.services import (
    Outcome,
    add_records,
    create_list,
    lists_of,
    lists_with,
    load_list,
    member_counts,
    remove_records,
)
from jantar.engine.pages import jobs
from jantar.engine.pages.lists.bulk import AT_ONCE, preview, show_started
from jantar.engine.pages.lists.bulk_selection import Selection
from jantar.engine.pages.lists.picked_views import address_of_list
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

SHOWN_ROWS = 10
SHOWN_COLUMNS = 4
NEW = "new"


class AddForm(forms.Form):
    """Which list: one there is, or a new one with a name."""

    list = forms.ChoiceField(label=gettext_lazy("List"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LENGTH, required=False)
    audience = forms.ChoiceField(label=gettext_lazy("Who sees it"), choices=Audience, initial=Audience.PRIVATE)

    def __init__(self, *args: Any, known: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(str(one.pk), one.name) for one in known]
        may_make = actor.may("create", LISTS)
        choices = [*offered, *([(NEW, _("A new list"))] if may_make else [])]
        self.fields["list"].choices = choices  # type: ignore[attr-defined]
        self.fields["list"].widget.attrs["autofocus"] = True
        self.fields["audience"].required = False
        if actor.main_team is None:
            kept = [choice for choice in Audience.choices if choice[0] != Audience.TEAM]
            self.fields["audience"].choices = kept  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("list") == NEW and not given.get("name"):
            self.add_error("name", _("Give the new list a name."))
        return given

    @property
    def is_new(self) -> bool:
        return bool(self.cleaned_data["list"] == NEW)

    @property
    def audience_chosen(self) -> str:
        return self.cleaned_data["audience"] or Audience.PRIVATE


@require_POST
def add_many(request: HttpRequest, type_name: str) -> HttpResponse:
    """The dialog for the chosen records; with `run` they are put into the list."""
    record_type, actor = load_listed(request, type_name)
    selection = Selection.posted(request.POST, record_type, actor)
    known = list(lists_of(record_type, actor, "edit"))
    running = bool(request.POST.get("run"))
    form = AddForm(request.POST if running else None, known=known, actor=actor)
    if not running or not form.is_valid():
        return show_add(request, selection, form, status=422 if running else 200)
    count = selection.count()
    if count > AT_ONCE:
        pk = made(record_type, form, actor).pk if form.is_new else int(form.cleaned_data["list"])
        return started(request, selection, load_list(pk, actor, "edit"), is_adding=True)
    with operation(actor, Cause.BULK, _("Add to a list")):
        pk = made(record_type, form, actor).pk if form.is_new else int(form.cleaned_data["list"])
        outcome = add_records(pk, selection.pks("see"), actor=actor)
    return done(load_list(pk, actor), outcome, is_adding=True)


def made(record_type: RecordType, form: AddForm, actor: Actor) -> RecordList:
    return create_list(record_type, form.cleaned_data["name"], audience=form.audience_chosen, actor=actor)


def show_add(request: HttpRequest, selection: Selection, form: AddForm, status: int = 200) -> HttpResponse:
    record_type, actor = selection.state.record_type, selection.state.actor
    found = selection.count()
    is_one = not selection.is_all and len(selection.chosen) == 1
    inside = list(lists_with(record_type, selection.chosen[0], actor)) if is_one and found else []
    context = {
        "selection": selection, "form": form, "preview": preview(found, found), "may_run": found > 0,
        "count": show.number(found), "action": reverse("pages:bulk_list", args=[record_type.name]),
        "inside": [(one, address_of_list(one)) for one in inside],
        "remove": reverse("pages:bulk_unlist", args=[record_type.name]),
    }  # fmt: skip
    return render(request, "pages/list_add.html", context, status=status)


@require_POST
def remove_many(request: HttpRequest, type_name: str) -> HttpResponse:
    """Asks first; then the chosen records are taken out of the list `list`."""
    record_type, actor = load_listed(request, type_name)
    selection = Selection.posted(request.POST, record_type, actor)
    picked = load_list(whole_number(request.POST.get("list", "")) or 0, actor, "edit")
    count = selection.count()
    if not request.POST.get("run"):
        context = {
            "selection": selection, "picked": picked, "preview": preview(count, count), "may_run": count > 0,
            "count": show.number(count), "action": reverse("pages:bulk_unlist", args=[record_type.name]),
        }  # fmt: skip
        return render(request, "pages/list_remove.html", context)
    if count > AT_ONCE:
        return started(request, selection, picked, is_adding=False)
    return done(picked, remove_records(picked.pk, selection.pks("see"), actor=actor), is_adding=False)


def started(request: HttpRequest, selection: Selection, picked: RecordList, *, is_adding: bool) -> HttpResponse:
    label = _("Add to the list “%(name)s”") if is_adding else _("Take out of the list “%(name)s”")
    run = jobs.bulk_list.later(
        actor_id=selection.state.actor.user_id, label=label % {"name": name_in_jobs(picked)}, type_name=picked.of,
        selection=selection.as_json(), list_id=picked.pk, is_adding=is_adding,
    )  # fmt: skip
    return show_started(request, selection, run)


def done(picked: RecordList, outcome: Outcome, *, is_adding: bool) -> HttpResponse:
    response = with_event(with_closed_dialog(HttpResponse(status=204)), "list:changed")
    text = outcome_words(picked, outcome, is_adding=is_adding)
    if not outcome.changed:
        return with_toast(response, text)
    return with_toast(
        response, text, action_label=_("Undo"), action_url=reverse("pages:undo", args=[outcome.operation])
    )


def name_in_jobs(picked: RecordList) -> str:
    """Administrators see all jobs, but not the names of private lists."""
    return "…" if picked.audience == Audience.PRIVATE else str(picked)


def outcome_words(picked: RecordList, outcome: Outcome, *, is_adding: bool, is_job: bool = False) -> str:
    """What came of it, in one or two sentences."""
    if is_adding:
        text = ngettext(
            "%(n)s record added to “%(name)s”.", "%(n)s records added to “%(name)s”.", outcome.changed
        )  # fmt: skip
        rest = ngettext("%(n)s was in it already.", "%(n)s were in it already.", outcome.unchanged)
    else:
        text = ngettext(
            "%(n)s record taken out of “%(name)s”.", "%(n)s records taken out of “%(name)s”.", outcome.changed
        )  # fmt: skip
        rest = ngettext("%(n)s was not in it.", "%(n)s were not in it.", outcome.unchanged)
    said = text % {"n": show.number(outcome.changed), "name": name_in_jobs(picked) if is_job else picked}
    return f"{said} {rest % {'n': show.number(outcome.unchanged)}}" if outcome.unchanged else said


def show_lists(request: HttpRequest, type_name: str) -> HttpResponse:
    """A dialog with the lists of a type, each with how many of its records the reader sees."""
    record_type, actor = load_listed(request, type_name)
    known = list(lists_of(record_type, actor).select_related("owner", "team"))
    counts = member_counts(record_type, [one.pk for one in known], actor)
    context = {
        "record_type": record_type,
        "lists": [(one, address_of_list(one), show.number(counts.get(one.pk, 0))) for one in known],
        "may_make": actor.may("create", LISTS),
    }
    return render(request, "pages/list_lists.html", context)


def show_records(request: HttpRequest, pk: int) -> HttpResponse:
    """The first records of a list, for its own page, with the way to all of them."""
    actor = current_actor(request)
    picked = load_record(request, registry.get(LISTS), pk)
    if picked.of not in registry or not actor.may("see", picked.of):
        raise NotFound(_("There is no such page."))
    record_type = registry.get(picked.of)
    fields = record_type.fields(actor)
    columns = [name for name in (record_type.title, *record_type.columns) if name in fields]
    columns = list(dict.fromkeys(columns))[:SHOWN_COLUMNS]
    tree = {"field": LISTS, "op": "is", "value": pk}
    rows = page_of(Query(record_type, actor, filter=tree, limit=SHOWN_ROWS, columns=columns)).rows
    context = {
        "record_type": record_type, "rows": rows, "columns": [fields[name] for name in columns[1:]],
        "all_address": address_of_list(picked),
    }  # fmt: skip
    return render(request, "pages/related.html", context)


def load_listed(request: HttpRequest, type_name: str) -> tuple[RecordType, Actor]:
    """The type, where its records can be put into lists and the actor has some right to lists. Raises NotFound."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    if record_type.within is not None or not actor.may("see", LISTS):
        raise NotFound(_("There is no such page."))
    return record_type, actor
