"""Files whose time is over are deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.platform.files.services import delete_expired
from jantar.platform.jobs import job, schedule


@job("files.delete_expired", _("Delete expired files"), internal=True)
def delete_expired_files() -> None:
    delete_expired()


schedule(delete_expired_files, "40 2 * * *")
