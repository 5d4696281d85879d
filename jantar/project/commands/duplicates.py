"""jantar duplicates"""

import argparse
import json
import sys

from jantar.project.bootstrap import CommandError, actor_of, add_user, ready_django

HELP = "look for records that are there twice"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar duplicates TYPE [--limit N]"""
    parser.add_argument("type", help="plural name of the record type, such as companies")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="tell at most so many pairs (100)")
    add_user(parser, "looks")


def run(arguments: argparse.Namespace) -> int:
    """Go through all records and print the open pairs as JSON, likeliest first; the page shows them too."""
    with ready_django():
        _look(arguments)
    return 0


def _look(arguments: argparse.Namespace) -> None:
    from jantar.engine.duplicates import services
    from jantar.engine.duplicates.scanning import scan_all
    from jantar.engine.records.errors import NotAllowed
    from jantar.engine.records.registry import registry

    known = [one.name for one in registry.all() if one.duplicates]
    if arguments.type not in known:
        raise CommandError(f"There are no duplicates of {arguments.type} to look for. There are: {', '.join(known)}")
    record_type, actor = registry.get(arguments.type), actor_of(arguments.user)
    try:
        services.refuse_unless_may_clean(record_type, actor)
    except NotAllowed as error:
        raise CommandError(str(error)) from None
    records = scan_all(record_type, tell=lambda done: print(f"{done} records", file=sys.stderr))
    found = services.pairs_of(record_type, actor, limit=max(arguments.limit, 0))
    pairs = [
        {
            "ids": [record.pk for record in one.records],
            "titles": [str(record) for record in one.records],
            "points": one.likeness.points,
            "reasons": one.likeness.reasons,
        }
        for one in found
    ]
    print(json.dumps({"type": record_type.name, "records": records, "pairs": pairs}, ensure_ascii=False, indent=1))
