from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "jantar.engine.pages"
    label = "pages"

    def ready(self) -> None:
        from jantar.engine.pages.navigation import register_types
        from jantar.engine.pages.settings_shared import register_settings
        from jantar.ui.navigation import navigation

        register_types()
        register_settings()
        navigation.link(palette="pages:palette")
