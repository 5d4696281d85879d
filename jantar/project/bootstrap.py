"""What every command needs before Django: a checked environment and a database that runs."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jantar.platform import database
from jantar.project import environment

if TYPE_CHECKING:
    from jantar.engine.permissions.actor import Actor
    from jantar.platform.accounts.models import User


#: What every command ends with, besides 130 when it is interrupted.
DONE, REFUSED, USAGE, IN_PART = 0, 1, 2, 3
EXIT_CODES = (
    "Exit codes: 0 done; 1 refused or failed, the message says why; 2 wrong use of the command; "
    "3 done in part: rows were refused, or something was left as it is; 130 interrupted."
)


class CommandError(Exception):
    """Ends a command; the message is for the person at the terminal."""

    code = REFUSED


class UsageError(CommandError):
    """What was asked for makes no sense, whatever the data is."""

    code = USAGE


def common_arguments() -> argparse.ArgumentParser:
    """Arguments that every command takes."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--data-dir", metavar="DIRECTORY", default=argparse.SUPPRESS, help="where data is kept (JANTAR_DATA_DIR)"
    )
    return parser


def prepare(arguments: argparse.Namespace) -> None:
    """Check the environment and put what the command line says into it."""
    found = environment.problems(os.environ)
    if found:
        raise CommandError("Please correct the environment:\n" + "\n".join(f"  {problem}" for problem in found))
    if getattr(arguments, "data_dir", None):
        os.environ["JANTAR_DATA_DIR"] = str(Path(arguments.data_dir).absolute())
    os.environ.setdefault("JANTAR_DATA_DIR", str(Path.cwd() / ".jantar"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jantar.project.settings")


def data_dir() -> Path:
    """The data directory in use."""
    return Path(os.environ["JANTAR_DATA_DIR"])


@contextmanager
def running_database() -> Iterator[database.ServerInfo | None]:
    """Have a database while the block runs: the one of DATABASE_URL, else the embedded server.

    Yields what is known about the embedded server.
    """
    if os.environ.get("DATABASE_URL"):
        database.check_external(os.environ["DATABASE_URL"])
        yield None
        return
    port = os.environ.get("JANTAR_DATABASE_PORT")
    info = database.start(data_dir(), port=int(port) if port else None)
    os.environ["DATABASE_URL"] = info.url
    try:
        yield info
    finally:
        del os.environ["DATABASE_URL"]
        database.stop(data_dir())


@contextmanager
def ready_django() -> Iterator[None]:
    """Have a database and Django on it while the block runs; models can be imported inside."""
    with running_database():
        set_up_django()
        try:
            yield
        finally:
            close_connections()


def set_up_django() -> None:
    """Load settings and apps. Commands import models only after this."""
    import django

    try:
        django.setup()
    except PermissionError as error:
        raise CommandError(
            f"No permission for {error.filename}. Choose another data directory with --data-dir or JANTAR_DATA_DIR."
        ) from None


def close_connections() -> None:
    """Give all database connections back, so that an embedded server can stop at once."""
    if "django.db" not in sys.modules:
        return
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


def active_user(email: str) -> "User":
    """The user for whom a command acts. Raises CommandError when nobody active has the address."""
    from jantar.platform.accounts.models import User

    user: User | None = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user with the e-mail {email}. Add one with: jantar user add")
    return user


def add_user(parser: argparse.ArgumentParser, does: str) -> None:
    """The argument `--user` of commands that act within somebody's rights."""
    help_text = f"who {does}: their rights hold (default: the first administrator)"
    parser.add_argument("--user", default="", metavar="EMAIL", help=help_text)


def actor_of(email: str) -> "Actor":
    """The actor of an active user; of the first administrator when none is named."""
    from jantar.engine.permissions.actor import actor_for
    from jantar.platform.accounts.models import User

    if email:
        return actor_for(active_user(email))
    administrator: User | None = User.objects.filter(is_admin=True, is_active=True).order_by("pk").first()
    if administrator is None:
        raise CommandError("There is no active administrator. Add one with: jantar user add")
    return actor_for(administrator)
