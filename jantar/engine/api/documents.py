"""How each address of a record type is described in the OpenAPI document (which is in English)."""

from typing import Any

from jantar.engine.api.schemas import fields_schema, reference, schema_name
from jantar.engine.records.actions import fields_of_action
from jantar.engine.records.record_type import RecordAction, RecordType

Description = dict[str, Any]
#: Descriptions of answers by their status.
Answers = dict[int, Description]

KEY_HEADER: Description = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A text of your choice, new for each request. Sent again within 24 hours, the request is not "
    "done again but answered as before.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
MATCH_HEADER: Description = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the record that the change is based on.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
OCCURRENCES: Description = {
    "name": "occurrences",
    "in": "query",
    "description": "Of a record that comes again: this one alone, this one and those that follow, or all of them.",
    "schema": {"type": "string", "enum": ["one", "following", "all"], "default": "one"},
}
CONFIRM: Description = {
    "name": "confirm",
    "in": "query",
    "description": "Says that it is meant, where the type asks first (problem `unconfirmed`).",
    "schema": {"type": "boolean", "default": False},
}
PROBLEMS = {
    400: "BadRequest",
    401: "NotSignedIn",
    403: "NotAllowed",
    404: "NotFound",
    409: "Conflict",
    412: "VersionDiffers",
    413: "TooLarge",
    415: "WrongContentType",
    422: "Invalid",
    429: "TooManyRequests",
}


def listing(record_type: RecordType) -> Description:
    page = reference(f"{schema_name(record_type)}Page")
    return of_type(record_type, "list", "List, filter and search", answers=answer(200, page))


def showing(record_type: RecordType) -> Description:
    return of_type(
        record_type, "get", "Show one with its parts", answers=record(200, record_type, whole=False) | problem(404)
    )


def history(record_type: RecordType) -> Description:
    return of_type(record_type, "history", "Who changed what", answer(200, reference("History")) | problem(404))


def creating(record_type: RecordType) -> Description:
    answers = record(201, record_type) | problem(403, 413, 415, 422)
    body = body_of(reference(f"{schema_name(record_type)}Create"))
    return of_type(record_type, "create", "Create one", answers, [KEY_HEADER], body)


def changing(record_type: RecordType) -> Description:
    answers = record(200, record_type) | problem(403, 404, 409, 412, 413, 415, 422)
    body = body_of(reference(f"{schema_name(record_type)}Update"))
    more = [*([OCCURRENCES] if record_type.repeats else []), *([CONFIRM] if record_type.asks else [])]
    return of_type(record_type, "update", "Change the given fields", answers, [MATCH_HEADER, *more], body)


def deleting(record_type: RecordType) -> Description:
    answers: Answers = {204: {"description": "It is in the bin."}} | problem(400, 403, 404, 412)
    more = [OCCURRENCES] if record_type.repeats else []
    return of_type(record_type, "delete", "Move one to the bin", answers, [MATCH_HEADER, *more])


def restoring(record_type: RecordType) -> Description:
    return of_type(record_type, "restore", "Bring one back from the bin", record(200, record_type) | problem(404))


def duplicates(record_type: RecordType) -> Description:
    summary = "Pairs that may be the same, as the last scan found them"
    return of_type(record_type, "duplicates", summary, answer(200, reference("Duplicates")))


def merging(record_type: RecordType) -> Description:
    answers = answer(200, reference(f"{schema_name(record_type)}Merged")) | problem(403, 404, 413, 415, 422)
    body = body_of(reference(f"{schema_name(record_type)}Merge"))
    return of_type(record_type, "merge", "Make others one with this one", answers, [KEY_HEADER], body)


BULK: Description = {
    "type": "object",
    "properties": {
        "ids": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
        "filter": {"type": "object", "description": "Instead of ids, as in lists; {} is all records."},
        "values": {"type": "object", "description": "By field what all of them get."},
        "delete": {"type": "boolean", "description": "Instead of values: move them to the bin."},
        "dry_run": {"type": "boolean", "description": "Only count what would change."},
        "confirm": {"type": "boolean", "description": "Where the type asks whether it is meant: yes, it is."},
    },
    "additionalProperties": False,
}
CHANGED_MANY: Description = {
    "type": "object",
    "properties": {
        "found": {"type": "integer", "description": "How many records were meant, as far as you see them."},
        "allowed": {"type": "integer", "description": "How many of them you may change."},
        "changed": {"type": "integer", "description": "How many changed; the others had the values already."},
        "dry_run": {"type": "boolean"},
        "operation_id": {"type": ["integer", "null"], "description": "For POST /operations/{id}/undo."},
    },
    "required": ["found", "allowed", "changed", "dry_run", "operation_id"],
    "additionalProperties": False,
}


def bulk(record_type: RecordType) -> Description:
    answers = answer(200, CHANGED_MANY) | goes_on("There are more than 10,000: it goes on as a job.")
    answers |= problem(403, 413, 415, 422)
    return of_type(record_type, "bulk", "Change or delete many at once", answers, [KEY_HEADER], body_of(BULK))


def acting(record_type: RecordType, action: RecordAction) -> Description:
    answers = record(200, record_type) | problem(403, 404, 413, 415, 422)
    schema = fields_schema(fields_of_action(action))
    body = body_of(schema, required=bool(schema.get("required")))
    summary = action.name.replace("_", " ").capitalize()
    return of_type(record_type, f"action_{action.name}", summary, answers, [KEY_HEADER], body)


def timeline(record_type: RecordType) -> Description:
    answers = answer(200, reference("Timeline")) | problem(404)
    return of_type(record_type, "timeline", "What happened around one", answers)


def writing_on(record_type: RecordType, kind: str, schema: str) -> Description:
    """A note or comment on a record."""
    answers = answer(201, reference(schema)) | problem(403, 404, 413, 415, 422)
    body = body_of(reference(f"{schema}Create"))
    return of_type(record_type, f"add_{kind}", f"Write a {kind} on one", answers, [KEY_HEADER], body)


def of_type(
    record_type: RecordType, name: str, summary: str, answers: Answers,
    headers: list[Description] | None = None, body: Description | None = None,
) -> Description:  # fmt: skip
    return route(f"{record_type.name}_{name}", summary, answers, headers=headers, body=body)


def route(
    name: str, summary: str, answers: Answers, *, tag: str = "",
    headers: list[Description] | None = None, body: Description | None = None,
) -> Description:  # fmt: skip
    """Arguments of a route: its id, its first answer and what else the document says of it."""
    first = next(iter(answers))
    extra: Description = {"responses": answers | problem(400, 401, 429)}
    if headers:
        extra["parameters"] = headers
    if body:
        extra["requestBody"] = body
    tags = {"tags": [tag]} if tag else {}
    return {"operation_id": name, "summary": summary, "response": {first: None}, "openapi_extra": extra, **tags}


def answer(status: int, schema: Description, headers: Description | None = None) -> Answers:
    details: Description = {"content": {"application/json": {"schema": schema}}}
    return {status: {**details, "headers": headers} if headers else details}


def record(status: int, record_type: RecordType, *, whole: bool = True) -> Answers:
    tag = {"ETag": {"description": "The version of the record.", "schema": {"type": "string"}}}
    name = schema_name(record_type)
    return answer(status, reference(name if whole else f"{name}Row"), tag)


def goes_on(description: str) -> Answers:
    """What takes longer than a request should is answered with its job."""
    location = {"Location": {"description": "The address of the job.", "schema": {"type": "string"}}}
    return {202: {"description": description, **answer(202, reference("Job"), location)[202]}}


def problem(*statuses: int) -> Answers:
    return {status: {"$ref": f"#/components/responses/{PROBLEMS[status]}"} for status in statuses}


def body_of(schema: Description, *, required: bool = True) -> Description:
    return {"required": required, "content": {"application/json": {"schema": schema}}}
