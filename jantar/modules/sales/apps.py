from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "jantar.modules.sales"
    label = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        from jantar.engine.permissions import modules
        from jantar.modules.sales import today  # noqa: F401 - puts its panels on the Today page
        from jantar.ui.navigation import NavArea, NavItem, navigation

        about = _("Deals in pipelines, from the first contact to won or lost.")
        modules.register(modules.Module("sales", _("Sales"), about, self.name, needs=("contacts",)))
        navigation.add_area(NavArea("sales", _("Sales"), order=10))
        navigation.add(
            NavItem("pipeline", _("Pipeline value"), "sales:pipeline", icon="chart-bar", area="sales", order=150)
        )
        tab = NavItem("pipelines", _("Pipelines"), "sales:settings_pipelines", icon="timeline", order=35)
        navigation.add(tab, place="settings")
