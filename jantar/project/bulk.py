"""Storing many rows at once by COPY, past the write path: for made-up data only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.utils import timezone


def copy_rows(model: type[Model], rows: Sequence[Mapping[str, Any]], ids: Sequence[int] | None = None) -> list[int]:
    """Store rows given as column values by attribute name ("owner_id") and return their ids, in order.

    What a row leaves out takes the default of its field; without `ids` new ones are taken. Triggers on the table
    fire once.
    """
    ids = reserve_ids(model, len(rows)) if ids is None else list(ids)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" (id, {columns}) FROM STDIN') as copy,
    ):
        for pk, row in zip(ids, rows, strict=True):
            copy.write_row([pk, *_prepared(fields, row)])
    return ids


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Take `count` ids from the sequence of the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _prepared(fields: Iterable["Field[Any, Any]"], row: Mapping[str, Any]) -> Iterable[Any]:
    for field in fields:
        value = row[field.attname] if field.attname in row else _default(field)
        yield field.get_db_prep_save(value, connection)


def _default(field: "Field[Any, Any]") -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return field.get_default()
