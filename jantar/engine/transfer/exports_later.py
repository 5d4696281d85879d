"""Long exports: a worker writes the file, which waits for its owner for a week."""

from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.running import owner_of
from jantar.engine.records.errors import BadQuery, NotAllowed, NotFound
from jantar.engine.records.listing import Query
from jantar.engine.records.registry import registry
from jantar.engine.transfer.exporting import Export, export_chunks
from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import store_file
from jantar.platform.jobs.declare import job
from jantar.platform.jobs.errors import JobFailedError
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import Run

KEPT = timedelta(days=7)
#: What of the question goes to the worker; the rights are those the owner has when it is written.
ASKED = ("filter", "search", "sort", "columns")


def export_later(export: Export) -> JobRun:
    """Has a worker write the file. Its run, under Jobs, leads to it."""
    query = export.query
    label = _("Export of %(what)s") % {"what": query.record_type.label_plural}
    return write_export.later(
        actor_id=query.actor.user_id, label=label, type_name=query.record_type.name, file_format=export.format,
        for_people=export.for_people, asked={name: getattr(query, name) for name in ASKED},
    )  # fmt: skip


@job("transfer.export", gettext_lazy("Export a list"))
def write_export(type_name: str, file_format: str, for_people: bool, asked: dict[str, Any], run: Run) -> dict[str, Any]:
    actor = owner_of(run)
    record_type = registry.get(type_name)
    query = Query(record_type, actor, **{**asked, "columns": tuple(asked["columns"])})
    try:
        chunks = export_chunks(Export(query, file_format, for_people))
    except (NotAllowed, BadQuery) as error:
        raise JobFailedError(str(error)) from None
    run.check()
    with TemporaryFile() as file, translation.override(actor.language):
        file.writelines(chunks)
        name = f"{record_type.label_plural}.{file_format}"
        until = timezone.now() + KEPT
        stored = store_file(file, name=name, purpose="transfer.export", owner_id=actor.user_id, expires_at=until)
        url = reverse("files:download", args=[stored.key])
        return {"message": _("The file is ready for a week."), "url": url, "file": str(stored.key)}


def file_of(run: JobRun, actor: Actor) -> StoredFile:
    """The file of a run that the actor may still have. Raises NotFound, or NotAllowed who may not export any more."""
    type_name = run.arguments.get("type_name", "") if run.kind == write_export.kind else ""
    key = (run.result or {}).get("file")
    file = StoredFile.objects.filter(key=key, owner_id=actor.user_id).first() if type_name and key else None
    if file is None or not actor.may("see", type_name):
        raise NotFound(_("There is no such file."))
    if not actor.may("export", type_name):
        raise NotAllowed(_("You may not export here."))
    return file
