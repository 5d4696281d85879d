"""Whole numbers from outside: ids, versions and page numbers in addresses and forms."""

from typing import Final

#: The largest number that fits the column of an id.
LARGEST_ID: Final = 2**63 - 1


def whole_number(text: str, *, most: int = LARGEST_ID) -> int | None:
    """Return the number written in plain digits, None for anything else and for what is above `most`.

    `str.isdigit` alone lets through "²", which `int` refuses, and thousands of digits, which it refuses too.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        return None
    number = int(text)
    return number if number <= most else None
