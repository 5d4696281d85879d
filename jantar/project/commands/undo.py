"""jantar undo"""

import argparse
import json

from jantar.project.bootstrap import DONE, IN_PART, CommandError, actor_of, add_user, ready_django

HELP = "take back everything one operation did"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar undo OPERATION [--dry-run]"""
    parser.add_argument("operation", type=int, help="its number, as the import or the history tells it")
    parser.add_argument("--dry-run", action="store_true", help="only count what would happen")
    add_user(parser, "takes it back")


def run(arguments: argparse.Namespace) -> int:
    """Print what was taken back and what stayed, as JSON. What was changed since stays as it is."""
    with ready_django():
        return _undo(arguments)


def _undo(arguments: argparse.Namespace) -> int:
    from django.db import transaction

    from jantar.engine.records.errors import NotAllowed, NotFound
    from jantar.engine.records.undo import NotUndoable, undo

    actor = actor_of(arguments.user)
    try:
        with transaction.atomic():
            result = undo(arguments.operation, actor=actor)
            transaction.set_rollback(arguments.dry_run)
    except (NotAllowed, NotFound, NotUndoable) as error:
        raise CommandError(str(error)) from None
    summary = {
        "dry_run": arguments.dry_run,
        "undone": result.undone,
        "kept": [vars(conflict) for conflict in result.conflicts],
        "operation_id": None if arguments.dry_run else result.operation_id,
    }
    print(json.dumps(summary, ensure_ascii=False, indent=1, default=str))
    return IN_PART if result.conflicts else DONE
