from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FakeConfig(AppConfig):
    name = "jantar.engine.testing.fake"
    label = "fake"

    def ready(self) -> None:
        from jantar.engine.testing import emptying

        post_migrate.connect(emptying.keep_first_start, sender=self, dispatch_uid="fake.keep_first_start")
