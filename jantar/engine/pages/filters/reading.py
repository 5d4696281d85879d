"""Filter trees to rows of controls, and the rows of a sent form."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.filters.operands import as_text, items_of
from jantar.engine.pages.filters.places import CHANGED, RELATION, Place
from jantar.engine.pages.filters.rows import HOW, Row, fitted, gone_words
from jantar.engine.pages.filters.words import find_field, group_of
from jantar.engine.records.changed import changed_by
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import HAS, MAX_DEPTH
from jantar.engine.records.measures import MEASURES
from jantar.kit.errors import InputError
from jantar.kit.periods import RelativeDate, parse_relative_date

PREFIX = re.compile(r"[a-z][0-9a-f]{1,8}")


def row_of(node: Any, place: Place) -> Row:
    """The row that shows a node. What can't be shown as it stands is marked, so that it is mended or removed."""
    if how := group_of(node):
        return group_row(how, node[how], place)
    row = Row(place)
    if isinstance(node, dict) and "relation" in node:
        fill_relation(row, node)
    elif isinstance(node, dict) and isinstance(node.get("changed"), dict):
        fill_changed(row, node["changed"])
    else:
        fill_line(row, node if isinstance(node, dict) else {})
    with suppress(FieldError):  # the rows at fault keep the message
        row.node()
    return fitted(row)


def group_row(how: str, nodes: list[Any], place: Place) -> Row:
    return fitted(Row(place, is_group=True, how=how, rows=[row_of(node, place) for node in nodes if node]))


def whole_row(tree: Any, place: Place) -> Row:
    """The row of a whole filter: a group, also when it is a single condition."""
    how = group_of(tree)
    row = row_of(tree, place) if how else group_row("all", [tree] if tree else [], place)
    row.is_top = True
    return row


def fill_relation(row: Row, node: dict[str, Any]) -> None:
    row.path = f"{RELATION}{node['relation']}"
    has = node.get("has", "any")
    row.has = has if has in HAS or has in MEASURES else "any"
    if row.has != has:
        row.errors = [gone_words()]
    row.count, row.of = str(node.get("count", 1)), str(node.get("field", ""))
    if row.is_measure:
        fill_value(row, node)
    if row.is_relation and (where := node.get("where")):
        how = group_of(where)
        row.how, inner = (how, where[how]) if how else ("all", [where])
        row.rows = [row_of(one, row.inner_place) for one in inner if one]


def fill_changed(row: Row, node: dict[str, Any]) -> None:
    row.path = CHANGED
    op, value = "within", node.get("within")
    if "within" not in node:
        op, value = since_shown(node.get("since"), row.place.actor.today)
    fill_value(row, {"op": op, "value": value})
    row.by = as_text(changed_by, node["by"]) if node.get("by") is not None else ""
    row.what = [str(name) for name in node["fields"]] if isinstance(node.get("fields"), list) else []


def since_shown(since: Any, today: date) -> tuple[str, Any]:
    """A relative day as the period from it until today, which finds the same; else as the day it stands for."""
    try:
        day = parse_relative_date(str(since))
        start = day.period(today).start
    except InputError:
        return "gte", since
    if day.kind == "on" and day.count < 0:
        return "within", str(RelativeDate("last", -day.count, day.unit))
    if day.kind == "last" or day.count == 0:
        return "within", str(day)
    return "gte", start and start.isoformat()


def fill_line(row: Row, node: dict[str, Any]) -> None:
    row.path = str(node.get("field", "?"))
    fill_value(row, node)


def fill_value(row: Row, node: dict[str, Any]) -> None:
    row.op = str(node.get("op", ""))
    if row.field:
        row.items = items_of(row.field, row.op, node.get("value"))


# Sent forms: `node` comes once with its prefix before what a row holds, and once empty behind it ----


def rows_from(data: QueryDict, place: Place) -> list[Row]:
    """The rows of a form as they were filled in, in their order."""
    return list(read_rows(data, iter(data.getlist("node")), place, 0))


def top_row(data: QueryDict, place: Place) -> Row:
    """The row a dialog is about."""
    row = next(iter(rows_from(data, place)), None) or Row(place)
    row.is_top = True
    return row


def read_rows(data: QueryDict, marks: Iterator[str], place: Place | None, depth: int) -> Iterator[Row]:
    """The rows up to the mark that closes the one they are in; without a place they are passed over."""
    if depth > 2 * MAX_DEPTH:
        raise BadQuery("filter", _("This filter has too many conditions."))
    for prefix in marks:
        if not prefix:
            return
        row = one_row(data, prefix, place) if place and PREFIX.fullmatch(prefix) else None
        below = row.inner_place if row and (row.is_relation or row.is_group) else None
        rows = list(read_rows(data, marks, below, depth + 1))
        if row:
            turned = row.is_relation and data.get(row.names["was"], row.path) != row.path
            row.rows = [one for one in rows if fits(one, row.inner_place)] if turned else rows
            yield fitted(row)


def one_row(data: QueryDict, prefix: str, place: Place) -> Row:
    row = Row(place, prefix)
    names = row.names
    row.is_group = data.get(names["kind"]) == "group"
    row.path = data.get(names["field"], "")
    row.op = data.get(names["op"], "")
    row.items = [item.replace("\x00", "").strip() for item in data.getlist(names["value"])]
    row.has = data.get(names["has"], "any")
    row.of = data.get(names["of"], "")
    row.count = data.get(names["count"], "1").strip()
    row.by = data.get(names["by"], "").strip()
    row.what = [name for name in data.getlist(names["what"]) if name]
    row.how = data.get(names["how"], "all")
    row.how = row.how if row.how in HOW else "all"
    row.has = row.has if row.has in HAS or row.has in MEASURES else "any"
    return row


def fits(row: Row, place: Place) -> bool:
    """Whether a row can stand there; after another relation was chosen those of the former one may not."""
    known = row.is_group or not row.path or row.is_relation or row.is_changed
    return known or find_field(row.path, place.fields, place.actor)[0] is not None or row.path.endswith(".")
