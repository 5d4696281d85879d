"""jantar doctor"""

import argparse

from jantar.platform.database import DatabaseError
from jantar.project.bootstrap import close_connections, running_database, set_up_django

HELP = "check this installation; the exit code is 1 when something is wrong"
SIGNS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Needs none."""


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each check."""
    try:
        with running_database():
            return _report()
    except DatabaseError as error:
        print(f"{SIGNS['error']} database: {error}")
        return 1


def _report() -> int:
    set_up_django()
    from jantar.project.health import diagnose

    worst = 0
    try:
        for finding in diagnose():
            print(f"{SIGNS[finding.level]} {finding.name}: {finding.message}")
            worst = max(worst, finding.level == "error")
    finally:
        close_connections()
    return worst
