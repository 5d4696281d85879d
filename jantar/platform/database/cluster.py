"""The files of one server: where they lie, how they are made, what the server is told."""

import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from jantar.platform.database.account import Account, choose_account
from jantar.platform.database.binaries import MAJOR_VERSION, Binaries
from jantar.platform.database.errors import DamagedDirectory, MissingPiece, NoPermission, WrongVersion

ROLE = "jantar"
SUPERUSER = "postgres"
ROOT_STORE = Path("/var/lib/jantar")
ZONES = Path("/usr/share/zoneinfo/Europe/Prague")
MARK_THROWAWAY = "throwaway"
NEEDED = ("PG_VERSION", "global/pg_control", "base", "pg_wal", "pg_xact")
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass(frozen=True)
class Cluster:
    """The directory `database` in a data directory; `data` is what PostgreSQL calls PGDATA."""

    directory: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.directory / "cluster"

    @property
    def logs(self) -> Path:
        return self.directory / "log"

    @property
    def is_throwaway(self) -> bool:
        """Made by a test run: may run without flushing to disk."""
        return (self.directory / MARK_THROWAWAY).is_file()

    def password(self, role: str = ROLE) -> str:
        """Return the password of a role, making a random one the first time."""
        path = self.directory / f"{role}.password"
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            return _new_secret(path)
        except PermissionError:
            raise NoPermission(_belongs_to_other(path)) from None


def open_cluster(data_dir: Path, *, throwaway: bool = False) -> Cluster:
    """Find or make the directories of the server for this data directory.

    When root runs us and the server's own user cannot reach the data directory (below /root
    for instance), `database` becomes a link to a directory under /var/lib/jantar.
    """
    home = data_dir / "database"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        account = choose_account(home / "cluster")
        fresh = not home.exists()
        if fresh:
            _make_home(home, account)
        cluster = Cluster(home.resolve(), account)
        if fresh and throwaway:
            (cluster.directory / MARK_THROWAWAY).touch()
        _check_access(cluster)
    except PermissionError as error:
        raise NoPermission(_belongs_to_other(Path(error.filename or home))) from None
    return cluster


def existing_cluster(data_dir: Path) -> Cluster | None:
    """Return the cluster of this data directory, or None when none was ever made."""
    home = data_dir / "database"
    if not home.is_dir():
        return None
    home = home.resolve()
    return Cluster(home, choose_account(home / "cluster"))


def initialise(cluster: Cluster, binaries: Binaries) -> bool:
    """Make the cluster when there is none; return whether it was made.

    Raises DamagedDirectory or WrongVersion for a directory that we cannot start.
    """
    if cluster.data.is_dir() and any(cluster.data.iterdir()):
        _check_complete(cluster)
        return False
    _check_machine()
    scratch = Path(tempfile.mkdtemp(prefix=".initdb-", dir=cluster.directory))
    try:
        _run_initdb(cluster, binaries, scratch)
        (scratch / "data").rename(cluster.data)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True


def write_settings(cluster: Cluster, port: int) -> None:
    """Write the server's configuration; it is ours, not a place for local changes."""
    values = _settings(cluster, port)
    lines = ["# Written by Jantar at every start. Use ALTER SYSTEM for changes of your own."]
    lines += [f"{name} = '{value}'" for name, value in values.items()]
    path = cluster.data / "postgresql.conf"
    path.write_text("\n".join(lines) + "\n")
    cluster.account.give(path)
    path.chmod(0o600)


def durability(cluster: Cluster) -> dict[str, str]:
    """Settings that decide whether a confirmed change survives a power cut."""
    return FAST if cluster.is_throwaway else DURABLE


def _make_home(home: Path, account: Account) -> None:
    if account.switch and not account.can_enter(home.parent):
        ROOT_STORE.mkdir(parents=True, exist_ok=True, mode=0o711)
        real = Path(tempfile.mkdtemp(prefix="database-", dir=ROOT_STORE))
        try:
            home.symlink_to(real)
        except FileExistsError:  # another process of ours was faster
            real.rmdir()
    else:
        home.mkdir(mode=0o711, exist_ok=True)
    for directory in (home, home / "log"):
        directory.mkdir(exist_ok=True, mode=0o711)
        directory.chmod(0o711)
    account.give(home / "log")


def _check_access(cluster: Cluster) -> None:
    mine = cluster.directory
    if not os.access(mine, os.R_OK | os.W_OK | os.X_OK):
        raise NoPermission(_belongs_to_other(mine))
    if cluster.data.is_dir() and not cluster.account.switch and cluster.data.stat().st_uid != os.geteuid():
        raise NoPermission(_belongs_to_other(cluster.data))
    if cluster.account.switch and not cluster.account.can_enter(mine):
        raise NoPermission(
            f"The database runs as the user {cluster.account.name}, who cannot reach {mine}. "
            "Make its parent directories searchable (chmod o+x) or choose another data directory."
        )


def _check_complete(cluster: Cluster) -> None:
    version_file = cluster.data / "PG_VERSION"
    if version_file.is_file():
        found = version_file.read_text().strip()
        if found != str(MAJOR_VERSION):
            raise WrongVersion(
                f"The data directory {cluster.data} was made by PostgreSQL {found}, "
                f"this Jantar brings PostgreSQL {MAJOR_VERSION}. Start the version that made it and move "
                "the data with `pg_dump` and `pg_restore`, or run `pg_upgrade`."
            )
    missing = [name for name in NEEDED if not (cluster.data / name).exists()]
    if missing:
        raise DamagedDirectory(
            f"The data directory {cluster.data} is damaged: {', '.join(missing)} missing. "
            "Nothing was changed in it. Restore a backup, or move it away to start empty."
        )


def _check_machine() -> None:
    if not ZONES.exists():
        raise MissingPiece("The machine has no time zone data. Install the package `tzdata`.")


def _run_initdb(cluster: Cluster, binaries: Binaries, scratch: Path) -> None:
    password_file = scratch / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(cluster.password(SUPERUSER))
    for path in (scratch, password_file):
        cluster.account.give(path)
    command: list[str | Path] = [binaries.program("initdb"), "--pgdata", scratch / "data", "--username", SUPERUSER]
    command += ["--pwfile", password_file, "--auth", "scram-sha-256", "--encoding", "UTF8"]
    command += ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    command += ["--data-checksums", "--no-instructions"] + (["--no-sync"] if cluster.is_throwaway else [])
    result = cluster.account.run(command, env=binaries.env)
    if result.returncode != 0:
        raise initdb_failed(result.stdout)


def initdb_failed(output: str) -> MissingPiece | NoPermission | DamagedDirectory:
    """Turn what initdb printed into the error to raise."""
    text = output.strip()
    if "error while loading shared libraries" in text:
        return MissingPiece(f"PostgreSQL needs a system library that is missing:\n{text}")
    if "Permission denied" in text:
        return NoPermission(f"The database could not be created:\n{text}")
    return DamagedDirectory(f"The database could not be created:\n{text}")


def _settings(cluster: Cluster, port: int) -> dict[str, str | int]:
    memory = _memory_mib()
    return {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 100,
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{min(max(memory // 8, 32), 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 128)}MB",
        "work_mem": f"{min(max(memory // 256, 4), 32)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 32), 512)}MB",
        "dynamic_shared_memory_type": "posix" if _shared_memory_mib() >= 256 else "mmap",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "default_text_search_config": "pg_catalog.simple",
        "logging_collector": "on",
        "log_directory": cluster.logs.as_posix(),
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_truncate_on_rotation": "on",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": 0,
        # In tests nothing is committed: autovacuum would note tables of 100,000 rows as empty, and plans go astray.
        "autovacuum": "off" if cluster.is_throwaway else "on",
        **durability(cluster),
    }


def _memory_mib() -> int:
    """Memory of the machine, or of the container when that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            total = min(total, int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue
    return total // 2**20


def _shared_memory_mib() -> int:
    try:
        usage = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return 0
    return usage.f_frsize * usage.f_bavail // 2**20


def _new_secret(path: Path) -> str:
    secret = secrets.token_urlsafe(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
    return secret


def _belongs_to_other(path: Path) -> str:
    return (
        f"No permission for {path}. Run Jantar as the user who made this data directory, "
        "or choose another one with --data-dir or JANTAR_DATA_DIR."
    )
