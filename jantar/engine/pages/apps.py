from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "jantar.engine.pages"
    label = "pages"
