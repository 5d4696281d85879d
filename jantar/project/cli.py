"""The command `jantar`. Each subcommand is a module in `jantar.project.commands`."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

from psycopg.errors import UndefinedColumn, UndefinedTable

from jantar.platform.database import DatabaseError
from jantar.project import commands
from jantar.project.bootstrap import DONE, EXIT_CODES, REFUSED, CommandError, common_arguments, prepare


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; return the exit code (`bootstrap.EXIT_CODES`)."""
    arguments, rest = build_parser().parse_known_args(argv)
    command: ModuleType = arguments.command_module
    if rest and not getattr(command, "TAKES_ANYTHING", False):
        build_parser().parse_args(argv)
    arguments.rest = rest
    try:
        prepare(arguments)
        return int(command.run(arguments) or DONE)
    except (CommandError, DatabaseError) as error:
        print(f"jantar: {error}", file=sys.stderr)
        return error.code if isinstance(error, CommandError) else REFUSED
    except Exception as error:
        if not _lacks_a_table(error):
            raise
        wrong = str(error).partition("\n")[0]
        print(f"jantar: The database does not fit this version ({wrong}). Run first: jantar migrate", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return 130


def _lacks_a_table(error: BaseException) -> bool:
    return isinstance(error.__cause__, UndefinedTable | UndefinedColumn)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all subcommands."""
    parser = argparse.ArgumentParser(
        prog="jantar", description="An open-source CRM. Start it with: jantar serve --demo", epilog=EXIT_CODES
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for info in sorted(pkgutil.iter_modules(commands.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{commands.__name__}.{info.name}")
        name = info.name.rstrip("_")
        subparser = subparsers.add_parser(
            name, help=module.HELP, description=module.HELP, epilog=EXIT_CODES, parents=[common_arguments()]
        )
        subparser.set_defaults(command_module=module)
        module.add_arguments(subparser)
    return parser
