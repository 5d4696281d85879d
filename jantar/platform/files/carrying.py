"""Carrying all files from one storage to the other. The paths stay, so no row changes."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.core.files.storage.handler import InvalidStorageError

from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import CHUNK_BYTES


@dataclass
class Carried:
    """How many files were copied, were there already, are missing at both ends, or are damaged where they come from."""

    copied: int = 0
    there: int = 0
    missing: int = 0
    damaged: int = 0
    removed: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.missing and not self.damaged


def storage_named(name: str) -> Any:
    """The storage "local" or "s3". Raises LookupError when it is not set up."""
    try:
        return storages.create_storage(settings.FILE_STORAGES[name])
    except (KeyError, InvalidStorageError) as error:
        raise LookupError(name) from error


def carry(to: str, *, remove: bool = False, tell: Callable[[Carried], None] = lambda done: None) -> Carried:
    """Copies every file that `to` ("local" or "s3") does not hold with the right digest, and checks what was written.

    Can be stopped and started again at any time. With `remove` the copy that is left behind is deleted once the other
    one has proved right. Raises LookupError for a storage that is not set up, OSError when one does not answer.
    """
    target, source = storage_named(to), storage_named("local" if to == "s3" else "s3")
    done = Carried()
    for path, digest in StoredFile.objects.order_by("pk").values_list("path", "digest").iterator(chunk_size=500):
        carry_one(path, digest, source, target, done)
        if remove and holds(target, path, digest) and source.exists(path):
            source.delete(path)
            done.removed += 1
        tell(done)
    return done


def carry_one(path: str, digest: str, source: Any, target: Any, done: Carried) -> None:
    if holds(target, path, digest):
        done.there += 1
    elif not source.exists(path):
        done.missing += 1
    elif not holds(source, path, digest):
        done.damaged += 1
    else:
        copy(path, source, target)
        if not holds(target, path, digest):
            raise OSError(f"{path} was written and reads differently")
        done.copied += 1


def copy(path: str, source: Any, target: Any) -> None:
    if target.exists(path):  # left by a run that was stopped
        target.delete(path)
    with source.open(path) as content:
        target.save(path, File(content))


def holds(storage: Any, path: str, digest: str) -> bool:
    """Whether the storage has the file, whole."""
    try:
        with storage.open(path) as content:
            found = hashlib.sha256()
            for chunk in chunks(content):
                found.update(chunk)
    except FileNotFoundError:
        return False
    return found.hexdigest() == digest


def chunks(content: Any) -> Iterator[bytes]:
    while chunk := content.read(CHUNK_BYTES):
        yield chunk
