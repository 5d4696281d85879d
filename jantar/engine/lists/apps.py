from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    name = "jantar.engine.lists"
    label = "lists"
    verbose_name = _("Lists")

    def ready(self) -> None:
        from jantar.engine.lists import records  # noqa: F401 - registers the type
        from jantar.engine.lists.condition import in_list
        from jantar.engine.records import filter_fields

        filter_fields.register(in_list)
