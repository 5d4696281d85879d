"""jantar manage"""

import argparse

from jantar.project.bootstrap import ready_django

HELP = "run a management command of Django, for example: jantar manage shell"
TAKES_ANYTHING = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the name goes to Django."""
    parser.add_argument("name")


def run(arguments: argparse.Namespace) -> int:
    """Run the command with a database."""
    with ready_django():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["jantar manage", arguments.name, *arguments.rest])
    return 0
