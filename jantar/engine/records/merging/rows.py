"""Rows of parts that say the same: found and made one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from jantar.engine.fields.base import Field
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.references import Reference
from jantar.engine.records.merging.pointers import unique_sets, unique_when_filled
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.kit.text import fold

FEWEST_DIGITS = 6


@dataclass(frozen=True)
class Left:
    """Something that could not be kept beside what the survivor has: a row of a part in one line, or a value."""

    label: str
    text: str


def by_parent(part: Part, pks: Iterable[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    loads = [path for one in part.fields.values() for path in one.loads]
    for row in part.model._default_manager.select_related(*loads).filter(pk__in=list(pks)).order_by("pk"):
        found.setdefault(getattr(row, f"{part.parent}_id"), []).append(row)
    return found


def settle(
    part: Part, rows: Sequence[Any], record_type: RecordType, survivor: int, group: frozenset[int]
) -> list[Left]:
    """Deletes rows that will say the same as an earlier one once the group is one record; the earlier gains by it."""
    left: list[Left] = []
    kept: list[Any] = []
    for row in rows:
        same = twin(part, row, kept, record_type, survivor, group)
        if same is None:
            kept.append(row)
            continue
        left += absorb(part, same, row)
        was_main = bool(part.main and getattr(row, part.main) and not getattr(same, part.main))
        row.delete()
        if was_main and part.main:
            setattr(same, part.main, True)
        same.save()
    return left


def twin(
    part: Part, row: Any, kept: Iterable[Any], record_type: RecordType, survivor: int, group: frozenset[int]
) -> Any | None:
    """The kept row that says the same, or that the database would not allow beside this one."""
    said = says(part, row, record_type, survivor, group)
    rules = [names - {f"{part.parent}_id"} for names in map(set, unique_sets(part.model))]
    filled = [names - {f"{part.parent}_id"} for names in map(set, unique_when_filled(part.model))]
    for other in kept:
        theirs = says(part, other, record_type, survivor, group)
        if said == theirs or any(clash(names, part, said, theirs) for names in rules):
            return other
        if any(clash(names, part, said, theirs) and all_filled(names, part, said) for names in filled):
            return other
    return None


Said = dict[str, Any]


def says(part: Part, row: Any, record_type: RecordType, survivor: int, group: frozenset[int]) -> Said:
    """What a row says, by its fields, with the records of the group taken for one."""
    said: Said = {}
    for name, one in part.fields.items():
        if name == part.main:
            continue
        if isinstance(one, Reference):
            pk = getattr(row, one.id_name)
            is_group = one.target._meta.db_table == record_type.model._meta.db_table and pk in group
            said[name] = survivor if is_group else pk
        elif isinstance(one, AnyRecord):
            key = one.read(row)
            is_group = key is not None and key.type == record_type.name and key.id in group
            said[name] = RecordKey(record_type.name, survivor) if is_group else key
        else:
            value = one.read(row)
            said[name] = spelt(value) if isinstance(value, str) else value
    return said


def clash(columns: set[str], part: Part, said: Said, theirs: Said) -> bool:
    """Whether two rows hold the same in all of the columns of a rule."""
    names = {name for name, one in part.fields.items() if columns.intersection(one.columns)}
    if not columns or not columns <= {column for name in names for column in part.fields[name].columns}:
        return False
    return all(said[name] is not None and said[name] == theirs[name] for name in names)


def all_filled(columns: set[str], part: Part, said: Said) -> bool:
    return all(said[name] != "" for name, one in part.fields.items() if columns.intersection(one.columns))


def spelt(text: str) -> str:
    """The text without what spellings differ in: accents, case, spaces; of a number everything but its digits."""
    folded = " ".join(fold(text).split())
    digits = "".join(char for char in folded if char.isdigit())
    if len(digits) >= FEWEST_DIGITS and not any(char.isalpha() for char in folded):
        return digits.removeprefix("00")
    return folded


def absorb(part: Part, kept: Any, gone: Any) -> list[Left]:
    """Fills what the kept row lacks; returns what it could not take because it has something else there."""
    left = []
    for name, one in part.fields.items():
        if name == part.main or one.kind == "boolean":
            continue
        theirs = one.read(gone)
        if one.is_empty(theirs):
            continue
        if one.is_empty(one.read(kept)):
            one.write(kept, theirs)
        elif differs(one, kept, gone):
            left.append(Left(str(part.label), f"{summary(part, gone)}: {one.text(theirs)}"))
    return left


def differs(one: Field, kept: Any, gone: Any) -> bool:
    if isinstance(one, Reference | AnyRecord):
        return False
    mine, theirs = one.read(kept), one.read(gone)
    return spelt(mine) != spelt(theirs) if isinstance(mine, str) and isinstance(theirs, str) else mine != theirs


def summary(part: Part, row: Model) -> str:
    """A row in one line, without what it refers to: that may be something the reader does not see."""
    fields = [
        one for one in part.fields.values() if one.kind != "boolean" and not isinstance(one, Reference | AnyRecord)
    ]
    shown = ((one, one.read(row)) for one in fields)
    return ", ".join(one.text(value) for one, value in shown if not one.is_empty(value))
