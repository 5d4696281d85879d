"""What files say is found out after they were stored; what no document holds any more is deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.documents.contents import delete_unused
from jantar.engine.documents.reading import read_content, read_late
from jantar.platform.jobs import job, schedule


@job("documents.read", _("Read a file"), internal=True)
def read_file(content_id: int) -> None:
    read_content(content_id)


@job("documents.read_late", _("Read files whose reading was interrupted"), internal=True)
def read_late_files() -> None:
    read_late()


@job("documents.delete_unused", _("Delete contents that no document holds"), internal=True)
def delete_unused_contents() -> None:
    delete_unused()


schedule(read_late_files, "20 * * * *")
schedule(delete_unused_contents, "50 2 * * *")
