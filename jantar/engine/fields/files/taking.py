"""What is asked of every file before it is taken in."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.platform.files.services import CHUNK_BYTES

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024


def measured(file: IO[bytes], name: str) -> tuple[str, int]:
    """SHA-256 and the number of bytes. Raises Invalid, naming `file`, for no bytes and for too many."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    if not size:
        raise Invalid({"file": [_("“%(name)s” is empty.") % {"name": name}]})
    refuse_size(size, name)
    return digest.hexdigest(), size


def refuse_size(size: int, name: str) -> None:
    """Raises Invalid for a size in bytes beyond what the installation takes."""
    if size > settings.FILE_MAX_MB * MEGABYTE:
        words = {"name": name, "limit": settings.FILE_MAX_MB}
        raise Invalid({"file": [_("“%(name)s” is too large: at most %(limit)d MB can be attached.") % words]})


@contextmanager
def said_when_unreachable(name: str) -> Iterator[None]:
    """Faults of the storage as Invalid, naming `file`."""
    try:
        yield
    except OSError as error:
        logger.exception("The storage does not take a file.")
        text = _("“%(name)s” could not be stored: the files can't be reached at the moment. Try again in a minute.")
        raise Invalid({"file": [text % {"name": name}]}) from error
