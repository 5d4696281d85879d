"""Watched dates are looked at every minute, notifications mailed soon after they were written, old ones deleted."""

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
    from jantar.engine.following import reminding

    reading.delete_old()
    reminding.delete_old()


@job("following.dates", _("Tell of watched dates"), internal=True, atomic=False)
def tell_dates(run: Run) -> None:
    from jantar.engine.following import moving, reminding

    moving.tell_moves(run)
    reminding.remind_of_dates()
    reminding.remind_of_views(run)


@job("following.views", _("Look at watched views"), internal=True, atomic=False)
def look_at_views(run: Run) -> None:
    from jantar.engine.following import looking

    looking.look_at_views(run)


def mail_soon() -> None:
    """Has what waits mailed in a minute; a run that is still to come by then serves as well."""
    now = timezone.now()
    soon = JobRun.objects.filter(kind=mail_notifications.kind, state=State.WAITING, run_at__gt=now + PAUSE / 4)
    if not soon.exists():
        mail_notifications.later(run_at=now + PAUSE)


schedule(tell_dates, "* * * * *")
schedule(look_at_views, "* * * * *")
schedule(mail_notifications, "*/15 * * * *")
schedule(delete_old_notifications, "40 2 * * *")
