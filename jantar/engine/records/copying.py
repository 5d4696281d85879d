"""Storing many rows of one table at once: COPY for new ones, one UPDATE for changed ones.

Triggers, constraints and defaults of the database hold as always; what Django's `bulk_create` does besides
(times set on saving, ids put on the instances) is done here too.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

NULL = "\\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Encode = Callable[[Any], str]


def copy_new(model: type[models.Model], records: Sequence[Any]) -> None:
    """Inserts the records and gives those without an id one; three statements for any number of rows.

    Raises TypeError for a model with a column type that is not known here.
    """
    columns = [(column.attname, encoder(column)) for column in model._meta.concrete_fields]
    stamps = [column for column in model._meta.concrete_fields if getattr(column, "auto_now", False)]
    stamps += [column for column in model._meta.concrete_fields if getattr(column, "auto_now_add", False)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in model._meta.concrete_fields)
    now = timezone.now()
    table = quote(model._meta.db_table)
    reserve_ids(model, records)
    with connection.cursor() as cursor:
        for record in records:
            for stamp in stamps:
                setattr(record, stamp.attname, now if isinstance(stamp, models.DateTimeField) else now.date())
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for record in records:
                values = record.__dict__
                copy.write("\t".join([encode(values[name]) for name, encode in columns]) + "\n")
    for record in records:
        record._state.adding = False
        record._state.db = connection.alias


def reserve_ids(model: type[models.Model], records: Sequence[Any]) -> None:
    """Gives the records without an id theirs before they are stored, so that others can refer to them."""
    fresh = [record for record in records if record.pk is None]
    with connection.cursor() as cursor:
        for record, pk in zip(fresh, _next_ids(cursor, model, len(fresh)), strict=True):
            record.pk = pk


def update_rows(model: type[models.Model], records: Sequence[Any], names: Sequence[str]) -> None:
    """Writes the named attributes of all records in one statement."""
    columns = {column.attname: str(column.column) for column in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    rows = [{"id": record.pk, **{columns[name]: getattr(record, name) for name in names}} for record in records]
    assigned = ", ".join(f"{quote(columns[name])} = new.{quote(columns[name])}" for name in names)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {assigned} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) new "  # noqa: S608
            f"WHERE {table}.id = new.id",
            [json.dumps(rows, default=_as_json)],
        )


def _next_ids(cursor: Any, model: type[models.Model], number: int) -> list[int]:
    pk = model._meta.pk
    assert pk is not None
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
        [connection.ops.quote_name(model._meta.db_table), pk.column, number],
    )
    return [pk for (pk,) in cursor.fetchall()]


def encoder(column: "models.Field[Any, Any]") -> Encode:
    """How a value of the column stands in a line of COPY."""
    while isinstance(column, models.ForeignKey):
        column = column.target_field
    for kind, encode in ENCODERS:
        if isinstance(column, kind):
            return encode
    raise TypeError(f"{type(column).__name__} can't be copied.")


def _text(value: str | None) -> str:
    if not value:
        return NULL if value is None else ""
    return value.translate(_ESCAPED) if _SPECIAL.search(value) else value


def _plain(value: object) -> str:
    return NULL if value is None else str(value)


def _date(value: date | None) -> str:
    return NULL if value is None else value.isoformat()


def _boolean(value: bool | None) -> str:
    return NULL if value is None else "t" if value else "f"


def _json(value: object) -> str:
    if value == {}:
        return "{}"
    return NULL if value is None else json.dumps(value, default=_as_json).translate(_ESCAPED)


def _array(value: Sequence[str] | None) -> str:
    if not value:
        return NULL if value is None else "{}"
    words = (word.replace("\\", "\\\\").replace('"', '\\"') for word in value)
    return _text("{" + ",".join(f'"{word}"' for word in words) + "}")


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be written as JSON.")


ENCODERS: list[tuple[type[Any], Encode]] = [
    (models.CharField, _text),
    (models.TextField, _text),
    (models.BooleanField, _boolean),
    (models.DateField, _date),
    (models.IntegerField, _plain),
    (models.AutoField, _plain),
    (models.DecimalField, _plain),
    (models.FloatField, _plain),
    (models.JSONField, _json),
    (ArrayField, _array),
]
