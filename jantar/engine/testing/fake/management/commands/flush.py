"""What pytest and Django call after a test that commits."""

from typing import Any

from django.core.management.commands import flush

from jantar.engine.testing import emptying


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        plain = not (options["reset_sequences"] or options["interactive"] or options.get("inhibit_post_migrate"))
        if plain and emptying.empty():
            return
        super().handle(**options)
        if not options.get("inhibit_post_migrate"):
            emptying.keep_start()
