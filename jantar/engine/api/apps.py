from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "jantar.engine.api"
    label = "api"
