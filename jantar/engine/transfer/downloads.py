"""Files that jobs wrote for somebody: they can be had as long as that person may still have such a file written."""

from django.urls import reverse
from django.utils.translation import gettext as _

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.transfer.exports_later import write_export
from jantar.platform.files.models import StoredFile
from jantar.platform.jobs.models import JobRun


def refuse_former(file: StoredFile) -> None:
    """Raises NotAllowed when the right to export was taken away since, and NotFound when nobody knows whose it was.

    What the file holds follows from the rights when it was written; a scope that is narrower now cuts nothing off it.
    """
    address = reverse("files:download", args=[file.key])
    run = next(iter(JobRun.objects.filter(owner=file.owner_id, result__url=address)), None)
    if run is None or file.owner is None:
        raise NotFound(_("There is no such file."))
    actor = actor_for(file.owner)
    if run.kind != write_export.kind:  # an archive of everything
        actor.require_admin()
        return
    type_name = run.arguments.get("type_name", "")
    if not (actor.may("see", type_name) and actor.may("export", type_name)):
        raise NotAllowed(_("You may not export here."))
