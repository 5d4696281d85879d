"""jantar worker"""

import argparse

from jantar.project.bootstrap import close_connections, running_database, set_up_django

HELP = "do background jobs until it is stopped"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Needs none; see JANTAR_JOB_THREADS and JANTAR_JOBS_LISTEN."""


def run(arguments: argparse.Namespace) -> int:
    """Work in the foreground."""
    with running_database():
        set_up_django()
        from django.conf import settings

        from jantar.platform.jobs.worker import run_worker

        try:
            run_worker(concurrency=settings.JOB_THREADS, listen=settings.JOBS_LISTEN)
        finally:
            close_connections()
    return 0
