from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "jantar.engine.fields"
    label = "fields"
