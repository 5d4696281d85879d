"""jantar user add"""

import argparse
import secrets
import sys

from jantar.project.bootstrap import CommandError, common_arguments, ready_django
from jantar.project.environment import LANGUAGES

HELP = "add users"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar user add EMAIL --name NAME [--admin] [--language xx] [--password-stdin]"""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser(
        "add", parents=[common_arguments()], help="add a user; prints a new password unless one is given"
    )
    add.add_argument("email")
    add.add_argument("--name", required=True, help="full name")
    add.add_argument("--admin", action="store_true", help="may do everything")
    add.add_argument(
        "--language", choices=LANGUAGES,
        help="what the user reads; the first one's is that of ready-made roles and stages, too",
    )  # fmt: skip
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def run(arguments: argparse.Namespace) -> int:
    """Add the user."""
    password = sys.stdin.readline().rstrip("\n") if arguments.password_stdin else ""
    with ready_django():
        _add(arguments, password or secrets.token_urlsafe(12))
    return 0


def _add(arguments: argparse.Namespace, password: str) -> None:
    from django.conf import settings
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from jantar.platform.accounts.models import User
    from jantar.project import first_run

    user = User(
        email=arguments.email.strip().lower(),
        full_name=arguments.name,
        is_admin=arguments.admin,
        language=arguments.language or settings.COMPANY_LANGUAGE,
    )
    try:
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    first_run.speak(user.language)
    user.save()
    print(f"{user.email} can sign in." + ("" if arguments.password_stdin else f" Password: {password}"))
