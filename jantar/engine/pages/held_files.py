"""Files in fields of records: taking them before the record is saved, and sending them to who sees the record."""

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.fields.files.fields import File, Image
from jantar.engine.pages.documents import file_of, refusal
from jantar.engine.pages.uploads import label_of
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import held_files
from jantar.engine.records.errors import Invalid, NotFound
from jantar.platform.files.pages import serve_file

KINDS: dict[str, type[File]] = {one.kind: one for one in (File, Image)}


@require_POST
def upload(request: HttpRequest, kind: str) -> JsonResponse:
    """Takes one file for a field of the kind; a record that is saved with its id within two days keeps it."""
    if kind not in KINDS:
        raise NotFound(_("There is no such field."))
    try:
        file = file_of(request)
        held = held_files.upload(KINDS[kind], file, str(file.name), actor=current_actor(request))
    except Invalid as error:
        return refusal(error)
    return JsonResponse({"id": held.key, "name": held.name, "label": label_of(held)}, status=201)


def download(request: HttpRequest, key: str) -> HttpResponseBase:
    """The file, saved under its name."""
    held = held_files.seen_file(key, current_actor(request))
    return serve_file(held.file, name=held.name, content_type=held.media_type, asked=request)


def picture(request: HttpRequest, key: str, size: str) -> HttpResponseBase:
    """An image, small or large: drawn anew, without what cameras add."""
    held = held_files.seen_file(key, current_actor(request))
    file = {"small": held.small, "large": held.large}.get(size)
    if file is None:
        raise NotFound(_("There is no such page."))
    return serve_file(file, inline=True)
