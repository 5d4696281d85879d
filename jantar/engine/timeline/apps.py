from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TimelineConfig(AppConfig):
    name = "jantar.engine.timeline"
    label = "timeline"
    verbose_name = _("Timeline")

    def ready(self) -> None:
        from jantar.engine.records import milestones
        from jantar.engine.timeline import kinds, stream

        kinds.register_own()
        milestones.listen(stream.tell_milestones)
