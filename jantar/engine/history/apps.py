from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "jantar.engine.history"
    label = "history"
