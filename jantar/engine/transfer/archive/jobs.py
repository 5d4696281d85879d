"""Archives in the background: written into a file that waits for its administrator, read from an uploaded one."""

from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.errors import NotAllowed
from jantar.engine.transfer.archive.manifest import BadArchiveError, open_archive
from jantar.engine.transfer.archive.storing import read_archive
from jantar.engine.transfer.archive.writing import write_archive
from jantar.platform.accounts.models import User
from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import open_file, store_file
from jantar.platform.jobs.declare import job
from jantar.platform.jobs.errors import JobFailedError
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import Run

KEPT = timedelta(days=7)


def write_later(actor: Actor) -> JobRun:
    """Has a worker write an archive of what the administrator may see. Its run, under Jobs, leads to the file."""
    actor.require_admin()
    return write_everything.later(actor_id=actor.user_id)


def read_later(file: IO[bytes], name: str, *, actor: Actor) -> JobRun:
    """Keeps an archive and has a worker store what is in it. Raises BadArchiveError when it is none."""
    actor.require_admin()
    archive, _manifest = open_archive(file)
    archive.close()
    with transaction.atomic():
        until = timezone.now() + KEPT
        kept = store_file(file, name=name, purpose="transfer.archive", owner_id=actor.user_id, expires_at=until)
        return read_everything.later(actor_id=actor.user_id, file_id=kept.pk)


@job("transfer.write_archive", gettext_lazy("Write an archive"), atomic=False)
def write_everything(run: Run) -> dict[str, Any]:
    actor = _administrator(run)
    with TemporaryFile() as file:
        manifest = write_archive(file, actor=actor, tell=run.progress)
        until = timezone.now() + KEPT
        with run.step(done=manifest.rows):
            name = f"jantar-{timezone.localdate():%Y-%m-%d}.zip"
            kept = store_file(file, name=name, purpose="transfer.export", owner_id=actor.user_id, expires_at=until)
    return {"message": _("The file is ready for a week."), "url": reverse("files:download", args=[kept.key])}


@job("transfer.read_archive", gettext_lazy("Import an archive"), atomic=False)
def read_everything(file_id: int, run: Run) -> dict[str, Any]:
    actor = _administrator(run)
    kept = StoredFile.objects.filter(pk=file_id).first()
    if kept is None:
        raise JobFailedError(_("This file is not kept any longer. Upload it again."))
    with open_file(kept) as file:
        try:
            result = read_archive(file, actor=actor, tell=run.progress)
        except (BadArchiveError, NotAllowed) as error:
            raise JobFailedError(str(error)) from None
    created = sum(result.created.values())
    here = sum(result.unchanged.values())
    counted = _("Rows stored: %(created)d. Here before: %(here)d.") % {"created": created, "here": here}
    return {"message": counted, "created": created, "unchanged": here, "operation_id": result.operation_id}


def _administrator(run: Run) -> Actor:
    user = User.objects.filter(pk=run.owner_id or 0, is_active=True, is_admin=True).first()
    if user is None:
        raise JobFailedError(_("Only administrators may do this."))
    return actor_for(user)
