"""Mail is delivered by jobs; old mails are deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.platform.jobs import job, schedule
from jantar.platform.mail import services


@job("mail.deliver", _("Send mail"), internal=True, atomic=False)
def deliver_mail(mail_id: int) -> None:
    services.deliver(mail_id)


@job("mail.delete_old", _("Delete old mails"), internal=True)
def delete_old_mails() -> None:
    services.delete_old()


schedule(delete_old_mails, "50 2 * * *")
