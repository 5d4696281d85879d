"""jantar files"""

import argparse
import json

from jantar.project.bootstrap import CommandError, ready_django

HELP = "carry all files to the other storage: from the directory to the bucket, or back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar files --to s3|local [--remove]"""
    parser.add_argument("--to", choices=("s3", "local"), required=True, help="where they are to be")
    parser.add_argument("--remove", action="store_true", help="delete each file where it was once its copy is proved")


def run(arguments: argparse.Namespace) -> int:
    """Print what was done as JSON; the exit code is 1 when files are missing or damaged."""
    with ready_django():
        return _carry(arguments)


def _carry(arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from jantar.platform.files.carrying import carry

    if arguments.remove and arguments.to != settings.FILE_STORAGE:
        raise CommandError(f"JANTAR_STORAGE is {settings.FILE_STORAGE}: files in use there are not removed.")
    try:
        done = carry(arguments.to, remove=arguments.remove)
    except LookupError:
        raise CommandError("No bucket is set up: set JANTAR_S3_BUCKET and the other JANTAR_S3_… variables.") from None
    except OSError as error:
        raise CommandError(f"A storage does not answer: {error}. Start the command again to go on.") from None
    print(json.dumps(vars(done), indent=1))
    return 0 if done.is_whole else 1
