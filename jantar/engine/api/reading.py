"""Lists and single records as the API answers them; a constant number of statements each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.api.body import NotJson, parse_json, refuse_unstorable
from jantar.engine.api.values import ALWAYS, Dump
from jantar.engine.fields.base import Field
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.computed import with_computed
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.further import further_column
from jantar.engine.records.listing import STEP, Query, count_of, page_of
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.sight import load_references


@dataclass(frozen=True)
class Wanted:
    """The fields and parts an answer shall have, beside id and version."""

    fields: dict[str, Field]
    parts: Sequence[Part]


def wanted_of(record_type: RecordType, actor: Actor, names: str, *, with_parts: bool) -> Wanted:
    """What `fields` asks for; when empty all fields, and all parts if `with_parts`. Raises BadQuery."""
    known = {name: field for name, field in record_type.fields(actor).items() if name not in ALWAYS}
    if not names.strip():
        return Wanted(known, record_type.parts if with_parts else ())
    asked = [name.strip() for name in names.split(",")]
    parts = {part.name: part for part in record_type.parts}
    steps = (further_column(record_type, name, actor) for name in asked if STEP in name)
    known |= {one.name: one for one in steps if one}
    for name in asked:
        if name not in known and name not in parts and name not in ALWAYS:
            raise BadQuery("fields", _("There is no field “%(name)s”.") % {"name": name[:50]})
    return Wanted(
        {name: known[name] for name in asked if name in known}, [parts[name] for name in asked if name in parts]
    )


@dataclass(frozen=True)
class ListRequest:
    """The parameters of a list as they were sent."""

    search: str = ""
    filter: str = ""
    sort: str = ""
    limit: int = 50
    cursor: str = ""
    fields: str = ""


def list_records(record_type: RecordType, actor: Actor, asked: ListRequest) -> dict[str, Any]:
    """One page with its count. Raises BadQuery, naming the parameter."""
    wanted = wanted_of(record_type, actor, asked.fields, with_parts=False)
    query = Query(
        record_type, actor, filter=filter_tree(asked.filter), sort=asked.sort, search=searched(asked.search),
        limit=asked.limit, cursor=asked.cursor, columns=tuple(wanted.fields), narrow=True,
    )  # fmt: skip
    page = page_of(query)
    count, is_exact = count_of(query)
    return {
        "items": dump_all(page.rows, wanted, actor),
        "next_cursor": page.next_cursor,
        "count": count,
        "count_is_exact": is_exact,
    }


def filter_tree(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return parse_json(text)
    except NotJson as error:
        raise BadQuery("filter", error) from error


def searched(text: str) -> str:
    try:
        refuse_unstorable(text)
    except NotJson as error:
        raise BadQuery("search", error) from error
    return text


def show_record(record_type: RecordType, actor: Actor, pk: int, names: str = "") -> dict[str, Any]:
    """One record with its parts. Raises NotFound."""
    wanted = wanted_of(record_type, actor, names, with_parts=True)
    rows = with_computed(record_type.visible_to(actor).filter(pk=pk), wanted.fields.values())
    found = dump_all(list(load_references(rows, wanted.fields.values(), actor)), wanted, actor)
    if not found:
        raise NotFound(_("There is no such record."))
    return found[0]


def dump_all(records: Sequence[Any], wanted: Wanted, actor: Actor, *others: Actor) -> list[dict[str, Any]]:
    """The records for the actor. Of what they refer to only that is told which the others may see too."""
    if not records:
        return []
    pks = [record.pk for record in records]
    parts = [(part, part.rows(pks, actor)) for part in wanted.parts]
    dump = Dump(actor, *others)
    dump.look_up(wanted.fields, records)
    for part, found in parts:
        dump.look_up(part.fields, chain.from_iterable(found.values()))
    return [
        dump.record(
            record,
            wanted.fields,
            {part.name: [dump.row(row, part) for row in found[record.pk]] for part, found in parts},
        )
        for record in records
    ]
