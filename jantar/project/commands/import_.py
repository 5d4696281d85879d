"""jantar import"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jantar.project.archives import import_all
from jantar.project.bootstrap import DONE, IN_PART, REFUSED, CommandError, UsageError, actor_of, add_user, ready_django

if TYPE_CHECKING:
    from jantar.engine.permissions.actor import Actor

HELP = "import records from a file"
POLL_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar import FILE --type TYPE [--map NAME=FIELD]... [--match FIELD]... [--value FIELD OLD NEW]... [--dry-run]
    jantar import --all ARCHIVE"""
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--type", help="plural name of the record type, such as people")
    parser.add_argument(
        "--map", action="append", metavar="NAME=FIELD",
        help="only these columns; else as suggested. Fields of a further type in each row: NAME=companies/name",
    )  # fmt: skip
    parser.add_argument("--link", action="append", metavar="FIELD", help="references to other records of the row")
    parser.add_argument("--match", action="append", metavar="FIELD", help="change the record that has the same")
    parser.add_argument("--set", action="append", metavar="FIELD=VALUE", help="for new records, such as the owner")
    parser.add_argument(
        "--value", action="append", nargs=3, metavar=("FIELD", "OLD", "NEW"),
        help="what is put for a word of the file, such as a stage of the old program; an empty NEW leaves it out",
    )  # fmt: skip
    parser.add_argument("--create", action="append", metavar="FIELD", help="make the records it names when missing")
    parser.add_argument("--find", action="append", metavar="FIELD=KEY", help="find the records it names by this field")
    parser.add_argument("--leave-empty", action="append", metavar="FIELD", help="go on without those not found")
    parser.add_argument("--new", action="append", metavar="NAME[=KIND]", help="add a custom field for this column")
    parser.add_argument("--dry-run", action="store_true", help="only count what would happen")
    parser.add_argument("--errors", type=Path, metavar="FILE", help="the refused rows (default: FILE-refused.csv)")
    parser.add_argument("--all", type=Path, metavar="ARCHIVE", help="everything that jantar export --all wrote")
    add_user(parser, "imports")


def run(arguments: argparse.Namespace) -> int:
    """Import and print a summary as JSON; the exit code tells refused rows (3) from a refused file (1)."""
    if not arguments.all and not (arguments.file and arguments.type):
        raise UsageError("Say which file to import and its --type, or --all ARCHIVE.")
    if arguments.all and arguments.file:
        raise UsageError("Use either a file or --all.")
    with ready_django():
        if arguments.all:
            import_all(arguments)
            return 0
        return _import(arguments)


def _import(arguments: argparse.Namespace) -> int:
    from jantar.engine.fields.errors import Invalid
    from jantar.engine.records.errors import NotAllowed, NotFound
    from jantar.engine.transfer.services import start_import

    actor = actor_of(arguments.user)
    settings = {
        "constants": _pairs(arguments.set, "--set"), "create_missing": arguments.create, "links": arguments.link,
        "find_by": _pairs(arguments.find, "--find"), "leave_empty": arguments.leave_empty,
    }  # fmt: skip
    if arguments.value:
        settings["values"] = values_from(arguments.value)
    new_fields = [pair if "=" in pair else f"{pair}=" for pair in arguments.new or ()]
    try:
        with arguments.file.open("rb") as file:
            started = start_import(
                file, arguments.file.name, arguments.type, actor=actor, mapping=_pairs(arguments.map, "--map"),
                match=arguments.match, dry_run=arguments.dry_run, new_fields=_pairs(new_fields, "--map"),
                **{name: value for name, value in settings.items() if value is not None},
            )  # fmt: skip
    except OSError as error:
        raise CommandError(f"{arguments.file} cannot be read: {error.strerror}.") from None
    except Invalid as error:
        raise CommandError(" ".join(message for messages in error.errors.values() for message in messages)) from None
    except (NotAllowed, NotFound) as error:
        raise CommandError(str(error)) from None
    state = _follow(started.pk, actor)
    print(json.dumps(_summary(state, _error_file(arguments, state, actor)), ensure_ascii=False, indent=1))
    if state["state"] not in ("done", "checked"):
        return REFUSED
    return IN_PART if state["errors"] else DONE


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


def _error_file(arguments: argparse.Namespace, state: dict[str, Any], actor: "Actor") -> Path | None:
    """Write the refused rows, if there are any, so that they can be corrected and imported."""
    from jantar.engine.transfer.services import error_file, find_import

    if not state["errors"]:
        return None
    path: Path = arguments.errors or arguments.file.with_name(f"{arguments.file.stem}-refused.csv")
    try:
        with path.open("wb") as file:
            file.writelines(error_file(find_import(state["id"], actor=actor)))
    except OSError as error:
        print(f"jantar: {path} cannot be written: {error.strerror}. Use --errors.", file=sys.stderr)
        return None
    return path


def _summary(state: dict[str, Any], error_file: Path | None) -> dict[str, Any]:
    """What a script asks: rows by what became of them, the operation to undo, where the refused rows are."""
    counts = state["counts"] or {}
    return {
        "state": state["state"],
        "dry_run": state["dry_run"],
        "rows": state["rows"],
        **{kind: counts.get(kind, 0) for kind in ("created", "updated", "unchanged", "skipped")},
        "failed": counts.get("errors", 0),
        "types": counts.get("types", {}),
        "references": counts.get("references", {}),
        "left_empty": counts.get("left_empty", {}),
        "unknown_values": state["unknown_values"],
        "operation_id": state["operation_id"],
        "error_file": str(error_file) if error_file else None,
        "error": state["error"],
        "errors": state["errors"],
    }


def values_from(given: list[list[str]]) -> dict[str, dict[str, str]]:
    """What `--value` says, by field."""
    found: dict[str, dict[str, str]] = {}
    for field, old, new in given:
        if found.setdefault(field, {}).setdefault(old, new) != new:
            raise UsageError(f"--value says two things of “{old}”: {found[field][old]} and {new}.")
    return found


def _pairs(pairs: list[str] | None, option: str) -> dict[str, str] | None:
    if pairs is None:
        return None
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        form = {"--map": "NAME=FIELD", "--find": "FIELD=KEY"}.get(option, "FIELD=VALUE")
        raise UsageError(f"{option} wants {form}, not {wrong[0]}.")
    cut = str.rpartition if option == "--map" else str.partition
    found: dict[str, str] = {}
    for name, _sign, value in (cut(pair, "=") for pair in pairs):
        if found.setdefault(name, value) != value:
            raise UsageError(f"{option} says two things of “{name}”: {found[name]} and {value}.")
    return found
