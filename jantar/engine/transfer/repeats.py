"""Telling which rows of a file speak of the same record, and whether they say the same of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from django.db.models import Model

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.transfer.matching import Keys, Matcher, agree
from jantar.kit.text import fold

#: By field a fingerprint of what was said, to keep little of a long file in memory.
Said = dict[str, int]


@dataclass(slots=True, eq=False)
class Spoken:
    """A record that rows of the file were about: the first of them, its id, what became of it, what they said."""

    number: int
    keys: Keys
    pk: int | None = None
    kind: str = ""
    said: Said = field(default_factory=dict)

    def copy(self) -> "Spoken":
        return Spoken(self.number, self.keys, self.pk, self.kind, dict(self.said))

    def disagreeing(self, values: Mapping[str, Any]) -> str:
        """The first field of which the values say something else than earlier rows did, or ""."""
        return next((name for name, value in values.items() if self.said.get(name, mark := sign(value)) != mark), "")

    def say(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Notes the values and returns those that are news."""
        news = {name: value for name, value in values.items() if name not in self.said}
        self.said |= {name: sign(value) for name, value in news.items()}
        return news


class Index:
    """The records that a file spoke of, found by the keys that tell them apart."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.by_key: dict[tuple[int, Any], list[Spoken]] = {}
        self.by_pk: dict[int, Spoken] = {}

    def find(self, keys: Keys) -> Spoken | None:
        return next(self._fitting(keys), None)

    def _fitting(self, keys: Keys) -> Iterator[Spoken]:
        for position, value in self.matcher.telling(keys):
            for one in self.by_key.get((position, value), ()):
                if agree(keys, one.keys, position):
                    yield one

    def add(self, spoken: Spoken) -> None:
        for place in self.matcher.telling(spoken.keys):
            found = self.by_key.setdefault(place, [])
            if spoken not in found:
                found.append(spoken)
        if spoken.pk is not None:
            self.by_pk[spoken.pk] = spoken


def united(keys: Keys, more: Keys) -> Keys:
    return tuple(mine if mine is not None else theirs for mine, theirs in zip(keys, more, strict=True))


def sign(value: Any) -> int:
    """Equal for equal values; texts are compared as people read them."""
    if isinstance(value, Model):
        value = value.pk
    elif isinstance(value, RecordKey):
        value = value.id
    return crc32(repr(fold(value).strip() if isinstance(value, str) else value).encode())
