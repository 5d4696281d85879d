"""The server's process: the lock file it leaves, whether it lives, starting and stopping it."""

import errno
import os
import re
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jantar.platform.database.binaries import Binaries
from jantar.platform.database.cluster import Cluster, durability
from jantar.platform.database.errors import (
    DamagedDirectory,
    DatabaseError,
    MissingPiece,
    NoPermission,
    NotRunning,
    PortInUse,
)

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 30
CRASHED_WAIT_SECONDS = 15
LAST_WORDS_SECONDS = 3


@dataclass(frozen=True)
class Running:
    """A live server process and the port it listens on."""

    pid: int
    port: int


def find_running(cluster: Cluster) -> Running | None:
    """Return the live server of this cluster; None when there is none or only a stale lock file."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
        pid, port = abs(int(lines[0])), int(lines[3])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return Running(pid, port) if _serves(pid, cluster.data) else None


def clear_stale_lock(cluster: Cluster) -> None:
    """Remove the lock file of a dead server whose process number another program has now.

    PostgreSQL itself only clears it when no process at all has that number.
    """
    if find_running(cluster) is None:
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)


def free_port() -> int:
    """Return a loopback port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def check_port(port: int) -> None:
    """Raise PortInUse when something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise NoPermission(f"No permission to listen on port {port}. Choose one above 1023.") from None
            raise PortInUse(
                f"Port {port} for the database is in use by another program. "
                "Stop that program or choose another port with JANTAR_DATABASE_PORT."
            ) from None


def launch(cluster: Cluster, binaries: Binaries) -> Running:
    """Start the server and wait until it answers; recovers by itself after a crash."""
    deadline = time.monotonic() + CRASHED_WAIT_SECONDS
    while True:
        output = _start(cluster, binaries)
        running = find_running(cluster)
        if output is None and running is not None:
            return running
        text = output or "the server ended right after its start"
        # Processes of a killed server need a moment to notice that it is gone.
        if not _still_shared(text) or time.monotonic() > deadline:
            raise _explain(text, cluster)
        time.sleep(0.2)


def halt(cluster: Cluster) -> None:
    """Stop the server: open transactions are rolled back, everything is written to disk."""
    running = find_running(cluster)
    if running is None:
        return
    for attempt in (signal.SIGINT, signal.SIGQUIT):
        try:
            os.kill(running.pid, attempt)
        except ProcessLookupError:
            return
        if _gone(cluster, running.pid):
            return
    raise NotRunning(f"The database server (process {running.pid}) did not stop within {2 * STOP_SECONDS} seconds.")


def _gone(cluster: Cluster, pid: int) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not _serves(pid, cluster.data):
            return True
        time.sleep(0.02)
    return False


def _start(cluster: Cluster, binaries: Binaries) -> str | None:
    """Run pg_ctl start; return None when it worked, else what the server said."""
    log = cluster.logs / "start.log"
    log.unlink(missing_ok=True)
    written = {one: one.stat().st_size for one in cluster.logs.glob("*.log")}
    options = " ".join(f"-c {name}={value}" for name, value in durability(cluster).items())
    command: list[str | Path] = [
        binaries.program("pg_ctl"),
        "start",
        "--wait",
        "--timeout",
        str(START_SECONDS),
        "--silent",
    ]
    command += ["--pgdata", cluster.data, "--log", log, "--options", options]
    result = cluster.account.run(command, env=binaries.env)
    if result.returncode == 0:
        return None
    return "\n".join([result.stdout.strip(), *_last_words(cluster, written)]).strip()


def _last_words(cluster: Cluster, written: Mapping[Path, int]) -> list[str]:
    """The last lines the server wrote since its logs had these sizes.

    The process that collects its messages may end after it: on a busy machine the reason has to be waited for.
    """
    deadline = time.monotonic() + LAST_WORDS_SECONDS
    while True:
        lines = [line for log in sorted(cluster.logs.glob("*.log")) for line in _since(log, written.get(log, 0))]
        if any(level in line for line in lines for level in ("FATAL", "PANIC")) or time.monotonic() > deadline:
            return lines[-24:]
        time.sleep(0.05)


def _since(log: Path, size: int) -> list[str]:
    content = log.read_bytes()
    return content[size if size <= len(content) else 0 :].decode(errors="replace").splitlines()


def _still_shared(text: str) -> bool:
    return "pre-existing shared memory block" in text


def _explain(text: str, cluster: Cluster) -> DatabaseError:
    if re.search(r"could not bind|Address already in use", text):
        return PortInUse(f"The port of the database is in use by another program:\n{text}")
    if "error while loading shared libraries" in text:
        return MissingPiece(f"PostgreSQL needs a system library that is missing:\n{text}")
    if "Permission denied" in text or "invalid permissions" in text or "wrong ownership" in text:
        return NoPermission(f"The database server may not use its files in {cluster.directory}:\n{text}")
    if _still_shared(text):
        return NotRunning(f"Processes of a killed database server still finish their work. Try again soon:\n{text}")
    if re.search(r"PANIC|FATAL|invalid .*(checkpoint|control)|could not (open|read|locate)", text):
        return DamagedDirectory(
            f"The database in {cluster.data} does not start, its files may be damaged. "
            f"Nothing was deleted; restore a backup if they are. The server said:\n{text}"
        )
    return NotRunning(f"The database server did not start within {START_SECONDS} seconds:\n{text}")


def _serves(pid: int, data: Path) -> bool:
    """Say whether this process is the PostgreSQL server of the data directory."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's process; PostgreSQL will decide
    if not Path("/proc/self").exists():
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return status != "Z" and Path(f"/proc/{pid}/cwd").resolve() == data.resolve()
    except OSError:
        return False
