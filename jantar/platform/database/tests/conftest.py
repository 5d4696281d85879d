"""Data directories that the server's user can reach, stopped and removed after each test."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from jantar.platform import database


@pytest.fixture
def data_dir() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="jantar-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    if (path / "database").exists():
        database.stop(path, force=True)
    link = path / "database"
    if link.is_symlink():
        shutil.rmtree(link.resolve())
    shutil.rmtree(path)


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
    info = database.start(data_dir)
    with psycopg.connect(info.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 3) AS number")
    return info


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="switches to another user, which only root may")
