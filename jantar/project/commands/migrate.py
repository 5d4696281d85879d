"""jantar migrate"""

import argparse

from jantar.project.bootstrap import ready_django

HELP = "bring the database to this version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Needs none."""


def run(arguments: argparse.Namespace) -> int:
    """Apply migrations and install the triggers again."""
    with ready_django():
        from django.core.management import call_command

        call_command("migrate", verbosity=1, interactive=False)
    return 0
