"""The bytes of a sheet: from a path, from memory or from an open file, read several times."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from jantar.engine.transfer.sheets.model import Limits, UnreadableSheetError
from jantar.kit.errors import gettext_noop

Source = str | os.PathLike[str] | bytes | BinaryIO

_FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "GZIP",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\xd0\xcf\x11\xe0": "XLS",
}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1a\x00")


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Give a stream at its start; a stream that was handed in stays open."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as stream:
            yield stream
    else:
        source.seek(0)
        yield source


def check_content(stream: BinaryIO, limits: Limits) -> bool:
    """Return True for an XLSX workbook, False for text (a vCard file is text); raise UnreadableSheetError otherwise."""
    size = stream.seek(0, io.SEEK_END)
    if size > limits.file_bytes:
        raise UnreadableSheetError(
            gettext_noop("The file is larger than %(megabytes)d MB. Divide it."),
            megabytes=limits.file_bytes // 1_000_000,
        )
    stream.seek(0)
    head = stream.read(65_536)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise UnreadableSheetError(gettext_noop("The file is empty."))
    if head.startswith(b"PK\x03\x04"):
        return True
    for mark, kind in _FOREIGN.items():
        if head.startswith(mark):
            raise UnreadableSheetError(
                gettext_noop("This is a %(kind)s file. Save the table as CSV or XLSX."), kind=kind
            )
    if _looks_binary(head):
        raise UnreadableSheetError(gettext_noop("This is not a table of text. Save the table as CSV or XLSX."))
    return False


def _looks_binary(head: bytes) -> bool:
    """Tell rubbish from text; UTF-16 has many zero bytes but hardly another control byte."""
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[:4096].count(0) > len(head[:4096]) * 0.3
    if wide:
        return False
    controls = sum(head.count(byte) for byte in _CONTROLS)
    return controls > len(head) * 0.02 or head.count(0) > len(head) * 0.1
