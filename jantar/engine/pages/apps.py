from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "jantar.engine.pages"
    label = "pages"

    def ready(self) -> None:
        from jantar.engine.pages.navigation import register_types
        from jantar.engine.pages.settings_shared import register_settings
        from jantar.ui.navigation import NavItem, navigation

        navigation.add(NavItem("today", _("Today"), "pages:home", icon="sun", area="main", order=0, shortcut="h"))
        register_types()
        register_settings()
        navigation.link(palette="pages:palette")
