"""Who uses a server: file locks, which the system releases when a process dies in any way."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_held: dict[Path, tuple[int, int]] = {}  # users file -> (descriptor, number of holds)


@contextmanager
def starting(directory: Path) -> Iterator[None]:
    """Keep other processes from starting or stopping the same server meanwhile."""
    descriptor = _open(directory / "start.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def hold(directory: Path) -> None:
    """Register this process as a user of the server; may be called several times."""
    path = directory / "users.lock"
    descriptor, count = _held.get(path, (-1, 0))
    if count == 0:
        descriptor = _open(path)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held[path] = (descriptor, count + 1)


def release(directory: Path) -> bool:
    """Take one registration back; return whether nobody uses the server any more."""
    path = directory / "users.lock"
    descriptor, count = _held.get(path, (-1, 0))
    if count > 1:
        _held[path] = (descriptor, count - 1)
        return False
    if count == 1:
        os.close(descriptor)
        del _held[path]
    return unused(directory)


def unused(directory: Path) -> bool:
    """Say whether no process is registered as a user."""
    descriptor = _open(directory / "users.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
