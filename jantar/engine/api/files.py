"""Files of documents through the API: attaching them, their versions, and their bytes."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents, reading
from jantar.engine.api.answers import json_answer
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.problems import Problem
from jantar.engine.api.schemas import Schema, reference
from jantar.engine.documents import services
from jantar.engine.documents.models import Document, Version
from jantar.engine.fields.dates import in_utc
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.history.models import Cause
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.platform.files.pages import serve_file

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FILE: Schema = {"type": "string", "format": "binary"}
ABOUT: Schema = {**TEXT, "description": "The record it hangs on, such as companies/5; company-wide without."}
FOLDER: Schema = {"type": "integer", "description": "The folder it is put into."}
NEW: Schema = {"type": "object", "properties": {"file": FILE, "about": ABOUT, "folder": FOLDER}, "required": ["file"]}
NEXT: Schema = {
    "type": "object",
    "properties": {"file": FILE, "note": {**TEXT, "description": "What is new."}},
    "required": ["file"],
}
VERSION_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "number": NUMBER,
        "file": TEXT,
        "size": NUMBER,
        "type": {**TEXT, "description": "The media type, by the content."},
        "sha256": TEXT,
        "note": TEXT,
        "who": {"type": ["object", "null"]},
        "at": {"type": "string", "format": "date-time"},
    },
}
BYTES: documents.Answers = {
    200: {"description": "The bytes.", "content": {"application/octet-stream": {"schema": FILE}}}
}
DOCUMENT = "Document"


def files_router() -> Router:
    router = Router(tags=["documents"])
    add_uploads(router)
    add_versions(router)
    return router


def add_uploads(router: Router) -> None:
    @router.post("/upload", **described("upload", "Attach a file", 201, NEW))
    def upload(request: HttpRequest) -> HttpResponse:
        form = read_form(request, ("about", "folder"))
        actor, file = current_actor(request), form["file"]
        inside = {"folder": read_folder(form["folder"], actor)} if form["folder"] else {}
        about = read_about(form["about"])
        document = services.attach(file, file.name, actor=actor, about=about, cause=Cause.API, **inside)
        address = request.path.removesuffix("/upload")
        return document_answer(request, document, 201, {"Location": f"{address}/{document.pk}"})

    @router.post("/{int:id}/versions", **described("upload_version", "Upload a new version", 201, NEXT))
    def upload_version(request: HttpRequest, id: int) -> HttpResponse:
        form = read_form(request, ("note",))
        document = services.add_version(
            id, form["file"], form["file"].name, actor=current_actor(request), note=form["note"], cause=Cause.API
        )
        return document_answer(request, document, 201)

    @router.post(
        "/{int:id}/versions/{int:number}/restore", **described("restore_version", "Make it the newest one", 200)
    )
    def restore_version(request: HttpRequest, id: int, number: int) -> HttpResponse:
        refuse_unknown(request)
        document = services.restore_version(id, number, actor=current_actor(request), cause=Cause.API)
        return document_answer(request, document, 200)


def add_versions(router: Router) -> None:
    answers: documents.Answers = documents.answer(200, {"type": "array", "items": reference("DocumentVersion")})

    @router.get(
        "/{int:id}/versions", **documents.route("documents_versions", "Versions", answers | documents.problem(404))
    )
    def list_versions(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        document = seen(request, id)
        return json_answer([dump_version(row) for row in services.versions_of(document)])

    bytes_or_not = BYTES | documents.problem(404)

    @router.get("/{int:id}/file", **documents.route("documents_file", "The newest version", bytes_or_not))
    def send_file(request: HttpRequest, id: int) -> HttpResponseBase:
        refuse_unknown(request)
        return bytes_of(request, id)

    @router.get(
        "/{int:id}/versions/{int:number}/file", **documents.route("documents_version_file", "A version", bytes_or_not)
    )
    def send_version(request: HttpRequest, id: int, number: int) -> HttpResponseBase:
        refuse_unknown(request)
        return bytes_of(request, id, number)


def described(name: str, summary: str, status: int, form: Schema | None = None) -> dict[str, Any]:
    body = {"required": True, "content": {"multipart/form-data": {"schema": form}}} if form else None
    answers = documents.answer(status, reference(DOCUMENT)) | documents.problem(403, 404, 413, 415, 422)
    return documents.route(f"documents_{name}", summary, answers, body=body)


def read_form(request: HttpRequest, names: tuple[str, ...]) -> dict[str, Any]:
    """The file and the named texts of a form. Raises Problem or Invalid, naming every wrong part."""
    refuse_unknown(request)
    if request.content_type != "multipart/form-data":
        raise Problem("content-type", _("Send the content type multipart/form-data."))
    errors = {name: [_("There is no such setting.")] for name in request.POST if name not in names}
    file = request.FILES.get("file")
    if file is None:
        errors["file"] = [_("Choose a file.")]
    if errors or file is None:
        raise Invalid(errors)
    return {"file": file, **{name: str(request.POST.get(name, "")) for name in names}}


def read_about(text: str) -> Any:
    try:
        return registry.get("documents").own_fields["about"].load(text)
    except FieldError as error:
        raise Invalid({"about": [error.message]}) from error


def read_folder(text: str, actor: Actor) -> Any:
    pk = whole_number(text)
    folder = registry.get("folders").visible_to(actor).one(pk) if pk else None
    if folder is None:
        raise Invalid({"folder": [_("There is no such record.")]})
    return folder


def seen(request: HttpRequest, pk: int) -> Document:
    found: Document | None = registry.get("documents").visible_to(current_actor(request)).one(pk)
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def bytes_of(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponseBase:
    document = seen(request, pk)
    version = services.version_of(document, number)
    return serve_file(version.content.file, name=services.file_name(document, version), asked=request)


def document_answer(
    request: HttpRequest, document: Document, status: int, headers: dict[str, str] | None = None
) -> HttpResponse:
    shown = reading.show_record(registry.get("documents"), current_actor(request), document.pk, "")
    return json_answer(shown, status, headers)


def dump_version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "file": version.file_name,
        "size": version.content.size,
        "type": version.content.media_type,
        "sha256": version.content.digest,
        "note": version.note,
        "who": version.author and {"id": version.author_id, "title": version.author.full_name},
        "at": in_utc(version.at),
    }
