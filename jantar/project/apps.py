from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    name = "jantar.project"
    label = "project"

    def ready(self) -> None:
        from jantar.project import first_run

        post_migrate.connect(first_run.prepare, sender=self, dispatch_uid="jantar.project.first_run")
