"""What we ask of any PostgreSQL server before we trust it with data."""

import re
import time

import psycopg

from jantar.platform.database.cluster import DURABLE
from jantar.platform.database.errors import NotDurable, NotRunning, WrongVersion

OLDEST_VERSION = 15
RECOVERY_SECONDS = 60


def check_external(url: str) -> None:
    """Check the server that DATABASE_URL names.

    Raises NotRunning when it does not answer, WrongVersion when it is older than 15.
    Behind PgBouncer the version asked for is the real server's.
    """
    with connect(url) as connection:
        check_version(connection)


def check_version(connection: psycopg.Connection) -> None:
    """Raise WrongVersion for a server older than 15."""
    row = connection.execute("SHOW server_version_num").fetchone()
    number = int(row[0]) if row else 0
    if number // 10000 < OLDEST_VERSION:
        raise WrongVersion(
            f"The database server runs PostgreSQL {number // 10000}.{number % 10000}; "
            f"Jantar needs {OLDEST_VERSION} or newer. Upgrade the server or change DATABASE_URL."
        )


def durability_problems(connection: psycopg.Connection) -> list[str]:
    """Return the settings, as `name=value`, with which confirmed changes can get lost."""
    problems = []
    for name, wanted in DURABLE.items():
        row = connection.execute(f"SHOW {name}").fetchone()
        value = str(row[0]) if row else "?"
        weak = value == "off" or (name != "synchronous_commit" and value != wanted)
        if weak:
            problems.append(f"{name}={value}")
    return problems


def check_embedded(url: str) -> None:
    """Raise NotDurable when the running embedded server could lose confirmed changes."""
    with connect(url) as connection:
        check_version(connection)
        problems = durability_problems(connection)
    if problems:
        raise NotDurable(
            f"The database server runs with {', '.join(problems)} and could lose data at a power cut. "
            "Jantar does not use it like this; stop that server and start again."
        )


def connect(url: str) -> psycopg.Connection:
    """Connect in autocommit mode; a server that is just recovering is waited for."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return psycopg.connect(url, connect_timeout=10, autocommit=True)
        except psycopg.OperationalError as error:
            busy = re.search(r"starting up|shutting down|recovery mode|not yet accepting", str(error))
            if not busy or time.monotonic() > deadline:
                raise NotRunning(f"The database server does not answer: {str(error).strip()}") from None
        time.sleep(0.1)
