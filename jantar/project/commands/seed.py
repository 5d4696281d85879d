"""jantar seed"""

import argparse
from datetime import UTC, date, datetime

from jantar.project.bootstrap import CommandError, UsageError, ready_django

HELP = "add synthetic records, for trying out how Jantar copes with many"
_MOST = 50_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar seed --people N --companies N --deals N --entries N --seed S [--today DATE]"""
    for name, help_text in (
        ("people", "persons"),
        ("companies", "companies"),
        ("deals", "deals"),
        ("entries", "activities on timelines"),
    ):
        parser.add_argument(f"--{name}", type=_count, default=0, metavar="N", help=f"how many {help_text}")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="equal seeds give equal data")
    parser.add_argument(
        "--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day all dates lie before (today)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Seed the database and tell each step."""
    if not (arguments.people or arguments.companies or arguments.deals or arguments.entries):
        raise UsageError("Say how many, for example: jantar seed --people 10000 --companies 3000")
    if arguments.deals and not arguments.companies:
        raise UsageError("Deals need companies: add --companies.")
    if arguments.entries and not arguments.people:
        raise UsageError("Entries need people: add --people.")
    with ready_django():
        _seed(arguments)
    return 0


def _seed(arguments: argparse.Namespace) -> None:
    from jantar.project.health import pending_migrations
    from jantar.project.seed.run import Sizes, seed_database

    if pending_migrations():
        raise CommandError("The database is not up to date. Run first: jantar migrate")
    sizes = Sizes(arguments.people, arguments.companies, arguments.deals, arguments.entries)
    today = arguments.today or datetime.now(UTC).date()
    seed_database(sizes, seed=arguments.seed, today=today, report=lambda line: print(line, flush=True))


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST:
        raise argparse.ArgumentTypeError(f"{number} is not between 0 and {_MOST}")
    return number
