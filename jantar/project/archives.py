"""`jantar export --all` and `jantar import --all`: what the two commands do with an archive."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from jantar.project.bootstrap import CommandError, UsageError, actor_of


def export_all(arguments: argparse.Namespace) -> None:
    """Write the archive beside its place, move it there when it is whole, and print what it holds as JSON."""
    from jantar.engine.records.errors import NotAllowed
    from jantar.engine.transfer.archive.writing import summary_of, write_archive
    from jantar.platform.jobs.errors import JobFailedError

    path: Path = arguments.all
    actor = actor_of(arguments.user)
    if arguments.type:
        raise UsageError("Use either a type or --all.")
    try:
        descriptor, partial = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            manifest = write_archive(file, actor=actor, private=arguments.private, tell=_tell)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except (NotAllowed, JobFailedError) as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        Path(partial).unlink(missing_ok=True)
    print(json.dumps({"archive": str(path), **summary_of(manifest)}, ensure_ascii=False, indent=1))
    if manifest.left_out:
        print("jantar: private notes and closed folders are left out; --private includes them.", file=sys.stderr)


def import_all(arguments: argparse.Namespace) -> None:
    """Store an archive, all of it or nothing, and print what became of its rows as JSON."""
    from jantar.engine.records.errors import NotAllowed
    from jantar.engine.transfer.archive.manifest import BadArchiveError
    from jantar.engine.transfer.archive.storing import read_archive

    path: Path = arguments.all
    actor = actor_of(arguments.user)
    try:
        with path.open("rb") as file:
            result = read_archive(file, actor=actor, tell=_tell)
    except (BadArchiveError, NotAllowed) as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    summary = {
        "archive": str(path),
        "created": sum(result.created.values()),
        "unchanged": sum(result.unchanged.values()),
        "documents": result.documents,
        "rows": {name: number for name, number in result.created.items() if number},
        "settings_taken": result.settings_taken,
        "operation_id": result.operation_id,
    }
    print(json.dumps(summary, ensure_ascii=False, indent=1))


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{100 * done // max(total, 1)} %", end="", file=sys.stderr, flush=True)
