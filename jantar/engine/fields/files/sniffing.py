"""What a file is by its content, and what is not taken in."""

import codecs
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import IO

from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.files.kinds import Kind
from jantar.platform.files.services import CHUNK_BYTES

HEAD = 4096
#: What reading an archive raises where its table of contents or a part of it is damaged.
DAMAGED = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error, lzma.LZMAError,
)  # fmt: skip
#: Archives (office files are some too) that unpack to more than this, or to so many times their size, are bombs.
MOST_UNPACKED = 1024**3
MOST_TIMES = 200
FEW_UNPACKED = 50 * 1024**2
MOST_ENTRIES = 20_000
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."

Found = tuple[Kind, str]
#: What begins so is that; pairs of kind and media type.
MAGIC: tuple[tuple[bytes, Found], ...] = (
    (b"\x89PNG\r\n\x1a\n", (Kind.IMAGE, "image/png")),
    (b"\xff\xd8\xff", (Kind.IMAGE, "image/jpeg")),
    (b"GIF87a", (Kind.IMAGE, "image/gif")),
    (b"GIF89a", (Kind.IMAGE, "image/gif")),
    (b"\x1f\x8b", (Kind.ARCHIVE, "application/gzip")),
    (b"7z\xbc\xaf\x27\x1c", (Kind.ARCHIVE, "application/x-7z-compressed")),
    (b"Rar!", (Kind.ARCHIVE, "application/vnd.rar")),
)
PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"L\x00\x00\x00\x01",
)
PROGRAM_NAMES = frozenset(
    "exe com scr msi bat cmd ps1 vbs vbe js jse wsf hta jar lnk cpl pif reg dll sh app dmg iso".split()
)
#: Names that promise a content: what it has to be.
PROMISES: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp"), lambda found: found.startswith("image/")),
    "pdf": lambda found: found == "application/pdf",
    **dict.fromkeys(("docx", "xlsx", "pptx"), lambda found: found.startswith(OFFICE)),
    **dict.fromkeys(("odt", "ods", "odp"), lambda found: found.startswith(OPEN)),
}
PARTS = {
    "word/": (Kind.WORDS, f"{OFFICE}wordprocessingml.document"),
    "xl/": (Kind.SHEET, f"{OFFICE}spreadsheetml.sheet"),
    "ppt/": (Kind.SLIDES, f"{OFFICE}presentationml.presentation"),
}
#: A password turns an office file into a store of another kind, in which its content is one stream of this name.
STORE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_TYPE = f"{OFFICE}encrypted"
NAMED_KINDS = {"docx": Kind.WORDS, "docm": Kind.WORDS, "xlsx": Kind.SHEET, "xlsm": Kind.SHEET,
               "pptx": Kind.SLIDES, "pptm": Kind.SLIDES}  # fmt: skip
OPEN_KINDS = {"text": Kind.WORDS, "spreadsheet": Kind.SHEET, "presentation": Kind.SLIDES}


def kind_of(content: IO[bytes], name: str) -> Found:
    """The kind and media type of a file. Raises Invalid, naming `file`, for what is not taken in."""
    content.seek(0)
    head = content.read(HEAD)
    ending = ending_of(name)
    if ending in PROGRAM_NAMES or head.startswith(PROGRAMS):
        raise refused(_("“%(name)s” is a program. Programs can't be attached."), name)
    found = look(content, head, name)
    promise = PROMISES.get(ending)
    if promise and not promise(found[1]):
        raise refused(_("“%(name)s” is not what its name says. Check the file and its ending."), name)
    return found


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def look(content: IO[bytes], head: bytes, name: str) -> Found:
    for start, found in MAGIC:
        if head.startswith(start):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.IMAGE, "image/webp"
    if b"%PDF-" in head[:1024]:
        return Kind.PDF, "application/pdf"
    if head.startswith(b"PK"):
        return look_into(content, name)
    if head.startswith(STORE):
        return look_into_store(content, name)
    if is_text(head):
        return Kind.TEXT, "text/plain"
    return Kind.OTHER, "application/octet-stream"


def look_into(content: IO[bytes], name: str) -> Found:
    """What a ZIP archive is; only its table of contents is read, nothing is unpacked."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            first = entries[0] if entries else None
            is_open = bool(first and first.filename == "mimetype" and first.file_size < 200)
            media_type = archive.read("mimetype").decode("ascii", "replace").strip() if is_open else ""
    except DAMAGED as error:
        raise refused(_("“%(name)s” is damaged: it can't be opened."), name) from error
    refuse_bomb(entries, name)
    if media_type.startswith(OPEN):
        return OPEN_KINDS.get(media_type[len(OPEN) :].partition("-")[0], Kind.OTHER), media_type
    names = [entry.filename for entry in entries]
    if "[Content_Types].xml" in names:
        for start, found in PARTS.items():
            if any(one.startswith(start) for one in names):
                return found
    return Kind.ARCHIVE, "application/zip"


def look_into_store(content: IO[bytes], name: str) -> Found:
    """An old office file, or a new one that is protected by a password: then its name says what it is."""
    kind = NAMED_KINDS.get(ending_of(name))
    if kind and contains(content, ENCRYPTED):
        return kind, ENCRYPTED_TYPE
    return Kind.OTHER, "application/x-ole-storage"


def contains(content: IO[bytes], wanted: bytes) -> bool:
    content.seek(0)
    end = b""
    while chunk := content.read(CHUNK_BYTES):
        if wanted in end + chunk:
            return True
        end = chunk[-len(wanted) :]
    return False


def refuse_bomb(entries: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = unpacked > FEW_UNPACKED and unpacked > MOST_TIMES * max(packed, 1)
    if is_bomb or unpacked > MOST_UNPACKED or len(entries) > MOST_ENTRIES:
        raise refused(_("“%(name)s” unpacks to far more than it seems and can't be attached."), name)


def is_text(head: bytes) -> bool:
    """Whether it reads as text: UTF-8 (cut anywhere) or one of the old tables, without control characters."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return not any(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head)


def refused(message: str, name: str) -> Invalid:
    return Invalid({"file": [message % {"name": name}]})
