"""Which sign separates the cells, and which row is the header."""

import csv
import io
from collections import Counter
from typing import Final

DELIMITERS: Final = (",", ";", "\t", "|")
_HEADER_WITHIN = 30


def declared_delimiter(first_line: str) -> str | None:
    """Return the delimiter that a first line "sep=;" names, as Excel writes and reads it."""
    line = first_line.strip('\ufeff\r\n" ')
    if len(line) == 5 and line[:4].lower() == "sep=":
        return line[4]
    return "\t" if line.lower() in ("sep=", "sep=\\t") else None


def detect_delimiter(sample: str) -> str:
    """Return the delimiter that cuts the rows of `sample` most evenly; "," when none does."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        score = _evenness(sample, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def find_header(records: list[list[str]]) -> int | None:
    """Return the index of the header in the first records: the first row about as wide as most.

    A title above the table, alone in its row, is passed over. None when all rows are blank.
    """
    filled = [sum(1 for cell in record if cell.strip()) for record in records]
    usual = _usual([count for count in filled if count])
    for index, count in enumerate(filled[:_HEADER_WITHIN]):
        if count and (count > 1 or usual == 1) and count * 2 >= usual:
            return index
    return next((index for index, count in enumerate(filled) if count), None)


def name_columns(record: list[str], width: int) -> list[str]:
    """Return `width` unique headers: blank ones get their column letter, repeated ones a number."""
    names: list[str] = []
    taken: set[str] = set()
    for index in range(width):
        given = " ".join(record[index].split())[:200] if index < len(record) else ""
        name = base = given or column_letter(index)
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(name.casefold())
        names.append(name)
    return names


def column_letter(index: int) -> str:
    """Return the spreadsheet's letter of the column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _evenness(sample: str, delimiter: str) -> float:
    try:
        records = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    except csv.Error:
        return 0.0
    widths = [len(record) for record in records if any(cell.strip() for cell in record)]
    if not widths:
        return 0.0
    usual = _usual([width for width in widths if width > 1])
    if usual < 2:
        return 0.0
    share = widths.count(usual) / len(widths)
    return share * (1 - 1 / usual) * (1.0 if widths[0] > 1 else 0.4)


def _usual(counts: list[int]) -> int:
    """Return the most frequent count, the greater one of two equally frequent."""
    found = Counter(counts)
    return max(found, key=lambda count: (found[count], count), default=0)
