"""The databases that are measured: seeded once per size and kept."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

DATA_DIR = Path(".jantar") / "bench"


@dataclass(frozen=True)
class Size:
    name: str
    people: int
    companies: int
    deals: int
    entries: int


SIZES = {
    "tiny": Size("tiny", 1_000, 300, 500, 5_000),
    "small": Size("small", 10_000, 3_000, 5_000, 50_000),
    "million": Size("million", 1_000_000, 300_000, 100_000, 100_000),
    "large": Size("large", 1_000_000, 300_000, 500_000, 5_000_000),
}


def prepare(size: Size) -> None:
    """Makes `DATABASE_URL` point to a database of this size; creates and seeds it when it is not there."""
    os.environ.setdefault("JANTAR_DATA_DIR", str(DATA_DIR))
    from jantar.platform import database

    server = os.environ.get("DATABASE_URL") or database.start(DATA_DIR).url
    name = f"jantar_bench_{size.name}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as admin:
        exists = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not exists:
            admin.execute(f'CREATE DATABASE "{name}"')
    os.environ["DATABASE_URL"] = url


def fill(size: Size) -> None:
    """Migrates and seeds the database chosen by `prepare`, unless it is full already."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from jantar.platform.accounts.models import User
    from jantar.project.assets import collect_assets
    from jantar.project.seed.run import Sizes, seed_database

    call_command("migrate", verbosity=0)
    collect_assets()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM contacts_party WHERE kind = 'person' LIMIT %s) p", [size.people]
        )
        row = cursor.fetchone()
    if row is None or row[0] < size.people:
        if not User.objects.exists():
            User.objects.create_user("admin@bench.example", full_name="Admin", is_admin=True)
        sizes = Sizes(size.people, size.companies, size.deals, size.entries)
        seed_database(sizes, seed=1, today=timezone.localdate(), report=print)
    with connection.cursor() as cursor:  # also of what earlier measurements rolled back
        cursor.execute("VACUUM ANALYZE")


def stop() -> None:
    from jantar.platform import database

    if "bench" in str(DATA_DIR):
        database.stop(DATA_DIR)
