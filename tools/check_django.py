"""Django's own checks, and no change of a model without its migration. Needs no database."""

import os
import sys

import django
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def main() -> int:
    """Run the checks, then compare the models with the migrations."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jantar.project.settings")
    os.environ.setdefault("JANTAR_DATA_DIR", ".jantar/check")
    django.setup()
    call_command("check", fail_level="WARNING")
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    for label, migrations in changes.items():
        for migration in migrations:
            for operation in migration.operations:
                print(f"{label}: no migration yet for: {operation.describe()}", file=sys.stderr)
    return 1 if changes else 0


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    sys.exit(main())
