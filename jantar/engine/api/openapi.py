"""The OpenAPI document: made once per process from the declarations, in English."""

import json
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils import translation

from jantar.engine.api import custom_fields
from jantar.engine.api.channels import SCHEMAS as CHANNELS_SCHEMAS
from jantar.engine.api.documents import PROBLEMS
from jantar.engine.api.files import VERSION_SCHEMA
from jantar.engine.api.held_files import HELD_FILE
from jantar.engine.api.members import SCHEMAS as MEMBERS_SCHEMAS
from jantar.engine.api.problems import BY_STATUS, KINDS
from jantar.engine.api.runs import JOB_SCHEMA
from jantar.engine.api.schemas import ID, Schema, closed, reference, schemas_of
from jantar.engine.api.watches import SCHEMAS as WATCHES_SCHEMAS
from jantar.engine.following.models import Kind
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records.registry import registry
from jantar.engine.timeline.kinds import GROUPS
from jantar.engine.timeline.services import MAX_READERS, MAX_TEXT

if TYPE_CHECKING:
    from jantar.engine.api.build import RecordApi

TEXT: Schema = {"type": "string"}
YES_OR_NO: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}


@cache
def document_of(api: "RecordApi") -> dict[str, Any]:
    with translation.override("en"):
        document: dict[str, Any] = dict(api.get_openapi_schema())
        components = document["components"]
        components["schemas"] = {**components["schemas"], **all_schemas(), **api.schemas}
        components["responses"] = {name: problem_response(status) for status, name in PROBLEMS.items()}
        return document


def without_types(document: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The document without the addresses of some record types, and without the schemas that only these use."""
    if not names:
        return document
    paths = {path: one for path, one in document["paths"].items() if not set(path.split("/")) & set(names)}
    schemas = dict(document["components"]["schemas"])
    theirs = {schema for name in names if name in registry for schema in schemas_of(registry.get(name))}
    kept = {**document, "paths": paths, "components": {**document["components"], "schemas": schemas}}
    while unused := {name for name in theirs & schemas.keys() if f'schemas/{name}"' not in json.dumps(kept)}:
        for name in unused:
            del schemas[name]
    return kept


def all_schemas() -> dict[str, Schema]:
    found = {"Problem": PROBLEM, "Types": listed("Type"), "Type": TYPE, "Field": FIELD, "Me": ME}
    found |= {"History": HISTORY, "Change": CHANGE, "Undoing": UNDOING, "Timeline": TIMELINE, "Hits": HITS}
    found |= {"Note": NOTE, "NoteCreate": NOTE_CREATE, "NoteUpdate": NOTE_UPDATE}
    found |= {"Comment": COMMENT, "CommentCreate": COMMENT_CREATE, "CommentUpdate": COMMENT_UPDATE}
    found |= custom_fields.SCHEMAS | {"DocumentVersion": VERSION_SCHEMA, "HeldFile": HELD_FILE}
    found |= MEMBERS_SCHEMAS | {"Job": JOB_SCHEMA} | CHANNELS_SCHEMAS | WATCHES_SCHEMAS
    found |= {"Duplicates": DUPLICATES, "Notifications": NOTIFICATIONS, "FreeBusy": FREE_BUSY}
    for record_type in registry.all():
        found |= schemas_of(record_type)
    return found


def problem_response(status: int) -> dict[str, Any]:
    kind = BY_STATUS[status]
    title = str(KINDS[kind][1])
    example = {"type": f"urn:jantar:problem:{kind}", "title": title, "status": status, "detail": title, "errors": {}}
    content = {"schema": reference("Problem"), "examples": {kind: {"value": example}}}
    return {"description": title, "content": {"application/problem+json": content}}


def every(properties: dict[str, Schema]) -> Schema:
    """An object that has all of its properties."""
    return closed(properties, required=list(properties))


def listed(name: str) -> Schema:
    return every({"items": {"type": "array", "items": reference(name)}})


PROBLEM: Schema = {
    "type": "object",
    "description": "A refusal (RFC 9457). `errors` maps fields or parameters to messages for people.",
    "properties": {
        "type": {"enum": [f"urn:jantar:problem:{kind}" for kind in KINDS]},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "errors": {"type": "object", "additionalProperties": TEXTS},
        "where": {**TEXT, "description": "The place in the filter or the name of the parameter that is wrong."},
        "version": {"type": "integer", "description": "The version of the record by now."},
        "merged_into": {**ID, "description": "The record that the one asked for was merged into."},
        "theirs": {"type": "object", "description": "Fields that others changed meanwhile, with what they hold now."},
        "yours": {"type": "object", "description": "The same fields with the values that were not stored."},
    },
    "required": ["type", "title", "status", "detail", "errors"],
}
FIELD = every(
    {
        "name": TEXT,
        "label": TEXT,
        "help": TEXT,
        "kind": TEXT,
        "required": YES_OR_NO,
        "shown_when": {"type": "object", "description": "The filter a record has to fit; {} for always."},
        "read_only": YES_OR_NO,
        "unique": YES_OR_NO,
        "custom": YES_OR_NO,
        "sortable": YES_OR_NO,
        "operators": TEXTS,
        "choices": {"type": ["array", "null"], "items": every({"value": TEXT, "label": TEXT})},
        "targets": {"type": ["array", "null"], "items": TEXT},
    }
)
FIELDS: Schema = {"type": "array", "items": reference("Field")}
TYPE = every(
    {
        "name": TEXT,
        "label": TEXT,
        "label_plural": TEXT,
        "title_field": TEXT,
        "sort": TEXT,
        "may": {"type": "array", "items": {"enum": [str(action) for action in Action]}},
        "fields": FIELDS,
        "parts": {"type": "array", "items": every({"name": TEXT, "label": TEXT, "fields": FIELDS})},
        "relations": {"type": "array", "items": every({"name": TEXT, "type": {"type": ["string", "null"]}})},
        "actions": {"type": "array", "items": every({"name": TEXT, "label": TEXT, "fields": FIELDS})},
    }
)
SCOPES: Schema = {"enum": [scope.name.lower() for scope in Scope]}
ME = every(
    {
        "id": ID,
        "name": TEXT,
        "email": TEXT,
        "is_admin": YES_OR_NO,
        "language": TEXT,
        "time_zone": TEXT,
        "teams": {"type": "array", "items": every({"id": ID, "title": TEXT})},
        "rights": {"type": "object", "additionalProperties": every({str(action): SCOPES for action in Action})},
    }
)
CHANGE = every(
    {
        "field": TEXT,
        "label": TEXT,
        "part": TEXT,
        "action": {"enum": ["added", "changed", "removed"]},
        "before": {"description": "The value as the API answered it before."},
        "after": {},
        "old": {**TEXT, "description": "The value as a person reads it."},
        "new": TEXT,
    }
)
REFERENCE_OR_NULL: Schema = {**every({"id": ID, "title": TEXT}), "type": ["object", "null"]}
ENTRY = every(
    {
        "operation": {"type": ["integer", "null"], "description": "What POST /operations/{id}/undo takes back."},
        "at": {"type": "string", "format": "date-time"},
        "who": REFERENCE_OR_NULL,
        "cause": TEXT,
        "label": TEXT,
        "kind": {"enum": ["created", "changed", "deleted", "restored"]},
        "undone": YES_OR_NO,
        "changes": {"type": "array", "items": reference("Change")},
    }
)
HISTORY = every({"items": {"type": "array", "items": ENTRY}, "next_cursor": {"type": ["string", "null"]}})
CONFLICT = every(
    {
        "type": {"type": ["string", "null"]},
        "id": {"type": ["integer", "null"]},
        "field": {"type": ["string", "null"]},
        "reason": {"enum": ["changed", "used", "gone", "rights"]},
    }
)
UNDOING = every(
    {
        "operation": {**ID, "description": "The undoing, which can itself be undone."},
        "undone": {"type": "integer", "description": "How many records were taken back."},
        "conflicts": {"type": "array", "items": CONFLICT},
    }
)
RECORD = every({"type": TEXT, "id": ID})
MOMENT: Schema = {"type": "string", "format": "date-time"}
TIMELINE = every(
    {
        "items": {
            "type": "array",
            "items": every(
                {
                    "kind": TEXT,
                    "group": {"enum": list(GROUPS)},
                    "at": MOMENT,
                    "who": REFERENCE_OR_NULL,
                    "sentence": {**TEXT, "description": "What happened, for people."},
                    "source": {**every({"type": TEXT, "id": ID, "title": TEXT}), "type": ["object", "null"]},
                    "text": {**TEXT, "description": "Of a note or comment."},
                    "old": TEXT,
                    "new": TEXT,
                }
            ),
        },
        "next_cursor": {"type": ["string", "null"]},
    }
)
WORDS: dict[str, Schema] = {
    "id": ID,
    "record": RECORD,
    "author": REFERENCE_OR_NULL,
    "text": TEXT,
    "created_at": MOMENT,
    "edited_at": {**MOMENT, "type": ["string", "null"]},
}
WRITTEN: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
READERS: Schema = {
    "type": "array",
    "items": ID,
    "maxItems": MAX_READERS,
    "description": "Users who may read it beside its author; nobody else can, administrators neither.",
}
NOTIFICATION = every(
    {
        "id": ID,
        "kind": {"enum": Kind.values},
        "at": MOMENT,
        "who": REFERENCE_OR_NULL,
        "record": {**RECORD, "type": ["object", "null"], "description": "Empty when it sums up many records."},
        "type": TEXT,
        "title": TEXT,
        "sentence": TEXT,
        "text": TEXT,
        "is_read": YES_OR_NO,
    }
)
NOTIFICATIONS = every({"items": {"type": "array", "items": NOTIFICATION}, "next_cursor": {"type": ["string", "null"]}})
NAMED: Schema = {"type": "array", "items": every({"id": ID, "title": TEXT})}
COMMENT = every(
    {
        **WORDS,
        "answers": {"type": ["integer", "null"], "description": "The comment that begins the thread."},
        "mentioned_users": NAMED,
        "mentioned_teams": NAMED,
    }
)
TOLD: dict[str, Schema] = {
    "mention_users": {**READERS, "description": "Ids of users who are told; all of them have to see the record."},
    "mention_teams": {**READERS, "description": "Ids of teams who are told, as far as they see the record."},
}
ANSWERED: Schema = {"type": ["integer", "null"], "minimum": 1, "description": "Id of a comment here that is answered."}
COMMENT_CREATE = closed({"text": WRITTEN, **TOLD, "answers": ANSWERED}, required=["text"])
COMMENT_UPDATE = closed({"text": WRITTEN, **TOLD}, required=[])
NOTE = every({**WORDS, "shared_with": {"type": "array", "items": every({"id": ID, "title": TEXT})}})
NOTE_CREATE = closed({"text": WRITTEN, "share_with": READERS}, required=["text"])
NOTE_UPDATE = closed({"text": WRITTEN, "share_with": READERS}, required=[])
HIT = every({"id": ID, "title": TEXT, "subtitle": TEXT})
GROUP = every({"type": TEXT, "label": TEXT, "more": YES_OR_NO, "hits": {"type": "array", "items": HIT}})
HITS = every({"items": {"type": "array", "items": GROUP}})
PAIR = every(
    {
        "records": {"type": "array", "items": every({"id": ID, "title": TEXT}), "minItems": 2, "maxItems": 2},
        "points": {"type": "integer", "description": "How alike they are; pairs begin at 50."},
        "reasons": TEXTS,
        "state": {"enum": ["open", "later", "different"], "description": "What somebody decided on the page."},
        "found_at": MOMENT,
    }
)
DUPLICATES = every({"items": {"type": "array", "items": PAIR}, "next_cursor": {"type": ["string", "null"]}})
TAKEN = every(
    {
        "start": MOMENT,
        "end": MOMENT,
        "all_day": YES_OR_NO,
        "title": {"type": ["string", "null"], "description": "Empty for what the token's user may not see."},
        "record": {"anyOf": [every({"type": TEXT, "id": ID}), {"type": "null"}]},
    }
)
TIMES = every({"user": every({"id": ID, "name": TEXT}), "taken": {"type": "array", "items": TAKEN}})
NEXT: Schema = {"anyOf": [MOMENT, {"type": "null"}], "description": "Only when `minutes` was given."}
FREE_BUSY = closed({"users": {"type": "array", "items": TIMES}, "next": NEXT}, required=["users"])
