from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "jantar.engine.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        from jantar.engine.history import operations
        from jantar.engine.timeline import stream
        from jantar.engine.webhooks import jobs, telling
        from jantar.ui.navigation import NavItem, navigation

        operations.listen(telling.tell_operation, when=telling.SOMEBODY_LISTENS)
        stream.listen(telling.tell_entries)
        jobs.register()
        navigation.add(NavItem("webhooks", _("Webhooks"), "webhooks:list", icon="webhook", order=80), place="settings")
