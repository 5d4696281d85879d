"""Messages are sent by jobs, one webhook after the other; old ones are deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.platform.jobs import job, schedule
from jantar.platform.jobs.running import Run


@job("webhooks.send", _("Send webhooks"), internal=True, atomic=False)
def send(webhook_id: int, run: Run) -> None:
    from jantar.engine.webhooks.sending import send_due

    send_due(webhook_id, run)


@job("webhooks.wake", _("Look for waiting webhooks"), internal=True)
def wake() -> None:
    from jantar.engine.webhooks.sending import wake_overdue

    wake_overdue()


@job("webhooks.delete_old", _("Delete old messages of webhooks"), internal=True)
def delete_old() -> None:
    from jantar.engine.webhooks.sending import delete_old_messages

    delete_old_messages()


def register() -> None:
    schedule(wake, "*/5 * * * *")
    schedule(delete_old, "55 2 * * *")
