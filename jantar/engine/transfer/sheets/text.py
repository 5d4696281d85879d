"""Records of a delimited text file, streamed."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO, Final

from jantar.engine.transfer.sheets.dialect import declared_delimiter, detect_delimiter
from jantar.engine.transfer.sheets.encoding import Encoding, unreadable_in
from jantar.engine.transfer.sheets.model import Limits, UnreadableSheetError
from jantar.engine.transfer.sheets.source import Source, opened
from jantar.kit.errors import gettext_noop

_SAMPLE = 65_536
#: Stands after the last line, where no text of a file holds it. A cell that ends with it was never closed.
OPEN_END: Final = "\x1a"
_GUARD: Final = re.compile(r"'(?=[=+\-@\t\r\n]|[\d ]+$)")
_TEXT_FORMULA: Final = re.compile(r'="([^"]*)"')

# The default of 128 kB refuses a long note. The limit is one for the whole process.
csv.field_size_limit(max(csv.field_size_limit(), Limits().cell_characters))


def find_delimiter(stream: BinaryIO, encoding: Encoding) -> tuple[str, bool]:
    """Return the delimiter, and whether the first line only declares it ("sep=;")."""
    with _decoded(stream, encoding) as text:
        sample = text.read(_SAMPLE)
    if len(sample) == _SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    sample = "".join(_cleaned([sample]))
    if delimiter := declared_delimiter(sample.partition("\n")[0]):
        return delimiter, True
    return detect_delimiter(sample), False


def text_records(source: Source, encoding: Encoding, delimiter: str, *, skip_first: bool) -> Iterator[list[str]]:
    """Give the records of the file, blank ones as []; formula guards of exports are taken off.

    When the file ends within quotation marks the last cell ends with `OPEN_END`.
    Raises UnreadableSheetError with the line when a cell is longer than the limit.
    """
    with opened(source) as stream, _decoded(stream, encoding) as text:
        reader = csv.reader(chain(_cleaned(text), [OPEN_END]), delimiter=delimiter)
        last_line = 0
        try:
            for number, record in enumerate(reader):
                last_line = reader.line_num
                if record != [OPEN_END] and not (skip_first and number == 0):
                    yield [_unguarded(cell) if cell[:1] in _SUSPECT else cell for cell in record]
        except csv.Error:
            raise UnreadableSheetError(
                gettext_noop("Line %(line)d cannot be read. A quotation mark may be missing."),
                line=last_line + 1,
            ) from None


_SUSPECT = frozenset("'=")


def _unguarded(cell: str) -> str:
    """Take off what protects a cell from being calculated: '=1+1 and ="0123"."""
    if match := _TEXT_FORMULA.fullmatch(cell):
        return match[1]
    return cell[1:] if _GUARD.match(cell) else cell


def _cleaned(lines: Iterable[str]) -> Iterator[str]:
    """Drop what no database keeps: a mark at the start, zero characters, the old end sign."""
    first = True
    for line in lines:
        plain = line.removeprefix("\ufeff") if first else line
        first = False
        yield plain.replace("\0", "").replace(OPEN_END, "")


@contextmanager
def _decoded(stream: BinaryIO, encoding: Encoding) -> Iterator[io.TextIOWrapper]:
    """Give a text view from the start of `stream` and leave the stream open."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding.name, errors="replace", newline="")
    try:
        yield text
    except UnicodeError:  # such as UTF-16 that does not say its byte order
        raise unreadable_in(encoding.name) from None
    finally:
        text.detach()
