"""What undoing an operation left as it is: record, field, what stands there, what would have come back, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.references import unseen
from jantar.engine.history.acts import Act
from jantar.engine.history.changes import FieldChange, differences
from jantar.engine.history.kept import kept_by, undoing_that_kept
from jantar.engine.history.models import Change, Kept
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number

SHOWN = 100


@dataclass(frozen=True)
class Line:
    """One thing that was kept. Of a record that may not be seen only the reason is told."""

    title: str
    reason: str
    href: str = ""
    field: str = ""
    kept: str = ""
    had: str = ""


def show(request: HttpRequest, pk: int) -> HttpResponse:
    """GET ?after=: a hundred at a time. For whoever undid it, administrators, and who sees one of the records."""
    actor = current_actor(request)
    undoing = undoing_that_kept(pk)
    if undoing is None:
        raise NotFound(_("There is no such change."))
    start = whole_number(request.GET.get("after", "")) or 0
    rows = kept_by(undoing, after=start, limit=SHOWN + 1)
    lines, sees_some = lines_of(rows[:SHOWN], actor)
    if not (sees_some or actor.is_admin or undoing.actor_id == actor.user_id):
        raise NotFound(_("There is no such change."))
    next_after = rows[SHOWN - 1].pk if len(rows) > SHOWN else None
    context = {"undoing": undoing, "lines": lines, "next": f"?after={next_after}" if next_after else ""}
    return render(request, "pages/kept.html", context)


def lines_of(rows: Sequence[Kept], actor: Actor) -> tuple[list[Line], bool]:
    """The lines in the order of the rows, and whether any of the records may be seen."""
    seen = visible_records(rows, actor)
    told = fields_told(rows, seen, actor)
    lines: list[Line] = []
    for (root, root_id), group in groupby(rows, key=lambda row: (row.root, row.root_id)):
        found = list(group)
        if (root, root_id) not in seen:
            lines += dict.fromkeys(Line(unseen(), row.get_reason_display()) for row in found)
            continue
        record_type, record = seen[root, root_id]
        href = "" if record.deleted_at else reverse("pages:detail", args=[record_type.name, record.pk])
        lines += record_lines(str(record), href, record_type, found, told)
    return lines, bool(seen)


Seen = dict[tuple[str, int], tuple[RecordType, Any]]


def visible_records(rows: Sequence[Kept] | Sequence[Act], actor: Actor) -> Seen:
    """The records the rows are about, as far as the actor sees them, in the bin or not."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.root, set()).add(row.root_id)
    found: Seen = {}
    for record_type in registry.all():
        table = record_type.model._meta.db_table
        if ids := wanted.get(table):
            shown = record_type.visible_to(actor)
            for record in (shown | record_type.model.objects.in_bin_for(actor)).filter(pk__in=ids):
                found[table, record.pk] = record_type, record
    return found


Told = dict[tuple[str, int], list[FieldChange]]


def fields_told(rows: Sequence[Kept], seen: Seen, actor: Actor) -> Told:
    """The kept values by table and row, read as changes from what would have come back to what stands there."""
    changes: dict[str, dict[tuple[str, int], Change]] = {}
    for row in rows:
        if row.kept is None or (row.root, row.root_id) not in seen:
            continue
        record_type, _record = seen[row.root, row.root_id]
        change = Change(source=row.source, record_id=row.record_id, root=row.root, root_id=row.root_id, action="U")
        change.before, change.after = {}, {}
        change = changes.setdefault(record_type.name, {}).setdefault((row.source, row.record_id), change)
        merge(change.before, row.had or {})
        merge(change.after, row.kept)
    return {
        key: lines
        for name, found in changes.items()
        for key, lines in zip(
            found, differences(registry.get(name), list(found.values()), actor, record_titles), strict=True
        )
    }


def merge(into: Any, columns: dict[str, Any]) -> None:
    """Puts columns together; of `custom` each row holds one key."""
    custom = {**into.get("custom", {}), **columns.get("custom", {})}
    into.update(columns)
    if custom:
        into["custom"] = custom


def record_lines(title: str, href: str, record_type: RecordType, rows: list[Kept], told: Told) -> Iterator[Line]:
    for (source, record_id), group in groupby(rows, key=lambda row: (row.source, row.record_id)):
        found = list(group)
        if not found[0].column:
            part = next((one for one in record_type.parts if one.model._meta.db_table == source), None)
            yield Line(title, found[0].get_reason_display(), href, capfirst(str(part.label)) if part else "")
            continue
        reasons = {row.column: row.get_reason_display() for row in found}
        for line in told.get((source, record_id), ()):
            label = f"{line.part} · {line.label}" if line.part else capfirst(line.label)
            yield Line(title, reason_of(line, record_type, source, reasons), href, label, line.new, line.old)


def reason_of(line: FieldChange, record_type: RecordType, source: str, reasons: dict[str, str]) -> str:
    """The reason of the first column of the field that has one."""
    part = next((one for one in record_type.parts if one.model._meta.db_table == source), None)
    one = (part.fields if part else record_type.own_fields).get(line.name)
    columns = (line.name, *(one.columns if one else ()))
    return next((reasons[column] for column in columns if column in reasons), next(iter(reasons.values())))
