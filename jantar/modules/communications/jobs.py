"""What communication does by itself: reminding and inviting, every minute."""

from django.utils.translation import gettext_lazy as _

from jantar.modules.communications import invitations, reminding
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


schedule(send_reminders, "* * * * *")
schedule(delete_old_reminders, "55 2 * * *")
schedule(send_invitations, "* * * * *")
