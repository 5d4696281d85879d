"""Data directories that the server's user can reach, stopped and removed after each test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from jantar.platform import database


@contextmanager
def made_and_removed() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="jantar-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    if (path / "database").exists():
        database.stop(path, force=True)
    shutil.rmtree(path)


@pytest.fixture
def empty_dir() -> Iterator[Path]:
    """A data directory without anything in it."""
    with made_and_removed() as path:
        yield path


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A data directory made once, with three committed rows in the table `kept`."""
    with made_and_removed() as path:
        info = database.start(path)
        with psycopg.connect(info.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 3) AS number")
        database.stop(path)
        yield path


@pytest.fixture
def data_dir(template: Path) -> Iterator[Path]:
    """A data directory with a stopped server, copied from the template."""
    with made_and_removed() as path:
        subprocess.run(["cp", "-a", str(template / "database"), str(path)], check=True)
        yield path


@pytest.fixture
def count_rows() -> Callable[[str], int]:
    def count(url: str) -> int:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])

    return count


@pytest.fixture
def with_rows(data_dir: Path) -> database.ServerInfo:
    """A running server with three committed rows in the table `kept`."""
    return database.start(data_dir)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="switches to another user, which only root may")
