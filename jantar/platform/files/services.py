"""Keeping, opening and deleting files."""

import hashlib
import mimetypes
import unicodedata
import uuid
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from jantar.platform.files.models import StoredFile
from jantar.platform.files.ranges import Part

NAME_LENGTH = 120
CHUNK_BYTES = 1024 * 1024
#: Content that has had no row for so long belongs to a transaction that came to nothing.
UNCLAIMED = timedelta(days=1)


def store_file(
    content: IO[bytes],
    *,
    name: str,
    purpose: str,
    owner_id: int | None = None,
    expires_at: datetime | None = None,
) -> StoredFile:
    """Keep the content from its beginning to its end; return the row.

    `purpose` says what the file is for, such as "transfer.upload". With `expires_at` (aware)
    the file is deleted some time after. The type follows from the name, never from what a
    browser claims.
    """
    key = uuid.uuid4()
    clean = clean_name(name)
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    path = default_storage.save(f"{_folder(timezone.now())}/{key}", File(content))
    return StoredFile.objects.create(
        key=key,
        name=clean,
        purpose=purpose,
        content_type=mimetypes.guess_type(clean)[0] or "application/octet-stream",
        size=size,
        digest=digest.hexdigest(),
        path=path,
        owner_id=owner_id,
        expires_at=expires_at,
    )


def open_file(file: StoredFile) -> "File[Any]":
    """Open the content for reading; the caller closes it. Raises FileNotFoundError when it is gone."""
    return default_storage.open(file.path)


def open_part(file: StoredFile, first: int, last: int) -> Any:
    """Open the content from byte `first` to `last` for reading once; the caller closes it.

    From a bucket it comes as it is read. Raises FileNotFoundError, OSError.
    """
    if hasattr(default_storage, "stream"):
        return default_storage.stream(file.path, first, last) if file.size else default_storage.open(file.path)
    content = open_file(file)
    content.seek(first)
    return Part(content, last - first + 1)


def delete_file(file: StoredFile) -> None:
    """Delete the row, and the content once that is certain."""
    path = file.path
    file.delete()
    transaction.on_commit(lambda: default_storage.delete(path))


def delete_expired() -> int:
    """Delete files whose time is over; return how many."""
    expired = list(StoredFile.objects.filter(expires_at__lt=timezone.now()))
    for file in expired:
        with transaction.atomic():
            delete_file(file)
    return len(expired)


def delete_unclaimed() -> int:
    """Delete content that no row claims; return how much. To be called every night.

    Storage knows no transactions: what was stored in one that was rolled back, or by a process that was killed,
    stays behind. Folders are named by month, so those of today and of the month before hold all of it.
    """
    now = timezone.now()
    folders = {_folder(now), _folder(now.replace(day=1) - timedelta(days=1))}
    unclaimed = [path for folder in folders for path in _without_row(folder)]
    late = [path for path in unclaimed if default_storage.get_modified_time(path) < now - UNCLAIMED]
    for path in late:
        default_storage.delete(path)
    return len(late)


def _folder(moment: datetime) -> str:
    return f"private/{moment:%Y/%m}"


def _without_row(folder: str) -> set[str]:
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return set()
    claimed = StoredFile.objects.filter(path__startswith=f"{folder}/").values_list("path", flat=True)
    return {f"{folder}/{name}" for name in names} - set(claimed)


def clean_name(name: str) -> str:
    """Return a file name without directories, control characters and tricks with its direction."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in base if unicodedata.category(char)[0] != "C" and char not in '<>:"|?*')
    stem, dot, ending = kept.strip(" .").rpartition(".")
    if not dot:
        return ending[:NAME_LENGTH] or "file"
    return f"{stem[: NAME_LENGTH - len(ending[:10])]}.{ending[:10]}"
