from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules


class RecordsConfig(AppConfig):
    name = "jantar.engine.records"
    label = "records"

    def ready(self) -> None:
        from jantar.engine.history import operations
        from jantar.engine.records import checks, database, held_files  # noqa: F401
        from jantar.engine.records.kept.building import forget_before_migrating, forget_sql

        autodiscover_modules("records")
        operations.listen(held_files.note_holders, when=held_files.ARE_USED)
        database.EXTRA.append(forget_sql)
        pre_migrate.connect(forget_before_migrating, sender=self, dispatch_uid="jantar.records.forget_kept")
        post_migrate.connect(database.install, sender=self, dispatch_uid="jantar.records.install")
