"""Columns that show a field of a record which a row refers to: “Company › City”. One step, only read.

The records behind the rows are read as a list of theirs would be, in one statement for each reference (and type it
leads to), so their rights, their hidden fields and the past are those of every list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import BigIntegerField, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.references import Reference
from jantar.engine.fields.sources import CUSTOM
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.listing import STEP, Query, in_order, shown_fields, sort_keys
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.sight import hide_unseen


class Further(Field):
    """The column: by which reference of the row, and which field at each type that it leads to, by the type's name."""

    operators: ClassVar[tuple[str, ...]] = ()
    sortable: ClassVar[bool] = False
    in_place: ClassVar[bool] = False

    def __init__(self, at: Field, ends: Mapping[str, Field]) -> None:
        end = next(iter(ends.values()))
        label = f"{capfirst(str(at.label))} › {capfirst(str(end.label))}"
        super().__init__(f"{at.name}{STEP}{end.name}", label, read_only=True)
        self.at, self.ends = at, ends
        self.kind = end.kind  # type: ignore[misc]

    def id_in(self, row: Any) -> int | None:
        """The id of the record that the row refers to."""
        if isinstance(self.at, RecordOf):
            key = self.at.read(row)
            return None if key is None else int(key.id)
        pk: int | None = getattr(row, self.at.id_name)  # type: ignore[attr-defined]
        return pk

    def pointer(self) -> Combinable:
        """The same in SQL, seen from a subquery."""
        if isinstance(self.at, RecordOf):
            return Cast(KeyTextTransform(self.at.name, OuterRef(CUSTOM)), BigIntegerField())
        return OuterRef(self.at.id_name)  # type: ignore[attr-defined]


def further_column(record_type: RecordType, name: str, actor: Actor) -> Field | None:
    """The column of that name: of a record (“company.city”) where the actor may see both fields and the type, or of a
    value that has pieces (“x_site.city”)."""
    first, step, rest = name.partition(STEP)
    at = record_type.fields(actor).get(first)
    if at is not None and rest in at.pieces:
        return at.pieces[rest]
    return _behind(at, rest, actor) if step and at is not None else None


def further_columns(record_type: RecordType, actor: Actor) -> Iterator[tuple[Field, Sequence[Field]]]:
    """What can be chosen, by field: the pieces of its values, or of references every field of the records they lead
    to but their titles."""
    for at in record_type.fields(actor).values():
        if at.pieces:
            yield at, [*at.pieces.values()]
        names = [
            name
            for one in _targets(at, actor)
            for name in one.fields(actor)
            if name != one.title and name not in one.defaults
        ]
        found = [column for name in dict.fromkeys(names) if (column := _behind(at, name, actor))]
        if found:
            yield at, found


def _targets(at: Field, actor: Actor) -> list[RecordType]:
    if not isinstance(at, Reference | RecordOf) or isinstance(at, RecordsOf):
        return []
    return [one for one in registry.led_to(at) if actor.may("see", one.name)]


def _behind(at: Field, name: str, actor: Actor) -> Further | None:
    fields = {one.name: field for one in _targets(at, actor) if (field := one.fields(actor).get(name))}
    kinds = {field.kind for field in fields.values()}
    return Further(at, fields) if len(kinds) == 1 else None


@dataclass(frozen=True)
class Behind:
    """The records of one type behind the rows of a list, by id, and which of their fields are shown."""

    record_type: RecordType
    fields: dict[str, Field]
    rows: dict[int, Any]


def load_behind(columns: Iterable[Field], rows: Sequence[Any], actor: Actor) -> dict[str, list[Behind]]:
    """By reference what the rows refer to, as far as the actor may see it; a statement for each type."""
    wanted: dict[str, list[Further]] = {}
    for one in columns:
        if isinstance(one, Further):
            wanted.setdefault(one.at.name, []).append(one)
    found: dict[str, list[Behind]] = {}
    for name, group in wanted.items():
        pks = {pk for row in rows if (pk := group[0].id_in(row)) is not None}
        types = dict.fromkeys(type_name for one in group for type_name in one.ends)
        found[name] = [_read(registry.get(type_name), group, pks, actor) for type_name in types] if pks else []
    return found


def _read(record_type: RecordType, group: Sequence[Further], pks: set[int], actor: Actor) -> Behind:
    fields = {one.name: one for column in group if (one := column.ends.get(record_type.name))}
    query = Query(record_type, actor, sort="id", columns=tuple(fields), condition=Q(pk__in=pks), narrow=True)
    rows = list(in_order(query, sort_keys(query)))
    hide_unseen(rows, shown_fields(query))
    return Behind(record_type, fields, {row.pk: row for row in rows})


def refuse_unexportable(columns: Iterable[Field], actor: Actor) -> None:
    """Raises NotAllowed for a column of records that the actor may see but not take along."""
    for one in columns:
        for name in one.ends if isinstance(one, Further) else ():
            if not actor.may("export", name):
                told = {"column": one.label, "types": registry.get(name).label_plural}
                raise NotAllowed(_("Leave out the column “%(column)s”: you may not export “%(types)s”.") % told)
