"""Fields that administrators add to the record types, at `/types/{type_name}/fields`."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.body import read_object, read_settings
from jantar.engine.api.idempotency import once
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.schemas import Schema, closed, reference
from jantar.engine.fields import services
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.custom_fields import change_field, create_field, retire_field, revive_field
from jantar.engine.records.errors import NotFound
from jantar.engine.records.registry import registry

KEY = re.compile(r"x_[a-z0-9_]{1,60}")
TEXT: Schema = {"type": "string"}
#: What is sent, with the Python type of each; `kind` is given once.
SENT: dict[str, type] = {
    "label": str, "help": str, "required": bool, "choices": list, "section": str, "default": str, "unique": bool,
    "indexed": bool, "wanted": bool, "formula": str, "rollup": dict, "shown_when": dict, "kind": str, "target": str,
}  # fmt: skip
#: What stays as it was made.
LASTING = ("kind", "target")
PROPERTIES: Schema = {
    "label": TEXT,
    "help": TEXT,
    "required": {"type": "boolean"},
    "choices": {"type": "array", "items": TEXT, "description": "Of the kinds choice and multi_choice."},
    "section": {**TEXT, "description": "The English title of a section of the form; empty for the custom fields' own."},
    "default": {**TEXT, "description": "What new records start with, as it is typed in a form."},
    "unique": {"type": "boolean", "description": "No two records may have the same value."},
    "indexed": {
        "type": "boolean",
        "description": "Indexes for filtering and sorting are built in the background; "
        "for references to records in any case.",
    },
    "wanted": {"type": "boolean", "description": "The data quality page tells records without a value."},
    "formula": {**TEXT, "description": "Of the kind formula: the formula, fields by their keys or labels in brackets."},
    "rollup": {
        "type": "object",
        "description": "Of the kind rollup: relation, measure (count, sum, average, least, most, earliest, latest), "
        "field (none for count) and where, a filter of the related records.",
    },
    "shown_when": {
        "type": "object",
        "description": "The filter a record has to fit for the field to be shown and, where it is required, to be "
        "asked for; {} for always. Values sent for a hidden field are kept.",
    },
}
TARGET: Schema = {**TEXT, "description": "Of the kinds record and records: the record type they refer to."}
RESULT: Schema = {**TEXT, "description": "Of computed kinds: the kind of their values; empty for others."}
KIND: Schema = {"enum": [kind for kind, _label in CustomField.KINDS]}
SCHEMAS: dict[str, Schema] = {
    "CustomField": closed(
        {
            "key": TEXT,
            **PROPERTIES,
            "kind": KIND,
            "target": TARGET,
            "result": RESULT,
            "position": {"type": "integer"},
            "retired": {"type": "boolean"},
        },
        required=["key", *PROPERTIES, "kind", "target", "result", "position", "retired"],
    ),
    "CustomFieldCreate": closed({**PROPERTIES, "kind": KIND, "target": TARGET}, required=["label", "kind"]),
    "CustomFieldUpdate": closed(PROPERTIES, required=[]),
}


def add_custom_fields(router: Router) -> None:
    at = "/types/{type_name}/fields"

    @router.get(at, **listing())
    def list_fields(request: HttpRequest, type_name: str) -> HttpResponse:
        refuse_unknown(request)
        known_type(type_name)
        current_actor(request).require_admin()
        return json_answer({"items": [dumped(one) for one in services.custom_fields_of(type_name)]})

    @router.post(at, **described("create", "Add a field", 201, "CustomFieldCreate"))
    def new_field(request: HttpRequest, type_name: str) -> HttpResponse:
        def produce() -> HttpResponse:
            return json_answer(dumped(create(current_actor(request), type_name, read_object(request))), 201)

        refuse_unknown(request)
        return once(request, current_actor(request), produce)

    @router.patch(f"{at}/{{key}}", **described("update", "Change the given settings", 200, "CustomFieldUpdate"))
    def patch_field(request: HttpRequest, type_name: str, key: str) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(dumped(change(current_actor(request), type_name, key, read_object(request))))

    @router.post(f"{at}/{{key}}/retire", **described("retire", "Delete a field; its values are kept for 30 days", 200))
    def retire(request: HttpRequest, type_name: str, key: str) -> HttpResponse:
        refuse_unknown(request)
        actor = current_actor(request)
        found = definition(actor, type_name, key)
        return json_answer(dumped(retire_field(found, actor=actor)))

    @router.post(f"{at}/{{key}}/revive", **described("revive", "Put a retired field back", 200))
    def revive(request: HttpRequest, type_name: str, key: str) -> HttpResponse:
        refuse_unknown(request)
        actor = current_actor(request)
        found = definition(actor, type_name, key)
        return json_answer(dumped(revive_field(found, actor=actor)))


def create(actor: Actor, type_name: str, data: dict[str, Any]) -> CustomField:
    """Raises NotFound, NotAllowed or Invalid."""
    known_type(type_name)
    actor.require_admin()
    values = read_settings(data, SENT)
    if missing := [name for name in ("label", "kind") if name not in values]:
        raise Invalid({name: [_("This field is required.")] for name in missing})
    return create_field(type_name, actor=actor, **values)


def change(actor: Actor, type_name: str, key: str, data: dict[str, Any]) -> CustomField:
    """Raises NotFound (retired ones too), NotAllowed or Invalid."""
    found = definition(actor, type_name, key)
    if found.retired_at:
        raise NotFound(_("There is no such field."))
    values = read_settings(data, {name: kind for name, kind in SENT.items() if name not in LASTING})
    return change_field(found, actor=actor, **values)


def definition(actor: Actor, type_name: str, key: str) -> CustomField:
    known_type(type_name)
    actor.require_admin()
    found = services.find_custom_field(type_name, key) if KEY.fullmatch(key) else None
    if found is None:
        raise NotFound(_("There is no such field."))
    return found


def known_type(type_name: str) -> None:
    if type_name not in registry:
        raise NotFound(_("There is no such type."))


def dumped(one: CustomField) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": one.label,
        "kind": one.kind,
        "help": one.help,
        "required": one.required,
        "choices": one.choices,
        "section": one.section,
        "default": services.default_text(one),
        "unique": one.unique,
        "indexed": one.indexed,
        "wanted": one.wanted,
        "formula": one.formula,
        "rollup": one.rollup,
        "shown_when": one.shown_when,
        "result": one.result,
        "target": one.target,
        "position": one.position,
        "retired": one.retired_at is not None,
    }


def listing() -> documents.Description:
    page = closed({"items": {"type": "array", "items": reference("CustomField")}}, required=["items"])
    answers = documents.answer(200, page) | documents.problem(403, 404)
    return documents.route("custom_fields_list", "Fields added to a type, for administrators", answers, tag="fields")


def described(name: str, summary: str, status: int, body: str = "") -> documents.Description:
    problems = documents.problem(403, 404, 422, *((413, 415) if body else ()))
    return documents.route(
        f"custom_fields_{name}", summary, documents.answer(status, reference("CustomField")) | problems, tag="fields",
        headers=[documents.KEY_HEADER] if name == "create" else None,
        body=documents.body_of(reference(body)) if body else None,
    )  # fmt: skip
