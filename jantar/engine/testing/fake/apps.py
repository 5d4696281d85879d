from django.apps import AppConfig


class FakeConfig(AppConfig):
    name = "jantar.engine.testing.fake"
    label = "fake"
