"""Files of fields through the API: uploaded first, then named by their id in the record, and their bytes."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.files import BYTES, FILE, read_form
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.schemas import Schema, closed, reference
from jantar.engine.api.values import dumped
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.files.keeping import value_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import held_files
from jantar.engine.records.registry import registry
from jantar.platform.files.pages import serve_file

TEXT: Schema = {"type": "string"}
NEW: Schema = {
    "type": "object",
    "properties": {
        "file": FILE,
        "type": {**TEXT, "description": "The record type it is meant for, such as companies."},
        "field": {**TEXT, "description": "Its field of the kind file or image, such as x_contract."},
    },
    "required": ["file", "type", "field"],
}
_TOLD: dict[str, Schema] = {"id": TEXT, "name": TEXT, "size": {"type": "integer"}, "type": TEXT, "url": TEXT}
HELD_FILE: Schema = closed(_TOLD, required=list(_TOLD))
ABOUT = "A record that is changed or created within two days keeps it: the field is given its id."


def held_files_router() -> Router:
    router = Router(tags=["files"])
    answers = documents.answer(201, reference("HeldFile")) | documents.problem(403, 413, 415, 422)
    body = {"required": True, "content": {"multipart/form-data": {"schema": NEW}}}
    uploading = documents.route("files_upload", "Upload a file for a field", answers, body=body)
    bytes_or_not = BYTES | documents.problem(404)

    @router.post("/upload", description=ABOUT, **uploading)
    def upload(request: HttpRequest) -> HttpResponse:
        form, actor = read_form(request, ("type", "field")), current_actor(request)
        kind = kind_of(form, actor)
        held = held_files.upload(kind, form["file"], form["file"].name, actor=actor)
        told = dumped(kind("", ""), value_of(held))
        return json_answer(told, 201, {"Location": told["url"]})

    @router.get("/{str:key}", **documents.route("files_get", "The bytes of a file", bytes_or_not))
    def held_file(request: HttpRequest, key: str) -> HttpResponseBase:
        refuse_unknown(request)
        held = held_files.seen_file(key, current_actor(request))
        return serve_file(held.file, name=held.name, content_type=held.media_type, asked=request)

    return router


def kind_of(form: dict[str, Any], actor: Actor) -> type[File]:
    """The kind of the field it is meant for. Raises Invalid."""
    if form["type"] not in registry:
        raise Invalid({"type": [_("There is no such type.")]})
    field = registry.get(form["type"]).fields(actor).get(form["field"])
    if not isinstance(field, File):
        raise Invalid({"field": [_("There is no such field.")]})
    return type(field)
