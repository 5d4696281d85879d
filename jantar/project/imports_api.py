"""Imports through the API. They stand here because the engine's API and its transfer do not know each other."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.body import NotJson, parse_json
from jantar.engine.api.idempotency import once
from jantar.engine.api.parameters import refuse_limit, refuse_unknown
from jantar.engine.api.problems import Problem
from jantar.engine.api.schemas import reference
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.listing import MAX_LIMIT
from jantar.engine.transfer import services
from jantar.engine.transfer.plan import MODES
from jantar.kit.numbers import whole_number

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
IMPORT = reference("Import")
STOP = "Stop an import; what went in stays and can be undone"


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_list(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


def is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_text, value.values()))


def is_tables(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_table, value.values()))


def is_yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


#: The settings of an import: those in PLAIN are sent as text, the others as JSON.
PLAIN = ("mode", "currency", "worksheet")
CHECKS: dict[str, Callable[[Any], bool]] = {
    "mapping": is_table,
    "match": is_list,
    "dry_run": is_yes_or_no,
    "constants": is_table,
    "values": is_tables,
    "new_fields": is_table,
    "create_missing": is_list,
    "leave_empty": is_list,
    "find_by": is_table,
    "also": is_list,
    "links": is_list,
    "decimal_comma": is_yes_or_no,
    "day_first": is_yes_or_no,
    "clear_empty": is_yes_or_no,
    "translate": is_yes_or_no,
}
FORM: Schema = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "CSV, XLSX, vCard or iCalendar."},
        "type": {**TEXT, "description": "The record type, such as people."},
        "mapping": {
            **TEXT,
            "description": 'JSON: {"header of a column": "field"}. Suggested when left out. A field of a further type '
            'that each row holds is named with it: "companies/name".',
        },
        "also": {**TEXT, "description": 'JSON: ["companies"], further types; when left out those that mapping names.'},
        "links": {
            **TEXT,
            "description": 'JSON: ["company", "deals/customer"], the references filled with the other records of the '
            "row; when left out all that go together.",
        },
        "match": {**TEXT, "description": 'JSON: ["email"], the fields that tell whether a record exists already.'},
        "dry_run": {"type": "boolean", "description": "Go through all rows without storing anything."},
        "mode": {"enum": list(MODES), "description": "What to do with rows whose record exists already."},
        "currency": {**TEXT, "description": "Of amounts that name none."},
        "worksheet": {**TEXT, "description": "Of an XLSX file; the first one when left out."},
        "constants": {**TEXT, "description": 'JSON: {"field": "text"} for every new record.'},
        "values": {
            **TEXT,
            "description": 'JSON: {"stage": {"Closed Won": "Won", "Other": ""}}, by field what is put for words of the '
            'file, "" to leave the cell out. Remembered for files with the same columns.',
        },
        "new_fields": {
            **TEXT,
            "description": 'JSON: {"column": "kind"}, custom fields to add; "" is as its values look.',
        },
        "create_missing": {**TEXT, "description": 'JSON: ["company"], references whose record is made when missing.'},
        "leave_empty": {**TEXT, "description": 'JSON: ["owner"], references left out of the row when not found.'},
        "find_by": {**TEXT, "description": 'JSON: {"company": "registration_number"}, by which field they are found.'},
        "decimal_comma": {"type": "boolean"},
        "day_first": {"type": "boolean"},
        "clear_empty": {"type": "boolean", "description": "Empty cells empty the field."},
        "translate": {"type": "boolean", "description": "Turn the values of a known program into ours (default)."},
    },
    "required": ["file", "type"],
    "additionalProperties": False,
}
COUNTS: Schema = {
    "type": ["object", "null"],
    "description": "Rows by what became of them; with several types in a row, `types` has the records of each.",
}
UNKNOWN: Schema = {
    "type": "object",
    "description": "By field the words of the file that mean nothing here, with the number of rows; see `values`. "
    "Empty while the import is going on and after it.",
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "integer"}},
}
ERRORS: Schema = {
    "type": "array",
    "description": "The first 100 refused rows.",
    "items": {"type": "object", "properties": {"row": {"type": "integer"}, "reason": TEXT}},
}
IMPORT_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "type": TEXT,
        "also": {"type": "array", "items": TEXT, "description": "Further types that the rows hold."},
        "file": TEXT,
        "export_of": {
            "type": ["object", "null"],
            "description": "The program whose export the file looks like, and of which type.",
            "properties": {"program": TEXT, "type": TEXT},
        },
        "state": {"enum": ["draft", "checking", "checked", "running", "done", "cancelled", "failed"]},
        "rows": {"type": "integer"},
        "done_rows": {"type": "integer"},
        "dry_run": {"type": "boolean"},
        "counts": COUNTS,
        "operation_id": {"type": ["integer", "null"], "description": "For POST /operations/{id}/undo."},
        "error": TEXT,
        "unknown_values": UNKNOWN,  # not in lists
        "errors": ERRORS,  # not in lists
    },
}


def imports_router() -> Router:
    router = Router(tags=["imports"])
    add_listing(router)

    @router.post("", **described("create", "Import a file", 201, documents.problem(403, 404, 413, 415, 422), FORM))
    def start_import(request: HttpRequest) -> HttpResponse:
        def produce() -> HttpResponse:
            run = services.start_import(**form, actor=actor)
            state = services.import_state(run.pk, actor=actor)
            return json_answer(state, 201, {"Location": f"{request.path}/{run.pk}"})

        refuse_unknown(request)
        form, actor = read_form(request), current_actor(request)
        return once(request, actor, produce)

    @router.get("/{int:id}", **described("get", "How far an import is", 200, documents.problem(404)))
    def show_import(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(services.import_state(id, actor=current_actor(request)))

    @router.post("/{int:id}/cancel", **described("cancel", STOP, 200, documents.problem(404)))
    def cancel_import(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        actor = current_actor(request)
        services.cancel_import(services.find_import(id, actor=actor))
        return json_answer(services.import_state(id, actor=actor))

    @router.get("/{int:id}/errors", **errors_route())
    def send_errors(request: HttpRequest, id: int) -> StreamingHttpResponse:
        refuse_unknown(request)
        run = services.find_import(id, actor=current_actor(request))
        headers = {"Content-Disposition": f'attachment; filename="errors-{run.pk}.csv"'}
        return StreamingHttpResponse(services.error_file(run), headers=headers, content_type="text/csv; charset=utf-8")

    return router


def add_listing(router: Router) -> None:
    @router.get("", **listing())
    def list_imports(request: HttpRequest, limit: int = 50, cursor: str = "") -> HttpResponse:
        refuse_unknown(request, {"limit", "cursor"})
        refuse_limit(limit, MAX_LIMIT)
        before = whole_number(cursor) if cursor else None
        if cursor and before is None:
            raise BadQuery("cursor", _("This page address is no longer valid."))
        states, more = services.import_states(actor=current_actor(request), before=before, limit=limit)
        return json_answer({"items": states, "next_cursor": str(states[-1]["id"]) if more else None})


def described(name: str, summary: str, status: int, problems: Any, form: Schema | None = None) -> dict[str, Any]:
    body = {"required": True, "content": {"multipart/form-data": {"schema": form}}} if form else None
    headers = [documents.KEY_HEADER] if form else None
    answers = documents.answer(status, IMPORT) | problems
    return documents.route(f"imports_{name}", summary, answers, headers=headers, body=body)


def listing() -> dict[str, Any]:
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": IMPORT}, "next_cursor": {"type": ["string", "null"]}},
        "required": ["items", "next_cursor"],
    }
    return documents.route("imports_list", "Your imports, the newest first", documents.answer(200, page))


def errors_route() -> dict[str, Any]:
    rows: documents.Answers = {200: {"description": "With why.", "content": {"text/csv": {"schema": TEXT}}}}
    return documents.route("imports_errors", "Refused rows", rows | documents.problem(404))


def read_form(request: HttpRequest) -> dict[str, Any]:
    """Arguments of `start_import`. Raises Problem or Invalid, naming every wrong part of the form."""
    if request.content_type != "multipart/form-data":
        raise Problem("content-type", _("Send the content type multipart/form-data."))
    errors: dict[str, list[str]] = {}
    file = request.FILES.get("file")
    if file is None:
        errors["file"] = [_("Choose a file.")]
    if not request.POST.get("type"):
        errors["type"] = [_("This field is required.")]
    settings = {name: read_setting(name, str(text), errors) for name, text in request.POST.items() if name != "type"}
    if errors or file is None:
        raise Invalid(errors)
    settings["dry_run"] = bool(settings.get("dry_run"))
    return {**settings, "file": file.file, "name": str(file.name), "type_name": request.POST["type"]}


def read_setting(name: str, text: str, errors: dict[str, list[str]]) -> Any:
    if name in PLAIN:
        return text
    if name not in CHECKS:
        errors[name] = [_("There is no such setting.")]
        return None
    try:
        value = parse_json(text)
    except NotJson as error:
        errors[name] = [str(error)]
        return None
    if not CHECKS[name](value):
        errors[name] = [_("This value is not of the expected kind.")]
    return value
