"""The acts of an import: upload, change the plan, try, run, cancel; and what the API calls."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import pointer_of, reference_of
from jantar.engine.records.registry import registry
from jantar.engine.transfer import jobs
from jantar.engine.transfer.importing import Outcome
from jantar.engine.transfer.known import best_for, folded, recognise, recognised_by
from jantar.engine.transfer.links import links_of, relinked
from jantar.engine.transfer.models import KEPT, ImportRun, Layout, RefusedRow, State
from jantar.engine.transfer.new_fields import create_fields
from jantar.engine.transfer.opening import (
    AnyImporter,
    check_whole,
    error_headers,
    file_of,
    importer_for,
    opened,
    rows_of,
    said,
)
from jantar.engine.transfer.plan import ColumnOfSheet, Plan, full_key, with_types
from jantar.engine.transfer.references import Resolver
from jantar.engine.transfer.sheets import csv_chunks
from jantar.engine.transfer.suggest import suggest_mapping
from jantar.engine.transfer.suggest_types import named_columns, suggest_types
from jantar.engine.transfer.values import asked_values, usable_values
from jantar.platform.files.services import store_file
from jantar.platform.jobs import queue
from jantar.platform.jobs.models import State as JobState

PREVIEW_ROWS = 20
#: What changes how the file is cut into cells; the columns have to be found again.
READING = frozenset({"encoding", "delimiter", "worksheet"})
#: What is chosen for columns, by the field they go to.
CHOSEN_FOR_COLUMNS = frozenset({"find_by", "values", "create_missing", "leave_empty"})


@dataclass(frozen=True)
class Preview:
    """The first rows as they would be stored, and how many rows of the file there are."""

    outcomes: list[Outcome]
    importer: AnyImporter


def upload(record_type: RecordType, file: BinaryIO, name: str, *, actor: Actor) -> ImportRun:
    """Keeps the file and prepares its import. Raises NotAllowed, or Invalid when the file can't be read."""
    if not record_type.importable or not actor.may("import", record_type.name):
        raise NotAllowed(_("You may not import here."))
    plan, notices = understood(record_type, file, Plan(), actor)
    run = ImportRun(record_type=record_type.name, file_name=PurePath(name).name[:200], created_by_id=actor.user_id)
    run.plan, run.notices = plan.to_json(), notices
    with transaction.atomic():
        expires_at = timezone.now() + KEPT
        run.file = store_file(file, name=name, purpose="transfer.upload", owner_id=actor.user_id, expires_at=expires_at)
        run.save()
    return run


def understood(record_type: RecordType, file: Any, plan: Plan, actor: Actor) -> tuple[Plan, list[str]]:
    """The plan for a file: as it is read, with the mapping remembered for its layout or a suggested one."""
    sheet = opened(file, plan)
    columns = [
        ColumnOfSheet(one.header, list(one.samples), one.filled, one.decimal_comma, one.day_first, list(one.values))
        for one in sheet.columns
    ]
    found = replace(
        plan, columns=columns, rows=sheet.row_count, layout=sheet.layout, encoding=sheet.encoding,
        delimiter=sheet.delimiter, worksheet=sheet.worksheet, worksheets=sheet.worksheets,
    )  # fmt: skip
    headers = [column.header for column in columns]
    recognised, export = recognise(headers), best_for(record_type, headers)
    found.known = recognised.key if recognised else ""
    known = Layout.objects.filter(record_type=record_type.name, fingerprint=sheet.layout).first()
    if known:
        found = replace(found, **{name: known.plan[name] for name in Layout.KEPT if name in known.plan})
        found.values = usable_values(found, record_type, actor)
    else:
        mapping = suggest_mapping(record_type, columns, actor)
        found.mapping, found.also = suggest_types(record_type, columns, mapping, actor)
        found.match = numbers_of(record_type, mapping, actor)
        found.match += export.match if export and export.match else record_type.match
        found.create_missing, found.leave_empty, found.values = [], [], {}
        for name in ("", *found.also):
            one = registry.get(name) if name else record_type
            found.match += [full_key(name, key) for key in one.match if name]
            missing = creatable(one, found.of_type(name).mapping, actor)
            found.create_missing += [full_key(name, key) for key in missing]
            found.leave_empty += [full_key(name, key) for key in dispensable(one, found.of_type(name).mapping, actor)]
        if sheet.is_calendar and record_type.calendar:
            found.constants = {name: str(value) for name, value in record_type.calendar.new.items()}
    return found, [said(notice) for notice in sheet.notices]


def creatable(record_type: RecordType, mapping: Sequence[str], actor: Actor) -> list[str]:
    """Mapped references whose missing records can be made from a name alone."""
    fields = record_type.fields(actor)
    found = {name: fields[name] for name in dict.fromkeys(mapping) if name in fields}
    return [
        name
        for name, one in found.items()
        if (reference := reference_of(one)) and Resolver(reference, actor).creatable()
    ]


def numbers_of(record_type: RecordType, mapping: Sequence[str], actor: Actor) -> list[str]:
    """Mapped fields of one's own that no two records share, such as the number in the old program."""
    fields = record_type.fields(actor)
    return [
        name for name in dict.fromkeys(mapping) if name in fields and fields[name].is_custom and fields[name].unique
    ]


def dispensable(record_type: RecordType, mapping: Sequence[str], actor: Actor) -> list[str]:
    """Mapped references to short tables that rows go in without: colleagues who are none here, other pipelines.

    Where a type knows the usual words of other programs, those it does not know are asked for.
    """
    fields = record_type.fields(actor)
    found = {name: pointer_of(fields.get(name)) for name in dict.fromkeys(mapping) if name}
    return [
        name
        for name, reference in found.items()
        if reference and not issubclass(reference.target, Record) and name not in record_type.import_words
    ]


def find_import(pk: int, *, actor: Actor) -> ImportRun:
    """Raises NotFound for an import that is not the actor's to see."""
    run = ImportRun.objects.visible_to(actor).select_related("file", "job", "operation").filter(pk=pk).first()
    if run is None:
        raise NotFound(_("There is no such import."))
    if run.is_busy and (run.job is None or not run.job.is_open):
        _settle(run)
    return run


def _settle(run: ImportRun) -> None:
    """The job ended without being able to say so (its worker died too often, or it was cancelled while waiting)."""
    failed = run.job is None or run.job.state == JobState.FAILED
    began = run.state == State.RUNNING and run.done_rows
    run.state = State.FAILED if failed else State.CANCELLED if began else State.DRAFT
    run.save(update_fields=["state"])


@transaction.atomic
def change_plan(run: ImportRun, changes: Mapping[str, Any], *, actor: Actor) -> Plan:
    """Applies changes of the plan. Raises Invalid with the part that can't be followed; nothing is stored then."""
    lock(run)
    if run.is_busy or run.is_finished:
        raise Invalid({"": [_("This import can't be changed any more.")]})
    record_type = registry.get(run.record_type)
    named = set(changes)
    known = {one.name for one in fields(Plan)} - {"columns", "rows", "layout", "worksheets", "known"}
    if unknown := changes.keys() - known:
        raise Invalid({name: [_("There is no such setting.")] for name in unknown})
    plan = Plan.from_json(run.plan)
    changes = with_types(changes, plan, record_type)
    is_read_anew = any(changes.get(name, getattr(plan, name)) != getattr(plan, name) for name in READING)
    plan = replace(plan, **changes)
    if is_read_anew:
        with file_of(run) as file:
            found, run.notices = understood(record_type, file, plan, actor)
        same = [column.header for column in found.columns] == [column.header for column in plan.columns]
        plan = replace(found, mapping=plan.mapping, match=plan.match, values=plan.values) if same else found
    plan = replace(plan, **without_unmapped(plan, named))
    check_whole(plan, record_type, actor)
    links_of(plan, record_type, actor)
    run.plan, run.state, run.forecast = plan.to_json(), State.DRAFT, None
    run.save(update_fields=["plan", "notices", "state", "forecast"])
    return plan


def choose_in_page(
    run: ImportRun, changes: Mapping[str, Any], shown: Sequence[str], chosen: Sequence[str], *, actor: Actor
) -> dict[str, Any]:
    """The changes completed by what follows from them: columns of a type that was just added, links between types."""
    record_type, before = registry.get(run.record_type), Plan.from_json(run.plan)
    found = with_types(changes, before, record_type)
    for name in found["also"]:
        if name in registry and name not in before.also:
            for place, key in named_columns(registry.get(name), before.columns, actor).items():
                taken = found["mapping"][place] or full_key(name, key) in found["mapping"]
                found["mapping"][place] = found["mapping"][place] if taken else full_key(name, key)
    plan = replace(before, mapping=found["mapping"], also=[name for name in found["also"] if name in registry])
    found |= without_unmapped(replace(plan, **{name: found[name] for name in CHOSEN_FOR_COLUMNS}))
    return {**found, "links": relinked(plan, record_type, actor, shown, chosen)}


def without_unmapped(plan: Plan, named: Collection[str] = ()) -> dict[str, Any]:
    """What was chosen for columns goes with them, except for settings that somebody names just now."""
    mapped, found = set(plan.mapping), dict[str, Any]()
    for name in CHOSEN_FOR_COLUMNS - set(named):
        chosen = getattr(plan, name)
        if isinstance(chosen, dict):
            found[name] = {key: value for key, value in chosen.items() if key in mapped}
        else:
            found[name] = [key for key in chosen if key in mapped]
    return found


def preview(run: ImportRun, *, actor: Actor, limit: int = PREVIEW_ROWS) -> Preview:
    """The first rows as they would be stored. Raises Invalid when the plan can't be followed."""
    plan = Plan.from_json(run.plan)
    importer = importer_for(run, plan, actor)
    with file_of(run) as file, rows_of(file, plan) as rows:
        first = list(islice(rows, limit))
    return Preview(importer.batch(first, store=False), importer)


def try_import(run: ImportRun, *, actor: Actor) -> None:
    """Has a worker go through all rows without storing anything, to count what would happen."""
    _begin(run, State.CHECKING, actor)


def run_import(run: ImportRun, *, actor: Actor) -> None:
    """Has a worker import the rows. Afterwards the mapping is remembered for the next file of this layout."""
    _begin(run, State.RUNNING, actor)


@transaction.atomic
def _begin(run: ImportRun, state: State, actor: Actor) -> None:
    record_type = registry.get(run.record_type)
    if not actor.may("import", record_type.name):
        raise NotAllowed(_("You may not import here."))
    lock(run)
    if run.is_busy or run.is_finished:
        raise Invalid({"": [_("This import is already going on.")]})
    importer_for(run, Plan.from_json(run.plan), actor)
    RefusedRow.objects.filter(run=run).delete()
    job = jobs.check_rows if state == State.CHECKING else jobs.import_rows
    label = _("Check %(file)s") if state == State.CHECKING else _("Import %(file)s")
    run.job = job.later(actor_id=actor.user_id, label=label % {"file": run.file_name}, import_id=run.pk)
    run.state, run.done_rows, run.counts = state, 0, None
    run.save(update_fields=["job", "state", "done_rows", "counts"])


def lock(run: ImportRun) -> None:
    """Reads the import again and holds it until the transaction ends, so that no two requests act on one state."""
    run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())


def cancel_import(run: ImportRun) -> None:
    """Stops a check or an import; what went in stays and can be undone."""
    if run.job and run.is_busy and queue.cancel(run.job):
        run.job.refresh_from_db()
        if not run.job.is_open:
            _settle(run)


# For the API


def start_import(
    file: BinaryIO,
    name: str,
    type_name: str,
    *,
    actor: Actor,
    mapping: Mapping[str, str] | None = None,
    match: Sequence[str] | None = None,
    dry_run: bool = False,
    new_fields: Mapping[str, str] | None = None,
    **settings: Any,
) -> ImportRun:
    """Uploads a file and starts its import (or, with `dry_run`, the check of it).

    `mapping` names a target for each header, "" leaves a column out; without it the suggested one is taken.
    `new_fields` names the columns that become custom fields with their kinds, "" is the one their values look like.
    `settings` are further parts of the `Plan`. Raises NotFound, NotAllowed or Invalid.
    """
    if type_name not in registry:
        raise NotFound(_("There is no such type."))
    with transaction.atomic():
        run = upload(registry.get(type_name), file, name, actor=actor)
        changes: dict[str, Any] = {"create_missing": [], **settings}
        if mapping is not None:
            changes = {"leave_empty": [], **changes}
            changes["mapping"] = targets_by_header(run, mapping)
        if new_fields:
            actor = create_fields(run, new_fields, actor=actor)
            changes["mapping"] = with_new_fields(run, new_fields, changes.get("mapping"))
        if match is not None:
            changes["match"] = list(match)
        change_plan(run, changes, actor=actor)
        (try_import if dry_run else run_import)(run, actor=actor)
    return run


def targets_by_header(run: ImportRun, mapping: Mapping[str, str]) -> list[str]:
    headers = [column.header for column in Plan.from_json(run.plan).columns]
    if unknown := mapping.keys() - set(headers):
        raise Invalid({"mapping": [_("There is no column “%(name)s”.") % {"name": ", ".join(sorted(unknown))}]})
    return [mapping.get(header, "") for header in headers]


def with_new_fields(run: ImportRun, new_fields: Mapping[str, str], chosen: Sequence[str] | None) -> list[str]:
    """The chosen mapping, or the suggested one, with the columns that got a field of their own."""
    plan = Plan.from_json(run.plan)
    pairs = zip(plan.columns, plan.mapping, chosen or plan.mapping, strict=True)
    return [own if column.header in new_fields else other for column, own, other in pairs]


def import_state(pk: int, *, actor: Actor) -> dict[str, Any]:
    """What an import looks like to a program: state, progress, counts, the first 100 refused rows."""
    run = find_import(pk, actor=actor)
    refused = RefusedRow.objects.filter(run=run)[:100]
    errors = [{"row": row.number, "reason": row.reason} for row in refused]
    return {**state_of(run), "unknown_values": unknown_values(run, actor), "errors": errors}


def unknown_values(run: ImportRun, actor: Actor) -> dict[str, dict[str, int]]:
    """By field the words of the file that mean nothing here and in how many rows they stand; until it is imported."""
    if run.is_busy or run.is_finished:
        return {}
    plan = Plan.from_json(run.plan)
    asked = asked_values(replace(plan, values={}), registry.get(run.record_type), actor)
    chosen = {key: {folded(text) for text in words} for key, words in plan.values.items()}
    found = {
        one.key: {text: rows for text, rows in one.words if folded(text) not in chosen.get(one.key, ())}
        for one in asked
    }
    return {key: words for key, words in found.items() if words}


def import_states(*, actor: Actor, before: int | None = None, limit: int = 50) -> tuple[list[dict[str, Any]], bool]:
    """The imports the actor sees, newest first, those older than the import `before`; and whether there are more."""
    runs = ImportRun.objects.visible_to(actor).select_related("job").order_by("-pk")
    found = list((runs if before is None else runs.filter(pk__lt=before))[: limit + 1])
    return [state_of(run) for run in found[:limit]], len(found) > limit


def state_of(run: ImportRun) -> dict[str, Any]:
    recognised = recognised_by(run.plan.get("known", ""))
    return {
        "id": run.pk,
        "type": run.record_type,
        "also": run.plan.get("also", []),
        "file": run.file_name,
        "export_of": {"program": recognised.export.program, "type": recognised.record_type.name}
        if recognised
        else None,
        "state": run.state,
        "rows": run.plan["rows"],
        "done_rows": run.done_rows,
        "dry_run": run.counts is None and run.forecast is not None,
        "counts": run.counts or run.forecast,
        "operation_id": run.operation_id,
        "error": run.job.error if run.job and run.state == State.FAILED else "",
    }


def error_file(run: ImportRun) -> Iterator[bytes]:
    """The refused rows as CSV in the layout of the file, with two columns behind: why, and the row in the file.

    Corrected, it can be imported again: the two are left out by themselves.
    """
    plan = Plan.from_json(run.plan)
    width = len(plan.columns)
    rows = RefusedRow.objects.filter(run=run).values_list("cells", "reason", "number")
    cells = ([*cells[:width], reason, number] for cells, reason, number in rows.iterator(chunk_size=2000))
    return csv_chunks(error_headers(plan), cells, delimiter=plan.delimiter or ",")
