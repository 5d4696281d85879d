"""Files whose time is over, and what was left behind without a row, are deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.platform.files.services import delete_expired, delete_unclaimed
from jantar.platform.jobs import job, schedule


@job("files.delete_expired", _("Delete expired files"), internal=True)
def delete_expired_files() -> None:
    delete_expired()


@job("files.delete_unclaimed", _("Delete files that nothing refers to"), internal=True)
def delete_unclaimed_files() -> None:
    delete_unclaimed()


schedule(delete_expired_files, "40 2 * * *")
schedule(delete_unclaimed_files, "45 2 * * *")
