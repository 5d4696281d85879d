"""The list of contents of an archive, and the checks that keep hostile and broken archives out.

`manifest.json` stands in the archive beside the files it names; each of them with its rows, its size and its checksum.
"""

import json
import re
import zipfile
from dataclasses import asdict, dataclass, field
from typing import IO, Any
from uuid import UUID

from django.utils.translation import gettext as _

FORMAT = "jantar-archive"
VERSION = 1
NAME = "manifest.json"
#: No honest table reaches them: bytes of the manifest, of one row, ids, and how much smaller rows get by compressing.
LONGEST_MANIFEST = 4_000_000
LONGEST_ROW = 64_000_000
HIGHEST_ID = 10**14
MOST_COMPRESSED = 200
SMALL = 10_000_000
DOCUMENTS = "files/"
_DOCUMENT = re.compile(r"files/([0-9a-f]{64})")
_TABLE = re.compile(r"(records|tables)/[a-z][a-z0-9_.]*\.jsonl")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BadArchiveError(Exception):
    """The archive can't be read; the text says why, in the language in force. Nothing of it was stored."""


@dataclass(frozen=True)
class File:
    """One file of rows. `highest` is the greatest id in it."""

    name: str
    path: str
    table: str
    rows: int
    size: int
    digest: str
    highest: int
    columns: tuple[str, ...]
    references: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """`source` is the installation that wrote it; `documents` the sizes of the documents by their digest.

    `left_out` counts by table what the maker was not to see; with `private` nothing was left out.
    """

    source: str
    made_at: str
    base_currency: str
    private: bool
    files: tuple[File, ...]
    documents: dict[str, int]
    left_out: dict[str, int]
    format: str = FORMAT
    version: int = VERSION

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def open_archive(file: IO[bytes]) -> tuple[zipfile.ZipFile, Manifest]:
    """The archive and what it says of itself. Raises BadArchiveError; what is in the files is checked when read."""
    try:
        archive = zipfile.ZipFile(file)
        manifest = _manifest_of(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zipfile.LargeZipFile) as error:
        raise BadArchiveError(_("This is no archive of Jantar, or a damaged one.")) from error
    _check_members(archive, manifest)
    return archive, manifest


def _manifest_of(archive: zipfile.ZipFile) -> Manifest:
    if NAME not in archive.namelist() or archive.getinfo(NAME).file_size > LONGEST_MANIFEST:
        raise BadArchiveError(_("This is no archive of Jantar: it has no list of contents."))
    with archive.open(NAME) as stream:
        text = stream.read(LONGEST_MANIFEST + 1)
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise BadArchiveError(_("This is no archive of Jantar: it has no list of contents."))
        if int(data["version"]) > VERSION:
            raise BadArchiveError(_("This archive was written by a newer Jantar. Update this one first."))
        return _checked(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadArchiveError(_("The list of contents of this archive is damaged.")) from error


def _checked(data: dict[str, Any]) -> Manifest:
    files = tuple(
        File(**{**one, "columns": tuple(map(str, one["columns"])), "references": dict(one.get("references", {}))})
        for one in data["files"]
    )
    for file in files:
        if not (_TABLE.fullmatch(file.path) and _DIGEST.fullmatch(file.digest)):
            raise ValueError(file.path)
        if any(
            type(number) is not int or not 0 <= number < HIGHEST_ID for number in (file.highest, file.rows, file.size)
        ):
            raise ValueError(file.path)
    documents = {str(digest): int(size) for digest, size in data["documents"].items()}
    known = {name: data[name] for name in ("made_at", "private", "left_out")}
    return Manifest(
        source=str(UUID(data["source"])), base_currency=str(data["base_currency"]), files=files, documents=documents,
        **known,
    )  # fmt: skip


def _check_members(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Exactly the files that the manifest names, each of the size it says, and none that grows out of all measure."""
    sizes = {file.path: file.size for file in manifest.files}
    sizes |= {DOCUMENTS + digest: size for digest, size in manifest.documents.items()}
    names = [info.filename for info in archive.infolist()]
    if len(set(names)) != len(names) or len(sizes) != len(manifest.files) + len(manifest.documents):
        raise BadArchiveError(_("This archive names a file twice."))
    if strange := sorted(set(names) - sizes.keys() - {NAME}):
        raise BadArchiveError(_("This archive holds a file that is not in its list: %(name)s") % {"name": strange[0]})
    if missing := sorted(sizes.keys() - set(names)):
        raise BadArchiveError(_("This archive is not complete: %(name)s is missing.") % {"name": missing[0]})
    for info in archive.infolist():
        if info.flag_bits & 1 or (info.filename != NAME and info.file_size != sizes[info.filename]):
            raise damaged(info.filename)
        if info.filename.startswith(DOCUMENTS):
            # Documents are not compressed, so that none can be larger than what was sent.
            if not _DOCUMENT.fullmatch(info.filename) or info.compress_type != zipfile.ZIP_STORED:
                raise damaged(info.filename)
        elif info.file_size > SMALL and info.file_size > MOST_COMPRESSED * max(info.compress_size, 1):
            raise damaged(info.filename)


def damaged(path: str) -> BadArchiveError:
    return BadArchiveError(_("This archive is damaged: %(name)s is not what its list says.") % {"name": path})
