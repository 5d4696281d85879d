"""The addresses of one record type: list, create, read, change, delete, restore, and its actions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.params import Query as Parameter

from jantar.engine.api import bulk, documents, duplicates, merging, past, reading, stream, writing
from jantar.engine.api.answers import json_answer
from jantar.engine.api.body import read_object
from jantar.engine.api.idempotency import once
from jantar.engine.api.notifications import add_watching
from jantar.engine.api.parameters import AS_OF, ListParameters, read_confirm, read_occurrences, refuse_unknown
from jantar.engine.api.runs import accepted
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.past import looking
from jantar.engine.records.record_type import RecordAction, RecordType
from jantar.platform.jobs.models import JobRun

ONE = "/{int:id}"


def router_of(record_type: RecordType) -> Router:
    router = Router(tags=[record_type.name])
    add_reading(router, record_type)
    add_stream(router, record_type)
    add_watching(router, record_type)
    add_creating(router, record_type)
    add_changing(router, record_type)
    add_deleting(router, record_type)
    add_merging(router, record_type)
    add_bulk(router, record_type)
    if record_type.duplicates:
        add_duplicates(router, record_type)
    for action in record_type.actions:
        add_action(router, record_type, action)
    return router


def add_reading(router: Router, record_type: RecordType) -> None:
    @router.get("", **documents.listing(record_type))
    def list_records(request: HttpRequest, parameters: Query[ListParameters]) -> HttpResponse:
        refuse_unknown(request, ListParameters)
        asked = reading.ListRequest(**parameters.dict(exclude={"as_of"}))
        with looking(current_actor(request), parameters.as_of) as actor:
            return json_answer(reading.list_records(record_type, actor, asked))

    @router.get(ONE, **documents.showing(record_type))
    def show_record(
        request: HttpRequest, id: int, fields: str = "", as_of: str = Parameter("", description=AS_OF)
    ) -> HttpResponse:
        refuse_unknown(request, {"fields", "as_of"})
        actor = current_actor(request)
        try:
            with looking(actor, as_of) as seeing:
                return record_answer(reading.show_record(record_type, seeing, id, fields))
        except NotFound as error:
            raise merging.not_found(record_type, actor, id, error) from error

    @router.get(f"{ONE}/history", **documents.history(record_type))
    def show_history(
        request: HttpRequest, id: int, cursor: str = "", limit: int = 20, field: str = "", by: int | None = None
    ) -> HttpResponse:
        refuse_unknown(request, {"cursor", "limit", "field", "by"})
        return json_answer(past.history_of(record_type, current_actor(request), id, cursor, limit, field=field, by=by))


def add_stream(router: Router, record_type: RecordType) -> None:
    @router.get(f"{ONE}/timeline", **documents.timeline(record_type))
    def show_timeline(
        request: HttpRequest, id: int, group: str = "", cursor: str = "", limit: int = 20
    ) -> HttpResponse:
        refuse_unknown(request, {"group", "cursor", "limit"})
        actor = current_actor(request)
        return json_answer(stream.timeline_of(record_type, actor, id, group=group, cursor=cursor, limit=limit))

    @router.post(f"{ONE}/notes", **documents.writing_on(record_type, "note", "Note"))
    def write_note(request: HttpRequest, id: int) -> HttpResponse:
        def produce() -> HttpResponse:
            return json_answer(stream.write_note(record_type, current_actor(request), id, read_object(request)), 201)

        refuse_unknown(request)
        return once(request, current_actor(request), produce)

    @router.post(f"{ONE}/comments", **documents.writing_on(record_type, "comment", "Comment"))
    def write_comment(request: HttpRequest, id: int) -> HttpResponse:
        def produce() -> HttpResponse:
            data = read_object(request)
            return json_answer(stream.write_comment(record_type, current_actor(request), id, data), 201)

        refuse_unknown(request)
        return once(request, current_actor(request), produce)


def add_creating(router: Router, record_type: RecordType) -> None:
    @router.post("", **documents.creating(record_type))
    def create_record(request: HttpRequest) -> HttpResponse:
        def produce() -> HttpResponse:
            record = writing.create_record(record_type, current_actor(request), read_object(request))
            return record_answer(record, 201, {"Location": f"{request.path}/{record['id']}"})

        refuse_unknown(request)
        return once(request, current_actor(request), produce)


def add_changing(router: Router, record_type: RecordType) -> None:
    @router.patch(ONE, **documents.changing(record_type))
    def change_record(request: HttpRequest, id: int) -> HttpResponse:
        scope = read_occurrences(request, record_type, *(("confirm",) if record_type.asks else ()))
        how = writing.How(scope, request.headers.get("If-Match"), read_confirm(request))
        return record_answer(writing.change_record(record_type, current_actor(request), id, read_object(request), how))

    @router.post(f"{ONE}/restore", **documents.restoring(record_type))
    def restore_record(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        return record_answer(writing.restore_record(record_type, current_actor(request), id))


def add_duplicates(router: Router, record_type: RecordType) -> None:
    @router.get("/duplicates", **documents.duplicates(record_type))
    def list_duplicates(request: HttpRequest, state: str = "open", cursor: str = "", limit: int = 20) -> HttpResponse:
        refuse_unknown(request, {"state", "cursor", "limit"})
        return json_answer(duplicates.list_pairs(record_type, current_actor(request), state, cursor, limit))


def add_merging(router: Router, record_type: RecordType) -> None:
    @router.post(f"{ONE}/merge", **documents.merging(record_type))
    def merge_records(request: HttpRequest, id: int) -> HttpResponse:
        def produce() -> HttpResponse:
            return json_answer(merging.merge_records(record_type, current_actor(request), id, read_object(request)))

        refuse_unknown(request)
        return once(request, current_actor(request), produce)


def add_bulk(router: Router, record_type: RecordType) -> None:
    @router.post("/bulk", **documents.bulk(record_type))
    def change_many(request: HttpRequest) -> HttpResponse:
        def produce() -> HttpResponse:
            done = bulk.change_many(record_type, current_actor(request), read_object(request))
            return accepted(done) if isinstance(done, JobRun) else json_answer(done)

        refuse_unknown(request)
        return once(request, current_actor(request), produce)


def add_deleting(router: Router, record_type: RecordType) -> None:
    @router.delete(ONE, **documents.deleting(record_type))
    def delete_record(request: HttpRequest, id: int) -> HttpResponse:
        scope = read_occurrences(request, record_type)
        writing.delete_record(record_type, current_actor(request), id, request.headers.get("If-Match"), scope)
        return HttpResponse(status=204)


def add_action(router: Router, record_type: RecordType, action: RecordAction) -> None:
    @router.post(f"{ONE}/actions/{action.name}", **documents.acting(record_type, action))
    def act_on_record(request: HttpRequest, id: int) -> HttpResponse:
        def produce() -> HttpResponse:
            data = read_object(request, may_be_missing=True)
            return record_answer(writing.act_on_record(record_type, current_actor(request), id, action.name, data))

        refuse_unknown(request)
        return once(request, current_actor(request), produce)


def record_answer(record: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    tag = {"ETag": f'"{record["version"]}"'} if "version" in record else {}
    return json_answer(record, status, {**tag, **(headers or {})})
