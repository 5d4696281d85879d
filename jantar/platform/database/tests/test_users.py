"""The server under different operating system users."""

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from jantar.platform import database
from jantar.platform.database.tests.conftest import needs_root

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[4]
START_AND_STOP = (
    "import os, sys; from jantar.platform import database\n"
    "try:\n"
    "    info = database.start(sys.argv[1])\n"
    "    print(info.user, os.stat(f'/proc/{info.pid}').st_uid)\n"
    "    print(database.stop(sys.argv[1]))\n"
    "except database.DatabaseError as error:\n"
    "    print(type(error).__name__, error)\n"
)


@pytest.fixture(scope="session")
def python() -> list[str]:
    """A Python that the user nobody can run; root's own often lies below /root."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            result = as_nobody([candidate, "-c", "import psycopg, jantar.platform.database"], None)
        except OSError:
            continue
        if result.returncode == 0:
            return [candidate]
    pytest.skip("no Python that an unprivileged user can run with this checkout")


def as_nobody(command: list[str], home: str | None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command,
        env=env | ({"HOME": home} if home else {}),
        cwd="/",
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )


def run_as_nobody(python: list[str], data_dir: Path, home: str | None = None) -> str:
    result = as_nobody([*python, "-c", START_AND_STOP, str(data_dir)], home)
    return result.stdout + result.stderr


@needs_root
def test_root_runs_the_server_as_an_unprivileged_user(empty_dir: Path) -> None:
    info = database.start(empty_dir)

    owner = Path(f"/proc/{info.pid}").stat().st_uid
    assert owner != 0
    assert (info.directory / "cluster").stat().st_uid == owner
    assert info.user != "root"


@needs_root
def test_root_with_a_private_data_directory_gets_a_place_the_server_can_reach() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as parent:
        data_dir = Path(parent) / "private"
        info = database.start(data_dir)
        try:
            assert (data_dir / "database").is_symlink()
            assert (data_dir / "database").resolve() == info.directory
            assert info.directory.parent == Path("/var/lib/jantar")
            assert database.start(data_dir).pid == info.pid
            database.stop(data_dir, force=True)
            (data_dir / "database").unlink()
            anew = database.start(data_dir)
            assert anew.directory != info.directory, "a data directory made anew must not find old data"
            subprocess.run(["rm", "-r", str(info.directory)], check=True)
            info = anew
        finally:
            database.stop(data_dir, force=True)
            subprocess.run(["rm", "-r", str(info.directory)], check=True)


@needs_root
@pytest.mark.parametrize("home", [None, "/nonexistent"])
def test_an_unprivileged_user_without_a_home_runs_the_server_as_itself(
    empty_dir: Path, python: list[str], home: str | None
) -> None:
    os.chown(empty_dir, NOBODY, NOBODY)

    lines = run_as_nobody(python, empty_dir, home).splitlines()

    assert lines == [f"nobody {NOBODY}", "True"]


@needs_root
def test_root_continues_what_an_unprivileged_user_began(empty_dir: Path, python: list[str]) -> None:
    os.chown(empty_dir, NOBODY, NOBODY)
    run_as_nobody(python, empty_dir)

    assert database.start(empty_dir).user == "nobody"


@needs_root
def test_the_directory_of_somebody_else_is_refused_with_what_to_do(data_dir: Path, python: list[str]) -> None:
    database.start(data_dir)
    database.stop(data_dir)
    data_dir.chmod(0o777)

    output = run_as_nobody(python, data_dir)

    assert output.startswith(f"NoPermission No permission for {data_dir}/database")
    assert "--data-dir or JANTAR_DATA_DIR" in output


@needs_root
def test_a_place_that_cannot_be_written_is_refused(data_dir: Path, python: list[str]) -> None:
    output = run_as_nobody(python, data_dir / "new")

    assert output.startswith(f"NoPermission No permission for {data_dir}/new")
