from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jantar.ui.navigation import NavItem, navigation


class TransferConfig(AppConfig):
    name = "jantar.engine.transfer"
    label = "transfer"
    verbose_name = _("Import and export")

    def ready(self) -> None:
        from jantar.engine.transfer.downloads import refuse_former
        from jantar.platform.files.pages import guard

        guard("transfer.export", refuse_former)
        navigation.add(NavItem("imports", _("Imports"), "transfer:imports", icon="file-import", order=45), place="user")
        archive = NavItem("archive", _("Archive"), "transfer:archive", icon="file-zip", order=60)
        navigation.add(archive, place="settings")
