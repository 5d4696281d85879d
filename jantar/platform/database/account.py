"""Which operating system user the server runs as. PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "jantar"
FALLBACK_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The user that owns the cluster; `switch` says whether we must change to it."""

    uid: int
    gid: int
    name: str
    switch: bool

    def run(
        self, command: Sequence[str | Path], env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this user from / and return its output (stderr in stdout)."""
        result: subprocess.CompletedProcess[str] = subprocess.run(
            [str(part) for part in command],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **(env or {})},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            **self._identity(),  # type: ignore[call-overload]
        )
        return result

    def give(self, path: Path) -> None:
        """Make this user the owner of the path."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, directory: Path) -> bool:
        """Say whether this user can reach files in the directory (all parents searchable)."""
        return self.run(["/bin/sh", "-c", 'cd "$0"', directory]).returncode == 0

    def _identity(self) -> dict[str, object]:
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def choose_account(cluster: Path) -> Account:
    """Return the user for the server.

    Not root: ourselves. Root: the owner of the existing cluster, else the user `jantar`,
    made when it does not exist, else one of the unprivileged users every system has.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), _name(os.geteuid()), switch=False)
    if cluster.is_dir():
        owner = cluster.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid, _name(owner.st_uid), switch=True)
    entry = _find(SYSTEM_USER) or _make(SYSTEM_USER) or next(filter(None, map(_find, FALLBACK_USERS)))
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switch=True)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        return None
    shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
    subprocess.run(
        [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", shell, name],
        capture_output=True,
        check=False,
    )
    return _find(name)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
