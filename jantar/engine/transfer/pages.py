"""The pages of an import: upload, match columns and look at the result beforehand, follow it, see what came of it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.quality.findings import question_from
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.filters import read_filter
from jantar.engine.records.listing import Query
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.transfer import services
from jantar.engine.transfer.exporting import CONTENT_TYPES, Export, export_chunks, is_long
from jantar.engine.transfer.exports_later import export_later
from jantar.engine.transfer.import_page import PREPARING, ImportPage
from jantar.engine.transfer.import_page.columns import NEW_FIELD
from jantar.engine.transfer.import_page.values import ADD, BECOMES, EMPTY
from jantar.engine.transfer.known import folded
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.new_fields import create_fields, extend_lists
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.reports import quality_file
from jantar.kit.numbers import whole_number
from jantar.kit.text import without_controls

SHOWN_IMPORTS = 50


@never_cache
def show_imports(request: HttpRequest) -> HttpResponse:
    """The imports of the user, newest first, and the types the user may import."""
    actor = current_actor(request)
    runs = ImportRun.objects.visible_to(actor).select_related("created_by").order_by("-pk")[:SHOWN_IMPORTS]
    types = [one for one in registry.all() if one.area and one.importable and actor.may("import", one.name)]
    pages = [ImportPage(run, actor) for run in runs if run.record_type in registry]
    return render(request, "transfer/list.html", {"pages": pages, "types": types})


@never_cache
def upload(request: HttpRequest, type_name: str) -> HttpResponse:
    """Takes a file, and goes on to its columns."""
    record_type = importable(request, type_name)
    errors: list[str] = []
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            errors = [_("Choose a file.")]
        else:
            try:
                run = services.upload(record_type, file, file.name or "", actor=current_actor(request))  # type: ignore[arg-type]
                return redirect("transfer:import", run.pk)
            except Invalid as error:
                errors = [message for messages in error.errors.values() for message in messages]
    context = {"record_type": record_type, "errors": errors}
    return render(request, "transfer/upload.html", context, status=422 if errors else 200)


def importable(request: HttpRequest, type_name: str) -> RecordType:
    """The record type. Raises NotFound for one the user does not see, NotAllowed for one they may not import."""
    actor = current_actor(request)
    if type_name not in registry or not registry.get(type_name).importable:
        raise Http404
    if not actor.may("see", type_name):
        raise NotFound(_("There is no such page."))
    if not actor.may("import", type_name):
        raise NotAllowed(_("You may not import here."))
    return registry.get(type_name)


@never_cache
def show_import(request: HttpRequest, pk: int) -> HttpResponse:
    """The import as it stands: being prepared, going on, or done."""
    actor = current_actor(request)
    page = ImportPage(services.find_import(pk, actor=actor), actor)
    if page.step == PREPARING:
        page.prepare()
    return render(request, "transfer/import.html", {"page": page})


@require_POST
def change_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps what was chosen and shows the preview that follows from it; a wrong choice is said and not kept."""
    actor = current_actor(request)
    run = services.find_import(pk, actor=actor)
    changes = changes_in(request, run)
    try:
        with transaction.atomic():
            actor = extend_lists(run, words_to_add(request.POST), actor=actor)
            services.change_plan(run, changes, actor=actor)
        page = ImportPage(run, actor).prepare()
    except Invalid as error:
        run.plan = {**run.plan, **changes}
        page = ImportPage(run, actor, errors=error.errors)
    page.new_fields = new_fields_in(request.POST)
    return render(request, "transfer/prepared.html", {"page": page}, status=422 if page.errors else 200)


@require_POST
def create_field(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a custom field of one column and goes on with it; others that were begun stay so."""
    actor = current_actor(request)
    run = services.find_import(pk, actor=actor)
    plan = Plan.from_json(run.plan)
    place = whole_number(request.POST.get("column", ""))
    begun = new_fields_in(request.POST)
    try:
        if place is None or place >= len(plan.columns):
            raise Invalid({"mapping": [_("Choose a column.")]})
        actor = create_fields(run, {plan.columns[place].header: request.POST.get(f"kind-{place}", "")}, actor=actor)
        begun.pop(place, None)
        page = ImportPage(run, actor).prepare()
    except Invalid as error:
        page = ImportPage(services.find_import(pk, actor=actor), actor, errors=error.errors)
    page.new_fields = begun
    return render(request, "transfer/prepared.html", {"page": page}, status=422 if page.errors else 200)


@require_POST
def begin(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Checks all rows, or imports them, with the plan on the page."""
    actor = current_actor(request)
    run = services.find_import(pk, actor=actor)
    try:
        if "mapping" in request.POST:
            with transaction.atomic():
                actor = extend_lists(run, words_to_add(request.POST), actor=actor)
                services.change_plan(run, changes_in(request, run), actor=actor)
        (services.try_import if act == "check" else services.run_import)(run, actor=actor)
    except Invalid as error:
        page = ImportPage(run, actor, errors=error.errors)
        return render(request, "transfer/import.html", {"page": page}, status=422)
    return redirect("transfer:import", run.pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    services.cancel_import(services.find_import(pk, actor=current_actor(request)))
    return redirect("transfer:import", pk)


@never_cache
def show_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; once it has ended the page is loaded anew."""
    actor = current_actor(request)
    run = services.find_import(pk, actor=actor)
    if not run.is_busy:
        response = HttpResponse("<span hidden data-job-done></span>")
        response["HX-Redirect"] = reverse("transfer:import", args=[pk])
        return response
    return render(request, "transfer/progress.html", {"page": ImportPage(run, actor)})


def download_errors(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The refused rows, to be corrected and imported again."""
    run = services.find_import(pk, actor=current_actor(request))
    stem = run.file_name.rpartition(".")[0] or run.file_name
    response = StreamingHttpResponse(services.error_file(run), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(f"{stem}-{_('refused')}.csv")
    return response


def attachment(name: str) -> str:
    """The header that saves an answer under a name with any letters."""
    return content_disposition_header(True, name) or "attachment"


def changes_in(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """What the form says, and what follows from it."""
    data, actor = request.POST, current_actor(request)
    changes = changes_from(data, Plan.from_json(run.plan))
    return services.choose_in_page(run, changes, data.getlist("link_shown"), data.getlist("links"), actor=actor)


def changes_from(data: QueryDict, plan: Plan) -> dict[str, Any]:
    """The plan as the form has it."""
    places = range(len(plan.columns))
    texts = map(without_controls, data.getlist("constant_value"))
    constants = zip(data.getlist("constant_field"), texts, strict=False)
    given: dict[str, Any] = {
        "mapping": [key if (key := data.get(f"column-{place}", "")) != NEW_FIELD else "" for place in places],
        "constants": {key: value.strip() for key, value in constants if key},
        "values": values_from(data, plan),
        "match": data.getlist("match"),
        "mode": data.get("mode", plan.mode),
        **references_from(data),
        "also": data.getlist("also"),
        "clear_empty": "clear_empty" in data,
        "translate": "translate" in data or "program" not in data,
        "decimal_comma": {"1": True, "0": False}.get(data.get("decimal_comma", "")),
        "day_first": {"1": True, "0": False}.get(data.get("day_first", "")),
        "currency": data.get("currency", "").strip().upper(),
    }
    for name in ("encoding", "delimiter", "worksheet"):
        if name in data and data[name] != getattr(plan, name).removesuffix("-sig"):
            given[name] = data[name]
    return given


def new_fields_in(data: QueryDict) -> dict[int, str]:
    """The columns that are to become fields of their own, with the kind chosen for each."""
    places = (whole_number(name.removeprefix("column-")) for name in data if data[name] == NEW_FIELD)
    return {place: data.get(f"kind-{place}", "") for place in places if place is not None}


def words_in(data: QueryDict) -> Iterator[tuple[str, str, str]]:
    """Fields, words of the file and what each is to become."""
    texts = map(without_controls, data.getlist("value_text"))
    return zip(data.getlist("value_field"), texts, data.getlist("value_becomes"), strict=False)


def words_to_add(data: QueryDict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, text, becomes in words_in(data):
        if becomes == ADD:
            found.setdefault(key, []).append(text)
    return found


def values_from(data: QueryDict, plan: Plan) -> dict[str, dict[str, str]]:
    """What was chosen for words of the file, also for those that are not on the page."""
    found = {key: dict(words) for key, words in plan.values.items()}
    for key, text, becomes in words_in(data):
        words = {known: ours for known, ours in found.get(key, {}).items() if folded(known) != folded(text)}
        if becomes == EMPTY:
            words[text] = ""
        elif becomes.startswith(BECOMES):
            words[text] = becomes.removeprefix(BECOMES)
        found[key] = words
    return {key: words for key, words in found.items() if words}


def references_from(data: QueryDict) -> dict[str, Any]:
    """How the references are found, and what is done with those that are not."""
    keys = data.getlist("reference")
    missing = {key: data.get(f"missing-{key}", "") for key in keys}
    return {
        "find_by": {key: by for key in keys if (by := data.get(f"find-{key}", ""))},
        "create_missing": [key for key in keys if missing[key] == "create"],
        "leave_empty": [key for key in keys if missing[key] == "empty"],
    }


def export(request: HttpRequest, type_name: str) -> HttpResponseBase:
    """The list as a file; a long one is written by a worker and waits under Jobs.

    `filter`, `search`, `sort` and `columns` as in the address of the list; `format` csv or xlsx; `names=fields` for
    keys, ISO dates and field names instead of the user's words.
    """
    actor = current_actor(request)
    if type_name not in registry:
        raise Http404
    if not actor.may("see", type_name):
        raise NotFound(_("There is no such page."))
    record_type = registry.get(type_name)
    columns = tuple(name for name in request.GET.get("columns", "").split(",") if name)
    query = Query(
        record_type, actor, filter=read_filter(request.GET.get("filter", "")), columns=columns,
        search=without_controls(request.GET.get("search", "")), sort=request.GET.get("sort", ""),
    )  # fmt: skip
    wanted = Export(query, request.GET.get("format", "csv"), request.GET.get("names") != "fields")
    if is_long(wanted):
        export_later(wanted)
        messages.info(request, _("The file is being written. You find it here when it is done."))
        return redirect("jobs:list")
    response = StreamingHttpResponse(export_chunks(wanted), content_type=CONTENT_TYPES.get(wanted.format, ""))
    response.headers["Content-Disposition"] = attachment(f"{record_type.label_plural}.{wanted.format}")
    return response


def export_quality(request: HttpRequest) -> HttpResponse:
    """The data quality report as a file; `whose` and `days` as on its page, `format` csv or xlsx."""
    format = request.GET.get("format", "csv")
    content = quality_file(current_actor(request), question_from(request.GET), format)
    response = HttpResponse(content, content_type=CONTENT_TYPES[format])
    response.headers["Content-Disposition"] = attachment(f"{_('Data quality')}.{format}")
    return response
