from django.apps import AppConfig


class PermissionsConfig(AppConfig):
    name = "jantar.engine.permissions"
    label = "permissions"
