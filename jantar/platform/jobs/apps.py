from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from jantar.ui.navigation import NavItem, navigation


class JobsConfig(AppConfig):
    name = "jantar.platform.jobs"
    label = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        """Load every app's `jobs.py`, so that a worker knows all kinds of jobs; offer their page."""
        autodiscover_modules("jobs")
        navigation.add(NavItem("jobs", _("Jobs"), "jobs:list", icon="list-check", order=50), place="user")
