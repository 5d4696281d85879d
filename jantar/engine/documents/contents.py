"""Keeping the content of files once."""

from datetime import timedelta
from typing import IO

from django.db import IntegrityError, transaction
from django.utils import timezone

from jantar.engine.documents.models import Content, Version
from jantar.engine.fields.files.sniffing import kind_of
from jantar.engine.fields.files.taking import measured, said_when_unreachable
from jantar.platform.files.services import delete_file, store_file
from jantar.platform.mail.models import MailAttachment

#: So long nothing may point to a content before it is deleted: undoing brings versions back for 30 days.
UNUSED = timedelta(days=31)
#: A content that nobody has read for so long has lost its job.
UNREAD = timedelta(hours=1)


def keep(file: IO[bytes], name: str) -> Content:
    """The content of a file, known or new. Raises Invalid, naming `file`, for what is not taken in."""
    from jantar.engine.documents.jobs import read_file

    digest, size = measured(file, name)
    kind, media_type = kind_of(file, name)
    if known := Content.objects.filter(digest=digest).first():
        return known
    try:
        with said_when_unreachable(name), transaction.atomic():
            stored = store_file(file, name=name, purpose="documents.content")
            content = Content.objects.create(file=stored, digest=digest, size=size, kind=kind, media_type=media_type)
            read_file.later(content_id=content.pk)
            return content
    except IntegrityError:  # somebody else attached the same at the same moment
        return Content.objects.get(digest=digest)


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
