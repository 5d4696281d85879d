"""Uniting the parts of several records: phones, addresses, relationships, each once."""

from collections.abc import Mapping, Sequence
from typing import Any

from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.records.merging.rows import Left, absorb, by_parent, summary, twin
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType


def unite(record_type: RecordType, members: Sequence[Any], taken: Mapping[str, int]) -> tuple[set[str], list[Left]]:
    """Gives the first member the parts of the others; returns the names of the parts touched and what was left out.

    `taken` says by the name of a part whose main row (whose address) is to be the main one.
    """
    touched: set[str] = set()
    left: list[Left] = []
    for part in record_type.parts:
        union = Union(record_type, part, members, taken.get(part.name))
        if union.others:
            union.run()
            touched.add(part.name)
            left += union.left
    return touched, left


class Union:
    """One part of the survivor and of those merged into it."""

    def __init__(self, record_type: RecordType, part: Part, members: Sequence[Any], main_of: int | None) -> None:
        self.record_type, self.part, self.members, self.main_of = record_type, part, members, main_of
        self.survivor = members[0]
        self.group = frozenset(one.pk for one in members)
        pks = part.model._default_manager.filter(**{f"{part.parent}__in": self.group}).values_list("pk", flat=True)
        rows = by_parent(part, pks)
        own = {one.pk: [*rows.get(one.pk, ()), *self.unwritten(one, rows.get(one.pk, []))] for one in members}
        self.stored = {id(row): state(row) for found in rows.values() for row in found}
        self.kept: list[Any] = own[self.survivor.pk]
        self.others = [(one.pk, row) for one in members[1:] for row in own[one.pk]]
        self.left: list[Left] = []

    def run(self) -> None:
        mains = {self.main_group(row): row for row in self.kept if self.is_main(row)}
        chosen: dict[Any, Any] = {}
        gone, moved = [], []
        inside = [row for row in self.kept if self.points_inside(row)]
        for row in inside:
            self.kept.remove(row)
        for pk, row in self.others:
            was_main = self.is_main(row)
            if self.points_inside(row):
                gone.append(row)
                self.left.append(Left(str(self.part.label), summary(self.part, row)))
                continue
            same = twin(self.part, row, self.kept, self.record_type, self.survivor.pk, self.group)
            if same is None:
                self.kept.append(row)
                moved.append(row)
                setattr(row, self.part.parent, self.survivor)
                self.set_main(row, False)
            else:
                self.left += absorb(self.part, same, row)
                gone.append(row)
            if was_main and (self.main_of == pk or self.main_group(row) not in mains):
                mains[self.main_group(row)] = chosen[self.main_group(row)] = same or row
        self.store([*inside, *(row for row in gone if row.pk)], chosen)

    def store(self, gone: list[Any], chosen: Mapping[Any, Any]) -> None:
        """Main rows last, so that no moment has two of them."""
        for row in gone:
            row.delete()
        for row in self.kept:
            if self.main_group(row) in chosen:
                self.set_main(row, row is chosen[self.main_group(row)])
        for row in sorted(self.kept, key=self.is_main):
            if self.stored.get(id(row)) != state(row):
                row.save()

    def unwritten(self, member: Any, rows: Sequence[Any]) -> list[Any]:
        """Rows for what stands on the record alone: its main phone, its address."""
        part, found = self.part, []
        for column, start in part.more_of.items():
            value = getattr(member, column)
            if value:
                found.append(part.model(**{part.parent: self.survivor, **start, part.value: value}))
        values = {column: getattr(member, column) for column in part.main_from}
        if any(values.values()):
            found.append(part.model(**{part.parent: self.survivor, **values}))
        added = []
        for row in found:
            if twin(part, row, rows, self.record_type, self.survivor.pk, self.group) is None and not self.has(
                row, rows
            ):
                self.set_main(row, not any(self.is_main(one) and self.same_group(one, row) for one in rows))
                added.append(row)
        return added

    def has(self, row: Any, rows: Sequence[Any]) -> bool:
        """Whether a row says what the record says, whatever else it says (its note, its kind of address)."""
        names = self.part.main_from or (self.part.value, self.part.main_per or self.part.value)
        return any(all(getattr(row, name) == getattr(one, name) for name in names) for one in rows)

    def points_inside(self, row: Any) -> bool:
        """Whether the row ties the group to itself, which nothing can be."""
        table, name = self.record_type.model._meta.db_table, self.record_type.name
        for one in self.part.fields.values():
            if isinstance(one, Reference) and one.target._meta.db_table == table:
                inside = getattr(row, one.id_name) in self.group
            elif isinstance(one, AnyRecord) and (key := one.read(row)) is not None:
                inside = key.type == name and key.id in self.group
            else:
                continue
            if inside:
                return True
        return False

    def is_main(self, row: Any) -> bool:
        return bool(self.part.main and getattr(row, self.part.main))

    def set_main(self, row: Any, value: bool) -> None:
        if self.part.main:
            setattr(row, self.part.main, value)

    def main_group(self, row: Any) -> Any:
        return getattr(row, self.part.main_per) if self.part.main_per else None

    def same_group(self, one: Any, other: Any) -> bool:
        return bool(self.main_group(one) == self.main_group(other))


def state(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, column.attname) for column in row._meta.concrete_fields)
