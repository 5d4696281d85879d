from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowingConfig(AppConfig):
    name = "jantar.engine.following"
    label = "following"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from jantar.engine.following import led_watches, moving, telling
        from jantar.engine.history import operations
        from jantar.engine.timeline import stream

        operations.listen(telling.tell_operation)
        operations.listen(moving.note_moves, when=moving.IS_WATCHED)
        operations.listen(led_watches.follow_merges, when=led_watches.ARE_WATCHED)
        stream.listen(telling.tell_entries)
