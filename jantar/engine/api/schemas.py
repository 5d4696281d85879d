"""JSON schemas of record types: what is sent and what comes back, exactly."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.api.values import MAX_ROWS, MAX_VERSION
from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.numbers import Number
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.records.merging.service import MOST_MERGED
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType

Schema = dict[str, Any]
ID: Schema = {"type": "integer", "minimum": 1}
VERSION: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_VERSION}
COUNT: Schema = {"type": "integer", "minimum": 0}
#: Fields that an administrator added; GET /types describes them.
CUSTOM_FIELDS: Schema = {"^x_[a-z][a-z0-9_]*$": {}}
#: Fields of referenced records, where `fields` names them.
FURTHER_FIELDS: Schema = {r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$": {}}


def schemas_of(record_type: RecordType) -> dict[str, Schema]:
    """The schemas of one type by name."""
    name = schema_name(record_type)
    return {
        name: record_schema(record_type),
        f"{name}Row": row_schema(record_type),
        f"{name}Create": create_schema(record_type),
        f"{name}Update": update_schema(record_type),
        f"{name}Page": page_schema(record_type),
        f"{name}Merge": merge_schema(record_type),
        f"{name}Merged": merged_schema(record_type),
    }


def schema_name(record_type: RecordType) -> str:
    return record_type.model.__name__


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record_schema(record_type: RecordType) -> Schema:
    """A whole record, as GET /{id} and every change answer it."""
    properties = answered(record_type)
    properties |= {part.name: array(part_schema(part, writing=False), part.label) for part in record_type.parts}
    return with_further(thing(properties, required=list(properties), title=record_type.label))


def row_schema(record_type: RecordType) -> Schema:
    """A record in a list, which has only what `fields` asked for."""
    properties = answered(record_type)
    properties |= {part.name: array(part_schema(part, writing=False), part.label) for part in record_type.parts}
    return with_further(thing(properties, required=["id", "version"], title=record_type.label))


def with_further(schema: Schema) -> Schema:
    return {**schema, "patternProperties": {**schema["patternProperties"], **FURTHER_FIELDS}}


def create_schema(record_type: RecordType) -> Schema:
    fields = writable(record_type.own_fields)
    required = [name for name, field in fields.items() if field.required]
    return thing(accepted(record_type, fields), required=required, title=record_type.label)


def update_schema(record_type: RecordType) -> Schema:
    """Everything can be left out. `version` is the one the change was made from."""
    properties = {"version": VERSION, **accepted(record_type, writable(record_type.own_fields))}
    return thing(properties, title=record_type.label)


def page_schema(record_type: RecordType) -> Schema:
    properties: dict[str, Schema] = {
        "items": {"type": "array", "items": reference(f"{schema_name(record_type)}Row")},
        "next_cursor": {"type": ["string", "null"]},
        "count": COUNT,
        "count_is_exact": {"type": "boolean"},
    }
    return closed(properties, required=list(properties))


def merge_schema(record_type: RecordType) -> Schema:
    """The records that become one with the one of the address, and what it holds afterwards."""
    values = {name: value_schema(field, writing=True) for name, field in writable(record_type.own_fields).items()}
    properties: dict[str, Schema] = {
        "with": {"type": "array", "items": ID, "minItems": 1, "maxItems": MOST_MERGED - 1},
        "take": {
            "type": "object",
            "additionalProperties": ID,
            "description": "From which of the records the value of a field comes; without it the one that stays "
            "keeps its own, or gets the newest. An address is taken as a whole, by the name of its part.",
        },
        "values": {**thing(values, title=record_type.label), "description": "Values given anew; they win."},
    }
    return closed(properties, required=["with"])


def merged_schema(record_type: RecordType) -> Schema:
    text: Schema = {"type": "string"}
    left = closed({"label": text, "text": text}, required=["label", "text"])
    properties: dict[str, Schema] = {
        "record": reference(schema_name(record_type)),
        "operation": {**ID, "description": "What POST /operations/{id}/undo takes back."},
        "left_out": {
            "type": "array",
            "items": left,
            "description": "What the record could not hold beside what it has; the merged ones keep it in the bin.",
        },
    }
    return closed(properties, required=list(properties))


def fields_schema(fields: Mapping[str, Field]) -> Schema:
    """The values an action asks for."""
    return closed(
        {name: value_schema(field, writing=True) for name, field in fields.items()},
        required=[name for name, field in fields.items() if field.required],
    )


def answered(record_type: RecordType) -> dict[str, Schema]:
    fields = record_type.own_fields
    shown = {name: value_schema(field, writing=False) for name, field in fields.items() if name != "id"}
    return {"id": ID, "version": VERSION, **shown}


def accepted(record_type: RecordType, fields: Mapping[str, Field]) -> dict[str, Schema]:
    properties = {name: value_schema(field, writing=True) for name, field in fields.items()}
    parts = {part.name: array(part_schema(part, writing=True), part.label, MAX_ROWS) for part in record_type.parts}
    return {**properties, **parts}


def writable(fields: Mapping[str, Field]) -> dict[str, Field]:
    return {name: field for name, field in fields.items() if not field.read_only}


def part_schema(part: Part, *, writing: bool) -> Schema:
    fields = writable(part.fields) if writing else part.fields
    properties = {"id": ID, **{name: value_schema(field, writing=writing) for name, field in fields.items()}}
    required = [name for name, field in fields.items() if field.required] if writing else list(properties)
    return closed(properties, required=required)


def value_schema(field: Field, *, writing: bool) -> Schema:
    """One value with its label. Writing takes null for no value unless the field is required."""
    schema = {**(field.schema() if writing else read_schema(field))}
    if writing and isinstance(field, Number) and field.places:
        schema = {"anyOf": [{"type": "number"}, schema]}
    may_be_null = not field.required if writing else field.nullable and field.empty is None
    schema = nullable(schema) if may_be_null else schema
    schema["title"] = str(field.label)
    if field.help:
        schema["description"] = str(field.help)
    if field.read_only:
        schema["readOnly"] = True
    return schema


def read_schema(field: Field) -> Schema:
    if isinstance(field, Reference):
        return closed({"id": nullable(ID), "title": {"type": "string"}}, required=["id", "title"])
    if isinstance(field, AnyRecord):
        return {**field.schema(), "required": ["type", "id", "title"]}
    if isinstance(field, File):
        return reference("HeldFile")
    if isinstance(field, RecordsOf):
        one = AnyRecord(field.name, field.label).schema()
        return {"type": "array", "items": {**one, "required": ["type", "id", "title"]}}
    return field.schema()


def nullable(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    allowed = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        allowed["enum"] = [*schema["enum"], None]
    return allowed


def thing(properties: dict[str, Schema], *, required: list[str] | None = None, title: object) -> Schema:
    """A record: its own fields, and custom ones by their keys."""
    schema = closed(properties, required=required or [])
    described = _("Fields whose names start with x_ were added by an administrator; GET /types describes them.")
    return {"title": str(title), **schema, "patternProperties": CUSTOM_FIELDS, "description": described}


def closed(properties: dict[str, Schema], *, required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def array(items: Schema, title: object, most: int | None = None) -> Schema:
    return {"type": "array", "items": items, "title": str(title), **({"maxItems": most} if most else {})}
