"""Notifications are mailed soon after they were written; old ones are deleted every night."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jantar.engine.following import mailing, reading
from jantar.platform.jobs import job, schedule
from jantar.platform.jobs.models import JobRun, State
from jantar.platform.jobs.running import Run

#: What comes within this time is told in one mail, and not at all when it was read meanwhile.
PAUSE = timedelta(minutes=1)


@job("following.mail", _("Send notifications by e-mail"), internal=True, atomic=False)
def mail_notifications(run: Run) -> None:
    mailing.mail_waiting(run)


@job("following.delete_old", _("Delete old notifications"), internal=True)
def delete_old_notifications() -> None:
    reading.delete_old()


def mail_soon() -> None:
    """Has what waits mailed in a minute; a run that is still to come by then serves as well."""
    now = timezone.now()
    soon = JobRun.objects.filter(kind=mail_notifications.kind, state=State.WAITING, run_at__gt=now + PAUSE / 4)
    if not soon.exists():
        mail_notifications.later(run_at=now + PAUSE)


schedule(mail_notifications, "*/15 * * * *")
schedule(delete_old_notifications, "40 2 * * *")
