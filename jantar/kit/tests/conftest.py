"""A connection to a real PostgreSQL for the few pure helpers that have a twin in SQL."""

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest

from jantar.kit.text import create_fold_sql

FoldInSql = Callable[[list[str]], list[str]]


@pytest.fixture(scope="session")
def fold_in_sql() -> Iterator[FoldInSql]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(create_fold_sql())

        def run(texts: list[str]) -> list[str]:
            rows = connection.execute(
                "SELECT jantar_fold(t) FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n",
                [texts],
            )
            return [row[0] for row in rows]

        yield run
        connection.rollback()
