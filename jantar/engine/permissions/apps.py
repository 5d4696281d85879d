from django.apps import AppConfig


class PermissionsConfig(AppConfig):
    name = "jantar.engine.permissions"
    label = "permissions"

    def ready(self) -> None:
        from jantar.engine.permissions.modules import runs_job
        from jantar.platform.jobs.declare import add_gate

        add_gate(runs_job)
