from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "jantar.modules.contacts"
    label = "contacts"
    verbose_name = _("Contacts")

    def ready(self) -> None:
        from jantar.engine.permissions import modules
        from jantar.ui.navigation import NavArea, navigation

        about = _("Companies and people, with addresses, phones and relationships.")
        modules.register(modules.Module("contacts", _("Contacts"), about, self.name, stays=True))
        navigation.add_area(NavArea("contacts", _("Contacts"), order=20))
