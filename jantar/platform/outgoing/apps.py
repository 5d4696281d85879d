from django.apps import AppConfig


class OutgoingConfig(AppConfig):
    name = "jantar.platform.outgoing"
    label = "outgoing"
