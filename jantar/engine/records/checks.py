"""Start-up checks of the declarations: a wrong one fails with a hint before it can do harm."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.checks import CheckMessage, Error, register

from jantar.engine.fields.base import Field
from jantar.engine.fields.references import Reference
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


@register("records")
def check_record_types(**_options: Any) -> list[CheckMessage]:
    return [message for record_type in registry.all() for message in problems(record_type)]


def problems(record_type: RecordType) -> Iterator[CheckMessage]:
    try:
        fields = record_type.own_fields
    except (TypeError, KeyError) as error:
        yield Error(
            f"{record_type.name}: {error}", hint="Check hidden, read_only and the column types.", id="records.E001"
        )
        return
    parts = {part.name for part in record_type.parts}
    linked = {part.name for part in record_type.parts if part.column}
    places = {
        "title": (record_type.title,),
        "columns": record_type.columns,
        "sort": tuple(part.lstrip("-") for part in record_type.sort.split(",")),
        "match": record_type.match,
        "milestones": record_type.milestones,
        "deadlines": tuple(name for one in record_type.deadlines for name in (one.field, one.while_column)),
        "belongs_to": record_type.belongs_to,
        "defaults": tuple(record_type.defaults),
        "quality": record_type.quality.wanted if record_type.quality else (),
        "reach": tuple(filter(None, (record_type.reach.mail, record_type.reach.language))) if record_type.reach else (),
        "happens_at": tuple(filter(None, (record_type.happens_at,))),
    }
    for place, names in places.items():
        for name in names:
            if name not in fields and place != "defaults" and not (place == "columns" and name in linked):
                yield unknown(record_type, place, name, fields)
    for name in record_type.form_fields:
        if name not in fields and name not in parts:
            yield unknown(record_type, "sections", name, {**fields, **dict.fromkeys(parts)})
    if record_type.board:
        for name in filter(None, (record_type.board.by, record_type.board.total, *record_type.board.card)):
            if name not in fields:
                yield unknown(record_type, "board", name, fields)
    for name in record_type.calendar.fields if record_type.calendar else ():
        if name not in fields:
            yield unknown(record_type, "calendar", name, fields)
    yield from wrong_people(record_type)
    yield from wrong_dependencies(record_type, fields)
    yield from wrong_views(record_type)


def wrong_people(record_type: RecordType) -> Iterator[Error]:
    present = record_type.calendar.participants if record_type.calendar else None
    for place, named in (("shown_to", record_type.shown_to), ("calendar", present)):
        part = record_type.part(named[0]) if named else None
        if named and (part is None or named[1] not in part.fields):
            hint = "It is the name of a part and of its column with users."
            yield Error(f"{record_type.name}: {place} names {named}.", hint=hint, id="records.E006")


def wrong_dependencies(record_type: RecordType, fields: Mapping[str, Field]) -> Iterator[Error]:
    for name, on in record_type.depends.items():
        one, parent = fields.get(name), fields.get(on)
        if not isinstance(one, Reference) or not isinstance(parent, Reference):
            reason = "both have to be references"
        elif registry.types_of(one.target) or registry.types_of(parent.target):
            reason = "neither may point to records"
        elif getattr(one.target, on, None) is None or one.target._meta.get_field(on).related_model is not parent.target:
            reason = f"{one.target.__name__} has no reference {on!r} to {parent.target.__name__}"
        else:
            continue
        yield Error(f"{record_type.name}: {name!r} can't depend on {on!r}.", hint=f"{reason}.", id="records.E003")


def wrong_views(record_type: RecordType) -> Iterator[Error]:
    """Names of views stand in addresses beside the numbers of saved views and "all"."""
    names = [view.name for view in record_type.views]
    for name in names:
        if not name.isidentifier() or name == "all" or names.count(name) > 1:
            reason = 'It has to be a word of its own, and "all" is everything.'
            yield Error(f"{record_type.name}: no view can be called {name!r}.", hint=reason, id="records.E004")
    if len([view for view in record_type.views if view.opens]) > 1:
        reason = "Only one may say opens."
        yield Error(f"{record_type.name}: the list can't open with several views.", hint=reason, id="records.E005")


def unknown(record_type: RecordType, place: str, name: str, fields: Any) -> Error:
    return Error(
        f"{record_type.name}: {place} names {name!r}, which is no field of {record_type.model.__name__}.",
        hint=f"Fields are: {', '.join(fields)}.",
        id="records.E002",
    )
