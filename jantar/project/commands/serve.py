"""jantar serve"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.error import URLError
from urllib.request import urlopen

from jantar.platform import database
from jantar.project.bootstrap import CommandError, close_connections, data_dir, running_database, set_up_django
from jantar.project.commands.web import check_port, here, tell_address
from jantar.project.environment import LANGUAGES
from jantar.project.process import end_with_parent

HELP = "run everything on this machine: database, web server and worker"
START_SECONDS = 60
STOP_SECONDS = 15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and with which data."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--demo", action="store_true", help="fill an empty database with a demo company")
    parser.add_argument(
        "--language", choices=LANGUAGES,
        help="what a new installation and its demo company speak (JANTAR_LANGUAGE)",
    )  # fmt: skip
    parser.add_argument("--reload", action="store_true", help="for development: restart when code changes")


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl+C or SIGTERM."""
    check_port(arguments.host, arguments.port)
    tell_address(arguments.host, arguments.port)
    if arguments.language:
        os.environ["JANTAR_LANGUAGE"] = arguments.language
    signal.signal(signal.SIGTERM, _interrupt)
    with running_database() as server:
        sign_ins = _make_ready(demo=arguments.demo)
        tree = ProcessTree(_commands(arguments), server)
        try:
            tree.start()
            tree.wait_for_answer(f"{here(arguments.host, arguments.port)}/healthz")
            _greet(arguments, sign_ins)
            tree.watch()
        except KeyboardInterrupt:
            print("Stopping …", flush=True)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            tree.stop()
    return 0


class ProcessTree:
    """The child processes; one that ends by itself is started again."""

    def __init__(self, commands: list[list[str]], server: database.ServerInfo | None) -> None:
        self._commands = commands
        self._server = server
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all children."""
        self._children = [_spawn(command) for command in self._commands]

    def wait_for_answer(self, address: str) -> None:
        """Wait until the web server answers."""
        deadline = time.monotonic() + START_SECONDS
        while not _answers(address):
            if any(child.poll() is not None for child in self._children):
                raise CommandError("A part of Jantar ended at its start; its message is above.")
            if time.monotonic() > deadline:
                raise CommandError(f"The web server did not answer within {START_SECONDS} seconds.")
            time.sleep(0.05)

    def watch(self) -> None:
        """Restart the database and children that end, until interrupted."""
        while True:
            time.sleep(0.5)
            if self._server is not None and database.status(data_dir()) is None:
                print("The database server ended; starting it again.", file=sys.stderr)
                database.revive(data_dir(), self._server.port)
            for index, child in enumerate(self._children):
                if child.poll() is not None:
                    print(f"A process ended with code {child.returncode}; starting it again.", file=sys.stderr)
                    time.sleep(1)
                    self._children[index] = _spawn(self._commands[index])

    def stop(self) -> None:
        """Ask all children to end, and end those that do not in time."""
        for child in self._children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _commands(arguments: argparse.Namespace) -> list[list[str]]:
    jantar = [sys.executable, "-m", "jantar"]
    where = ["--host", arguments.host, "--port", str(arguments.port)]
    web = [*jantar, "web", *where]
    if arguments.reload:
        web = [*jantar, "manage", "runserver", f"{arguments.host}:{arguments.port}"]
    return [web, [*jantar, "worker"]]


def _spawn(command: list[str]) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own, so that Ctrl+C reaches us first; it ends when we die."""
    return subprocess.Popen(command, start_new_session=True, preexec_fn=end_with_parent)


def _make_ready(*, demo: bool) -> list[str]:
    """Apply migrations, collect assets and fill the demo; return the sign-ins to print."""
    set_up_django()
    from django.conf import settings
    from django.core.management import call_command

    from jantar.project import first_run
    from jantar.project.assets import collect_assets
    from jantar.project.health import pending_migrations

    try:
        if pending_migrations():
            print("Preparing the database …", flush=True)
            call_command("migrate", verbosity=0, interactive=False)
        first_run.speak(settings.COMPANY_LANGUAGE)
        collect_assets()
        return _demo_sign_ins() if demo else []
    finally:
        close_connections()


def _demo_sign_ins() -> list[str]:
    from jantar.project import demo

    fill: Callable[[], list[str]] | None = getattr(demo, "fill_demo", None)
    if fill is None:
        raise CommandError("This version of Jantar has no demo company.")
    return fill()


def _greet(arguments: argparse.Namespace, sign_ins: list[str]) -> None:
    print(f"\nJantar runs at {here(arguments.host, arguments.port)}/ with data in {data_dir()}")
    for line in sign_ins:
        print(f"  {line}")
    print("Stop it with Ctrl+C.", flush=True)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as response:  # noqa: S310 (our own address)
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
