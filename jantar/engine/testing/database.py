"""Pytest plugin: a throw-away embedded server for the tests when DATABASE_URL is not set.

Loaded with `-p` so that it runs before pytest-django reads the settings. The data directory
`.jantar/test` in the checkout is kept between runs; the server lives as long as a run.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from jantar.platform import database
from jantar.platform.database.cluster import ROLE, SUPERUSER, existing_cluster
from jantar.platform.database.process import HOST

DATA_DIR = Path(__file__).resolve().parents[3] / ".jantar" / "test"
_started = False


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Start or join the server before pytest-django sets Django up, and say where it is."""
    os.environ.setdefault("JANTAR_DATA_DIR", str(DATA_DIR))
    if not os.environ.get("DATABASE_URL"):
        _start()
    return (yield)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Exchange rates, statements and what caches hold are kept per process; tests are not to see those of another."""
    from django.core.cache import caches

    from jantar.engine.fields.rates import kept_rate
    from jantar.engine.records import written

    written.forget()
    kept_rate.cache_clear()
    for cache in caches.all():
        cache.clear()


def pytest_unconfigure() -> None:
    """Stop the server unless another run uses it."""
    global _started
    if _started:
        _started = False
        database.stop(DATA_DIR)


def _start() -> None:
    global _started
    try:
        info = database.start(DATA_DIR, throwaway=True)
    except database.DatabaseError as error:
        raise pytest.UsageError(f"The test database did not start. {error}") from error
    os.environ["DATABASE_URL"] = info.url
    _started = True
    _let_triggers_rest(info)


def _let_triggers_rest(info: database.ServerInfo) -> None:
    """Allows the tests' role to switch triggers off, by which tables are emptied; the privilege stays."""
    cluster = existing_cluster(DATA_DIR)
    assert cluster is not None
    password = cluster.password(SUPERUSER)
    with psycopg.connect(
        host=HOST, port=info.port, user=SUPERUSER, password=password, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")
