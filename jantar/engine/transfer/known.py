"""Recognising the exports of other programs by their columns. What they look like is declared by the record types."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jantar.engine.records.record_type import KnownExport, RecordType
from jantar.engine.records.registry import registry
from jantar.kit.text import fold, words


@dataclass(frozen=True)
class Recognised:
    """The export a file looks like, and the type it is of."""

    export: KnownExport
    record_type: RecordType

    @property
    def key(self) -> str:
        return f"{self.export.program}:{self.record_type.name}"


def plain(header: str) -> str:
    """A header as it is compared: "Account_Name (primary)" and "account name primary" are the same."""
    return "".join(words(header.replace("_", " ")))


def recognise(headers: Iterable[str]) -> Recognised | None:
    """The known export that most of its columns speak for."""
    found = {plain(header) for header in headers}
    scored = [
        (score(one, found), Recognised(one, record_type))
        for record_type in registry.all()
        for one in record_type.known_exports
    ]
    best, recognised = max(scored, key=lambda pair: pair[0], default=(0, None))
    return recognised if best else None


def best_for(record_type: RecordType, headers: Iterable[str]) -> KnownExport | None:
    """How the file is read as an export of this type; one of contacts names companies too."""
    found = {plain(header) for header in headers}
    best = max(record_type.known_exports, key=lambda one: score(one, found), default=None)
    return best if best and score(best, found) else None


def score(export: KnownExport, headers: set[str]) -> int:
    """How many columns speak for the export; 0 when it is not one."""
    signs = sum(plain(sign) in headers for sign in export.signs)
    hints = sum(plain(hint) in headers for hint in export.hints)
    return signs + hints if signs == len(export.signs) and hints else 0


def recognised_by(key: str) -> Recognised | None:
    """What a plan remembers."""
    program, _colon, name = key.partition(":")
    if name not in registry:
        return None
    record_type = registry.get(name)
    exports = (one for one in record_type.known_exports if one.program == program)
    return next((Recognised(one, record_type) for one in exports), None)


def translations(record_type: RecordType, program: str) -> dict[str, Mapping[str, str]]:
    """By target, what the program's values are called here, by their folded texts."""
    found: dict[str, Mapping[str, str]] = {}
    for export in record_type.known_exports:
        if export.program == program:
            for target, values in export.values.items():
                found[target] = {folded(text): value for text, value in values.items()}
    return found


def folded(text: str) -> str:
    return " ".join(fold(text).split())
