"""Where files go that are dropped, pasted or chosen on a page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat


@dataclass(frozen=True)
class Uploads:
    """`about` is the record they are attached to ("companies/5"); a single one is a new version of a document."""

    address: str
    about: str = ""
    folder: str = ""
    is_single: bool = False

    @property
    def limit(self) -> int:
        """The largest file in bytes."""
        return self.limit_mb * 1024 * 1024

    @property
    def limit_mb(self) -> int:
        return int(settings.FILE_MAX_MB)


def label_of(file: Any) -> str:
    """Name and size of a file, or of the value of a field that names it."""
    return f"{file.name} ({filesizeformat(file.size)})"
