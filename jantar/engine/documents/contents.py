"""Keeping the content of files once."""

import hashlib
import logging
from datetime import timedelta
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.documents.models import Content, Version
from jantar.engine.documents.sniffing import kind_of
from jantar.engine.fields.errors import Invalid
from jantar.platform.files.services import CHUNK_BYTES, delete_file, store_file
from jantar.platform.mail.models import MailAttachment

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
#: So long nothing may point to a content before it is deleted: undoing brings versions back for 30 days.
UNUSED = timedelta(days=31)
#: A content that nobody has read for so long has lost its job.
UNREAD = timedelta(hours=1)


def keep(file: IO[bytes], name: str) -> Content:
    """The content of a file, known or new. Raises Invalid, naming `file`, for what is not taken in."""
    from jantar.engine.documents.jobs import read_file

    digest, size = measured(file)
    if not size:
        raise Invalid({"file": [_("“%(name)s” is empty.") % {"name": name}]})
    refuse_size(size, name)
    kind, media_type = kind_of(file, name)
    if known := Content.objects.filter(digest=digest).first():
        return known
    try:
        with transaction.atomic():
            stored = store_file(file, name=name, purpose="documents.content")
            content = Content.objects.create(file=stored, digest=digest, size=size, kind=kind, media_type=media_type)
            read_file.later(content_id=content.pk)
            return content
    except IntegrityError:  # somebody else attached the same at the same moment
        return Content.objects.get(digest=digest)
    except OSError as error:
        logger.exception("The storage does not take a file.")
        text = _("“%(name)s” could not be stored: the files can't be reached at the moment. Try again in a minute.")
        raise Invalid({"file": [text % {"name": name}]}) from error


def refuse_size(size: int, name: str) -> None:
    """Raises Invalid for a size in bytes beyond what the installation takes."""
    if size > settings.FILE_MAX_MB * MEGABYTE:
        words = {"name": name, "limit": settings.FILE_MAX_MB}
        raise Invalid({"file": [_("“%(name)s” is too large: at most %(limit)d MB can be attached.") % words]})


def measured(file: IO[bytes]) -> tuple[str, int]:
    """SHA-256 and the number of bytes."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def delete_unused() -> int:
    """Delete contents that no version has had for a month; return how many. To be called every night."""
    unused = Content.objects.filter(versions=None, created_at__lt=timezone.now() - UNUSED)
    unused = unused.exclude(file__in=MailAttachment.objects.values("file"))  # mails in the log still have them
    number = 0
    for content in unused.select_related("file", "small", "large"):
        with transaction.atomic():
            Content.objects.select_for_update().get(pk=content.pk)
            if Version.objects.filter(content=content).exists():
                continue
            content.delete()
            for file in filter(None, (content.file, content.small, content.large)):
                delete_file(file)
            number += 1
    return number


def contents_with_picture(ids: set[int]) -> set[int]:
    """Those of the contents of which there is a small picture; one statement."""
    return set(Content.objects.filter(pk__in=ids, small__isnull=False).values_list("pk", flat=True))
