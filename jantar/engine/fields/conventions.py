"""How the values of a sheet are written, told explicitly rather than by the language in force."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from django.conf import settings
from django.utils import timezone, translation

from jantar.kit.money import uses_decimal_comma
from jantar.kit.text import fold

Choices = Sequence[tuple[str, object]]


@dataclass(frozen=True)
class Conventions:
    """`decimal_comma`: 1,5 is one and a half. `day_first`: 1/12 is the first of December. `currency` is meant
    where an amount names none ("" stands for the base currency); `time_zone` is that of the writer."""

    decimal_comma: bool = False
    day_first: bool = True
    currency: str = ""
    time_zone: tzinfo = UTC

    @classmethod
    def in_force(cls) -> "Conventions":
        """Those of the person at the keyboard."""
        language = (translation.get_language() or "en")[:2]
        return cls(uses_decimal_comma(language), True, "", timezone.get_current_timezone())


def every_spelling(source: Hashable, choices: Callable[[], Choices]) -> Mapping[str, str]:
    """Keys of a list by their folded key and label in every language of the interface.

    `source` tells one list from another, so that each is worked out once.
    """
    if source not in _spellings:
        if len(_spellings) > 500:
            _spellings.clear()
        _spellings[source] = _worked_out(choices)
    return _spellings[source]


_spellings: dict[Hashable, dict[str, str]] = {}


def _worked_out(choices: Callable[[], Choices]) -> dict[str, str]:
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for key, label in choices():
                found.setdefault(fold(str(label)).strip(), key)
    return {**found, **{fold(key): key for key, _label in choices()}}
