"""Old notifications are deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.following import reading
from jantar.platform.jobs import job, schedule


@job("following.delete_old", _("Delete old notifications"), internal=True)
def delete_old_notifications() -> None:
    reading.delete_old()


schedule(delete_old_notifications, "40 2 * * *")
