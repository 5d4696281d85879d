from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "jantar.modules.contacts"
    label = "contacts"
    verbose_name = _("Contacts")

    def ready(self) -> None:
        from jantar.ui.navigation import NavArea, navigation

        navigation.add_area(NavArea("contacts", _("Contacts"), order=20))
