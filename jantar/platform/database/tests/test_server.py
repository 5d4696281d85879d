import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from jantar.platform import database
from jantar.platform.database import checks, process
from jantar.platform.database.cluster import existing_cluster

CountRows = Callable[[str], int]


def show(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SHOW {name}").fetchone()
    assert row is not None
    return str(row[0])


def test_a_new_server_is_durable_private_and_utf8(empty_dir: Path) -> None:
    info = database.start(empty_dir)

    wanted = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
        "password_encryption": "scram-sha-256",
    }
    with psycopg.connect(info.url) as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in wanted}  # type: ignore[index]
        provider = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        role = connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()
    assert found == wanted
    assert provider == ("b", "C.UTF-8")
    assert role == (False, True)


def test_passwords_are_random_and_readable_by_their_owner_only(empty_dir: Path) -> None:
    info = database.start(empty_dir)

    files = sorted(info.directory.glob("*.password"))
    assert [file.name for file in files] == ["jantar.password", "postgres.password"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert len({file.read_text() for file in files}) == 2
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://postgres:postgres@127.0.0.1:{info.port}/postgres")


def test_the_extensions_jantar_uses_can_be_made_without_a_superuser(empty_dir: Path) -> None:
    info = database.start(empty_dir)

    with psycopg.connect(info.url) as connection:
        for extension in ("pg_trgm", "unaccent", "btree_gin"):
            connection.execute(f"CREATE EXTENSION {extension}")
        assert connection.execute("SELECT unaccent('Łódź')").fetchone() == ("Lodz",)


def test_a_running_server_is_adopted_by_another_process_and_stopped_by_the_last(
    with_rows: database.ServerInfo, data_dir: Path
) -> None:
    script = (
        "import sys; from jantar.platform import database;"
        "info = database.start(sys.argv[1]); print(info.pid, flush=True);"
        "sys.stdin.read(); print(database.stop(sys.argv[1]))"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert int(other.stdout.readline()) == with_rows.pid

    assert database.stop(data_dir) is False
    assert database.status(data_dir) == with_rows
    output, _ = other.communicate("")
    assert output.strip() == "True"
    assert database.status(data_dir) is None


def test_a_server_whose_starter_was_killed_is_adopted(data_dir: Path) -> None:
    script = (
        "import sys, time; from jantar.platform import database;"
        "print(database.start(sys.argv[1]).pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()

    assert database.start(data_dir).pid == pid
    assert database.stop(data_dir) is True


def test_committed_rows_survive_a_kill_of_the_server(
    with_rows: database.ServerInfo, data_dir: Path, count_rows: CountRows
) -> None:
    os.kill(with_rows.pid, signal.SIGKILL)

    again = database.start(data_dir)

    assert again.pid != with_rows.pid
    assert count_rows(again.url) == 3


def test_a_kill_of_every_process_of_the_server_is_recovered_from(
    with_rows: database.ServerInfo, data_dir: Path, count_rows: CountRows
) -> None:
    children = Path(f"/proc/{with_rows.pid}/task/{with_rows.pid}/children").read_text().split()
    for pid in [with_rows.pid, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)

    assert count_rows(database.start(data_dir).url) == 3


def test_a_stale_lock_file_with_the_number_of_a_living_process_does_not_stop_the_start(
    with_rows: database.ServerInfo, data_dir: Path, count_rows: CountRows
) -> None:
    os.kill(with_rows.pid, signal.SIGKILL)
    lock_file = with_rows.directory / "cluster" / "postmaster.pid"
    lines = lock_file.read_text().splitlines()
    lock_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert database.status(data_dir) is None

    assert count_rows(database.start(data_dir).url) == 3


def test_a_crash_of_one_backend_is_waited_for(with_rows: database.ServerInfo, data_dir: Path) -> None:
    with psycopg.connect(with_rows.url) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        time.sleep(0.05)
        assert database.start(data_dir).pid == with_rows.pid
    assert show(with_rows.url, "fsync") == "on"


def test_a_running_server_that_is_not_durable_is_refused(with_rows: database.ServerInfo, data_dir: Path) -> None:
    admin = (with_rows.directory / "postgres.password").read_text().strip()
    database.stop(data_dir)
    cluster = existing_cluster(data_dir)
    assert cluster is not None
    (cluster.directory / "throwaway").touch()
    weak = database.start(data_dir, throwaway=True)
    assert show(f"postgresql://postgres:{admin}@127.0.0.1:{weak.port}/postgres", "fsync") == "off"
    (cluster.directory / "throwaway").unlink()

    with pytest.raises(database.NotDurable, match="fsync=off, full_page_writes=off, synchronous_commit=off"):
        database.start(data_dir)


def test_weak_settings_of_an_administrator_do_not_win(with_rows: database.ServerInfo, data_dir: Path) -> None:
    admin = (with_rows.directory / "postgres.password").read_text().strip()
    with psycopg.connect(
        f"postgresql://postgres:{admin}@127.0.0.1:{with_rows.port}/postgres", autocommit=True
    ) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
    database.stop(data_dir)

    assert show(database.start(data_dir).url, "fsync") == "on"


def test_a_directory_with_real_data_is_never_started_without_flushing(data_dir: Path) -> None:
    database.start(data_dir)
    database.stop(data_dir)

    with pytest.raises(database.NoPermission, match="holds real data"):
        database.start(data_dir, throwaway=True)
    assert database.status(data_dir) is None


def test_a_missing_control_file_is_told_and_nothing_is_touched(with_rows: database.ServerInfo, data_dir: Path) -> None:
    database.stop(data_dir)
    cluster = with_rows.directory / "cluster"
    (cluster / "global" / "pg_control").unlink()
    before = sorted(path.name for path in cluster.iterdir())

    with pytest.raises(database.DamagedDirectory, match="damaged: global/pg_control missing") as caught:
        database.start(data_dir)
    assert "Restore a backup" in str(caught.value)
    assert sorted(path.name for path in cluster.iterdir()) == before


def test_a_broken_control_file_is_told_with_the_words_of_the_server(
    with_rows: database.ServerInfo, data_dir: Path
) -> None:
    database.stop(data_dir)
    with (with_rows.directory / "cluster" / "global" / "pg_control").open("r+b") as file:
        file.write(b"\0" * 512)

    with pytest.raises(database.DamagedDirectory, match="does not start"):
        database.start(data_dir)


def test_a_directory_of_another_version_is_refused(with_rows: database.ServerInfo, data_dir: Path) -> None:
    database.stop(data_dir)
    (with_rows.directory / "cluster" / "PG_VERSION").write_text("16\n")

    with pytest.raises(database.WrongVersion, match=r"made by PostgreSQL 16, this Jantar brings PostgreSQL 18"):
        database.start(data_dir)


def test_a_port_in_use_is_told(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(database.PortInUse, match=f"Port {port} for the database is in use"):
            database.start(data_dir, port=port)
    assert database.start(data_dir, port=port).port == port


def test_a_free_port_taken_meanwhile_is_replaced(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        ports = iter([taken, process.free_port()])
        monkeypatch.setattr("jantar.platform.database.server.free_port", lambda: next(ports))
        assert database.start(data_dir).port != taken


def test_an_external_server_that_does_not_answer_is_told() -> None:
    port = process.free_port()
    with pytest.raises(database.NotRunning, match="does not answer"):
        database.check_external(f"postgresql://jantar@127.0.0.1:{port}/jantar")


def test_an_external_server_of_a_supported_version_passes(with_rows: database.ServerInfo) -> None:
    database.check_external(with_rows.url)


def test_a_too_old_external_server_is_refused_with_what_to_do(
    with_rows: database.ServerInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "OLDEST_VERSION", 19)
    message = "runs PostgreSQL 18.1; Jantar needs 19 or newer. Upgrade the server or change DATABASE_URL."
    with pytest.raises(database.WrongVersion, match=message):
        database.check_external(with_rows.url)


def test_stopping_twice_or_what_never_ran_is_no_error(data_dir: Path) -> None:
    assert database.stop(data_dir) is False
    database.start(data_dir)
    assert database.stop(data_dir) is True
    assert database.stop(data_dir) is False
