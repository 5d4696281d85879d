"""Reading a kept roll-up: the column of its table, joined to the records by their id.

The table has a row for every record, so an inner join loses none; of an outer one no index could give the order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from django.db.models.expressions import Col, Combinable, Expression
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import Join

from jantar.engine.fields.formulas.terms import Term
from jantar.engine.fields.sources import Computed
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.kept.statement import compiled, digest_of, literal, type_of
from jantar.engine.records.record_type import RecordType

_anew: ContextVar[bool] = ContextVar("measuring_anew", default=False)


@contextmanager
def measuring_anew() -> Iterator[None]:
    """Expressions made inside measure, whatever is kept: for rows that are not those of the table."""
    token = _anew.set(True)
    try:
        yield
    finally:
        _anew.reset(token)


def from_kept(term: Term, source: Computed, record_type: RecordType, actor: Actor, prefix: str) -> Term:
    """The roll-up read from its table, where that holds what the definition says today; else as it is.

    The past and what a reference leads to are measured.
    """
    if not source.kept_in or prefix or actor.as_of or _anew.get():
        return term
    if not source.kept_in.endswith(f"_{digest_of(literal(*compiled(term, record_type)), type_of(term))}"):
        return term
    return replace(term, sql=Kept(source.kept_in, record_type.model._meta.db_table, term.sql))


class Kept(Expression):
    """The value that the table `name` holds of a row of the table `of`; `measured` where no join is possible."""

    def __init__(self, name: str, of: str, measured: Combinable) -> None:
        super().__init__(output_field=measured.output_field)  # type: ignore[attr-defined]
        self.name = name
        self.of = of
        self.measured: Any = measured

    def resolve_expression(
        self, query: Any = None, allow_joins: bool = True, reuse: Any = None, summarize: bool = False,
        for_save: bool = False,
    ) -> Any:  # fmt: skip
        if not allow_joins or query.model is None or query.model._meta.db_table != self.of:
            return self.measured.resolve_expression(query, allow_joins, reuse, summarize, for_save)
        alias = query.join(KeptJoin(self.name, query.get_initial_alias()))
        value = self.output_field.clone()
        value.set_attributes_from_name("value")
        value.model = None  # type: ignore[assignment]
        return Col(alias, value)


class KeptJoin(Join):
    """What Django joins tables by, for one without a model."""

    filtered_relation = None
    nullable = False

    def __init__(self, name: str, parent_alias: str, table_alias: str | None = None, join_type: str = INNER) -> None:
        self.table_name = name
        self.parent_alias = parent_alias
        self.table_alias = table_alias
        self.join_type = join_type
        #: Subqueries beside it look here whether it stands in the statement under another name.
        table = SimpleNamespace(_meta=SimpleNamespace(db_table=name))
        self.join_field = SimpleNamespace(related_model=table)  # type: ignore[assignment]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        table, alias, parent = (
            compiler.quote_name_unless_alias(name) for name in (self.table_name, self.table_alias, self.parent_alias)
        )
        named = table if alias == table else f"{table} {alias}"
        return f"{self.join_type} {named} ON ({parent}.id = {alias}.id)", ()

    def relabeled_clone(self, change_map: dict[Any, str]) -> "KeptJoin":
        alias = self.table_alias
        return KeptJoin(
            self.table_name,
            change_map.get(self.parent_alias, self.parent_alias),
            change_map.get(alias, alias) if alias else None,
            self.join_type,
        )

    @property
    def identity(self) -> tuple[Any, ...]:
        return (type(self), self.table_name, self.parent_alias)

    def promote(self) -> "KeptJoin":
        return self  # nothing leads to the table but the records themselves

    def demote(self) -> "KeptJoin":
        return self
