"""Writing many different records at once, each right or wrong on its own.

The rules are those of the write path (`checking`, `write`); here they are asked for every line and an error
of one does not stop the others. A batch costs a number of statements that does not depend on its lines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import milestones
from jantar.engine.records.bulk_parts import PartLines, add_parts, check_parts
from jantar.engine.records.checking import Errors, Values, change_errors, integrity_errors, new_errors
from jantar.engine.records.copying import copy_new, update_rows
from jantar.engine.records.field_indexes import holders
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.several import with_unseen
from jantar.engine.records.write import apply, columns_of, draft


@dataclass
class Line:
    """One record of a bulk write. `record` is the stored one to be changed, or the draft of a new one.

    `parts` are rows to be added to what the record has. `changed` names the fields that differ after checking;
    a line with errors is not stored. `coming` are by field the new records it refers to that are stored before it.
    """

    values: Values
    record: Any = None
    parts: Mapping[str, list[Values]] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    new_parts: PartLines = field(default_factory=dict)
    coming: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_work(self) -> bool:
        return not self.errors and bool(self.changed or any(self.new_parts.values()))


def draft_new(record_type: RecordType, lines: Sequence[Line], actor: Actor) -> None:
    """Makes the drafts and checks them, without storing anything."""
    make_drafts(record_type, lines, actor)
    check_drafts(record_type, lines, actor)


def make_drafts(record_type: RecordType, lines: Sequence[Line], actor: Actor) -> None:
    copies = drafts(record_type, actor)
    for line in lines:
        line.record = next(copies)
        apply(record_type, line.record, line.values, actor)


def check_drafts(record_type: RecordType, lines: Sequence[Line], actor: Actor) -> None:
    for line in lines:
        if line.coming:
            line.record.__dict__["coming"] = line.coming
    found = new_errors(record_type, [line.record for line in lines], [line.values for line in lines], actor)
    for line, errors in zip(lines, found, strict=True):
        line.errors = errors
    check_parts(record_type, lines, actor)
    refuse_taken(record_type, lines, actor)


def drafts(record_type: RecordType, actor: Actor) -> Iterator[Any]:
    """Empty drafts without end; copies of one, which is quicker than making each anew."""
    pattern = draft(record_type, {}, actor).__dict__
    fresh = [name for name, value in pattern.items() if isinstance(value, list | dict)]
    while True:
        record = record_type.model.__new__(record_type.model)
        record.__dict__.update(pattern)
        record.__dict__.update((name, pattern[name].copy()) for name in fresh)
        record._state = ModelState()
        yield record


def apply_changes(record_type: RecordType, lines: Sequence[Line], actor: Actor) -> None:
    """Puts the values on the stored records and checks them, without storing; says what changed."""
    fields = record_type.fields(actor)
    rows = with_unseen(record_type, [line.record for line in lines], [line.values for line in lines], actor)
    for line, values in zip(lines, rows, strict=True):
        line.values = values
        line.changed = frozenset(
            name for name, value in line.values.items() if differs(fields.get(name), line.record, value)
        )
    check_parts(record_type, lines, actor)
    touched = [line for line in lines if line.has_work]
    for line in touched:
        line.record.__dict__["columns_before"] = columns_of(line.record)
        line.record.__dict__["coming"] = line.coming
        apply(record_type, line.record, {name: line.values[name] for name in line.changed}, actor)
    given = [{name: line.values[name] for name in line.changed} for line in touched]
    found = change_errors(record_type, [line.record for line in touched], given, actor)
    for line, errors in zip(touched, found, strict=True):
        line.errors = errors
    refuse_taken(record_type, [line for line in touched if line.changed], actor)


def differs(field: Field | None, record: Any, value: Any) -> bool:
    if field is None:
        return True
    if isinstance(field, Reference):
        return bool(getattr(record, field.id_name) != (None if value is None else value.pk))
    known = field.load(value) if isinstance(field, RecordOf | RecordsOf) else value
    return field.differs(field.read(record), known)


def refuse_taken(record_type: RecordType, lines: Iterable[Line], actor: Actor) -> None:
    """Marks the lines whose value of a unique field another record, or an earlier line, already has."""
    good = [line for line in lines if not line.errors]
    for name, column in record_type.own_fields.items():
        if column.unique:
            keys = {id(line): getattr(line.record, name) for line in good}
            rows = record_type.model._base_manager.filter(**{f"{name}__in": set(keys.values())})
            refuse_same(name, good, keys, dict(rows.values_list(name, "pk")))
    for name, column in actor.custom_fields.get(record_type.name, {}).items():
        if column.unique:
            keys = {id(line): column.unique_value(column.read(line.record)) for line in good}
            wanted = [key for key in set(keys.values()) if key is not None]
            refuse_same(name, good, keys, holders(record_type, column, wanted) if wanted else {})


def refuse_same(name: str, lines: Sequence[Line], keys: Mapping[int, Any], stored: Mapping[Any, int]) -> None:
    """`keys` are the values by the id() of their line, `stored` the records that have them."""
    first = {keys[id(line)]: line for line in reversed(lines)}
    for line in lines:
        key = keys[id(line)]
        taken = stored.get(key, line.record.pk) != line.record.pk or first[key] is not line
        if key not in (None, "") and taken:
            line.errors = {name: [_("Another record already has this value.")]}


def store_new(record_type: RecordType, lines: Sequence[Line], actor: Actor) -> None:
    """Stores the drafts without errors. What the database or the actor's rights refuse becomes an error of its line."""

    def store(good: Sequence[Line]) -> None:
        records = [line.record for line in good]
        copy_new(record_type.model, records)
        refuse_outside(record_type, good, actor, "create")
        add_parts(record_type, good, first=True)
        if record_type.after_create:
            record_type.after_create(records, actor)
        # Last: of several values the one on the record is the main one, which the type's own step has stored.
        add_parts(record_type, good, first=False)

    split_on_error(record_type, [line for line in lines if not line.errors], store)


def store_changes(record_type: RecordType, lines: Sequence[Line], actor: Actor) -> None:
    """Stores the changed records; errors as in `store_new`."""

    def store(good: Sequence[Line]) -> None:
        names: set[str] = set()
        now = timezone.now()
        for line in good:
            after = columns_of(line.record)
            before = line.record.__dict__["columns_before"]
            names.update(name for name, value in after.items() if before[name] != value)
            line.record.version = before_version(line) + 1
            line.record.updated_at = now
        update_rows(record_type.model, [line.record for line in good], [*sorted(names), "version", "updated_at"])
        refuse_outside(record_type, good, actor, "edit")
        add_parts(record_type, good, first=True)
        if record_type.after_update:
            for changed, group in by_changes(record_type, good).items():
                record_type.after_update(group, changed, actor)
        add_parts(record_type, good, first=False)  # last, as above
        changed_lines = [line for line in good if line.changed]
        before = [line.record.__dict__["columns_before"] for line in changed_lines]
        milestones.tell(record_type, [line.record for line in changed_lines], before, actor)

    split_on_error(record_type, [line for line in lines if line.has_work], store)


def before_version(line: Line) -> int:
    """The stored version, also when an attempt to store the line was taken back."""
    return int(line.record.__dict__.setdefault("version_before", line.record.version))


def by_changes(record_type: RecordType, lines: Sequence[Line]) -> dict[frozenset[str], list[Any]]:
    """The records by what the type's own step has to know of: changed fields, and parts that come before it."""
    first = {part.name for part in record_type.parts if part.comes_first}
    groups: dict[frozenset[str], list[Any]] = {}
    for line in lines:
        if changed := line.changed | {name for name in first if line.new_parts.get(name)}:
            groups.setdefault(changed, []).append(line.record)
    return groups


class _Outside(Exception):
    def __init__(self, pks: set[int]) -> None:
        self.pks = pks


def refuse_outside(record_type: RecordType, lines: Sequence[Line], actor: Actor, action: str) -> None:
    scope = record_type.allowed(actor, action)
    if scope:
        pks = {line.record.pk for line in lines}
        allowed = set(record_type.model._base_manager.filter(scope, pk__in=pks).values_list("pk", flat=True))
        if pks - allowed:
            raise _Outside(pks - allowed)


def split_on_error(record_type: RecordType, lines: Sequence[Line], store: Callable[[Sequence[Line]], None]) -> None:
    """Stores the lines together; when something is refused, in halves, until the wrong lines stand alone."""
    if not lines:
        return
    try:
        with transaction.atomic():
            store(lines)
    except _Outside as error:
        for line in lines:
            if line.record.pk in error.pks:
                line.errors = {"": [_("This would be outside of what you may change.")]}
        split_on_error(record_type, [line for line in lines if not line.errors], store)
    except (IntegrityError, DataError, Invalid) as error:
        if len(lines) == 1:
            lines[0].errors = refusal(record_type, error)
            return
        middle = len(lines) // 2
        split_on_error(record_type, lines[:middle], store)
        split_on_error(record_type, lines[middle:], store)


def refusal(record_type: RecordType, error: Exception) -> Errors:
    if isinstance(error, Invalid):
        return error.errors
    if isinstance(error, IntegrityError):
        return integrity_errors(record_type, error)
    return {"": [_("The database refused this: %(why)s") % {"why": str(error).partition("\n")[0]}]}
