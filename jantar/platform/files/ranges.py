"""Parts of a file, as a browser asks for them to go on with a download or to jump in a film (RFC 9110, 14)."""

import re
from typing import IO


class OutOfRange(Exception):
    """Nothing of the file is in the range asked for."""


def span_of(header: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte that a Range header asks for; None to send all. Raises OutOfRange.

    Several ranges at once and other units are answered with the whole, as the standard allows.
    """
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    start, end = found.groups()
    if not start:
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
        if end and int(end) < int(start):
            return None
    if first >= size or last < first:
        raise OutOfRange
    return first, last


class Part:
    """So many bytes of an open file from where it stands."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self.file = file
        self.left = length

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data

    def close(self) -> None:
        self.file.close()
