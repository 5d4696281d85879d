from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from jantar.engine.records.registry import registry
from jantar.engine.search.indexing import rebuild, tidy_words


class Command(BaseCommand):
    help = "Computes the search index anew, of all record types or of those named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("types", nargs="*", choices=[record_type.name for record_type in registry.all()])

    def handle(self, *args: Any, **options: Any) -> None:
        for record_type in registry.all():
            if not options["types"] or record_type.name in options["types"]:
                with transaction.atomic():
                    rebuild(record_type)
                self.stdout.write(f"{record_type.name}: done")
        tidy_words()
