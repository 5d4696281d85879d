"""Whether the values of a roll-up can be kept, and the SQL that everything about a kept one follows from.

Only what depends on nothing but the columns of the related rows can be: then each change of it is a change of such a
row, which triggers see. That is read from the compiled statement, not from the words of the filter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.sources import Rollup
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.kept.statement import compiled, digest_of, literal, type_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.rollups import rolled_up

PREFIX = "jantar_rollup_"
#: Two who look from other days and other time zones.
ELSEWHERE = (
    (datetime(2001, 1, 5, tzinfo=UTC), "America/Los_Angeles"),
    (datetime(2012, 7, 8, 12, tzinfo=UTC), "Pacific/Kiritimati"),
)
CLOCKS = re.compile(r"\b(now|clock_timestamp|statement_timestamp|random|current_\w+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Shape:
    """`sql` gives id and value of every row of the table `parent`; `pointer` is the column of `child` with the id.

    `watched` are the columns of `child` that the value follows from, `type` is its type in SQL.
    """

    parent: str
    child: str
    pointer: str
    watched: tuple[str, ...]
    type: str
    sql: str

    def table(self, definition: int) -> str:
        """The name of the table for the definition with this key."""
        return f"{PREFIX}{definition}_{self.digest}"

    @cached_property
    def digest(self) -> str:
        return digest_of(self.sql, self.type)


def shape_of(rollup: Rollup, record_type: RecordType, actor: Actor) -> Shape:
    """Raises FieldError or BadQuery, FieldError also with the reason why the values can't be kept."""
    if any(converted(rollup.get("where"))):
        raise FieldError(
            _(
                "An amount in a currency is converted at the rate of the day, so this can't be quick to find by. "
                "Leave this off, or filter by a plain number."
            )
        )
    if len({statement(rollup, record_type, one) for one in elsewhere(actor)}) > 1:
        raise FieldError(
            _(
                "A roll-up that depends on the day or on a time zone can't be quick to find by. "
                "Leave this off, or take such dates out of its filter."
            )
        )
    term = rolled_up(rollup, record_type, actor).term
    sql, parameters = compiled(term, record_type)
    relation = registry.relations(record_type)[str(rollup.get("relation"))]
    related: Any = relation.record_type.model if relation.record_type else relation.part and relation.part.model
    parent, child = (str(one._meta.db_table) for one in (record_type.model, related))
    try:
        pointer = str(related._meta.get_field(relation.column).column)
    except FieldDoesNotExist:  # it points from a row of its own
        raise looks_further() from None
    if not looks_at_rows_alone(sql, parent, child):
        raise looks_further()
    watched = tuple(sorted({pointer, *re.findall(r'\bU0\."(\w+)"', sql)} - {"id"}))
    return Shape(parent, child, pointer, watched, type_of(term), literal(sql, parameters))


def looks_further() -> FieldError:
    return FieldError(
        _(
            "A roll-up that looks at more than the own fields of the related records can't be quick to find by. "
            "Leave this off, or filter and measure by their own fields only."
        )
    )


def looks_at_rows_alone(sql: str, parent: str, child: str) -> bool:
    """Whether a statement (its values are parameters) reads ids of the one table and measures rows of the other."""
    tables = re.findall(r'\b(?:FROM|JOIN) "(\w+)"( U0\b)?', sql)
    places = set(re.findall(r'(\w+|"\w+")\."(\w+)"', sql))
    outer = {place for place in places if place[0] != "U0"}
    return (
        sorted(tables) == sorted([(child, " U0"), (parent, "")])
        and len(re.findall(r"\bSELECT\b", sql)) == 2
        and not re.search(r"\bJOIN\b", sql)
        and outer == {(f'"{parent}"', "id")}
        and not CLOCKS.search(sql)
    )


def converted(node: Any) -> Iterator[bool]:
    """One for each amount in a currency that a filter names."""
    if isinstance(node, list):
        for one in node:
            yield from converted(one)
    elif isinstance(node, dict):
        yield from (True for name in ("amount", "currency") if name in node)
        for one in node.values():
            yield from converted(one)


def elsewhere(actor: Actor) -> Iterator[Actor]:
    """Others than the actor, each with a day and a time zone of their own in force while they are used."""
    for moment, zone in ELSEWHERE:
        with timezone.override(ZoneInfo(zone)):
            yield replace(actor, as_of=moment, time_zone=zone)


def statement(rollup: Rollup, record_type: RecordType, actor: Actor) -> str:
    return literal(*compiled(rolled_up(rollup, record_type, actor).term, record_type))
