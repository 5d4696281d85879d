"""Downloads. Whatever is in a file, the browser must not run it as a part of Jantar."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import open_file

# Types a browser only draws; all others are saved, not shown.
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def download(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """A file to its owner. What hangs on a record is served by what knows the record's rights."""
    file = get_object_or_404(StoredFile, key=key, owner_id=request.user.pk)
    return serve_file(file)


def serve_file(file: StoredFile, *, inline: bool = False, name: str = "", content_type: str = "") -> FileResponse:
    """Answer with the content after the caller has checked the rights.

    It is saved under its own name or `name`; with `inline`, pictures are shown instead. `content_type` is what the
    caller found out about the content, and wins over the type that follows from the name.
    """
    content_type = content_type or file.content_type
    show = inline and content_type in SHOWN_TYPES
    try:
        content = open_file(file)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content,
        as_attachment=not show,
        filename=name or file.name,
        content_type=content_type if show else "application/octet-stream",
    )
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
