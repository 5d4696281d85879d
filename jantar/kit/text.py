"""Names and words: one way to fold text, in Python and in PostgreSQL alike."""

import re
import unicodedata
from functools import cache

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = {
    "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "ĸ": "k",
    "ſ": "s", "ŉ": "n", "ƀ": "b", "ƚ": "l", "ƶ": "z", "ȼ": "c", "ɨ": "i", "ʉ": "u", "ƒ": "f",
    "ɇ": "e", "ɉ": "j", "ɍ": "r", "ɏ": "y", "ς": "σ", "ơ": "o", "ư": "u", "ⱥ": "a", "ⱦ": "t",
}  # fmt: skip

# What becomes several letters. The keys are what is left after single letters were folded.
_LIGATURES = {
    "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ĳ": "ij", "ǆ": "dz", "ǉ": "lj", "ǌ": "nj",
    "ǳ": "dz", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬆ": "st",
}  # fmt: skip

# Upper and title case of the ligatures, and ligatures with a mark.
_LIGATURE_FORMS = {
    "ẞ": "ß", "Æ": "æ", "Ǽ": "æ", "ǽ": "æ", "Ǣ": "æ", "ǣ": "æ", "Œ": "œ", "Þ": "þ", "Ĳ": "ĳ",
    "Ǆ": "ǆ", "ǅ": "ǆ", "Ǉ": "ǉ", "ǈ": "ǉ", "Ǌ": "ǌ", "ǋ": "ǌ", "Ǳ": "ǳ", "ǲ": "ǳ", "ﬅ": "ﬆ",
}  # fmt: skip

_SIGNS = {
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ",
    "’": "'", "‘": "'", "‚": "'", "ʼ": "'", "´": "'", "“": '"', "”": '"', "„": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    "ª": "a", "º": "o", "¹": "1", "²": "2", "³": "3",
}  # fmt: skip

# Soft hyphen, zero-width signs and the byte order mark leave nothing behind.
_NOTHING = "\u00ad\u200b\u200c\u200d\u2060\ufeff" + "".join(map(chr, range(0x0300, 0x0370)))

# Latin, Greek, Cyrillic, Latin with two marks. Fixed blocks: the SQL function is stored in
# databases, so its table must not grow with the Unicode tables of a newer Python.
_BLOCKS = ((0x00C0, 0x0250), (0x0370, 0x0530), (0x1E00, 0x1F00), (0x2C60, 0x2C68))

# translate() searches its table from the front, so what is frequent stands first. "%" is left
# out on purpose: the statement may pass through a driver that expands it.
_FREQUENT = (
    " eaoinrtslkdmcvuzpyhjbg.áíéóěčšřžý-,0123456789łůúöőüęąśżćf@wńxq/źűľťďňäô+"
    "ČŠŘŽŁÁÍÉÓÚÝĽŚŻŹĆÖÜŐŰĎŤŇÄÔĄĘŃĺŕëß:_()&'\"=;#*!?<>[]{}|~^`$\\\n\t"
)


def fold(text: str) -> str:
    """Return `text` in lower case and without accents, for searching, matching and sorting.

    "Łódź" becomes "lodz", "Straße" becomes "strasse"; white space keeps its length. The result
    equals that of the SQL function `jantar_fold` made by `create_fold_sql`, on any server and
    under any collation.
    """
    if text.isascii():
        return text.lower()
    return text.translate(_table())


def without_controls(text: str) -> str:
    """Return `text` without control characters, which no field keeps and PostgreSQL partly can't store.

    Tabs and line ends stay.
    """
    return _CONTROLS.sub("", text)


def around_difference(old: str, new: str, most: int) -> tuple[str, str]:
    """Return both texts with at most about `most` characters each: of longer ones where they begin to differ."""
    if len(old) <= most and len(new) <= most:
        return old, new
    same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    start = max(0, (min(len(old), len(new)) if same is None else same) - most // 4)
    end = start + most
    before = "…" if start else ""
    pieces = [before + text[start:end] + ("…" if len(text) > end else "") for text in (old, new)]
    return pieces[0], pieces[1]


def words(text: str) -> list[str]:
    """Return the folded words of `text` in order: letters and digits, no signs."""
    return _WORD.findall(fold(text))


def slug(text: str) -> str:
    """Return `text` as lower-case ASCII words joined by hyphens; "" when nothing is left."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))


def initials(name: str, limit: int = 2) -> str:
    """Return the first letters of the first and the last words of `name`, in upper case.

    "Anna Maria Nowak" gives "AN", "Škoda" gives "Š". Titles with a dot ("Ing.", "Dr.") are not
    counted while other words remain.
    """
    parts = [part for part in re.split(r"[\s,]+", name) if part[:1].isalnum()]
    untitled = [part for part in parts if not part.endswith(".")] or parts
    chosen = untitled if len(untitled) <= limit else [*untitled[: limit - 1], untitled[-1]]
    return "".join(part[0] for part in chosen).upper()


def fold_sql() -> str:
    """Return the body of `jantar_fold(text)`: one SELECT that folds `$1` just as `fold` does.

    It calls only immutable functions of pg_catalog, and lower() only for ASCII (collation "C").
    """
    table = _single_characters()
    kept = [char for char, target in table.items() if target]
    source = "".join(kept) + "".join(char for char, target in table.items() if not target)
    target = "".join(table[char] for char in kept)
    expression = """lower($1 COLLATE "C")"""
    expression = f"translate({expression}, {_quoted(source)}, {_quoted(target)})"
    for letters, plain in _LIGATURES.items():
        expression = f"replace({expression}, {_quoted(letters)}, {_quoted(plain)})"
    return f"SELECT {expression}"


def create_fold_sql() -> str:
    """Return the statement that creates or replaces the SQL function `jantar_fold(text)`."""
    return (
        "CREATE OR REPLACE FUNCTION jantar_fold(text) RETURNS text "
        f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $fold$ {fold_sql()} $fold$"
    )


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WORD = re.compile(r"[^\W_]+")
#: What stands between words of a folded text; the same pattern serves PostgreSQL.
BETWEEN_WORDS = r"[^a-z0-9\u00c0-\u1fff\u2c00-\ud7ff\uf900-\ufaff]+"


@cache
def _table() -> dict[int, str]:
    table = {ord(char): target for char, target in _single_characters().items()}
    table |= {code: _LIGATURES[target] for code, target in table.items() if target in _LIGATURES}
    table |= {ord(char): target for char, target in _LIGATURES.items()}
    table |= {ord(char): char.lower() for char in map(chr, range(ord("A"), ord("Z") + 1))}
    return table


@cache
def _single_characters() -> dict[str, str]:
    """Map each character to one character or to nothing, the frequent ones first."""
    found = dict(_SIGNS) | _LIGATURE_FORMS
    for first, end in _BLOCKS:
        for char in map(chr, range(first, end)):
            if char not in found and char not in _LIGATURES:
                found[char] = _base_letter(char)
    found = {char: target for char, target in found.items() if char != target}
    ordered = {char: found.pop(char, char) for char in _FREQUENT}
    return ordered | found | dict.fromkeys(_NOTHING, "")


def _base_letter(char: str) -> str:
    lower = char.lower()
    if lower in _LETTERS:
        return _LETTERS[lower]
    base = unicodedata.normalize("NFD", lower)[0]
    return _LETTERS.get(base, base)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
