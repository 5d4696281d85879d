"""The bin of a record type: what was deleted, by whom, and the way back."""

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Change
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.errors import NotFound
from jantar.engine.records.merging.undoing import undoable_merges
from jantar.engine.records.references import record_titles
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_toast

ROWS = 50
MOST_PAGES = 1000
MOST_SELECTED = 1000


def show(request: HttpRequest, type_name: str) -> HttpResponse:
    """Newest deletions first, 50 at a time (?before=ID goes on after the row with that id)."""
    record_type = load_type(request, type_name)
    rows = record_type.model.objects.in_bin_for(current_actor(request))
    deletions = Change.objects.filter(
        root=record_type.model._meta.db_table, root_id=OuterRef("pk"), after__has_key="deleted_at"
    )
    rows = rows.annotate(deleted_by=Subquery(deletions.order_by("-pk").values("operation__actor__full_name")[:1]))
    page = whole_number(request.GET.get("page", ""), most=MOST_PAGES) or 1
    start = (page - 1) * ROWS
    found = list(rows.order_by("-deleted_at", "-pk")[start : start + ROWS + 1])
    gone = {RecordKey(type_name, row.merged_into) for row in found if row.merged_into}
    survivors = record_titles(gone, current_actor(request))
    merges = undoable_merges(record_type, rows.filter(pk__in=[row.pk for row in found]))
    context = {
        "record_type": record_type,
        "rows": [
            (row, survivors.get(RecordKey(type_name, row.merged_into or 0)), merges.get(row.pk)) for row in found[:ROWS]
        ],
        "previous": f"?page={page - 1}" if page > 1 else "",
        "next": f"?page={page + 1}" if len(found) > ROWS else "",
        "may_erase": current_actor(request).is_admin,
    }
    return render(request, "pages/bin.html", context)


@require_POST
def restore(request: HttpRequest, type_name: str) -> HttpResponse:
    """Brings the chosen records back; of merged ones it says that their merge is to be undone."""
    record_type, pks = load_type(request, type_name), chosen(request)
    seen = record_type.model.objects.in_bin_for(current_actor(request)).filter(pk__in=pks)
    merges = undoable_merges(record_type, seen)
    if left := [pk for pk in pks if pk not in merges]:
        number = write.restore(record_type, left, actor=current_actor(request))
        words = ngettext("%(number)d record restored.", "%(number)d records restored.", number) % {"number": number}
        messages.success(request, words)
    if number := len(merges):
        words = ngettext(
            "%(number)d record was merged: undo the merge to bring back all that belonged to it.",
            "%(number)d records were merged: undo the merges to bring back all that belonged to them.",
            number,
        )
        messages.warning(request, words % {"number": number})
    return redirect("pages:bin", type_name)


@require_POST
def erase(request: HttpRequest, type_name: str) -> HttpResponse:
    """Deletes the chosen records for good; for administrators."""
    record_type = load_type(request, type_name)
    number = write.erase(record_type, chosen(request), actor=current_actor(request))
    words = ngettext("%(number)d record erased.", "%(number)d records erased.", number) % {"number": number}
    messages.success(request, words)
    return redirect("pages:bin", type_name)


def chosen(request: HttpRequest) -> list[int]:
    ids = selected(request.POST)
    if not ids:
        raise NotFound(_("Nothing is selected."))
    return ids


def selected(data: QueryDict) -> list[int]:
    numbers = map(whole_number, data.getlist("selected")[:MOST_SELECTED])
    return [number for number in numbers if number is not None]


def confirm_erase(request: HttpRequest, type_name: str) -> HttpResponse:
    """Asks before something is lost for ever."""
    record_type = load_type(request, type_name)
    rows = list(record_type.model.objects.in_bin_for(current_actor(request)).filter(pk__in=selected(request.GET)))
    if not rows:
        return with_toast(HttpResponse(status=204), _("Nothing is selected."), tone="warning")
    context = {"rows": rows, "action": reverse("pages:erase", args=[type_name])}
    return render(request, "pages/bin_erase.html", context)
