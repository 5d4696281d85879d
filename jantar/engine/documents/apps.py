from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "jantar.engine.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from jantar.engine.documents import jobs, records, telling  # noqa: F401 - registers the type and its jobs
        from jantar.ui.navigation import NavArea, navigation

        telling.register_kinds()
        navigation.add_area(NavArea("files", _("Files"), order=40))
