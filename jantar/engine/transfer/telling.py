"""All that is wrong with a row at once: whoever corrects it shall not find the next error behind the first."""

from collections.abc import Collection, Mapping
from typing import Any

from jantar.engine.fields.address import with_pieces
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import bulk
from jantar.engine.records.checking import Errors, own_errors
from jantar.engine.records.record_type import RecordType
from jantar.engine.transfer import plan as modes
from jantar.engine.transfer.rows import ReadRow


def tell_more(importer: Any, reads: Mapping[int, ReadRow], filled: Collection[str] = ()) -> dict[int, Errors]:
    """By place what else is wrong with rows that go in no more; `filled` are fields that other records would fill.

    Nothing is said of fields whose cell was not understood, nor of references that would have been made. A number of
    statements that does not depend on the rows, none where no row is refused.
    """
    if not reads:
        return {}
    lines = {
        place: bulk.Line(importer.completed(with_pieces(importer.defaults.values, read.values)), parts=read.parts)
        for place, read in reads.items()
    }
    bulk.draft_new(importer.record_type, list(lines.values()), importer.actor)
    stored = _stored_lines(importer, lines, reads)
    found: dict[int, Errors] = {}
    for place, read in reads.items():
        line = stored.get(place, lines[place])
        silent = {"", *read.errors, *(read.references.keys() - read.values.keys()), *filled}
        if line is None:
            line = lines[place]
            silent |= line.errors.keys() - read.values.keys()
        else:
            add_own_errors(importer.record_type, line, importer.actor)
        found[place] = {name: texts for name, texts in line.errors.items() if name not in silent}
    return found


def _stored_lines(
    importer: Any, lines: Mapping[int, bulk.Line], reads: Mapping[int, ReadRow]
) -> dict[int, bulk.Line | None]:
    """Changes of the records that exist, checked as such; None where the row makes none: only its values count then."""
    if importer.plan.mode == modes.CREATE:
        return {}
    keys = {place: importer.matcher.keys_of(line.record) for place, line in lines.items()}
    matches = dict(zip(keys, importer.matcher.find(list(keys.values())), strict=True))
    known = {place: match.pk for place, match in matches.items() if match.pk}
    records = importer.record_type.visible_to(importer.actor, "edit").in_bulk(set(known.values())) if known else {}
    found: dict[int, bulk.Line | None] = {}
    for place, match in matches.items():
        if match.pk is None:
            if match.error or importer.matcher.by_id or importer.plan.mode == modes.ONLY_UPDATE:
                found[place] = None
        elif importer.plan.mode == modes.SKIP or match.pk not in records:
            found[place] = None
        else:
            read, record = reads[place], records[match.pk]
            emptied = {name: importer.fields[name].empty for name in read.emptied if name in importer.fields}
            found[place] = bulk.Line(importer.completed({**emptied, **read.values}, record), record, read.parts)
    changed = [line for line in found.values() if line]
    bulk.apply_changes(importer.record_type, changed, importer.actor)
    return found


def add_own_errors(record_type: RecordType, line: bulk.Line, actor: Actor) -> None:
    """Adds the refusals of the type's own rules, which else are asked only where every single value is right.

    They rely on what is required being there; without it they are not asked.
    """
    if not line.errors:
        return
    record, fields = line.record, record_type.fields(actor)
    needed = (one for one in fields.values() if one.required and not one.read_only and not one.is_custom)
    if any(
        getattr(record, one.id_name) is None if isinstance(one, Reference) else one.is_empty(one.read(record))
        for one in needed
    ):
        return
    for name, texts in own_errors(record_type, record, frozenset(fields), actor).items():
        line.errors.setdefault(name, texts)
