from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jantar.ui.navigation import NavItem, navigation


class MailConfig(AppConfig):
    name = "jantar.platform.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        """Outgoing mail is a tab of the settings."""
        item = NavItem("outgoing-mail", _("Outgoing mail"), "mail:list", icon="mail", order=90)
        navigation.add(item, place="settings")
