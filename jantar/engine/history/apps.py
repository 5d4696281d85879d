from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "jantar.engine.history"
    label = "history"

    def ready(self) -> None:
        from jantar.engine.history import jobs  # noqa: F401 - registers the job
