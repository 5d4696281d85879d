"""jantar export"""

import argparse
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from jantar.project.archives import export_all
from jantar.project.bootstrap import CommandError, UsageError, actor_of, add_user, ready_django

HELP = "write records into a CSV or XLSX file"
OUTPUT = Path("-")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar export TYPE [FILE] [--filter JSON] [--format csv|xlsx] [--sort FIELDS] [--columns FIELDS] [--labels]
    jantar export --all ARCHIVE [--private]"""
    parser.add_argument("type", nargs="?", help="plural name of the record type, such as people")
    parser.add_argument("file", type=Path, nargs="?", default=OUTPUT, help="where to write (default: the output)")
    parser.add_argument("--format", choices=("csv", "xlsx"), help="default: as the file is called, else csv")
    parser.add_argument("--filter", default="{}", metavar="JSON", help="only what fits this filter, as in the API")
    parser.add_argument("--sort", default="", metavar="FIELDS", help="for example --sort=-created_at,name")
    parser.add_argument("--columns", default="", metavar="FIELDS", help="names with commas (default: all fields)")
    parser.add_argument("--labels", action="store_true", help="for reading: labels and dates in the user's language")
    parser.add_argument("--all", type=Path, metavar="ARCHIVE", help="everything with all documents, as a ZIP file")
    parser.add_argument("--private", action="store_true", help="with --all: private notes and closed folders as well")
    add_user(parser, "exports")


def run(arguments: argparse.Namespace) -> int:
    """Write the file. What it holds can be imported again unless --labels is given."""
    if not arguments.type and not arguments.all:
        raise UsageError("Say which type to export, or --all ARCHIVE for everything.")
    with ready_django():
        (export_all if arguments.all else _export)(arguments)
    return 0


def _export(arguments: argparse.Namespace) -> None:
    from jantar.engine.records.errors import BadQuery, NotAllowed
    from jantar.engine.records.listing import Query
    from jantar.engine.records.registry import registry
    from jantar.engine.transfer.exporting import Export, export_chunks

    if arguments.type not in registry:
        raise CommandError(
            f"There is no type {arguments.type}. There are: {', '.join(one.name for one in registry.all())}"
        )
    try:
        tree = json.loads(arguments.filter)
    except ValueError as error:
        raise UsageError(f"--filter is no JSON: {error}") from None
    columns = tuple(name for name in arguments.columns.split(",") if name)
    query = Query(
        registry.get(arguments.type), actor_of(arguments.user), filter=tree, sort=arguments.sort, columns=columns
    )
    file_format = arguments.format or ("xlsx" if arguments.file.suffix.lower() == ".xlsx" else "csv")
    try:
        pieces = export_chunks(Export(query, file_format, for_people=arguments.labels))
        with _opened(arguments.file) as file:
            for piece in pieces:
                file.write(piece)
    except (BadQuery, NotAllowed) as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{arguments.file} cannot be written: {error.strerror}.") from None


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdout.buffer) if path == OUTPUT else path.open("wb")
