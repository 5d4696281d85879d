"""Lists as files through the API: the same writer as the pages and the command line use."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from jantar.engine.api import documents
from jantar.engine.api.body import read_object
from jantar.engine.api.idempotency import once
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.reading import filter_tree, searched, wanted_of
from jantar.engine.api.runs import accepted, find_run
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import listing
from jantar.engine.records.errors import Invalid
from jantar.engine.records.links import linked_columns
from jantar.engine.records.record_type import RecordType
from jantar.engine.transfer.exporting import CONTENT_TYPES, FORMATS, Export, export_chunks, refuse_wrong
from jantar.engine.transfer.exports_later import export_later, file_of
from jantar.platform.files.pages import serve_file

ASKED: documents.Description = {
    "type": "object",
    "properties": {
        "format": {"enum": list(FORMATS), "default": "csv"},
        "filter": {"type": "object", "description": "As in lists; all records without it."},
        "search": {"type": "string", "description": "Words to look for."},
        "sort": {"type": "string", "description": "Field names, as in lists."},
        "columns": {"type": "array", "items": {"type": "string"}, "description": "Field names; all when left out."},
    },
    "additionalProperties": False,
}
MEMBERS = tuple(ASKED["properties"])


class ExportParameters(Schema):
    format: str = Field("csv", description="csv or xlsx.", json_schema_extra={"enum": ["csv", "xlsx"]})
    search: str = Field("", description="Words to look for.")
    filter: str = Field("", description="A filter as JSON.")
    sort: str = Field("", description="Field names, as in lists.")
    fields: str = Field("", description="The names of the fields wanted; all of them when left out.")


def exports_router(record_type: RecordType) -> Router:
    router = Router(tags=[record_type.name])

    @router.get("/export", **described(record_type))
    def export_records(request: HttpRequest, parameters: Query[ExportParameters]) -> StreamingHttpResponse:
        """Keys, ISO dates and field names, so that the file can be imported again."""
        refuse_unknown(request, ExportParameters)
        actor = current_actor(request)
        wanted = wanted_of(record_type, actor, parameters.fields, with_parts=False)
        query = listing.Query(
            record_type, actor, filter=filter_tree(parameters.filter), search=searched(parameters.search),
            sort=parameters.sort, columns=tuple(wanted.fields),
        )  # fmt: skip
        chunks = export_chunks(Export(query, parameters.format, for_people=False))
        name = f'attachment; filename="{record_type.name}.{parameters.format}"'
        headers = {"Content-Disposition": name, "Content-Type": CONTENT_TYPES[parameters.format]}
        return StreamingHttpResponse(chunks, headers=headers)

    @router.post("/export", **asked_for(record_type))
    def write_export(request: HttpRequest) -> HttpResponse:
        """The same file, written by a worker."""

        def produce() -> HttpResponse:
            return accepted(export_later(export_in(record_type, current_actor(request), read_object(request))))

        refuse_unknown(request)
        return once(request, current_actor(request), produce)

    return router


def export_in(record_type: RecordType, actor: Actor, data: dict[str, Any]) -> Export:
    """What the body asks for. Raises NotAllowed, BadQuery for the filter, Invalid, naming every wrong member."""
    errors = {name: [_("There is no field “%(name)s”.") % {"name": name[:50]}] for name in data if name not in MEMBERS}
    wrong = {name: [_("This value is not of the expected kind.")] for name in MEMBERS if not is_right(name, data)}
    if errors or wrong:
        raise Invalid(errors | wrong)
    names = data.get("columns", [])
    known = {**record_type.fields(actor), **linked_columns(record_type)}
    if unknown := [name for name in names if name not in known]:
        raise Invalid({"columns": [_("There is no field “%(name)s”.") % {"name": unknown[0][:50]}]})
    query = listing.Query(
        record_type, actor, filter=data.get("filter"), search=searched(data.get("search", "")),
        sort=data.get("sort", ""), columns=tuple(names),
    )  # fmt: skip
    wanted = Export(query, data.get("format", "csv"), for_people=False)
    refuse_wrong(wanted)
    return wanted


def is_right(name: str, data: dict[str, Any]) -> bool:
    value = data.get(name)
    if name not in data:
        return True
    if name == "filter":
        return isinstance(value, dict)
    if name == "format":
        return value in FORMATS
    texts = value if name == "columns" and isinstance(value, list) else [value]
    return all(isinstance(one, str) for one in texts) and (name == "columns") == isinstance(value, list)


def export_files_router() -> Router:
    router = Router(tags=["jobs"])

    @router.get("/{int:id}/file", **file_route())
    def send_file(request: HttpRequest, id: int) -> HttpResponseBase:
        """As long as one may still export."""
        refuse_unknown(request)
        actor = current_actor(request)
        return serve_file(file_of(find_run(actor, id), actor), asked=request)

    return router


def file_route() -> documents.Description:
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    answers: documents.Answers = {200: {"description": "The file, for a week.", "content": content}}
    return documents.route("jobs_file", "The file that a job wrote", answers | documents.problem(403, 404))


def asked_for(record_type: RecordType) -> documents.Description:
    answers = documents.goes_on("A worker writes the file.") | documents.problem(403, 413, 415, 422)
    summary = "Have a worker write the list into a file"
    body = documents.body_of(ASKED)
    return documents.of_type(record_type, "write_export", summary, answers, [documents.KEY_HEADER], body)


def described(record_type: RecordType) -> documents.Description:
    content = {
        "text/csv": {"schema": {"type": "string"}},
        CONTENT_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
    }
    answers: documents.Answers = {200: {"description": "The whole list as a file.", "content": content}}
    return documents.of_type(record_type, "export", "The list as a file", answers | documents.problem(403))
