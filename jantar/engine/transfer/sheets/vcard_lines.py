"""Cards of a vCard file (2.1, 3.0, 4.0) with their properties, read leniently: programs write what no standard allows.

Lines are unfolded, quoted-printable is joined and decoded, each value is in the character set that its card says or
else that it fits. Photos, logos, sounds and keys are passed over, so that a broken one hurts nothing.
"""

import base64
import binascii
import codecs
import io
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from jantar.engine.transfer.sheets.encoding import Encoding
from jantar.engine.transfer.sheets.model import Notice
from jantar.engine.transfer.sheets.source import Source, opened
from jantar.kit.errors import gettext_noop

_VALUE_BYTES = 4_000_000
_SHOWN = 60
_MEDIA: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_PROPERTY: Final = re.compile(rb"(?:[\w-]+\.)?([\w-]+)\s*[;:]")
_CONTENT: Final = re.compile(rb'(?:[\w-]+\.)?([\w-]+)\s*((?:;(?:[^;:"]|"[^"]*")*)*):(.*)', re.DOTALL)
_PARAMETER: Final = re.compile(r';((?:[^;"]|"[^"]*")*)')
_BEGIN: Final = re.compile(rb"\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE)
_END: Final = re.compile(rb"\s*END\s*:\s*VCARD\s*$", re.IGNORECASE)

UNFINISHED = gettext_noop("This card has no end; the file may be cut off.")
UNREADABLE = gettext_noop("Line %(line)d of the file cannot be read: “%(text)s”.")
TOO_LONG = gettext_noop("Line %(line)d of the file is too long.")


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card. `value` still holds its escapes; `types` are in small letters."""

    name: str
    types: frozenset[str]
    parameters: dict[str, str]
    value: str

    @property
    def preference(self) -> int:
        """1 is the preferred one of several, 100 none."""
        given = self.parameters.get("PREF", "")
        return int(given) if given.isdecimal() else 1 if "pref" in self.types else 100


@dataclass(slots=True)
class Card:
    """`number` counts the cards of the file from 1; `problems` say what of it can't be read."""

    number: int
    properties: list[Property] = field(default_factory=list)
    problems: list[Notice] = field(default_factory=list)
    media: int = 0


@dataclass(slots=True)
class _Pending:
    """A line that may go on in the next one."""

    number: int
    data: bytearray
    name: str
    quoted: bool


def starts_card(head: bytes) -> bool:
    """Whether the file begins as a vCard, in any encoding."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:12].upper().startswith(b"BEGIN:VCARD")


def read_cards(source: Source, encoding: Encoding) -> Iterator[Card]:
    """Give the cards, one at a time. What stands between them is passed over."""
    with opened(source) as stream:
        card: Card | None = None
        number = depth = 0
        for line in _logical(_physical(stream, encoding)):
            if _BEGIN.match(line.data):
                if card and _opens_nested(card):
                    depth += 1
                    continue
                if card:
                    card.problems.append(Notice(UNFINISHED))
                    yield card
                number, depth = number + 1, 0
                card = Card(number)
            elif card and _END.match(line.data):
                if depth:
                    depth -= 1
                else:
                    yield card
                    card = None
            elif card and not depth:
                _add(card, line, encoding)
        if card:
            card.problems.append(Notice(UNFINISHED))
            yield card


def read_lines(stream: BinaryIO, encoding: Encoding) -> Iterator[tuple[int, Property | None, str]]:
    """Give the lines of a file of that kind, unfolded: number, what it says (None when it can't be read), its text."""
    for line in _logical(_physical(stream, encoding)):
        text = bytes(line.data[:_SHOWN]).decode("utf-8", "replace").strip()
        is_short = len(line.data) <= _VALUE_BYTES
        yield line.number, _property(bytes(line.data), encoding) if is_short else None, text


def _opens_nested(card: Card) -> bool:
    """A card of version 2.1 may hold that of an assistant."""
    return bool(card.properties) and card.properties[-1].name == "AGENT" and not card.properties[-1].value.strip()


def _physical(stream: BinaryIO, encoding: Encoding) -> Iterator[bytes]:
    if encoding.name.startswith(("utf-16", "utf-32")):
        text = io.TextIOWrapper(stream, encoding=encoding.name, errors="replace", newline=None)
        try:
            for read in text:
                yield read.removeprefix("\ufeff").rstrip("\n").encode()
        finally:
            text.detach()
        return
    while line := _line(stream):
        yield from line.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n").replace(b"\0", b"").split(b"\r")


def _line(stream: BinaryIO) -> bytes:
    """The next line, of one that is too long the beginning."""
    line = block = stream.readline(_VALUE_BYTES + 2)
    while block and not block.endswith(b"\n"):
        block = stream.readline(_VALUE_BYTES)
    return line


def _logical(lines: Iterator[bytes]) -> Iterator[_Pending]:
    pending: _Pending | None = None
    for number, line in enumerate(lines, start=1):
        if pending and _goes_on(pending, line):
            continue
        if not line.strip():
            continue
        if pending:
            yield pending
        pending = _begun(number, line)
    if pending:
        yield pending


def _goes_on(pending: _Pending, line: bytes) -> bool:
    """Take the line as the rest of the one before, if it is."""
    folded = line[:1] in (b" ", b"\t")
    if pending.name in _MEDIA:
        return folded or not _PROPERTY.match(line)
    if pending.quoted and pending.data.endswith(b"="):
        if _END.match(line):
            return False
        del pending.data[-1:]
        pending.data += line[: max(0, _VALUE_BYTES - len(pending.data) + 1)]
        return True
    if folded and line.strip():
        pending.data += line[1 : max(1, _VALUE_BYTES - len(pending.data) + 2)]
        return True
    return False


def _begun(number: int, line: bytes) -> _Pending:
    start = _PROPERTY.match(line)
    name = start[1].decode("ascii", "replace").upper() if start else ""
    head = line.partition(b":")[0].upper()
    return _Pending(number, bytearray(line), name, b"QUOTED-PRINTABLE" in head)


def _add(card: Card, line: _Pending, encoding: Encoding) -> None:
    if line.name in _MEDIA:
        card.media += 1
        return
    if len(line.data) > _VALUE_BYTES:
        card.problems.append(Notice(TOO_LONG, {"line": line.number}))
        return
    found = _property(bytes(line.data), encoding)
    if found is None:
        text = bytes(line.data[:_SHOWN]).decode("utf-8", "replace").strip()
        card.problems.append(Notice(UNREADABLE, {"line": line.number, "text": text}))
    else:
        card.properties.append(found)


def _property(line: bytes, encoding: Encoding) -> Property | None:
    match = _CONTENT.fullmatch(line)
    if match is None:
        return None
    types: set[str] = set()
    parameters: dict[str, str] = {}
    for text in _PARAMETER.findall(match[2].decode("utf-8", "replace")):
        key, equals, value = text.partition("=")
        key, value = key.strip().upper(), value.strip().strip('"')
        if not equals or key == "TYPE":
            types.update(one.strip().lower() for one in (value or key).split(","))
        else:
            parameters[key] = value
    name = match[1].decode("ascii", "replace").upper()
    value = _decoded(match[3], types | {parameters.get("ENCODING", "").lower()}, parameters, encoding)
    return None if value is None else Property(name, frozenset(types), parameters, value)


def _decoded(value: bytes, codings: set[str], parameters: dict[str, str], encoding: Encoding) -> str | None:
    if "quoted-printable" in codings:
        value = quopri.decodestring(value)
    elif codings & {"b", "base64"}:
        try:
            value = base64.b64decode(value, validate=True)
        except binascii.Error:
            return None
    for charset in (parameters.get("CHARSET", ""), "utf-8"):
        try:
            return value.decode(charset).replace("\0", "")
        except (LookupError, ValueError):
            continue
    return value.decode("utf-8" if encoding.name.startswith("utf") else encoding.name, "replace").replace("\0", "")
