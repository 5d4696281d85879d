"""What communication does by itself: reminding and inviting, every minute."""

from django.utils.translation import gettext_lazy as _

from jantar.modules.communications import invitations, outside_calendars, reminding
from jantar.platform.jobs import job, schedule


@job("communications.remind", _("Remind of meetings, calls and tasks"), internal=True)
def send_reminders() -> None:
    reminding.remind()


@job("communications.delete_old_reminders", _("Delete old reminders"), internal=True)
def delete_old_reminders() -> None:
    reminding.delete_old()


@job("communications.invite", _("Send invitations"), internal=True)
def send_invitations() -> None:
    invitations.send_due()


@job("communications.read_outside_due", _("Read calendars from outside"), internal=True)
def read_outside_calendars() -> None:
    outside_calendars.read_due()


schedule(send_reminders, "* * * * *")
schedule(delete_old_reminders, "55 2 * * *")
schedule(send_invitations, "* * * * *")
schedule(read_outside_calendars, "*/5 * * * *")
