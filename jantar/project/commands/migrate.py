"""jantar migrate"""

import argparse

from jantar.project.bootstrap import close_connections, running_database, set_up_django

HELP = "bring the database to this version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Needs none."""


def run(arguments: argparse.Namespace) -> int:
    """Apply migrations and install the triggers again."""
    with running_database():
        set_up_django()
        from django.core.management import call_command

        try:
            call_command("migrate", verbosity=1, interactive=False)
        finally:
            close_connections()
    return 0
