"""Parts: rows that belong to one record and share its rights, its page and its history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.functional import Promise

from jantar.engine.fields.base import Field
from jantar.engine.fields.from_model import fields_of

if TYPE_CHECKING:
    from jantar.engine.permissions.actor import Actor


@dataclass(frozen=True)
class Part:
    """Rows of `model` that point to their record by `parent`, such as the phone numbers of a person.

    Written as a whole: the list given replaces the list stored; a row with an `id` is kept and changed.
    `main` names a boolean column that exactly one row has set, or one for each value of `main_per` (a main phone
    and a main e-mail).
    """

    name: str
    model: type[Model]
    parent: str
    label: str | Promise
    main: str | None = None
    main_per: str | None = None
    #: Columns of the record that repeat those of its main row (its address).
    main_from: tuple[str, ...] = ()
    order: tuple[str, ...] = ("id",)
    hidden: frozenset[str] = frozenset()
    columns: tuple[str, ...] = field(default=())
    #: For parts that hold further values of a field of the record (its second phone): what a row for that
    #: field starts with, by the name of the field; `value` is the column the value goes to.
    more_of: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    value: str = "value"
    #: Columns that tell a row from others of its record, where more than the same row again would be twice: an import
    #: adds no row for whom there is one, and what that one says stays.
    known_by: tuple[str, ...] = ()
    #: Whether an import stores the rows before the type's own step, which follows from them.
    comes_first: bool = False
    #: For rows that are links: what a column of lists with the first linked record is called; without, none is offered.
    column: "str | Promise" = ""
    #: Whether the short form of a new record asks for its rows, too.
    is_essential: bool = False

    @cached_property
    def fields(self) -> dict[str, Field]:
        found = fields_of(self.model, skip=frozenset({"id", self.parent}) | self.hidden)
        return {name: found[name] for name in self.columns} if self.columns else found

    @property
    def back(self) -> str:
        """By which name queries go from a record to its rows."""
        parent: Any = self.model._meta.get_field(self.parent)
        return str(parent.related_query_name())

    def repeats(self, record: Any, row: Any) -> bool:
        """Whether a row tells nothing that the record's own fields do not tell: its main phone without a note."""
        said = next(
            (start for column, start in self.more_of.items() if getattr(record, column) == getattr(row, self.value)
             and all(getattr(row, name) == value for name, value in start.items())), None
        )  # fmt: skip
        if said is None:
            return False
        told = {*said, self.value, self.main}
        return all(one.is_empty(one.read(row)) for name, one in self.fields.items() if name not in told)

    def rows(self, record_ids: list[int], actor: "Actor | None" = None) -> dict[int, list[Any]]:
        """The rows of several records by record id, each in the part's order; one statement.

        For an actor, referenced records that the actor may not see are marked as hidden.
        """
        from jantar.engine.records.sight import hide_unseen  # which knows all types and their parts

        loaded = self._in_order(self._read(record_ids, actor))
        if actor:
            hide_unseen(loaded, self.fields)
        found: dict[int, list[Any]] = {pk: [] for pk in record_ids}
        for row in loaded:
            found[getattr(row, f"{self.parent}_id")].append(row)
        return found

    def _read(self, record_ids: list[int], actor: "Actor | None") -> Any:
        from jantar.engine.records.sight import load_references, with_sight  # which know all types and their parts
        from jantar.engine.records.written import read

        def rows(**of: Any) -> Any:
            fields = self.fields.values()
            found = load_references(self.model._default_manager.filter(**of), fields, actor)
            return with_sight(found, fields, actor) if actor else found

        if actor and len(record_ids) == 1:
            name = "part", self.model._meta.db_table, self.name
            return read(name, actor, lambda key: rows(**{self.parent: key}), record_ids)
        return rows(**{f"{self.parent}__in": record_ids})

    def _in_order(self, rows: Iterable[Any]) -> list[Any]:
        """Sorted here: records have few rows, and an ORDER BY costs Django more than they do."""
        found = list(rows)
        for name in reversed(self.order):
            found.sort(key=attrgetter(name.removeprefix("-")), reverse=name.startswith("-"))
        return found
