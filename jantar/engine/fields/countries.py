"""Country names in the language in force: the four home countries first, then the rest by name."""

from functools import lru_cache

from babel import Locale

from jantar.engine.fields import show
from jantar.kit.text import fold

HOME = ("CZ", "SK", "HU", "PL")
#: Names in sheets that are in no locale data, folded.
ALSO_CALLED = {
    "czech republic": "CZ", "the czech republic": "CZ", "ceska republika": "CZ", "cze": "CZ",
    "slovak republic": "SK", "slovenska republika": "SK", "svk": "SK", "hun": "HU", "magyar koztarsasag": "HU",
    "pol": "PL", "rzeczpospolita polska": "PL", "deu": "DE", "aut": "AT", "usa": "US", "united states of america": "US",
    "uk": "GB", "great britain": "GB", "england": "GB", "the netherlands": "NL", "holland": "NL",
}  # fmt: skip


def country_choices() -> list[tuple[str, str]]:
    return _choices(show.language())


@lru_cache(maxsize=10)
def _choices(language: str) -> list[tuple[str, str]]:
    names = {code: name for code, name in Locale(language).territories.items() if len(code) == 2 and code.isalpha()}
    names = {code: name for code, name in names.items() if code not in {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}}
    rest = sorted(names.keys() - set(HOME), key=lambda code: fold(names[code]))
    return [(code, names[code]) for code in (*HOME, *rest)]
