"""jantar import"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jantar.project.bootstrap import CommandError, active_user, close_connections, running_database, set_up_django

if TYPE_CHECKING:
    from jantar.engine.permissions.actor import Actor

HELP = "import records from a CSV or XLSX file"
POLL_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar import TYPE FILE --user EMAIL [--map HEADER=FIELD] [--match FIELD] [--dry-run] [--errors FILE]"""
    parser.add_argument("type", help="plural name of the record type, such as people")
    parser.add_argument("file", type=Path)
    parser.add_argument("--user", required=True, metavar="EMAIL", help="who imports: their rights hold")
    parser.add_argument("--map", action="append", metavar="HEADER=FIELD", help="only these columns; else as suggested")
    parser.add_argument("--match", action="append", metavar="FIELD", help="update the record that has the same")
    parser.add_argument("--dry-run", action="store_true", help="only count what would happen")
    parser.add_argument("--errors", type=Path, metavar="FILE", help="write the refused rows there, with the reasons")


def run(arguments: argparse.Namespace) -> int:
    """Import and print the counts as JSON; the exit code is 1 when no row went in or the file was refused."""
    with running_database():
        set_up_django()
        try:
            return _import(arguments)
        finally:
            close_connections()


def _import(arguments: argparse.Namespace) -> int:
    from jantar.engine.fields.errors import Invalid
    from jantar.engine.records.errors import NotAllowed, NotFound
    from jantar.engine.transfer.services import error_file, find_import, start_import

    actor = actor_of(arguments.user)
    try:
        with arguments.file.open("rb") as file:
            started = start_import(
                file, arguments.file.name, arguments.type, actor=actor, mapping=_mapping(arguments.map),
                match=arguments.match, dry_run=arguments.dry_run,
            )  # fmt: skip
    except OSError as error:
        raise CommandError(f"{arguments.file} cannot be read: {error.strerror}.") from None
    except Invalid as error:
        raise CommandError(" ".join(message for messages in error.errors.values() for message in messages)) from None
    except (NotAllowed, NotFound) as error:
        raise CommandError(str(error)) from None
    state = _follow(started.pk, actor)
    if arguments.errors:
        run = find_import(started.pk, actor=actor)
        arguments.errors.write_bytes(b"".join(error_file(run)))
    print(json.dumps(state, ensure_ascii=False, indent=1))
    return 0 if state["state"] in ("done", "checked") else 1


def _follow(import_id: int, actor: "Actor") -> dict[str, Any]:
    """Wait for the worker and tell how far it is; without a worker do the work here."""
    from jantar.engine.transfer.services import find_import, import_state
    from jantar.platform.jobs.queue import live_workers
    from jantar.platform.jobs.running import execute

    job_id = find_import(import_id, actor=actor).job_id
    if not live_workers() and job_id is not None:
        execute(job_id)
    while (state := import_state(import_id, actor=actor))["state"] in ("checking", "running"):
        if sys.stderr.isatty():
            print(f"\r{state['done_rows']} of {state['rows']} rows", end="", file=sys.stderr, flush=True)
        time.sleep(POLL_SECONDS)
    if sys.stderr.isatty():
        print("", file=sys.stderr)
    return state


def actor_of(email: str) -> "Actor":
    """The actor of an active user."""
    from jantar.engine.permissions.actor import actor_for

    return actor_for(active_user(email))


def _mapping(pairs: list[str] | None) -> dict[str, str] | None:
    if pairs is None:
        return None
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise CommandError(f"--map wants HEADER=FIELD, not {wrong[0]}.")
    return {pair.rpartition("=")[0]: pair.rpartition("=")[2] for pair in pairs}
