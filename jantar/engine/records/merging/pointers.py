"""What points to the records of a type: found in the models, so that nothing has to be listed by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import F, ForeignKey, Model, Q, UniqueConstraint

from jantar.engine.history.models import Change
from jantar.engine.records.database import tracked_tables
from jantar.engine.records.models import Moved
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


@dataclass(frozen=True)
class Pointing:
    """A column that holds ids of records: a foreign key, or half of a key of any record (then with `type_column`).

    `owner` is the type whose records its rows are, or are parts of; `part` the part. Changes of tables that are
    `tracked` are in the history; what moves in others is noted by the merge itself.
    """

    model: type[Model]
    name: str
    column: str
    type_column: str = ""
    owner: RecordType | None = None
    part: Part | None = None
    tracked: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def unique_with(self) -> list[list[str]]:
        """The other columns of each rule by which a row may point to a record only once."""
        own = (self.column, self.type_column)
        return [
            [name for name in columns if name not in own]
            for columns in unique_sets(self.model)
            if self.column in columns
        ]


def pointing_to(record_type: RecordType) -> Iterator[Pointing]:
    """Every column of any table that may hold ids of records of this type.

    Left out are the type's own parts, which are united, and its traces, which tell what happened to that record.
    """
    table = record_type.model._meta.db_table
    own = {part.model._meta.db_table: part.parent for part in (*record_type.parts, *record_type.traces)}
    for pointing in all_pointing():
        points_here = pointing.type_column or target_of(pointing) == table
        if points_here and own.get(pointing.table) != pointing.name:
            yield pointing


def all_pointing() -> Iterator[Pointing]:
    """Every foreign key to a table of records, and every key of any record."""
    records = {one.model._meta.db_table: one for one in registry.all()}
    parts = {part.model._meta.db_table: (one, part) for one in registry.all() for part in (*one.traces, *one.parts)}
    tracked = {one.table for one in tracked_tables()}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.proxy or not meta.managed or model in (Change, Moved):
            continue
        owner, part = parts.get(meta.db_table, (records.get(meta.db_table), None))
        about: dict[str, Any] = {"owner": owner, "part": part, "tracked": meta.db_table in tracked}
        for column in meta.concrete_fields:
            if isinstance(column, ForeignKey) and column.related_model._meta.db_table in records:
                yield Pointing(model, column.name, str(column.column), **about)
        for key in getattr(model, "key_fields", ()):
            yield Pointing(model, key.name, key.columns[1], key.columns[0], **about)


def target_of(pointing: Pointing) -> str:
    """The table a foreign key points to."""
    column: Any = pointing.model._meta.get_field(pointing.name)
    return str(column.related_model._meta.db_table)


def unique_sets(model: type[Model]) -> Iterator[Sequence[str]]:
    """The columns of each rule of a table that its rows must not repeat; rules for some rows only are left out."""
    meta = model._meta
    named = [one.fields for one in meta.constraints if isinstance(one, UniqueConstraint) and one.condition is None]
    named += [tuple(fields) for fields in meta.unique_together]
    named += [(column.name,) for column in meta.concrete_fields if column.unique and not column.primary_key]
    for names in named:
        yield [str(meta.get_field(name).column) for name in names]  # type: ignore[union-attr]


def unique_when_filled(model: type[Model]) -> Iterator[Sequence[str]]:
    """The columns of each rule for the rows in which one of them, a text, is not empty; spellings count as one."""
    for one in model._meta.constraints:
        if isinstance(one, UniqueConstraint) and one.condition is not None:
            names = one.fields or [name for part in one.expressions for name in named_in(part)]
            if any(one.condition == ~Q(**{name: ""}) for name in names):
                yield [str(model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]


def named_in(expression: Any) -> Iterator[str]:
    if isinstance(expression, F):
        yield str(getattr(expression, "name"))  # noqa: B009 - the types of Django do not know it
    for inner in getattr(expression, "get_source_expressions", list)():
        yield from named_in(inner)
