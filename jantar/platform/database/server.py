"""Start, share, look at and stop the embedded server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from jantar.platform.database import lock
from jantar.platform.database.binaries import prepare
from jantar.platform.database.checks import check_embedded, connect
from jantar.platform.database.cluster import (
    ROLE,
    SUPERUSER,
    Cluster,
    existing_cluster,
    initialise,
    open_cluster,
    write_settings,
)
from jantar.platform.database.errors import NoPermission, NotRunning, PortInUse
from jantar.platform.database.process import (
    HOST,
    Running,
    check_port,
    clear_stale_lock,
    find_running,
    free_port,
    halt,
    launch,
)

DYING_SECONDS = 10


@dataclass(frozen=True)
class ServerInfo:
    """A running embedded server."""

    url: str
    port: int
    pid: int
    directory: Path
    user: str


def start(data_dir: Path | str, *, port: int | None = None, throwaway: bool = False) -> ServerInfo:
    """Start the server of this data directory, or join the one that runs already.

    This process counts as a user of the server until it calls `stop` or ends. Without a port
    a free one is taken. `throwaway` makes a server without flushing to disk, for test data
    only; it holds for new data directories and is refused for one with real data.
    Raises a DatabaseError with a message for the person at the terminal.
    """
    cluster = open_cluster(Path(data_dir).absolute(), throwaway=throwaway)
    if throwaway and not cluster.is_throwaway:
        raise NoPermission(f"{cluster.directory} holds real data; a test server is not started in it.")
    with lock.starting(cluster.directory), _held(cluster):
        running = _adopt(cluster) or _launch(cluster, port)
        _make_role_and_database(cluster, running)
        info = _info(cluster, running)
        if not cluster.is_throwaway:
            check_embedded(info.url)
    return info


def revive(data_dir: Path | str, port: int) -> bool:
    """Start a server again that died, on its old port; return whether that was needed.

    For the owner of a process tree whose other processes know the address already.
    """
    cluster = open_cluster(Path(data_dir).absolute())
    with lock.starting(cluster.directory):
        if _adopt(cluster) is not None:
            return False
        _launch(cluster, port)
    return True


def stop(data_dir: Path | str, *, force: bool = False) -> bool:
    """Say that this process is done; return whether the server was stopped.

    The last user stops it. With `force` it stops although others use it.
    """
    cluster = existing_cluster(Path(data_dir).absolute())
    if cluster is None:
        return False
    with lock.starting(cluster.directory):
        last = lock.release(cluster.directory)
        if not (last or force) or find_running(cluster) is None:
            return False
        halt(cluster)
    return True


def status(data_dir: Path | str) -> ServerInfo | None:
    """Return the running server of this data directory, or None."""
    cluster = existing_cluster(Path(data_dir).absolute())
    running = find_running(cluster) if cluster else None
    return _info(cluster, running) if cluster and running else None


def running_url(data_dir: Path | str) -> str | None:
    """Return the address for DATABASE_URL of the running server, or None."""
    info = status(data_dir)
    return info.url if info else None


@contextmanager
def _held(cluster: Cluster) -> Iterator[None]:
    lock.hold(cluster.directory)
    try:
        yield
    except BaseException:
        if lock.release(cluster.directory):
            halt(cluster)
        raise


def _adopt(cluster: Cluster) -> Running | None:
    """Return the server that runs already; one that was just killed takes a moment to die."""
    deadline = time.monotonic() + DYING_SECONDS
    while (running := find_running(cluster)) is not None:
        try:
            connect(_url(cluster, running, SUPERUSER)).close()
            return running
        except NotRunning:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)
    return None


def _launch(cluster: Cluster, port: int | None) -> Running:
    if port is not None:
        check_port(port)
    binaries = prepare(cluster.directory)
    initialise(cluster, binaries)
    clear_stale_lock(cluster)
    write_settings(cluster, port or free_port())
    try:
        return launch(cluster, binaries)
    except PortInUse:  # somebody took the free port in between
        if port is not None:
            raise
        write_settings(cluster, free_port())
        return launch(cluster, binaries)


def _make_role_and_database(cluster: Cluster, running: Running) -> None:
    """Make the role and database Jantar uses; the role may make databases but is no superuser."""
    password = cluster.password(ROLE)
    with connect(_url(cluster, running, SUPERUSER)) as connection:
        if not _exists(connection, "pg_roles", "rolname"):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(_name(), password))
        if not _exists(connection, "pg_database", "datname"):
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(_name(), _name()))


def _exists(connection: psycopg.Connection, catalogue: str, column: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(catalogue), sql.Identifier(column))
    return connection.execute(query, [ROLE]).fetchone() is not None


def _name() -> sql.Identifier:
    return sql.Identifier(ROLE)


def _info(cluster: Cluster, running: Running) -> ServerInfo:
    url = _url(cluster, running, ROLE)
    return ServerInfo(url, running.port, running.pid, cluster.directory, cluster.account.name)


def _url(cluster: Cluster, running: Running, role: str) -> str:
    database = ROLE if role == ROLE else "postgres"
    return f"postgresql://{role}:{cluster.password(role)}@{HOST}:{running.port}/{database}"
