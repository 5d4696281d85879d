"""Pieces of SQL that draw from lists and fill the columns of a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.db import connection
from django.db.models import Field, Model
from psycopg import sql

#: Clears the sign of a hash.
_POSITIVE = 9223372036854775807


@dataclass(frozen=True, slots=True)
class Draw:
    """Pseudo-random expressions over the row number `n`; equal for equal seed, part and salt."""

    seed: int
    part: str

    def number(self, salt: str, n: str = "n") -> str:
        """A whole number of 63 bits."""
        return f"(hashint8extended({n}, {crc32(f'{self.seed} {self.part} {salt}'.encode())}) & {_POSITIVE})"

    def below(self, limit: int | str, salt: str, n: str = "n") -> str:
        """A whole number from 0 up to but not including `limit`."""
        return f"({self.number(salt, n)} % {limit})"

    def share(self, salt: str) -> str:
        """A number from 0 up to 1."""
        return f"({self.below(1_000_000, salt)} / 1000000.0::float8)"

    def pick(self, array: str, salt: str, n: str = "n") -> str:
        """An element of the array column; equal salts pick at equal places."""
        return f"{array}[1 + {self.below(f'cardinality({array})', salt, n)}]"

    def one_of(self, values: Mapping[Any, int], salt: str, n: str = "n") -> str:
        """One of the constants, as often as its weight in percent says."""
        spread = [value for value, weight in values.items() for _ in range(weight)]
        return f"({literal(spread)}::text[])[1 + {self.below(len(spread), salt, n)}]"


def literal(value: Any) -> str:
    """A constant as SQL."""
    text: str = sql.Literal(value).as_string(connection.connection)
    return text


def insert(model: type[Model], values: Mapping[str, str], source: str) -> int:
    """Insert rows from `source` (what follows SELECT ... ) and return how many.

    `values` are SQL expressions by column; other columns get the default of their field.
    """
    expressions = dict(values)
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if column not in expressions and not field.primary_key:
            expressions[column] = _default(field)
    columns = ", ".join(f'"{column}"' for column in expressions)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {", ".join(expressions.values())} {source}'
        )
        return int(cursor.rowcount)


def next_id(model: type[Model]) -> int:
    """The id before the first free one."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{model._meta.db_table}"')
        return int(cursor.fetchone()[0])


def move_sequence(model: type[Model]) -> None:
    """Let the sequence of the table go on after the greatest id."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT greatest(max(id), 1) FROM \"{table}\"))"
        )


def _default(field: "Field[Any, Any]") -> str:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()"
    value = field.get_db_prep_save(field.get_default(), connection)
    return f"{literal(value)}::{field.db_type(connection)}"
