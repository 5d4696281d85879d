"""The statement that gives the values of a roll-up, and what tells it from that of another."""

from hashlib import md5
from typing import Any

from django.db import connection
from django.db.models import DateField, DateTimeField

from jantar.engine.fields.formulas.terms import Term
from jantar.engine.records.record_type import RecordType

#: To be raised when tables and triggers are made otherwise than before: what is there is built anew.
VERSION = 1


def digest_of(sql: str, type: str) -> str:
    return md5(f"{VERSION} {type} {sql}".encode(), usedforsecurity=False).hexdigest()[:8]


def compiled(term: Term, record_type: RecordType) -> tuple[str, Any]:
    """The values of a roll-up for every row of its table, whichever type it is of."""
    model: Any = record_type.model._meta.concrete_model
    rows = model._base_manager.order_by().annotate(rolled_up=term.sql).values_list("pk", "rolled_up")
    return rows.query.sql_with_params()  # type: ignore[no-any-return]


def literal(sql: str, parameters: Any) -> str:
    """The statement with its values in their places."""
    return str(connection.ops.compose_sql(sql, parameters))  # type: ignore[attr-defined]


def type_of(term: Term) -> str:
    kind = term.sql.output_field  # type: ignore[attr-defined]
    if isinstance(kind, DateTimeField):
        return "timestamptz"
    return "date" if isinstance(kind, DateField) else "numeric"
