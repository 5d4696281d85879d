"""Believable values for the fields of any record type, as JSON."""

import io
from collections.abc import Callable
from typing import Any

from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import MultiChoice
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.held_files import upload
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.testing.pictures import png

Maker = Callable[[Field, int], Any]

MAKERS: dict[str, Maker] = {
    "text": lambda field, number: f"Žluťoučký {number}"[: getattr(field, "max_length", 50)],
    "long_text": lambda field, number: f"First line {number}\nSecond line",
    "rich_text": lambda field, number: {
        "html": f"<p>First <strong>line</strong> {number}</p>",
        "text": f"First line {number}",
    },
    "email": lambda field, number: f"someone{number}@jantar.example",
    "phone": lambda field, number: f"+420 601 {number:06d}",
    "web": lambda field, number: f"https://jantar.example/{number}",
    "number": lambda field, number: _decimal(field, number),
    "percent": lambda field, number: _decimal(field, number % 100),
    "integer": lambda field, number: number,
    "duration": lambda field, number: 15 + number,
    "money": lambda field, number: {"amount": f"{1000 + number}.50", "currency": "EUR"},
    "boolean": lambda field, number: True,
    "choice": lambda field, number: field.choices[0][0],  # type: ignore[attr-defined]
    "country": lambda field, number: "CZ",
    "tags": lambda field, number: ["first", f"number {number}"],
    "multi_choice": lambda field, number: _first_choice(field),
    "date": lambda field, number: "2026-03-31",
    "address": lambda field, number: {
        "street": f"Dlouhá {number}",
        "city": "Łódź",
        "postal_code": "90-001",
        "region": "",
        "country": "PL",
    },
    "recurrence": lambda field, number: "",
    "datetime": lambda field, number: "2026-03-31T08:15:00.000000Z",
}


def sample_values(
    record_type: RecordType, actor: Actor, number: int = 1, *, references: bool = False
) -> dict[str, Any]:
    """A value for every field that can be written, without parts; of references only the required ones or all."""
    values: dict[str, Any] = {}
    for name, field in record_type.fields(actor).items():
        if field.read_only or (isinstance(field, AnyRecord | RecordsOf) and not field.required):
            continue
        if isinstance(field, Reference) and not (field.required or references):
            continue
        if isinstance(field, Reference):
            values[name] = sample_target(field, actor, number)
        elif isinstance(field, File):
            values[name] = sample_file(field, actor, number)
        elif record_type.calendar and name == record_type.calendar.all_day:
            values[name] = False  # else the time of the day would be taken away
        else:
            values[name] = MAKERS[field.kind](field, number)
    return values


def sample_target(field: Reference, actor: Actor, number: int) -> int | None:
    """The id of a row that the field can refer to: the first there is; where there is none a record is made."""
    types = registry.types_of(field.target)
    rows = types[0].visible_to(actor) if types else field.target._default_manager.all()
    first: int | None = rows.order_by("pk").values_list("pk", flat=True).first()
    if first is None and types:
        return int(sample_record(types[0], actor, number).pk)
    return first


def sample_record(record_type: RecordType, actor: Actor, number: int = 1, *, references: bool = False) -> Any:
    """A stored record with a value in every field."""
    fields = record_type.fields(actor)
    values = sample_values(record_type, actor, number, references=references)
    return write.create(record_type, {name: fields[name].load(value) for name, value in values.items()}, actor=actor)


def sample_file(field: File, actor: Actor, number: int) -> str:
    """The id of a file that was uploaded just now."""
    content, name = (png(), "picture.png") if field.is_image else (f"File {number}".encode(), f"file-{number}.txt")
    return upload(type(field), io.BytesIO(content), name, actor=actor).key


def _decimal(field: Field, number: int) -> str:
    return f"{number}.{'5'.ljust(getattr(field, 'places', 2), '0')}"


def _first_choice(field: Field) -> list[str]:
    assert isinstance(field, MultiChoice)
    return [field.choices[0][0]]
