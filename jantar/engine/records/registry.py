"""All record types by name. Modules register theirs when Django starts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Model

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.switches import MODULE_OF_TYPE
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType


@dataclass(frozen=True)
class Relation:
    """Rows that point to a record: records of another type, or parts. `column` is what holds the record's id.

    `where` tells apart what else points through the same column: links to records of other types. `own` is the
    custom field that points; then `column` is its key.
    """

    name: str
    column: str
    record_type: RecordType | None = None
    part: Part | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    own: RecordOf | RecordsOf | None = None


class Registry:
    def __init__(self) -> None:
        self._types: dict[str, RecordType] = {}

    def register(self, *record_types: RecordType) -> None:
        for record_type in record_types:
            if record_type.name in self._types:
                raise ValueError(f"There are two record types named {record_type.name}.")
            self._types[record_type.name] = record_type
            MODULE_OF_TYPE[record_type.name] = record_type.model._meta.app_label
        for cached in ("_by_table", "_relations"):
            self.__dict__.pop(cached, None)

    def unregister(self, name: str) -> None:
        """For tests that bring their own types."""
        del self._types[name]
        for cached in ("_by_table", "_relations"):
            self.__dict__.pop(cached, None)

    def get(self, name: str) -> RecordType:
        """Raises KeyError for an unknown name."""
        return self._types[name]

    def __contains__(self, name: object) -> bool:
        return name in self._types

    def all(self) -> Iterator[RecordType]:
        return iter(self._types.values())

    def types_of(self, model: type[Model]) -> list[RecordType]:
        """The types kept in a model: one, or several when the model is shared through proxies."""
        own = [record_type for record_type in self._types.values() if record_type.model is model]
        return own or self._by_table.get(model._meta.db_table, [])

    def led_to(self, field: Field) -> list[RecordType]:
        """The types whose records a field refers to, as far as one can look into them; none of any other field."""
        if isinstance(field, RecordOf | RecordsOf):
            return [self._types[field.target_type]] if field.target_type in self._types else []
        return self.types_of(field.target) if isinstance(field, Reference) else []

    def type_of(self, record: Model) -> RecordType:
        """The type of one row. Raises LookupError when its model is no record type."""
        for record_type in self._by_table.get(record._meta.db_table, []):
            if record_type.fits(record):
                return record_type
        raise LookupError(f"{type(record).__name__} is no record type.")

    def relations(self, record_type: RecordType) -> dict[str, Relation]:
        """What points to the records of this type, by the name filters use."""
        return self._relations[record_type.name]

    @cached_property
    def _by_table(self) -> dict[str, list[RecordType]]:
        found: dict[str, list[RecordType]] = {}
        for record_type in self._types.values():
            found.setdefault(record_type.model._meta.db_table, []).append(record_type)
        return found

    @cached_property
    def _relations(self) -> dict[str, dict[str, Relation]]:
        found: dict[str, dict[str, Relation]] = {name: {} for name in self._types}
        for pointing in self._types.values():
            self._add_links(found, pointing)
            for column in pointing.own_fields.values():
                if not isinstance(column, Reference) or column.target._meta.db_table not in self._by_table:
                    continue
                for target in self.types_of(column.target):
                    name = self._relation_name(found[target.name], pointing, column.name)
                    found[target.name][name] = Relation(name, column.name, record_type=pointing)
        for record_type in self._types.values():
            for part in record_type.parts:
                found[record_type.name][part.name] = Relation(part.name, part.parent, part=part)
        return found

    def _add_links(self, found: dict[str, dict[str, Relation]], pointing: RecordType) -> None:
        """What the type links to through keys of any record, on itself or in its parts, points to every type."""
        for name, path in link_paths(pointing):
            for target in self._types.values():
                relation = self._relation_name(found[target.name], pointing, name)
                found[target.name][relation] = Relation(
                    relation, f"{path}_id", record_type=pointing, where={f"{path}_type": target.name}
                )

    @staticmethod
    def _relation_name(taken: dict[str, Any], pointing: RecordType, column: str) -> str:
        """The plural name of the pointing type; its second reference to the same target is told apart by column."""
        return f"{pointing.name}.{column}" if pointing.name in taken else pointing.name


def link_paths(record_type: RecordType) -> Iterator[tuple[str, str]]:
    """Name and query path of each key of any record in the parts of a type and on the type itself."""
    for part in record_type.parts:
        for column in part.fields.values():
            if isinstance(column, AnyRecord):
                yield part.name, f"{part.back}__{column.name}"
    for column in record_type.own_fields.values():
        if isinstance(column, AnyRecord):
            yield column.name, column.name


registry = Registry()
