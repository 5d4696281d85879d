"""What no document holds any more is deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.documents.contents import delete_unused
from jantar.platform.jobs import job, schedule


@job("documents.delete_unused", _("Delete contents that no document holds"), internal=True)
def delete_unused_contents() -> None:
    delete_unused()


schedule(delete_unused_contents, "50 2 * * *")
