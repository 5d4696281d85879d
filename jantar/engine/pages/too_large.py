"""What is sent but can't be taken because of its size: read to its end, and told with the longest field named.

A browser that is still sending when the answer comes takes it for a broken connection, so the rest is read first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.registry import registry
from jantar.engine.timeline.composer import tabs_for
from jantar.kit.numbers import whole_number

PIECE = 65_536
MEGABYTE = 1024 * 1024
#: Above this nothing is read at all, so that nobody, signed in or not, fills the disk. Files of imports are smaller.
LARGEST = 300 * MEGABYTE
UPLOADS = ("/documents/upload", "/documents/upload/", "/files/upload", "/file/upload/", "/image/upload/")
VERSIONS = re.compile("/documents/[0-9]+/versions/?$")
URLENCODED = "application/x-www-form-urlencoded"


def message_for(request: HttpRequest) -> str:
    """Says what is too large, with the label of the longest field when the form tells it. Reads the request."""
    sizes = sizes_of(pieces_of(request)) if request.content_type == URLENCODED else Counter()
    limit = {"limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGABYTE}
    label = label_of(sizes.most_common(1)[0][0], request) if sizes else ""
    if label:
        return _("“%(field)s” is too long: at most %(limit)d MB can be sent at once.") % {**limit, "field": label}
    return _("This is too long: at most %(limit)d MB can be sent at once.") % limit


def is_refused_unread(request: HttpRequest) -> bool:
    return (whole_number(request.META.get("CONTENT_LENGTH") or "") or 0) > LARGEST


def message_unread(request: HttpRequest) -> str:
    """Names the file where the address takes one."""
    if takes_file(request.path_info):
        limit = {"limit": settings.FILE_MAX_MB}
        return _("The file is too large: at most %(limit)d MB can be attached.") % limit
    return _("This is too long: at most %(limit)d MB can be sent at once.") % {"limit": LARGEST // MEGABYTE}


def takes_file(path: str) -> bool:
    return path.endswith(UPLOADS) or bool(VERSIONS.search(path))


def read_rest(request: HttpRequest) -> None:
    """Reads what is left of a refused request and keeps nothing of it."""
    for _piece in pieces_of(request):
        pass


def pieces_of(request: HttpRequest) -> Iterator[bytes]:
    try:
        while piece := request.read(PIECE):
            yield piece
    except UnreadablePostError:
        return


def sizes_of(pieces: Iterable[bytes]) -> Counter[str]:
    """How many bytes each field of an urlencoded form has."""
    sizes: Counter[str] = Counter()
    name, in_name = b"", True
    for piece in pieces:
        for place, part in enumerate(piece.split(b"&")):
            if place:
                name, in_name = b"", True
            if in_name:
                start, equals, part = part.partition(b"=")
                name, in_name = (name + start)[:100], not equals
            sizes[name.decode("ascii", "replace")] += len(part)
    return sizes


def label_of(name: str, request: HttpRequest) -> str:
    """The label of a field of the type that the address is about; in the composer of what its tab writes."""
    actor, match = current_actor(request), request.resolver_match
    if match is None or match.kwargs.get("type_name") not in registry:
        return ""
    types, otherwise = [registry.get(match.kwargs["type_name"])], ""
    if "key" in match.kwargs:
        tab = next((tab for tab in tabs_for(types[0], actor) if tab.key == match.kwargs["key"]), None)
        types, otherwise = ([registry.get(one) for one in tab.writes], str(tab.label)) if tab else ([], "")
    found = (record_type.fields(actor).get(name) for record_type in types)
    return next((capfirst(str(field.label)) for field in found if field), otherwise)
