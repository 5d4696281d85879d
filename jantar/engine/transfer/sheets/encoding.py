"""Which encoding a text file is in, told from its bytes."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, Final

import charset_normalizer

from jantar.engine.transfer.sheets.model import UnreadableSheetError
from jantar.kit.errors import gettext_noop

_CHUNK = 1 << 20
_MAX_TOKENS = 5_000

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# In the order of how often they are met here; the first wins a tie.
_EIGHT_BIT: Final = ("cp1250", "iso8859-2", "cp852", "cp1252")

_ALPHABETS: Final = {
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "pl": "ąćęłńóśźż",
    "de": "äöüß",
    "hr": "čćđšž",
    "ro": "ăâîşţ",
    "fr": "àâçéèêëîïôùûœ",
    "es": "áéíñóúü",
    "it": "àèéìòù",
    "pt": "ãõáâàçéêíóôú",
    "sv": "åäöæøé",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name; `damaged` when some bytes do not fit it and become U+FFFD."""

    name: str
    damaged: bool = False


def chosen_encoding(name: str) -> Encoding:
    """The encoding somebody named. Raises UnreadableSheetError when it is none of text."""
    try:
        b" ".decode(name, "replace")
    except (LookupError, ValueError):
        raise unreadable_in(name) from None
    return Encoding(name)


def unreadable_in(name: str) -> UnreadableSheetError:
    message = gettext_noop("The file cannot be read as %(encoding)s. Choose another encoding.")
    return UnreadableSheetError(message, encoding=name[:30].upper())


def detect_encoding(stream: BinaryIO) -> Encoding:
    """Return the encoding of the text in `stream`, reading it from the start.

    Byte order marks first, then UTF-16 by its zero bytes, UTF-8 when every byte fits, then the
    eight-bit encodings by the letters they would give. The stream is left anywhere.
    """
    stream.seek(0)
    head = stream.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, damaged=not _decodes(stream, name))
    if wide := _without_mark(head):
        return Encoding(wide, damaged=not _decodes(stream, wide))
    if _decodes(stream, "utf-8"):
        return Encoding("utf-8")
    tokens = _tokens(stream)
    if _mostly_utf8(tokens):
        return Encoding("utf-8", damaged=True)
    name, score = max(((name, _score(tokens, name)) for name in _EIGHT_BIT), key=lambda x: x[1])
    if score <= 0:
        name = _by_statistics(tokens) or name
    return Encoding(name, damaged=not _decodes(stream, name))


def _without_mark(head: bytes) -> str | None:
    """Recognise UTF-16 of mostly Latin text: every other byte is zero."""
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.6 and odd < half * 0.1 else None


def _decodes(stream: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for chunk in _chunks(stream):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        yield chunk


_TOKEN = re.compile(rb"[^\s,;|\"<>()/\\@]{0,30}[\x80-\xff][^\s,;|\"<>()/\\@]{0,30}")


def _tokens(stream: BinaryIO) -> Counter[bytes]:
    """Count the words that hold a byte above ASCII."""
    tokens: Counter[bytes] = Counter()
    for chunk in _chunks(stream):
        tokens.update(match[0] for match in _TOKEN.finditer(chunk))
        if len(tokens) > _MAX_TOKENS:
            break
    return tokens


def _mostly_utf8(tokens: Counter[bytes]) -> bool:
    good = sum(1 for token in tokens if _is_utf8(token))
    return good >= 2 and good >= 4 * (len(tokens) - good)


def _is_utf8(token: bytes) -> bool:
    try:
        token.decode()
    except UnicodeDecodeError:
        return False
    return True


def _score(tokens: Counter[bytes], name: str) -> float:
    """Rate how much the decoded words look like words of one of the known languages.

    Each word counts for the language it fits best, so that mixed lists of names work; half the
    rating of the best single language is added, so that a French list is not read as Slovak.
    """
    by_language: Counter[str] = Counter()
    score = 0.0
    for token, count in tokens.items():
        word = token.decode(name, "replace")
        weight = min(count, 3)
        fits = {language: _fit(word, alphabet) for language, alphabet in _alphabets().items()}
        score += weight * (max(fits.values()) - _oddities(word))
        for language, fit in fits.items():
            by_language[language] += weight * fit
    return score + max(by_language.values(), default=0) / 2


@cache
def _alphabets() -> dict[str, frozenset[str]]:
    return {language: frozenset(text + text.upper()) for language, text in _ALPHABETS.items()}


def _fit(word: str, alphabet: frozenset[str]) -> int:
    return sum(1 if char in alphabet else -1 for char in word if not char.isascii() and char.isalpha())


def _oddities(word: str) -> int:
    """Rate what no word has: control characters, signs between letters, a capital inside."""
    odd = 0
    for index, char in enumerate(word):
        if char.isascii() or char in "’–—":
            continue
        before, after = word[index - 1 : index], word[index + 1 : index + 2]
        if char == "\ufffd" or "\x80" <= char <= "\x9f":
            odd += 8
        elif not char.isalpha() and (before.isalpha() or after.isalpha()):
            odd += 3 if before.isalpha() and after.isalpha() else 1
        elif char.isupper() and before.islower():
            odd += 2
    return odd


def _by_statistics(tokens: Counter[bytes]) -> str | None:
    best = charset_normalizer.from_bytes(b" ".join(tokens)).best()
    return best.encoding if best else None
