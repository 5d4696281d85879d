"""`jantar serve` and the other commands, as a person runs them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from jantar.platform import database
from jantar.platform.database.process import free_port

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jantar-test-", dir="/tmp") as path:
        Path(path).chmod(0o755)
        yield Path(path)
        database.stop(path, force=True)


def jantar(*arguments: str, data_dir: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    env = ENVIRONMENT | {"JANTAR_DATA_DIR": str(data_dir)} | more
    command = [sys.executable, "-m", "jantar", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


def execute(statement: str, data_dir: Path) -> None:
    info = database.start(data_dir)
    try:
        with psycopg.connect(info.url) as connection:
            connection.execute(statement)
    finally:
        database.stop(data_dir)


class Serving:
    """A running `jantar serve`."""

    def __init__(self, data_dir: Path) -> None:
        self.port = free_port()
        self.output: list[str] = []
        command = [sys.executable, "-m", "jantar", "serve", "--port", str(self.port), "--data-dir", str(data_dir)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if "Stop it with" in line:
                break

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as response:
                return bool(json.load(response)["migrations"] == "ok")
        except OSError:
            return False

    def children(self) -> list[int]:
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in text.split()]


@pytest.fixture
def serve(data_dir: Path) -> Iterator[Callable[[], Serving]]:
    started: list[Serving] = []

    def start() -> Serving:
        started.append(Serving(data_dir))
        return started[-1]

    yield start
    for serving in started:
        if serving.process.poll() is None:
            serving.process.terminate()
            serving.process.wait(30)
        assert serving.process.stdout is not None
        serving.process.stdout.close()


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


Serve = Callable[[], Serving]


@pytest.mark.capability("N24")
def test_it_starts_tells_its_address_and_stops_with_everything_on_sigterm(serve: Serve, data_dir: Path) -> None:
    serving = serve()
    assert f"Jantar runs at http://127.0.0.1:{serving.port}/" in "".join(serving.output)
    assert serving.ready()
    children = serving.children()
    assert len(children) == 2
    for pid in children:  # links in pages and in mails, which a worker writes
        assert f"JANTAR_ADDRESS=http://127.0.0.1:{serving.port}" in Path(f"/proc/{pid}/environ").read_text().split("\0")

    serving.process.send_signal(signal.SIGTERM)

    assert serving.process.wait(30) == 0
    assert database.status(data_dir) is None
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def seconds_to_serve(serve: Serve) -> float:
    began = time.monotonic()
    serving = serve()
    assert serving.ready()
    seconds = time.monotonic() - began
    serving.process.terminate()
    serving.process.wait(30)
    return seconds


def test_an_existing_database_is_served_within_five_seconds(serve: Serve) -> None:
    assert any(seconds_to_serve(serve) < 5 for _attempt in range(5))  # other tests may run beside


def test_database_and_web_server_are_started_again_when_they_die(serve: Serve, data_dir: Path) -> None:
    serving = serve()
    server = database.status(data_dir)
    assert server is not None

    os.kill(server.pid, signal.SIGKILL)
    wait_for(lambda: (again := database.status(data_dir)) is not None and again.pid != server.pid)
    wait_for(serving.ready)
    killed = serving.children()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(serving.children()) == 2 and not set(serving.children()) & set(killed))
    wait_for(serving.ready)


def test_children_end_when_it_is_killed_and_the_next_one_takes_over_the_database(serve: Serve, data_dir: Path) -> None:
    serving = serve()
    children = serving.children()
    serving.process.kill()
    serving.process.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    left = database.status(data_dir)
    assert left is not None

    assert serve().ready()
    taken = database.status(data_dir)
    assert taken is not None
    assert taken.pid == left.pid


def test_a_port_in_use_is_told_before_anything_starts(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = jantar("serve", "--port", str(port), data_dir=data_dir)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"jantar: Port {port} on 127.0.0.1 cannot be used")
    assert database.status(data_dir) is None


def test_a_wrong_environment_is_told(data_dir: Path) -> None:
    result = jantar("doctor", data_dir=data_dir, JANTAR_MAIL_PORT="x", JANTAR_MIAL_HOST="y")

    assert result.returncode == 1
    assert "JANTAR_MAIL_PORT must be a whole number from 1 to 65535." in result.stderr
    assert "JANTAR_MIAL_HOST is not known. Is JANTAR_MAIL_HOST meant?" in result.stderr


def test_a_user_is_added_once_and_gets_a_token_that_is_printed_alone(data_dir: Path) -> None:
    jantar("migrate", data_dir=data_dir)
    added = jantar("user", "add", "Eva@Example.com", "--name", "Eva Nová", "--admin", data_dir=data_dir)
    assert re.fullmatch(r"eva@example\.com can sign in\. Password: \S{16}\n", added.stdout)
    again = jantar("user", "add", "eva@example.com", "--name", "Eva", data_dir=data_dir)
    assert (again.returncode, again.stdout) == (1, "")
    assert "already exists" in again.stderr

    token = jantar("token", "create", "--user", "eva@example.com", data_dir=data_dir)
    assert re.fullmatch(r"jantar_[\w-]{43}\n", token.stdout)
    unknown = jantar("token", "create", "--user", "nobody@example.com", data_dir=data_dir)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "no active user with the e-mail nobody@example.com" in unknown.stderr


def test_a_database_that_was_never_set_up_is_told_with_what_to_do() -> None:
    with tempfile.TemporaryDirectory(prefix="jantar-test-", dir="/tmp") as path:
        Path(path).chmod(0o755)
        archive = Path(path, "company.zip")
        archive.write_bytes(b"")
        try:
            refused = jantar("import", "--all", str(archive), data_dir=Path(path))
            found = jantar("doctor", data_dir=Path(path))
        finally:
            database.stop(Path(path), force=True)
    assert (refused.returncode, refused.stdout) == (1, "")
    told = (
        r'jantar: The database does not fit this version \(relation ".+" does not exist\). Run first: jantar migrate\n'
    )
    assert re.fullmatch(told, refused.stderr)
    assert found.returncode == 1
    assert "run `jantar migrate`" in found.stdout
    assert "Traceback" not in found.stderr


def test_the_doctor_finds_a_healthy_installation_and_what_is_missing(data_dir: Path) -> None:
    jantar("migrate", data_dir=data_dir)
    execute("DELETE FROM procrastinate_workers", data_dir)
    healthy = jantar("doctor", data_dir=data_dir)
    assert healthy.returncode == 0, healthy.stdout
    assert "ok      durability: fsync, full_page_writes and synchronous_commit are on" in healthy.stdout
    assert "warning jobs: no worker runs, 0 jobs wait; start `jantar worker`" in healthy.stdout

    execute("DROP TRIGGER history_update ON contacts_party", data_dir)
    broken = jantar("doctor", data_dir=data_dir)
    assert broken.returncode == 1
    assert "ERROR   history: triggers missing on contacts_party; run `jantar migrate`" in broken.stdout

    jantar("migrate", data_dir=data_dir)
    assert jantar("doctor", data_dir=data_dir).returncode == 0


def test_a_database_that_does_not_answer_is_told(data_dir: Path) -> None:
    url = f"postgresql://jantar@127.0.0.1:{free_port()}/jantar"
    result = jantar("migrate", data_dir=data_dir, DATABASE_URL=url)

    assert result.returncode == 1
    assert result.stderr.startswith("jantar: The database server does not answer:")
