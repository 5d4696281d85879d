from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jantar.ui.navigation import NavItem, navigation


class MailConfig(AppConfig):
    name = "jantar.platform.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        """Offer the page of outgoing mail to administrators."""
        item = NavItem("outgoing-mail", _("Outgoing mail"), "mail:list", icon="mail", order=60, visible=_is_admin)
        navigation.add(item, place="user")


def _is_admin(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_admin", False))
