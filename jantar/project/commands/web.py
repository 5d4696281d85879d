"""jantar web"""

import argparse
import os
import socket

from jantar.project.bootstrap import CommandError, running_database, set_up_django

HELP = "answer requests until it is stopped"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")


def run(arguments: argparse.Namespace) -> int:
    """Serve in the foreground."""
    check_port(arguments.host, arguments.port)
    tell_address(arguments.host, arguments.port)
    with running_database():
        set_up_django()
        from jantar.project.assets import collect_assets

        collect_assets()
        _serve(arguments.host, arguments.port)
    return 0


def here(host: str, port: int) -> str:
    """The address at which this machine reaches what listens there."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 (asked, not bound)
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def tell_address(host: str, port: int) -> None:
    """Let links begin with the address we listen on where the environment names no other; children inherit it."""
    if not os.environ.get("JANTAR_ADDRESS") and not os.environ.get("JANTAR_ORIGINS"):
        os.environ["JANTAR_ADDRESS"] = here(host, port)


def check_port(host: str, port: int) -> None:
    """Raise CommandError when we cannot listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CommandError(f"No permission to listen on port {port}. Choose one above 1023 with --port.") from None
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                "Stop the program that uses it or choose another with --port."
            ) from None


def _serve(host: str, port: int) -> None:
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "jantar.project.wsgi:make_application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.WEB_WORKERS,
        blocking_threads=settings.WEB_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
        websockets=False,
    ).serve()
