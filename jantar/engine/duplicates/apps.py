from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DuplicatesConfig(AppConfig):
    name = "jantar.engine.duplicates"
    label = "duplicates"
    verbose_name = _("Duplicates")

    def ready(self) -> None:
        from jantar.engine.duplicates import checks, following_merges  # noqa: F401
        from jantar.engine.history import operations

        operations.listen(following_merges.follow)
