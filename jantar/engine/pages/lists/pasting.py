"""A block of cells copied from a spreadsheet, pasted into a list: looked at first, then stored as one operation."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.fields.sql import Fold
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.pages.filters.words import capital
from jantar.engine.pages.lists.bulk_selection import outcome_text
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import bulk
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.kit.text import fold
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

MOST_ROWS = 500
MOST_LETTERS = 200_000
SHOWN = 100


@dataclass(frozen=True)
class Cell:
    """One pasted cell: what stands there and what would; `error` says why it stays."""

    record: str
    label: str
    old: str
    new: str
    error: str = ""


@dataclass
class Block:
    """The pasted texts on the records of a list: `cells` are what changes or can't be, `lines` what is stored."""

    lines: list[bulk.Line] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    beyond: int = 0

    @property
    def wrong(self) -> list[Cell]:
        return [one for one in self.cells if one.error]

    @property
    def good(self) -> int:
        return sum(len(line.changed) for line in self.lines if not line.errors)


@require_POST
def paste(request: HttpRequest, type_name: str) -> HttpResponse:
    """Shows what would change; with `run` it is done, and what can't be stored stays as it is.

    `key` are the ids of the rows from the one that is pasted into, `field` the names of the columns from that cell.
    """
    record_type = load_type(request, type_name, "edit")
    actor = current_actor(request)
    texts = texts_of(request.POST.get("text", ""))
    keys = [pk for text in request.POST.getlist("key")[:MOST_ROWS] if (pk := whole_number(text)) is not None]
    fields = fields_named(record_type, request.POST.getlist("field"), actor)
    if not request.POST.get("run"):
        return show_preview(request, record_type, read_block(record_type, texts, keys, fields, actor), texts)
    with operation(actor, Cause.BULK, _("Pasted cells")) as opened:
        block = read_block(record_type, texts, keys, fields, actor, lock=True)
        bulk.store_changes(record_type, block.lines, actor)
        number = sum(line.has_work for line in block.lines)
    response = with_event(with_closed_dialog(HttpResponse(status=204)), "list:changed")
    undo = reverse("pages:undo", args=[opened.pk])
    return with_toast(response, outcome_text("edit", number), action_label=_("Undo"), action_url=undo)


def texts_of(text: str) -> list[list[str]]:
    """The cells of a block as spreadsheets put them on the clipboard. Raises BadQuery for what is none or too large."""
    if len(text) > MOST_LETTERS or "\x00" in text:
        raise BadQuery("text", _("This is too much to be pasted. Import it as a file."))
    try:
        rows = list(csv.reader(io.StringIO(text.rstrip("\r\n"), newline=""), delimiter="\t"))
    except csv.Error as error:
        raise BadQuery("text", _("Part of the request could not be understood.")) from error
    if not rows:
        raise BadQuery("text", _("There is nothing to paste."))
    if len(rows) > MOST_ROWS:
        raise BadQuery("text", _("This is too much to be pasted. Import it as a file."))
    return rows


def fields_named(record_type: RecordType, names: Sequence[str], actor: Actor) -> list[Field | None]:
    """The fields of the columns; None where a column can't be changed."""
    known = record_type.fields(actor)
    found = (known.get(name) for name in names)
    return [None if one is None or one.read_only or not one.is_typed else one for one in found]


def read_block(
    record_type: RecordType, texts: list[list[str]], keys: Sequence[int], fields: Sequence[Field | None], actor: Actor,
    *, lock: bool = False,
) -> Block:  # fmt: skip
    loads = [path for one in fields if one for path in one.loads]
    rows = record_type.visible_to(actor, "edit").filter(pk__in=keys).order_by("pk")
    rows = rows.select_related(*loads) if loads else rows
    records = {row.pk: row for row in (rows.select_for_update(of=("self",)) if lock else rows)}
    meant = references_meant(texts, fields, actor)
    block = Block(beyond=max(0, len(texts) - len(keys)))
    olds: list[dict[str, str]] = []
    for pk, given in zip(keys, texts, strict=False):
        if pk not in records:
            block.cells.append(Cell(f"#{pk}", "", "", "", _("You may see this but not change it.")))
            continue
        line = bulk.Line({}, records[pk])
        olds.append({one.name: one.text(one.read(records[pk])) for one in fields if one})
        for one, text in zip(fields, given, strict=False):
            read_cell(block, line, one, text, meant)
        block.lines.append(line)
    bulk.apply_changes(record_type, block.lines, actor)
    known = record_type.fields(actor)
    for line, old in zip(block.lines, olds, strict=True):
        block.cells += told(line, old, known)
    return block


def read_cell(
    block: Block, line: bulk.Line, one: Field | None, text: str, meant: Mapping[tuple[str, str], Any]
) -> None:
    if one is None:
        return
    try:
        if isinstance(one, AnyRecord | RecordsOf):
            raise FieldError(_("This can't be pasted. Choose the record in its cell."))
        is_record = isinstance(one, Reference) and bool(registry.types_of(one.target))
        value = meant_record(one, text, meant) if is_record else one.parse(text)
        one.check(value)
        line.values = {**line.values, one.name: value}
    except FieldError as error:
        old = one.text(one.read(line.record))
        block.cells.append(Cell(str(line.record), capital(one.label), old, text, error.message))


def meant_record(one: Field, text: str, meant: Mapping[tuple[str, str], Any]) -> Any:
    if not text.strip():
        return None
    found = meant.get((one.name, fold(text.strip())), [])
    if len(found) != 1:
        raise FieldError(_("There is no single record “%(value)s”.") % {"value": text.strip()[:100]})
    return found[0]


def references_meant(
    texts: list[list[str]], fields: Sequence[Field | None], actor: Actor
) -> dict[tuple[str, str], list[Any]]:
    """The visible records by the field and the folded title pasted for it; one statement for each such column."""
    found: dict[tuple[str, str], list[Any]] = {}
    for place, one in enumerate(fields):
        if not isinstance(one, Reference) or not one.title_column or not registry.types_of(one.target):
            continue
        wanted = {fold(row[place].strip()) for row in texts if place < len(row) and row[place].strip()}
        target: Any = one.target
        visible = target._default_manager.visible_to(actor)
        rows = visible.annotate(folded=Fold(F(one.title_column))).filter(folded__in=wanted)
        for row in rows.order_by("pk")[: 2 * MOST_ROWS]:
            found.setdefault((one.name, row.folded), []).append(row)
    return found


def told(line: bulk.Line, old: Mapping[str, str], known: Mapping[str, Field]) -> list[Cell]:
    """What of a line changes, and why it does not."""
    title, cells = str(line.record), []
    for name in line.values:
        if name in line.changed or name in line.errors:
            one = known[name]
            error = " ".join(line.errors.get(name, ()))
            new = one.text(line.values[name])
            cells.append(Cell(title, capital(one.label), old[name], new, error))
    others = [message for name, messages in line.errors.items() if name not in line.values for message in messages]
    return [*cells, *(Cell(title, "", "", "", message) for message in others)]


def show_preview(request: HttpRequest, record_type: RecordType, block: Block, texts: list[list[str]]) -> HttpResponse:
    wrong = [*block.wrong, *(one for one in block.cells if not one.error)]
    beyond = ngettext(
        "%(n)s row reaches below the last row shown and is left out.",
        "%(n)s rows reach below the last row shown and are left out.", block.beyond,
    ) % {"n": show.number(block.beyond)}  # fmt: skip
    context = {
        "action": reverse("pages:paste", args=[record_type.name]),
        "cells": wrong[:SHOWN],
        "more": show.number(len(wrong) - SHOWN) if len(wrong) > SHOWN else "",
        "beyond": beyond if block.beyond else "",
        "count": show.number(block.good) if block.good else "",
        "sent": [(name, value) for name in ("key", "field", "text") for value in request.POST.getlist(name)],
    }
    return render(request, "pages/list_paste.html", context)
