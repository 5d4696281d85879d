"""Settings: everything into an archive, and out of one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.permissions.middleware import current_actor
from jantar.engine.transfer.archive.jobs import read_later, write_later
from jantar.engine.transfer.archive.manifest import BadArchiveError


def archive(request: HttpRequest) -> HttpResponse:
    """What an archive is, with the buttons to write and to read one; an uploaded one is looked at at once."""
    actor = current_actor(request)
    actor.require_admin()
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            error = _("Choose a file.")
        else:
            try:
                read_later(file, file.name or "", actor=actor)
                messages.info(request, _("The archive is being checked and stored. You see here how far it is."))
                return redirect("jobs:list")
            except BadArchiveError as refused:
                error = str(refused)
    return render(request, "transfer/archive.html", {"error": error}, status=422 if error else 200)


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Has a worker write the archive."""
    write_later(current_actor(request))
    messages.info(request, _("The file is being written. You find it here when it is done."))
    return redirect("jobs:list")
