"""A vCard file as a sheet: a row for each card, columns with the names that exports of address books use.

Nothing else of an import has to know of cards: mapping, matching, refused rows and undo are those of sheets. The
refused rows come back as CSV with these columns.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from jantar.engine.transfer.sheets.encoding import Encoding
from jantar.engine.transfer.sheets.model import Notice, Row
from jantar.engine.transfer.sheets.source import Source
from jantar.engine.transfer.sheets.vcard_lines import Card, Property, read_cards
from jantar.kit.errors import gettext_noop

#: Between several values in one cell.
BETWEEN = " ::: "
HEADERS: Final = (
    "Name Prefix", "First Name", "Last Name", "Name Suffix", "Full Name", "Nickname", "Company", "Department",
    "Job Title", "Email", "Phone", "Fax", "Website", "Street", "City", "Region", "Postal Code", "Country",
    "Home Street", "Home City", "Home Region", "Home Postal Code", "Home Country/Region", "Birthday", "Spoken language",
    "Tags", "Note", "UID",
)  # fmt: skip
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SEMICOLON: Final = re.compile(r"(?<!\\)((?:\\\\)*);")
_COMMA: Final = re.compile(r"(?<!\\)((?:\\\\)*),")
_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?")
_NO_YEAR: Final = re.compile(r"--.*|\d{4}-?\d{2}|\d{4}")

GROUP = gettext_noop("This card is a list of contacts, not a contact.")
DAMAGED = gettext_noop("This row holds characters that could not be read.")
EMPTY = gettext_noop("This card holds nothing that can be imported.")
MEDIA = gettext_noop("Cards go in without their photos and other attachments: %(rows)s (%(count)d).")
BIRTHDAYS = gettext_noop("Birthdays without a year were left out: cards %(rows)s (%(count)d).")
ADDRESSES = gettext_noop("Cards with more than two addresses, of which two were taken: %(rows)s (%(count)d).")


@dataclass(slots=True)
class Omissions:
    """What was left out, by message: the numbers of the cards."""

    cards: dict[str, list[int]] = field(default_factory=dict)

    def add(self, message: str, number: int) -> None:
        self.cards.setdefault(message, []).append(number)

    def notices(self, listed: Callable[[list[int]], str]) -> list[Notice]:
        return [
            Notice(message, {"rows": listed(numbers), "count": len(numbers)}) for message, numbers in self.cards.items()
        ]


def used_columns(source: Source, encoding: Encoding) -> list[int]:
    """The columns that at least one card fills."""
    used: set[int] = set()
    for row in card_rows(source, encoding, range(len(HEADERS))):
        used.update(place for place, cell in enumerate(row.cells) if cell)
    return sorted(used)


def card_rows(
    source: Source, encoding: Encoding, columns: Sequence[int], omissions: Omissions | None = None
) -> Iterator[Row]:
    """A row for each card, of the given columns; `number` counts the cards."""
    for card in read_cards(source, encoding):
        cells = _cells(card, omissions or Omissions())
        notices = list(card.problems)
        if any(one.name == "KIND" and one.value.strip().lower() == "group" for one in card.properties):
            notices.append(Notice(GROUP))
        elif not any(cells.values()) and not notices:
            notices.append(Notice(EMPTY))
        if any("\ufffd" in cell for cell in cells.values()):
            notices.append(Notice(DAMAGED))
        yield Row(card.number, [cells.get(HEADERS[place], "") for place in columns], tuple(notices))


def _cells(card: Card, omissions: Omissions) -> dict[str, str]:
    found: dict[str, list[Property]] = {}
    for one in card.properties:
        found.setdefault(one.name, []).append(one)
    for same in found.values():
        same.sort(key=lambda one: one.preference)
    if card.media:
        omissions.add(MEDIA, card.number)
    fax = [one for one in found.get("TEL", ()) if "fax" in one.types]
    phones = [one for one in found.get("TEL", ()) if not one.types & {"fax", "pager"}]
    return {
        **_names(found),
        "Nickname": _first(found, "NICKNAME"),
        "Job Title": _first(found, "TITLE") or _first(found, "ROLE"),
        "Email": _joined(found.get("EMAIL", ()), "mailto:"),
        "Phone": _joined(phones, "tel:"),
        "Fax": _joined(fax, "tel:"),
        "Website": _joined(found.get("URL", ())),
        **_addresses(found.get("ADR", ()), card.number, omissions),
        "Birthday": _birthday(_first(found, "BDAY"), card.number, omissions),
        "Spoken language": _first(found, "LANG"),
        "Tags": ", ".join(chain.from_iterable(_pieces(one.value, _COMMA) for one in found.get("CATEGORIES", ()))),
        "Note": "\n\n".join(text for one in found.get("NOTE", ()) if (text := plain(one.value))),
        "UID": _first(found, "UID"),
    }


def _names(found: dict[str, list[Property]]) -> dict[str, str]:
    """Names of the person and the company; a card of a company has no person."""
    parts = _pieces(found["N"][0].value, _SEMICOLON) if "N" in found else []
    family, given, more, before, after = (*parts[:5], *[""] * (5 - len(parts[:5])))
    company, *department = [one for one in _pieces(_raw(found, "ORG"), _SEMICOLON) if one] or [""]
    full = _first(found, "FN")
    is_firm = _raw(found, "KIND").strip().lower() in ("org", "organization") or "X-ABSHOWAS" in found
    cells = {"Company": company, "Department": ", ".join(department)}
    if is_firm or (not family and not given and full and full == company):
        return {**cells, "Company": company or full}
    if family or given:
        names = {"First Name": " ".join(filter(None, (given, more))), "Last Name": family}
        return {**cells, **names, "Name Prefix": before, "Name Suffix": after}
    return {**cells, "Full Name": full}


def _addresses(addresses: Sequence[Property], number: int, omissions: Omissions) -> dict[str, str]:
    """The business address, or the only one, is that of the card; another is the one at home."""
    filled = [one for one in addresses if any(_pieces(one.value, _SEMICOLON))]
    if len(filled) > 2:
        omissions.add(ADDRESSES, number)
    filled.sort(key=lambda one: "home" in one.types)
    cells: dict[str, str] = {}
    for address, names in zip(filled, (HEADERS[13:18], HEADERS[18:23]), strict=False):
        pieces = [", ".join(line.strip() for line in one.splitlines()) for one in _pieces(address.value, _SEMICOLON)]
        pieces += [""] * (7 - len(pieces))
        street = ", ".join(filter(None, (pieces[2], pieces[1], pieces[0])))
        cells |= dict(zip(names, (street, *pieces[3:7]), strict=True))
    return cells


def _birthday(text: str, number: int, omissions: Omissions) -> str:
    if day := _DAY.fullmatch(text):
        return "-".join(day.groups())
    if _NO_YEAR.fullmatch(text):
        omissions.add(BIRTHDAYS, number)
        return ""
    return text


def _joined(properties: Sequence[Property], scheme: str = "") -> str:
    values = (plain(one.value) for one in properties)
    pieces = (_without(value, scheme).replace(";ext=", " ext. ") for value in values)
    return BETWEEN.join(dict.fromkeys(piece for piece in pieces if piece))


def _without(value: str, scheme: str) -> str:
    return value[len(scheme) :] if scheme and value.lower().startswith(scheme) else value


def _first(found: dict[str, list[Property]], name: str) -> str:
    return next((text for one in found.get(name, ()) if (text := plain(one.value))), "")


def _raw(found: dict[str, list[Property]], name: str) -> str:
    return found[name][0].value if name in found else ""


def _pieces(value: str, between: re.Pattern[str]) -> list[str]:
    """The parts of a structured value, without their escapes."""
    marked = between.sub("\\1\0", value)
    return [plain(piece) for piece in marked.split("\0")]


def plain(value: str) -> str:
    """The text without escapes: "\\n" is a line break, "\\," a comma."""
    text = _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
    return text.replace("\r\n", "\n").strip()
