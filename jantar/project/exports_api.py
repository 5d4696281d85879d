"""Lists as files through the API: the same writer as the pages and the command line use."""

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router, Schema

from jantar.engine.api import documents
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.reading import filter_tree, searched, wanted_of
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import listing
from jantar.engine.records.record_type import RecordType
from jantar.engine.transfer.exporting import CONTENT_TYPES, Export, export_chunks


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

    return router


def described(record_type: RecordType) -> documents.Description:
    content = {
        "text/csv": {"schema": {"type": "string"}},
        CONTENT_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
    }
    answers: documents.Answers = {200: {"description": "The whole list as a file.", "content": content}}
    return documents.of_type(record_type, "export", "The list as a file", answers | documents.problem(403))
