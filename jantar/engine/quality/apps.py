from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "jantar.engine.quality"
    label = "quality"
    verbose_name = _("Data quality")

    def ready(self) -> None:
        from jantar.engine.quality.happening import happened
        from jantar.engine.records import filter_fields

        filter_fields.register(happened)
