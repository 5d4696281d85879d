"""jantar token create"""

import argparse

from jantar.project.bootstrap import active_user, common_arguments, ready_django

HELP = "create tokens for programs that use the API"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """jantar token create --user EMAIL [--name NAME]"""
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", parents=[common_arguments()], help="create a token; prints only the token")
    create.add_argument("--user", required=True, metavar="EMAIL", help="whom the program acts for")
    create.add_argument("--name", default="command line", help="what the token is for")


def run(arguments: argparse.Namespace) -> int:
    """Print a new token."""
    with ready_django():
        print(_create(arguments.user, arguments.name))
    return 0


def _create(email: str, name: str) -> str:
    from jantar.platform.accounts.models import ApiToken

    return ApiToken.issue(active_user(email), name)[1]
