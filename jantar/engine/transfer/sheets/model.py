"""What a sheet is once its encoding, delimiter and header row are known."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from jantar.kit.errors import InputError
from jantar.kit.text import fold


class UnreadableSheetError(InputError):
    """The file is no sheet, is damaged or too large; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused instead of read, to keep memory and time bounded."""

    file_bytes: int = 200_000_000
    cell_characters: int = 6_000_000
    columns: int = 2_000
    rows: int = 2_000_000
    workbook_bytes: int = 1_500_000_000  # of an XLSX file, unpacked
    shared_bytes: int = 150_000_000  # of what the sheets of a workbook share, unpacked
    workbook_cells: int = 30_000_000


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader did or doubts: an English message with named parts, as InputError."""

    message: str
    params: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `number` is the row as a spreadsheet shows it, the header counted.

    There are at least as many cells as columns, empty ones as ""; more only when the row is
    longer than the header, and then a notice says so.
    """

    number: int
    cells: list[str]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column with what its first filled cells tell.

    `decimal_comma` and `day_first` say how to read its numbers and dates; where its own cells
    do not tell, they follow the other columns. `values` are its most frequent cells with the number of rows, none
    where hardly any comes again.
    """

    header: str
    samples: tuple[str, ...]
    filled: int
    decimal_comma: bool
    day_first: bool
    values: tuple[tuple[str, int], ...] = ()


def layout_of(headers: Iterable[str]) -> str:
    """A key that is equal for equal headers in the same order."""
    joined = "\x1f".join(fold(header) for header in headers)
    return hashlib.sha256(joined.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with unique, non-empty headers. `encoding` and `delimiter` are "" for XLSX.

    Its rows are entries of a calendar where `is_calendar`.
    """

    columns: list[Column]
    row_count: int
    encoding: str
    delimiter: str
    decimal_comma: bool
    day_first: bool
    notices: list[Notice]
    worksheets: list[str]
    worksheet: str
    read_rows: Callable[[], Iterator[Row]] = field(repr=False)
    is_calendar: bool = False

    @property
    def headers(self) -> list[str]:
        return [column.header for column in self.columns]

    @property
    def layout(self) -> str:
        """A key that is equal for files with the same headers in the same order."""
        return layout_of(self.headers)

    def rows(self) -> Iterator[Row]:
        """Read the rows from the start, one at a time; may be called again."""
        return self.read_rows()
