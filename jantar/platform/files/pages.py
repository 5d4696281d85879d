"""Downloads. Whatever is in a file, the browser must not run it as a part of Jantar."""

import logging
from collections.abc import Callable
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from jantar.platform.files.models import StoredFile
from jantar.platform.files.ranges import OutOfRange, span_of
from jantar.platform.files.services import open_part

logger = logging.getLogger(__name__)
# Types a browser only draws; all others are saved, not shown.
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

Guard = Callable[[StoredFile], None]
_guards: dict[str, Guard] = {}


def guard(purpose: str, check: Guard) -> None:
    """Registers what is asked before a file of that purpose goes to its owner; it raises what refuses them.

    Called when Django starts.
    """
    _guards[purpose] = check


def download(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """A file to its owner. What hangs on a record is served by what knows the record's rights."""
    file = get_object_or_404(StoredFile, key=key, owner_id=request.user.pk)
    if check := _guards.get(file.purpose):
        check(file)
    return serve_file(file, asked=request)


def serve_file(
    file: StoredFile, *, inline: bool = False, name: str = "", content_type: str = "", asked: HttpRequest | None = None
) -> HttpResponseBase:
    """Answer with the content after the caller has checked the rights.

    It is saved under its own name or `name`; with `inline`, pictures are shown instead. `content_type` is what the
    caller found out about the content, and wins over the type that follows from the name. With the request `asked`
    the part that it asks for is sent.
    """
    content_type = content_type or file.content_type
    show = inline and content_type in SHOWN_TYPES
    try:
        span = wanted(asked, file.size)
        first, last = span or (0, file.size - 1)
        content = open_part(file, first, last)
    except OutOfRange:
        return guarded(HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"}))
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        logger.exception("The storage does not give %s.", file.path)
        text = _("The files can't be reached at the moment. Try again in a minute.")
        return guarded(HttpResponse(text, status=503, content_type="text/plain; charset=utf-8"))
    response = FileResponse(
        content,
        as_attachment=not show,
        filename=name or file.name,
        content_type=content_type if show else "application/octet-stream",
        status=206 if span else 200,
    )
    response.headers["Content-Length"] = str(last - first + 1)
    if span:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    if asked:
        response.headers["Accept-Ranges"] = "bytes"
    return guarded(response)


def wanted(asked: HttpRequest | None, size: int) -> tuple[int, int] | None:
    """The part that is asked for. With If-Range all is sent: what is asked for there has no tag to compare."""
    if asked is None or "If-Range" in asked.headers:
        return None
    return span_of(asked.headers.get("Range", ""), size)


def guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Whatever is in a file, the browser must not run it."""
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
